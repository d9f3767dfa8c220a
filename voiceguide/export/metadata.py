"""The tags, chapters and timed lines of an exported file."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable


class ChapterMark(Struct, frozen=True):
    """A chapter in seconds."""

    title: str
    start_s: float
    end_s: float


class TimedLine(Struct, frozen=True):
    """A sentence, or a sound in brackets, in seconds."""

    text: str
    start_s: float
    end_s: float


class Metadata(Struct, frozen=True, dict=True):
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
    draw: Callable[[], bytes] = bytes
    """Gives the cover, to any thread."""
    lines: tuple[TimedLine, ...] = ()
    """What is heard, for those who read along."""

    @functools.cached_property
    def cover(self) -> bytes:
        """A PNG; empty where there is none."""
        return self.draw()
