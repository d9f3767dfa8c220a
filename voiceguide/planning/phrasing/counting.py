"""Phrasing of movements at the listener's own pace: described once or twice, then counted aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.model.script import Place, Rest, Role, Say, Sound, SpanKind, ToneName
from voiceguide.model.stretch import LEAST_SETTLE_S
from voiceguide.planning.phrasing.beats import moving, say
from voiceguide.planning.phrasing.dose import Dose
from voiceguide.planning.phrasing.dose_words import counted_dose
from voiceguide.planning.phrasing.kind import Kind
from voiceguide.planning.phrasing.wording import after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.language.phrasebook import Phrasebook
    from voiceguide.model.script import Beat
    from voiceguide.model.stretch import CountMovement, Instruction
    from voiceguide.planning.phrasing.dose import Dosing
    from voiceguide.planning.phrasing.guiding import Guide

SHOWN_S = 1.0
"""The part of the time from one cue to the next that it takes to say a number."""
LAST_FROM = 3
"""The fewest repetitions of which the last one is announced."""
SIDES_SAID = 4
"""The number of repetitions with alternating sides whose side is named; the others are ticks, with a number in the
middle."""
MIDDLE_FROM = 8
"""The fewest repetitions in whose middle the remaining number is said, if they are not counted aloud."""


class Counting(Kind):
    """A movement at the listener's own pace."""

    def __init__(self, movement: CountMovement) -> None:
        self._movement = movement

    def dose(self, dosing: Dosing) -> Dose:
        """Its repetitions."""
        return Dose(dosing.repetitions(self._movement.repetitions), notes=tuple(dosing.notes))

    def beats(self, guide: Guide) -> Iterator[Beat]:
        """Preparation, the repetitions evenly from one to the next, and the way back to stillness."""
        movement, place = self._movement, Place(guide.stretch.id)
        for step in movement.prepare:
            yield from guide.step(step, guide.familiarity, place, Role.INSTRUCT)
        yield from guide.level(guide.familiarity, place)
        for tone in sorted(_tones(guide, movement, guide.dose.repetitions)):
            yield from guide.meaning(tone, place)
        parts = 2 if movement.back else 1
        part_s = max(movement.rep_s * guide.pacing.settle_scale / parts, LEAST_SETTLE_S)
        # It takes longer to describe the movement than to say a number, and that leaves no time to do it.
        shown_s = max(part_s - SHOWN_S, LEAST_SETTLE_S)
        for repetition in range(1, guide.dose.repetitions + 1):
            here = Place(guide.stretch.id, guide.side_of(repetition), repetition)
            yield from _there(guide, movement, here)
            quiet_s = shown_s if _taught(guide, here) else LEAST_SETTLE_S
            yield _even(part_s, here, quiet_s)
            if movement.back:
                yield from _back(guide, movement.back, here)
                yield _even(part_s, here, quiet_s)
        words = guide.fill(movement.finish.at(guide.familiarity))
        yield from moving(words, Role.RELEASE, place, guide.pacing.same_posture_s, guide.pacing)

    def telling_tones(self, guide: Guide, *, most: bool) -> frozenset[ToneName]:
        """The tones of the way back and of repetitions without a word."""
        counts = self._movement.repetitions
        return _tones(guide, self._movement, counts.max if most else counts.min)

    def dose_in_words(self, dose: Dose, book: Phrasebook) -> str:
        """`10 repetitions (8 to 12), one every 4 s`."""
        times = counted_dose(book.show.repetition, dose.repetitions, self._movement.repetitions, book)
        return f"{times}, {book.show.every.format(seconds=book.in_digits(self._movement.rep_s))}"


def _tones(guide: Guide, movement: CountMovement, count: int) -> frozenset[ToneName]:
    """The tones that replace words in `count` repetitions of a movement."""
    if not guide.tones:
        return frozenset()
    sided = guide.side_of(1) is not None
    taught = 0 if guide.pacing.words == "minimal" else 2 if sided else 1
    found = {ToneName.RETURN} if movement.back and count > taught else set()
    # The last one is announced, and the middle one is a number.
    if sided and count > SIDES_SAID + 1:
        found.add(ToneName.TICK)
    return frozenset(found)


def _even(seconds: float, place: Place, quiet_s: float) -> Rest:
    """`seconds` from one cue to the next, which fitting may not change.

    At least `quiet_s` of it is quiet for the movement, so that long words draw it out.
    """
    return Rest(seconds, seconds, seconds, SpanKind.TRANSITION, place, least_quiet_s=quiet_s)


def _there(guide: Guide, movement: CountMovement, place: Place) -> Iterator[Say | Sound]:
    """The start of a repetition: at first the movement in words, then its side or number, then a tick."""
    wording, book = guide.wording, guide.wording.phrasebook
    number, count = place.repetition or 1, guide.dose.repetitions
    to_come = count - number + 1
    if _taught(guide, place):
        words = guide.fill(movement.move.at(guide.familiarity), place.side)
        yield from say(words, Role.INSTRUCT, place, settle_s=LEAST_SETTLE_S)
    elif to_come == 1 and count >= LAST_FROM:
        yield from say(book.last_repetition, Role.REMAINING, place)
    elif not place.side:
        yield from say(wording.phrase("{Number}.", number=number), Role.COUNT, place)
    elif count >= MIDDLE_FROM and 2 * to_come == count:
        words = wording.phrase(book.repetitions_to_go, count=to_come)
        yield from say(words, Role.REMAINING, place)
    elif number > SIDES_SAID and guide.tones:
        yield Sound(ToneName.TICK, 0.0, place)
    else:
        # With alternating sides the listener wants to hear the side.
        yield from say(guide.fill(movement.move.at(after(guide.familiarity, 2)), place.side), Role.COUNT, place)


def _back(guide: Guide, back: Instruction, place: Place) -> Iterator[Say | Sound]:
    """The way back: in words as long as the movement is in words, then a soft tone."""
    if _taught(guide, place):
        words = guide.fill(back.at(guide.familiarity), place.side)
        yield from say(words, Role.INSTRUCT, place, settle_s=LEAST_SETTLE_S)
    elif guide.tones:
        yield Sound(ToneName.RETURN, 0.0, place)
    else:
        yield from say(guide.fill(back.at(after(guide.familiarity, 2)), place.side), Role.COUNT, place)


def _taught(guide: Guide, place: Place) -> bool:
    """Whether the movement is described in words: the first time on each side."""
    return guide.pacing.words != "minimal" and (place.repetition or 1) <= (2 if place.side else 1)
