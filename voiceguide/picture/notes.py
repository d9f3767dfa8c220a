"""What is drawn, in words: for a pointer over it, and for who cannot see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.picture.lettering import length
from voiceguide.units import clock

if TYPE_CHECKING:
    from voiceguide.model.timeline import Chapter, Cue, Span


def cue_note(cue: Cue, rate_hz: int) -> str:
    """A cue in words: when, what for, and what is said."""
    side = f" ({cue.side})" if cue.side else ""
    return f"{clock(cue.start / rate_hz, 1)} {cue.role}{side}: {cue.text}"


def span_note(span: Span, rate_hz: int) -> str:
    """A span in words: when, what and for how long."""
    side = f" ({span.side})" if span.side else ""
    return f"{clock(span.start / rate_hz, 1)} {span.kind}{side}: {length((span.end - span.start) / rate_hz)}"


def chapter_note(chapter: Chapter, rate_hz: int) -> str:
    """A chapter in words: when, its title and how long it is."""
    return f"{clock(chapter.start / rate_hz)} {chapter.title}, {clock((chapter.end - chapter.start) / rate_hz)} long"
