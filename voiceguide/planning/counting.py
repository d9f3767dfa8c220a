"""Phrasing of movements at the listener's own pace: shown once or twice in words, then counted aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.model.script import Place, Rest, Role, SpanKind
from voiceguide.planning.guiding import rest, say
from voiceguide.planning.wording import after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.model.script import Beat
    from voiceguide.model.stretch import CountMovement
    from voiceguide.planning.guiding import Guiding

LAST_FROM = 3
"""Repetitions from which on the last one is announced."""


def count_beats(guiding: Guiding, movement: CountMovement) -> Iterator[Beat]:
    """Preparation, the repetitions a `rep_s` apart from word to word, and the way back to stillness."""
    place = Place(guiding.stretch.id)
    for step in movement.prepare:
        yield from guiding.guide(step, guiding.familiarity, place, Role.INSTRUCT)
    count = guiding.dose.repetitions
    for repetition in range(1, count + 1):
        here = Place(guiding.stretch.id, guiding.side_of(repetition), repetition)
        yield from say(_words(guiding, movement, here), _role(guiding, here), here)
        seconds = movement.rep_s * guiding.pacing.settle_scale
        # Even from count to count, so it is no time that fitting may take from or add to.
        yield Rest(seconds, seconds, seconds, SpanKind.TRANSITION, here, least_quiet_s=seconds / 3)
    yield from say(guiding.fill(movement.finish.at(guiding.familiarity)), Role.RELEASE, place)
    yield rest(guiding.pacing.same_posture_s, place)


def _taught(guiding: Guiding, place: Place) -> bool:
    """Whether the movement itself is still said: the first time, for each side."""
    return guiding.pacing.words != "minimal" and (place.repetition or 1) <= (2 if place.side else 1)


def _role(guiding: Guiding, place: Place) -> Role:
    if _taught(guiding, place):
        return Role.INSTRUCT
    return Role.REMAINING if _is_last(guiding, place) else Role.COUNT


def _is_last(guiding: Guiding, place: Place) -> bool:
    return place.repetition == guiding.dose.repetitions >= LAST_FROM and not place.side


def _words(guiding: Guiding, movement: CountMovement, place: Place) -> str:
    if _taught(guiding, place):
        return guiding.fill(movement.move.at(guiding.familiarity), place.side)
    if _is_last(guiding, place):
        return guiding.wording.phrasebook.last_repetition
    if place.side:
        # With alternating sides the side is what one wants to hear.
        return guiding.fill(movement.move.at(after(guiding.familiarity, 2)), place.side)
    return f"{guiding.wording.number(place.repetition or 1).capitalize()}."
