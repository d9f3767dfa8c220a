"""Phrasing of held positions: the way in, the clock, the way out; both sides alike, with more quiet than words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.model.base import SIDE_TOKENS, tokens_in
from voiceguide.model.script import Hold, Mark, Phase, Place, Role, Sound, SpanKind, ToneName
from voiceguide.model.stretch import LEAST_SETTLE_S, Familiarity
from voiceguide.planning.phrasing.beats import moving, rest, say
from voiceguide.planning.phrasing.breathing import phases_of
from voiceguide.planning.phrasing.dose import Dose, whole_breaths
from voiceguide.planning.phrasing.dose_words import counted_dose, limits_in_words
from voiceguide.planning.phrasing.kind import Kind
from voiceguide.planning.phrasing.wording import after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.language.phrasebook import Phrasebook
    from voiceguide.model.choices import Side
    from voiceguide.model.script import Beat, Forms, Say
    from voiceguide.model.stretch import HoldMovement, Instruction
    from voiceguide.planning.phrasing.dose import Dosing
    from voiceguide.planning.phrasing.guiding import Guide

REMIND_AT_S = 5.0
"""When the one reminder of a hold is said: the body has settled by then, and quiet follows."""
SHORTEST_TO_REMIND_S = 15.0
SHORTEST_TO_HALVE_S = 30.0
"""Shorter holds have no halfway cue, which would break their one long quiet."""
MOST_REMINDERS = 2
"""The number of holds of a stretch with a reminder; after that it is known."""
APART_S = 3.5
"""The least time from one cue of a hold to the next."""
MINUTES_FROM_S = 120.0
"""Longer holds say now and then how many minutes are left."""
MINUTES_SAID = (8, 6, 4, 2, 1)
RESTS_FROM_S = 180.0
"""A rest says so only from this length on, ..."""
MINUTES_SAID_IN_A_REST = (5, 2)
"""... and less often: a listener at rest only wants to know that somebody keeps the time."""
SETTLED_S = 45.0
"""From the start of a hold until the first mention of minutes."""
FROM_THE_MIDDLE_S = 20.0
"""The least time between a mention of minutes and the middle, which says the same."""
CHIME_LEAD_S = 1.0
"""Time from the chime at the end of a hold to the word that releases it."""
SWITCH_LEAD_S = 0.8


class Holding(Kind):
    """A position that is held."""

    def __init__(self, movement: HoldMovement, *, each_side: bool) -> None:
        self._movement = movement
        self._each_side = each_side

    @property
    def is_rest(self) -> bool:
        """Whether it is authored as a rest."""
        return self._movement.restful

    def dose(self, dosing: Dosing) -> Dose:
        """The length of each hold, its rounds, and the breath if it has one."""
        movement, pacing, item = self._movement, dosing.pacing, dosing.item
        hold_s = dosing.value(pacing.hold_s, item.hold_s, movement.hold_s, "s hold", "s hold")
        rounds = dosing.count(pacing.rounds, item.rounds, movement.rounds, "round", "rounds")
        breath = (pacing.breath or movement.breath) if movement.breath else None
        return Dose(hold_s=hold_s, rounds=rounds, breath=breath, notes=tuple(dosing.notes))

    def beats(self, guide: Guide) -> Iterator[Beat]:
        """Every round, and in it every side, with the rests between."""
        order = _order(guide)
        holds = [(number, side) for number in range(1, guide.dose.rounds + 1) for side in order]
        for index, (number, side) in enumerate(holds):
            place = Place(guide.stretch.id, side, number)
            if index:
                yield from _between(guide, place, index, switching=len(order) > 1)
            yield from _one_hold(guide, self._movement, place, index)

    def telling_tones(self, guide: Guide, *, most: bool) -> frozenset[ToneName]:  # noqa: ARG002 -- one hold is enough
        """The chime that stands for `hold`; a rest has none."""
        is_told = guide.pacing.words == "minimal" and guide.pacing.tones != "off" and not self._movement.restful
        return frozenset({ToneName.HOLD_START}) if is_told else frozenset()

    def dose_in_words(self, dose: Dose, book: Phrasebook) -> str:
        """`hold 20 s (20 to 30) a side, 3 rounds (2 to 3)`; a single round is not worth a word."""
        limits = self._movement.rounds
        held = book.show.hold.format(number=book.in_digits(dose.hold_s))
        held += limits_in_words(self._movement.hold_s, dose.hold_s, book)
        if self._each_side:
            held += f" {book.show.a_side}"
        if max(limits.max, dose.rounds) == 1:
            return held
        return f"{held}, {counted_dose(book.show.round, dose.rounds, limits, book)}"


def _order(guide: Guide) -> tuple[Side | None, ...]:
    if guide.stretch.sides.kind == "none":
        return (None,)
    return guide.first_side, guide.first_side.other


def _between(guide: Guide, place: Place, index: int, *, switching: bool) -> Iterator[Beat]:
    """From one hold to the next: a switch of sides, or a rest that says how many rounds are left."""
    wording, book = guide.wording, guide.wording.phrasebook
    if switching:
        yield Sound(ToneName.SWITCH, SWITCH_LEAD_S, place)
        if place.side is guide.first_side:
            yield from _rounds_left(guide, place)
        if guide.pacing.words != "minimal":
            yield from say(wording.choose(book.other_side, guide.number, index), Role.SWITCH, place)
        return
    yield from say(wording.choose(book.rest, guide.number, index), Role.INSTRUCT, place)
    yield from _rounds_left(guide, place)
    yield rest(guide.pacing.round_rest_s, place, SpanKind.REST, least_s=LEAST_SETTLE_S)


def _rounds_left(guide: Guide, place: Place) -> Iterator[Say]:
    """How many rounds are left, counting the one that begins here."""
    wording, book = guide.wording, guide.wording.phrasebook
    left = guide.dose.rounds - (place.repetition or 1) + 1
    if left == 1:
        yield from say(book.last_round, Role.REMAINING, place)
    else:
        yield from say(wording.phrase(book.rounds_left, count=left), Role.COUNT, place)


def _one_hold(guide: Guide, movement: HoldMovement, place: Place, index: int) -> Iterator[Beat]:
    pacing = guide.pacing
    familiarity = after(guide.familiarity, index)
    if not index:
        yield from guide.meaning(ToneName.HOLD_START, place)
    if place.side and pacing.words == "minimal":
        yield from _this_side(guide, movement, place)
    steps = [step for step in movement.prepare if step.at(familiarity) or pacing.words == "minimal"]
    # Arranging the other side takes its time at every setting of words: the rest of it follows the last step.
    spare_s = pacing.switch_s - sum(guide.settle_s(step) for step in steps) if index and place.side else 0.0
    offered_before = movement.balance or movement.restful
    if offered_before:
        yield from guide.level(familiarity, place)
    for step in steps:
        yield from guide.step(step, familiarity, place, Role.SETUP)
    if spare_s > 0.0:
        yield rest(spare_s, place)
    enter = guide.fill(movement.enter.at(familiarity), place.side)
    yield from moving(enter, Role.INSTRUCT, place, pacing.enter_s, pacing, between_s=movement.enter.between_s)
    if not offered_before:
        yield from guide.level(familiarity, place)
    if not (movement.restful and pacing.words == "minimal"):  # its chime would wake the listener
        yield from say(_holding(guide, movement, index), Role.HOLD, place)
    yield _hold(guide, movement, place, index)
    yield Sound(ToneName.HOLD_END, CHIME_LEAD_S, place)
    if pacing.words == "minimal":
        familiarity = Familiarity.BARE
    release = _worded(guide, movement.release, familiarity, index)
    words, between_s = guide.fill(release, place.side), movement.release.between_s
    yield from moving(words, Role.RELEASE, place, pacing.leave_s, pacing, between_s=between_s)


def _this_side(guide: Guide, movement: HoldMovement, place: Place) -> Iterator[Say]:
    """The side, for minimal words: in the barest words of the stretch that name it, or by its name alone."""
    bare = (part.bare for part in (*movement.prepare, movement.enter))
    named = next((words for words in bare if words and tokens_in(words) & SIDE_TOKENS), None)
    if named is None:
        yield from guide.this_side(place)
    else:
        yield from say(guide.fill(named, place.side), Role.SWITCH, place)


def _worded(guide: Guide, instruction: Instruction, familiarity: Familiarity, index: int) -> str:
    """An instruction for this familiarity; if in full, in one of its wordings."""
    if familiarity is not Familiarity.FULL:
        return instruction.at(familiarity)
    return guide.wording.choose((instruction.say, *instruction.also), guide.number, index)


def _holding(guide: Guide, movement: HoldMovement, index: int) -> str:
    """The words that start the clock; the first time they say how long the hold is."""
    wording, book = guide.wording, guide.wording.phrasebook
    if movement.restful:
        return wording.choose(book.rest_here, guide.number, index)
    if index == 0 and guide.new:
        length = wording.length(guide.dose.hold_s)
        return wording.phrase(wording.choose(book.hold_for, guide.number), length=length)
    return wording.choose(book.hold, guide.number, index)


def _hold(guide: Guide, movement: HoldMovement, place: Place, index: int) -> Hold:
    seconds = guide.dose.hold_s
    phases: tuple[Phase, ...] = ()
    if guide.dose.breath and (breaths := whole_breaths(seconds, guide.dose.breath)):
        count, breath = breaths
        phases = phases_of(breath) * count
    marks = tuple(_marks(guide, movement, place, index))
    return Hold(seconds, phases, marks, _countdown(guide), place, restful=movement.restful)


def _countdown(guide: Guide) -> Forms:
    # There is at least as much quiet as counting.
    longest = int(guide.dose.hold_s // 2)
    numbers = range(min(guide.pacing.countdown, longest), 0, -1)
    return tuple(guide.wording.phrase("{Number}.", number=number) for number in numbers)


def _marks(guide: Guide, movement: HoldMovement, place: Place, index: int) -> list[Mark]:
    """The cues inside a hold: a reminder, the middle, the end, and in long holds the minutes that are left."""
    return sorted(_unsorted_marks(guide, movement, place, index), key=lambda mark: mark.at_s)


def _unsorted_marks(guide: Guide, movement: HoldMovement, place: Place, index: int) -> Iterator[Mark]:
    wording, book = guide.wording, guide.wording.phrasebook
    seconds, countdown = guide.dose.hold_s, guide.pacing.countdown
    ending_at_s = seconds - (countdown or _last_breath_s(guide))
    reminds = seconds >= SHORTEST_TO_REMIND_S and ending_at_s >= REMIND_AT_S + APART_S
    if movement.remind and index < MOST_REMINDERS and reminds and guide.pacing.words == "full":
        reminder = movement.remind[index % len(movement.remind)]
        if wording.variation:
            reminder = wording.choose(movement.remind, index)
        yield Mark(REMIND_AT_S, (guide.fill(reminder, place.side),), Role.ENCOURAGE)
    yield from _to_go(guide, movement, index)
    if movement.restful:
        return
    if seconds >= SHORTEST_TO_HALVE_S and seconds / 2 + APART_S <= ending_at_s:
        # The word explains the chime the first time; from then on the chime says it alone.
        forms = (book.halfway,) if index == 0 and guide.new else ()
        yield Mark(seconds / 2, forms, Role.HALFWAY, tone=ToneName.HALFWAY)
    if not countdown and guide.dose.breath and seconds >= SHORTEST_TO_REMIND_S:
        yield Mark(ending_at_s, (wording.choose(book.one_more_breath, guide.number, index),), Role.REMAINING)


def _last_breath_s(guide: Guide) -> float:
    """How long before the end one more breath is announced: the length of a breath, but at most half of the hold."""
    breath_s = guide.dose.breath.total_s if guide.dose.breath else 0.0
    return min(breath_s, guide.dose.hold_s / 2)


def _to_go(guide: Guide, movement: HoldMovement, index: int) -> Iterator[Mark]:
    """How many minutes are left, said now and then in a long hold; more briefly once the listener knows it."""
    seconds, book = guide.dose.hold_s, guide.wording.phrasebook
    in_full = after(guide.familiarity, index) is Familiarity.FULL
    for minutes in MINUTES_SAID_IN_A_REST if movement.restful else MINUTES_SAID:
        at_s = seconds - 60.0 * minutes
        near_the_middle = not movement.restful and abs(at_s - seconds / 2) < FROM_THE_MIDDLE_S
        if seconds <= (RESTS_FROM_S if movement.restful else MINUTES_FROM_S) or at_s < SETTLED_S or near_the_middle:
            continue
        full, short = (
            (book.minute_to_go, book.minute_to_go_short)
            if minutes == 1
            else tuple(
                guide.wording.phrase(words, count=minutes) for words in (book.minutes_to_go, book.minutes_to_go_short)
            )
        )
        yield Mark(at_s, (full, short) if in_full else (short,), Role.REMAINING)
