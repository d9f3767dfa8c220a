"""The close: the routine's last words, or words that fit any position; quiet if the session ends in sleep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.model.script import Role, Sound, SpanKind, ToneName
from voiceguide.model.stretch import LEAST_SETTLE_S, Position
from voiceguide.planning.phrasing.beats import rest, say, settled
from voiceguide.planning.phrasing.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.model.pacing import Pacing
    from voiceguide.model.routine import Routine
    from voiceguide.model.script import Beat
    from voiceguide.planning.phrasing.wording import Wording

END_REST_S = 3.5
"""Quiet after the end chime, for it to ring out."""
ASLEEP_S = 20.0
"""Quiet that replaces the closing words if the session ends in sleep, while all sound fades out."""


def close_beats(routine: Routine, pacing: Pacing, wording: Wording) -> Iterator[Beat]:
    """The end of a session."""
    if pacing.of_routine(sleep=routine.sleep).sleep:
        yield from _beats_of_sleep(routine, pacing, wording)
        return
    yield from _closing_words(routine, pacing, wording)
    yield Sound(ToneName.END, END_REST_S)


def _closing_words(routine: Routine, pacing: Pacing, wording: Wording) -> Iterator[Beat]:
    if routine.close is None:
        yield from _any_close(routine, pacing, wording)
        return
    for closing in routine.close:
        if pacing.words == "minimal" and not closing.always:
            continue
        yield from say(wording.choose((closing.say, *closing.also)), Role.CLOSE, settle_s=LEAST_SETTLE_S)
        yield rest(settled(closing.settle_s, pacing), kind=SpanKind.REST)


def _any_close(routine: Routine, pacing: Pacing, wording: Wording) -> Iterator[Beat]:
    """Closing words that fit any position: the routine's own belong to a stretch that is left out."""
    book = wording.phrasebook
    if pacing.words != "minimal":
        yield from say(wording.choose(book.close), Role.CLOSE, settle_s=LEAST_SETTLE_S)
    if routine.stretches[-1].position in {Position.SUPINE, Position.PRONE}:
        yield from say(book.close_lying, Role.CLOSE, settle_s=LEAST_SETTLE_S)
    yield rest(pacing.same_posture_s, kind=SpanKind.REST)


def _beats_of_sleep(routine: Routine, pacing: Pacing, wording: Wording) -> Iterator[Beat]:
    """Quiet. If the last stretch is not a rest, the closing words lead out of it first."""
    if not kind_of(routine.stretches[-1]).is_rest and pacing.words != "minimal":
        yield from _closing_words(routine, pacing, wording)
    yield rest(ASLEEP_S, kind=SpanKind.REST)
