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
class TimedLine:
    """A sentence, or a sound in brackets, in seconds."""

    text: str
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
    genre: str = "Speech"
    date: str = ""
    """The day it was made, as 2026-11-24; empty leaves it out."""
    cover: bytes = b""
    """A PNG; empty leaves it out."""
    lines: tuple[TimedLine, ...] = ()
    """What is heard, for those who read along."""
