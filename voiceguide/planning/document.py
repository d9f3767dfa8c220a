"""The Timeline as a document: what `plan --json` prints, format `voiceguide.timeline/1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from voiceguide.model.pacing import Pacing
    from voiceguide.model.timeline import Timeline

FORMAT: Final = "voiceguide.timeline/1"
_DECIMALS: Final = 3


def timeline_document(timeline: Timeline, pacing: Pacing, voice: str) -> dict[str, Any]:
    """Plain data for JSON. Times are seconds to the millisecond; `duration_s` is exact."""

    def seconds(frames: int) -> float:
        return round(frames / timeline.rate_hz, _DECIMALS)

    return {
        "format": FORMAT,
        "routine": timeline.routine,
        "title": timeline.title,
        "language": timeline.language,
        "voice": voice,
        "sample_rate_hz": timeline.rate_hz,
        "duration_s": timeline.duration_s,
        "pacing": pacing.model_dump(mode="json"),
        "chapters": [
            {
                "title": chapter.title,
                "start_s": seconds(chapter.start),
                "end_s": seconds(chapter.end),
                "stretch": chapter.stretch,
            }
            for chapter in timeline.chapters
        ],
        "cues": [
            {
                "kind": cue.kind,
                "role": cue.role,
                "text": cue.text,
                "start_s": seconds(cue.start),
                "end_s": seconds(cue.end),
                "stretch": cue.stretch,
                "side": cue.side,
                "repetition": cue.repetition,
                "chapter": cue.chapter,
            }
            for cue in timeline.cues
        ],
        "spans": [
            {
                "kind": span.kind,
                "start_s": seconds(span.start),
                "end_s": seconds(span.end),
                "stretch": span.stretch,
                "side": span.side,
                "repetition": span.repetition,
            }
            for span in timeline.spans
        ],
        "notes": list(timeline.notes),
    }
