"""What a file says about itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChapterMark:
    """A chapter in seconds."""

    title: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class About:
    """Tags and chapters."""

    title: str
    artist: str
    album: str
    comment: str
    language: str
    """ISO 639-1, two letters."""
    chapters: tuple[ChapterMark, ...]
