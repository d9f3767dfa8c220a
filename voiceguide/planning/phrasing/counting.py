"""Phrasing of movements at the listener's own pace: shown once or twice in words, then counted aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.model.script import Place, Rest, Role, Say, Sound, SpanKind, ToneName
from voiceguide.model.stretch import LEAST_SETTLE_S
from voiceguide.planning.phrasing.guiding import moving, say
from voiceguide.planning.phrasing.wording import after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.model.script import Beat
    from voiceguide.model.stretch import CountMovement, Instruction
    from voiceguide.planning.phrasing.guiding import Guiding

SHOWN_S = 1.0
"""Of the time from one cue to the next, what a number takes to be said."""
LAST_FROM = 3
"""Repetitions from which on the last one is announced."""
SIDES_SAID = 4
"""Repetitions with alternating sides that are called by their side; the rest are ticks, and a number in the middle."""
MIDDLE_FROM = 8
"""Repetitions from which on it is said in their middle how many are to come, where they are not counted aloud."""


def count_beats(guiding: Guiding, movement: CountMovement) -> Iterator[Beat]:
    """Preparation, the repetitions evenly from one to the next, and the way back to stillness."""
    place = Place(guiding.stretch.id)
    for step in movement.prepare:
        yield from guiding.guide(step, guiding.familiarity, place, Role.INSTRUCT)
    yield from guiding.level(guiding.familiarity, place)
    for tone in sorted(count_tones(guiding, movement, guiding.dose.repetitions)):
        yield from guiding.meaning(tone, place)
    parts = 2 if movement.back else 1
    part_s = max(movement.rep_s * guiding.pacing.settle_scale / parts, LEAST_SETTLE_S)
    # The movement is shown in more words than a number: what it takes to say them is no time to do it.
    shown_s = max(part_s - SHOWN_S, LEAST_SETTLE_S)
    for repetition in range(1, guiding.dose.repetitions + 1):
        here = Place(guiding.stretch.id, guiding.side_of(repetition), repetition)
        yield from _there(guiding, movement, here)
        quiet_s = shown_s if _taught(guiding, here) else LEAST_SETTLE_S
        yield _even(part_s, here, quiet_s)
        if movement.back:
            yield from _back(guiding, movement.back, here)
            yield _even(part_s, here, quiet_s)
    words = guiding.fill(movement.finish.at(guiding.familiarity))
    yield from moving(words, Role.RELEASE, place, guiding.pacing.same_posture_s, guiding.pacing)


def count_tones(guiding: Guiding, movement: CountMovement, count: int) -> frozenset[ToneName]:
    """The tones that `count` repetitions of a movement speak through, once its words are known."""
    if not guiding.tones:
        return frozenset()
    sided = guiding.side_of(1) is not None
    taught = 0 if guiding.pacing.words == "minimal" else 2 if sided else 1
    found = {ToneName.RETURN} if movement.back and count > taught else set()
    # The last ones are announced, and the middle one is a number.
    if sided and count > SIDES_SAID + 1:
        found.add(ToneName.TICK)
    return frozenset(found)


def _even(seconds: float, place: Place, quiet_s: float) -> Rest:
    """`seconds` from one cue to the next: so it is no time that fitting may take from or add to.

    `quiet_s` of it are for the movement: words that are long for it draw it out.
    """
    return Rest(seconds, seconds, seconds, SpanKind.TRANSITION, place, least_quiet_s=quiet_s)


def _there(guiding: Guiding, movement: CountMovement, place: Place) -> Iterator[Say | Sound]:
    """What a repetition begins with: the movement, then its side or number, then a tick."""
    wording, book = guiding.wording, guiding.wording.phrasebook
    number, count = place.repetition or 1, guiding.dose.repetitions
    to_come = count - number + 1
    if _taught(guiding, place):
        words = guiding.fill(movement.move.at(guiding.familiarity), place.side)
        yield from say(words, Role.INSTRUCT, place, settle_s=LEAST_SETTLE_S)
    elif to_come == 1 and count >= LAST_FROM:
        yield from say(book.last_repetition, Role.REMAINING, place)
    elif not place.side:
        yield from say(wording.phrase("{Number}.", number=number), Role.COUNT, place)
    elif count >= MIDDLE_FROM and 2 * to_come == count:
        words = wording.phrase(book.repetitions_to_go, count=to_come)
        yield from say(words, Role.REMAINING, place)
    elif number > SIDES_SAID and guiding.tones:
        yield Sound(ToneName.TICK, 0.0, place)
    else:
        # With alternating sides the side is what one wants to hear.
        yield from say(guiding.fill(movement.move.at(after(guiding.familiarity, 2)), place.side), Role.COUNT, place)


def _back(guiding: Guiding, back: Instruction, place: Place) -> Iterator[Say | Sound]:
    """The way back: in words as long as the movement is, then a soft tone."""
    if _taught(guiding, place):
        words = guiding.fill(back.at(guiding.familiarity), place.side)
        yield from say(words, Role.INSTRUCT, place, settle_s=LEAST_SETTLE_S)
    elif guiding.tones:
        yield Sound(ToneName.RETURN, 0.0, place)
    else:
        yield from say(guiding.fill(back.at(after(guiding.familiarity, 2)), place.side), Role.COUNT, place)


def _taught(guiding: Guiding, place: Place) -> bool:
    """Whether the movement itself is still said: the first time, for each side."""
    return guiding.pacing.words != "minimal" and (place.repetition or 1) <= (2 if place.side else 1)
