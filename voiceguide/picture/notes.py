"""Descriptions of what is drawn, for tooltips and for people who cannot see the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.picture.lettering import length
from voiceguide.units import clock

if TYPE_CHECKING:
    from voiceguide.model.timeline import Chapter, Cue, Span


def cue_note(cue: Cue, rate_hz: int) -> str:
    """A cue in words: its time, its role and its text."""
    side = f" ({cue.side})" if cue.side else ""
    return f"{clock(cue.start / rate_hz, 1)} {cue.role}{side}: {cue.text}"


def span_note(span: Span, rate_hz: int) -> str:
    """A span in words: its time, its kind and its length."""
    side = f" ({span.side})" if span.side else ""
    return f"{clock(span.start / rate_hz, 1)} {span.kind}{side}: {length((span.end - span.start) / rate_hz)}"


def chapter_note(chapter: Chapter, rate_hz: int) -> str:
    """A chapter in words: its time, its title and its length."""
    return f"{clock(chapter.start / rate_hz)} {chapter.title}, {clock((chapter.end - chapter.start) / rate_hz)} long"
