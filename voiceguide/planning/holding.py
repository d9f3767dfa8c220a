"""Phrasing of held positions: in, the clock, out; both sides alike; more quiet than words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.model.script import Hold, Mark, Phase, Place, Role, Sound, SpanKind, ToneName
from voiceguide.model.stretch import Familiarity
from voiceguide.planning.breathing import phases_of
from voiceguide.planning.dose import whole_breaths
from voiceguide.planning.guiding import rest, say
from voiceguide.planning.wording import after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.model.script import Beat, Forms
    from voiceguide.model.stretch import HoldMovement, Side
    from voiceguide.planning.guiding import Guiding

REMIND_AT_S = 5.0
"""The one reminder of a hold, early: settled by then, and quiet from there on."""
SHORTEST_TO_REMIND_S = 15.0
SHORTEST_TO_HALVE_S = 30.0
"""Shorter holds have no halfway cue: it would break the one long quiet they have."""
APART_S = 3.5
"""Cues closer to each other than this are one too many."""
LAST_BREATH_S = 5.0
"""Before the end `one more breath` is said: about one breath of somebody who is not told how to. In a hold nobody is: a
call before the last of three breaths of 4:6 would come 2 s after `halfway`, and be waited on for 10 s."""
TELLS_FROM_S = 120.0
"""Longer holds say now and then how many minutes are still to go; what is shorter can be waited for."""
MINUTES_TOLD = (8, 6, 4, 2, 1)
RESTS_FROM_S = 180.0
"""A rest is left alone for longer, ..."""
MINUTES_TOLD_RESTING = (5, 2)
"""... and is told less: who lies at ease wants to know no more than that time is kept."""
SETTLED_S = 45.0
"""From the start of a hold until it is first told: by then it has become long."""
TOLD_APART_S = 20.0
"""From the middle, which tells the same."""
CHIME_LEAD_S = 1.0
"""From the chime at the end of a hold to the word that releases it."""
SWITCH_LEAD_S = 0.8


def hold_beats(guiding: Guiding, movement: HoldMovement) -> Iterator[Beat]:
    """Every round, and in it every side, with the rests between."""
    order = _order(guiding)
    holds = [(number, side) for number in range(1, guiding.dose.rounds + 1) for side in order]
    for index, (number, side) in enumerate(holds):
        place = Place(guiding.stretch.id, side, number)
        if index:
            yield from _between(guiding, place, switching=len(order) > 1)
        yield from _one_hold(guiding, movement, place, index)


def _order(guiding: Guiding) -> tuple[Side | None, ...]:
    if guiding.stretch.sides.kind == "none":
        return (None,)
    return guiding.first_side, guiding.first_side.other


def _between(guiding: Guiding, place: Place, *, switching: bool) -> Iterator[Beat]:
    """From one hold to the next: a switch of sides, or a rest that says how many are left."""
    book = guiding.wording.phrasebook
    if switching:
        yield Sound(ToneName.SWITCH, SWITCH_LEAD_S, place)
        yield from say(book.other_side, Role.SWITCH, place)
        return
    yield from say(book.rest, Role.INSTRUCT, place)
    left = guiding.dose.rounds - (place.repetition or 1) + 1
    if left == 1:
        yield from say(book.last_round, Role.REMAINING, place)
    else:
        number = guiding.wording.number(left)
        yield from say(book.rounds_left.format(count=number, Count=number.capitalize()), Role.COUNT, place)
    yield rest(guiding.pacing.round_rest_s, place, SpanKind.REST, with_words=True)


def _one_hold(guiding: Guiding, movement: HoldMovement, place: Place, index: int) -> Iterator[Beat]:
    pacing = guiding.pacing
    familiarity = after(guiding.familiarity, index)
    if index and place.side:
        # One time for the whole change of sides: the steps' own would be waited for on top of it.
        for step in movement.prepare:
            if text := step.at(familiarity):
                yield from say(guiding.fill(text, place.side), Role.SETUP, place)
        yield rest(pacing.switch_s, place, with_words=True)
    else:
        for step in movement.prepare:
            yield from guiding.guide(step, familiarity, place, Role.SETUP)
    yield from say(guiding.fill(movement.enter.at(familiarity), place.side), Role.INSTRUCT, place)
    yield rest(pacing.enter_s, place)
    book = guiding.wording.phrasebook
    yield from say(book.rest_here if movement.restful else book.hold, Role.HOLD, place)
    yield _hold(guiding, movement, place, index)
    yield Sound(ToneName.HOLD_END, CHIME_LEAD_S, place)
    yield from say(guiding.fill(movement.release.at(familiarity), place.side), Role.RELEASE, place)
    yield rest(pacing.leave_s, place)


def _hold(guiding: Guiding, movement: HoldMovement, place: Place, index: int) -> Hold:
    seconds = guiding.dose.hold_s
    phases: tuple[Phase, ...] = ()
    if guiding.dose.breath and (breaths := whole_breaths(seconds, guiding.dose.breath)):
        count, breath = breaths
        phases = phases_of(breath) * count
    marks = tuple(_marks(guiding, movement, place, index))
    return Hold(seconds, phases, marks, _countdown(guiding), place, restful=movement.restful)


def _countdown(guiding: Guiding) -> Forms:
    # At least as much quiet as counting: a countdown that fills the hold is none.
    longest = int(guiding.dose.hold_s // 2)
    numbers = range(min(guiding.pacing.countdown, longest), 0, -1)
    return tuple(f"{guiding.wording.number(number).capitalize()}." for number in numbers)


def _marks(guiding: Guiding, movement: HoldMovement, place: Place, index: int) -> list[Mark]:
    """Mostly quiet: a reminder, the middle and the end announced, and in long holds the minutes that are to go."""
    return sorted(_unsorted_marks(guiding, movement, place, index), key=lambda mark: mark.at_s)


def _unsorted_marks(guiding: Guiding, movement: HoldMovement, place: Place, index: int) -> Iterator[Mark]:
    book = guiding.wording.phrasebook
    seconds, countdown = guiding.dose.hold_s, guiding.pacing.countdown
    ending_at_s = seconds - (countdown or LAST_BREATH_S)
    if (
        index < len(movement.remind)
        and seconds >= SHORTEST_TO_REMIND_S
        and guiding.pacing.words == "full"
        and ending_at_s >= REMIND_AT_S + APART_S
    ):
        yield Mark(REMIND_AT_S, (guiding.fill(movement.remind[index], place.side),), Role.ENCOURAGE)
    yield from _to_go(guiding, movement, index)
    if movement.restful:
        return
    if seconds >= SHORTEST_TO_HALVE_S and seconds / 2 + APART_S <= ending_at_s:
        # The word explains the chime the first time; from then on the chime says it alone.
        forms = (book.halfway,) if index == 0 and guiding.new else ()
        yield Mark(seconds / 2, forms, Role.HALFWAY, tone=ToneName.HALFWAY)
    if not countdown and guiding.dose.breath and seconds >= SHORTEST_TO_REMIND_S:
        yield Mark(ending_at_s, (book.one_more_breath,), Role.REMAINING)


def _to_go(guiding: Guiding, movement: HoldMovement, index: int) -> Iterator[Mark]:
    """How many minutes are to go, said now and then in a long hold, and shorter once that is known."""
    seconds, book = guiding.dose.hold_s, guiding.wording.phrasebook
    in_full = after(guiding.familiarity, index) is Familiarity.FULL
    for minutes in MINUTES_TOLD_RESTING if movement.restful else MINUTES_TOLD:
        at_s = seconds - 60.0 * minutes
        told_by_the_middle = not movement.restful and abs(at_s - seconds / 2) < TOLD_APART_S
        if seconds <= (RESTS_FROM_S if movement.restful else TELLS_FROM_S) or at_s < SETTLED_S or told_by_the_middle:
            continue
        count = guiding.wording.number(minutes).capitalize()
        full, short = (
            (book.minute_to_go, book.minute_to_go_short)
            if minutes == 1
            else (book.minutes_to_go.format(Count=count), book.minutes_to_go_short.format(Count=count))
        )
        yield Mark(at_s, (full, short) if in_full else (short,), Role.REMAINING)
