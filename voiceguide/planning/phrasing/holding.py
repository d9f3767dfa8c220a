"""Phrasing of held positions: in, the clock, out; both sides alike; more quiet than words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.model.base import SIDE_TOKENS, tokens_in
from voiceguide.model.script import Hold, Mark, Phase, Place, Role, Sound, SpanKind, ToneName
from voiceguide.model.stretch import LEAST_SETTLE_S, Familiarity
from voiceguide.planning.phrasing.breathing import phases_of
from voiceguide.planning.phrasing.dose import whole_breaths
from voiceguide.planning.phrasing.guiding import moving, rest, say, settled
from voiceguide.planning.phrasing.wording import after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.model.choices import Side
    from voiceguide.model.script import Beat, Forms, Say
    from voiceguide.model.stretch import HoldMovement, Instruction
    from voiceguide.planning.phrasing.guiding import Guiding

REMIND_AT_S = 5.0
"""The one reminder of a hold, early: settled by then, and quiet from there on."""
SHORTEST_TO_REMIND_S = 15.0
SHORTEST_TO_HALVE_S = 30.0
"""Shorter holds have no halfway cue: it would break the one long quiet they have."""
MOST_REMINDERS = 2
"""In the holds of a stretch: after that it is known."""
APART_S = 3.5
"""Cues closer to each other than this are one too many."""
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
            yield from _between(guiding, place, index, switching=len(order) > 1)
        yield from _one_hold(guiding, movement, place, index)


def _order(guiding: Guiding) -> tuple[Side | None, ...]:
    if guiding.stretch.sides.kind == "none":
        return (None,)
    return guiding.first_side, guiding.first_side.other


def _between(guiding: Guiding, place: Place, index: int, *, switching: bool) -> Iterator[Beat]:
    """From one hold to the next: a switch of sides, or a rest that says how many are left."""
    wording, book = guiding.wording, guiding.wording.phrasebook
    if switching:
        yield Sound(ToneName.SWITCH, SWITCH_LEAD_S, place)
        if guiding.pacing.words != "minimal":
            yield from say(wording.choose(book.other_side, guiding.number, index), Role.SWITCH, place)
        return
    yield from say(wording.choose(book.rest, guiding.number, index), Role.INSTRUCT, place)
    left = guiding.dose.rounds - (place.repetition or 1) + 1
    if left == 1:
        yield from say(book.last_round, Role.REMAINING, place)
    else:
        yield from say(wording.phrase(book.rounds_left, count=left), Role.COUNT, place)
    yield rest(guiding.pacing.round_rest_s, place, SpanKind.REST, least_s=LEAST_SETTLE_S)


def _one_hold(guiding: Guiding, movement: HoldMovement, place: Place, index: int) -> Iterator[Beat]:
    pacing = guiding.pacing
    familiarity = after(guiding.familiarity, index)
    if not index:
        yield from guiding.meaning(ToneName.HOLD_START, place)
    if place.side and pacing.words == "minimal":
        yield from _this_side(guiding, movement, place)
    steps = [step for step in movement.prepare if step.at(familiarity) or pacing.words == "minimal"]
    # To arrange the other side takes its time, whatever the words: the last step takes what the others leave of it.
    spare_s = pacing.switch_s - sum(settled(step.settle_s, pacing) for step in steps) if index and place.side else 0.0
    offered_before = movement.balance or movement.restful
    if offered_before:
        yield from guiding.level(familiarity, place)
    for step in steps:
        yield from guiding.guide(step, familiarity, place, Role.SETUP)
    if spare_s > 0.0:
        yield rest(spare_s, place)
    enter = guiding.fill(movement.enter.at(familiarity), place.side)
    yield from moving(enter, Role.INSTRUCT, place, pacing.enter_s, pacing, between_s=movement.enter.between_s)
    if not offered_before:
        yield from guiding.level(familiarity, place)
    if not (movement.restful and pacing.words == "minimal"):  # whose chime for `hold` would wake
        yield from say(_holding(guiding, movement, index), Role.HOLD, place)
    yield _hold(guiding, movement, place, index)
    yield Sound(ToneName.HOLD_END, CHIME_LEAD_S, place)
    if pacing.words == "minimal":
        familiarity = Familiarity.BARE
    release = _worded(guiding, movement.release, familiarity, index)
    words, between_s = guiding.fill(release, place.side), movement.release.between_s
    yield from moving(words, Role.RELEASE, place, pacing.leave_s, pacing, between_s=between_s)


def _this_side(guiding: Guiding, movement: HoldMovement, place: Place) -> Iterator[Say]:
    """Which side it is, where words are minimal: in the barest words of the stretch that name it, or by itself."""
    bare = (part.bare for part in (*movement.prepare, movement.enter))
    named = next((words for words in bare if words and tokens_in(words) & SIDE_TOKENS), None)
    if named is None:
        yield from guiding.this_side(place)
    else:
        yield from say(guiding.fill(named, place.side), Role.SWITCH, place)


def _worded(guiding: Guiding, instruction: Instruction, familiarity: Familiarity, index: int) -> str:
    """An instruction for this familiarity; in full, one of its wordings."""
    if familiarity is not Familiarity.FULL:
        return instruction.at(familiarity)
    return guiding.wording.choose((instruction.say, *instruction.also), guiding.number, index)


def _holding(guiding: Guiding, movement: HoldMovement, index: int) -> str:
    """What starts the clock: the first time with how long it will be."""
    wording, book = guiding.wording, guiding.wording.phrasebook
    if movement.restful:
        return wording.choose(book.rest_here, guiding.number, index)
    if index == 0 and guiding.new:
        length = wording.length(guiding.dose.hold_s)
        return wording.phrase(wording.choose(book.hold_for, guiding.number), length=length)
    return wording.choose(book.hold, guiding.number, index)


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
    return tuple(guiding.wording.phrase("{Number}.", number=number) for number in numbers)


def _marks(guiding: Guiding, movement: HoldMovement, place: Place, index: int) -> list[Mark]:
    """Mostly quiet: a reminder, the middle and the end announced, and in long holds the minutes that are to go."""
    return sorted(_unsorted_marks(guiding, movement, place, index), key=lambda mark: mark.at_s)


def _unsorted_marks(guiding: Guiding, movement: HoldMovement, place: Place, index: int) -> Iterator[Mark]:
    wording, book = guiding.wording, guiding.wording.phrasebook
    seconds, countdown = guiding.dose.hold_s, guiding.pacing.countdown
    ending_at_s = seconds - (countdown or _last_breath_s(guiding))
    reminds = seconds >= SHORTEST_TO_REMIND_S and ending_at_s >= REMIND_AT_S + APART_S
    if movement.remind and index < MOST_REMINDERS and reminds and guiding.pacing.words == "full":
        reminder = movement.remind[index % len(movement.remind)]
        if wording.variation:
            reminder = wording.choose(movement.remind, index)
        yield Mark(REMIND_AT_S, (guiding.fill(reminder, place.side),), Role.ENCOURAGE)
    yield from _to_go(guiding, movement, index)
    if movement.restful:
        return
    if seconds >= SHORTEST_TO_HALVE_S and seconds / 2 + APART_S <= ending_at_s:
        # The word explains the chime the first time; from then on the chime says it alone.
        forms = (book.halfway,) if index == 0 and guiding.new else ()
        yield Mark(seconds / 2, forms, Role.HALFWAY, tone=ToneName.HALFWAY)
    if not countdown and guiding.dose.breath and seconds >= SHORTEST_TO_REMIND_S:
        yield Mark(ending_at_s, (wording.choose(book.one_more_breath, guiding.number, index),), Role.REMAINING)


def _last_breath_s(guiding: Guiding) -> float:
    """How long before the end one more breath is announced: as long as one takes, and no more than half of the hold."""
    breath_s = guiding.dose.breath.total_s if guiding.dose.breath else 0.0
    return min(breath_s, guiding.dose.hold_s / 2)


def _to_go(guiding: Guiding, movement: HoldMovement, index: int) -> Iterator[Mark]:
    """How many minutes are to go, said now and then in a long hold, and shorter once that is known."""
    seconds, book = guiding.dose.hold_s, guiding.wording.phrasebook
    in_full = after(guiding.familiarity, index) is Familiarity.FULL
    for minutes in MINUTES_TOLD_RESTING if movement.restful else MINUTES_TOLD:
        at_s = seconds - 60.0 * minutes
        told_by_the_middle = not movement.restful and abs(at_s - seconds / 2) < TOLD_APART_S
        if seconds <= (RESTS_FROM_S if movement.restful else TELLS_FROM_S) or at_s < SETTLED_S or told_by_the_middle:
            continue
        full, short = (
            (book.minute_to_go, book.minute_to_go_short)
            if minutes == 1
            else tuple(
                guiding.wording.phrase(told, count=minutes) for told in (book.minutes_to_go, book.minutes_to_go_short)
            )
        )
        yield Mark(at_s, (full, short) if in_full else (short,), Role.REMAINING)
