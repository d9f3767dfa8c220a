"""Reading a Score at a frame: the Status that displays and remotes show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.model.script import BREATH_PHASES, SpanKind
from voiceguide.player.status import Stage, Status
from voiceguide.player.transport import chapter_at

if TYPE_CHECKING:
    from voiceguide.model.timeline import Span, Timeline
    from voiceguide.player.score import Score
    from voiceguide.player.transport import Transport


def status_of(score: Score, transport: Transport, message: str = "") -> Status:
    """How a session stands at `transport.at`."""
    timeline, at = score.timeline, transport.at
    number = chapter_at(timeline, at)
    chapter = timeline.chapters[number]
    coming = timeline.chapters[number + 1].title if number + 1 < len(timeline.chapters) else None
    cue = next((cue for cue in reversed(timeline.cues) if cue.tone is None and cue.start <= at), None)
    spans = [span for span in timeline.spans if span.start <= at < span.end]
    side = next((span.side for span in spans if span.side), cue.side if cue and cue.chapter == number else None)
    return Status(
        state=transport.state,
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
        volume=transport.volume,
        pace=score.pacing.pace,
        words=score.pacing.words,
        breath=next((_stage(span, at, timeline) for span in spans if span.kind in BREATH_PHASES), None),
        hold=next((_stage(span, at, timeline) for span in spans if span.kind is SpanKind.HOLD), None),
        message=message,
    )


def _stage(span: Span[int], at: int, timeline: Timeline[int]) -> Stage:
    return Stage(str(span.kind), (at - span.start) / timeline.rate_hz, (span.end - span.start) / timeline.rate_hz)
