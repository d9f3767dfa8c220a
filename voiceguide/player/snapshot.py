"""A snapshot of the player for other threads, and the Status that displays and remotes make of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from voiceguide.model.script import BREATH_PHASES, SpanKind
from voiceguide.player.status import Stage, Status
from voiceguide.player.transport import chapter_at

if TYPE_CHECKING:
    from voiceguide.model.timeline import Span, Timeline
    from voiceguide.player.score import Score
    from voiceguide.player.transport import Transport

STANDS_STILL_S: Final = 1.0
"""A player that has taken no snapshot for so long hangs in the sound device: its position stands still."""


class Snapshot(Struct, frozen=True):
    """Where a session stood at a moment."""

    score: Score
    transport: Transport
    is_moving: bool
    """Whether the position moves on with the clock."""
    taken_s: float
    """By time.monotonic()."""
    message: str

    def status(self) -> Status:
        """Where the session stands now."""
        timeline, at = self.score.timeline, self.transport.at
        if self.is_moving:
            passed_s = min(time.monotonic() - self.taken_s, STANDS_STILL_S)
            at = min(at + int(passed_s * timeline.rate_hz), timeline.length)
        return _status(self, timeline, at)


def _status(seen: Snapshot, timeline: Timeline[int], at: int) -> Status:
    number = chapter_at(timeline, at)
    chapter = timeline.chapters[number]
    coming = timeline.chapters[number + 1].title if number + 1 < len(timeline.chapters) else None
    cue = next((cue for cue in reversed(timeline.cues) if cue.tone is None and cue.start <= at), None)
    spans = [span for span in timeline.spans if span.start <= at < span.end]
    side = next((span.side for span in spans if span.side), cue.side if cue and cue.chapter == number else None)
    return Status(
        state=seen.transport.state,
        routine=timeline.routine,
        title=timeline.title,
        chapter=chapter.title,
        chapter_number=number + 1,
        chapters=len(timeline.chapters),
        stretch=chapter.stretch,
        side=str(side) if side else None,
        doing=cue.text if cue else "",
        coming=coming,
        position_s=at / timeline.rate_hz,
        length_s=timeline.duration_s,
        volume=seen.transport.volume,
        pace=seen.score.pacing.pace,
        words=seen.score.pacing.words,
        breath=next((_stage(span, at, timeline) for span in spans if span.kind in BREATH_PHASES), None),
        hold=next((_stage(span, at, timeline) for span in spans if span.kind is SpanKind.HOLD), None),
        message=seen.message,
    )


def _stage(span: Span[int], at: int, timeline: Timeline[int]) -> Stage:
    return Stage(str(span.kind), (at - span.start) / timeline.rate_hz, (span.end - span.start) / timeline.rate_hz)
