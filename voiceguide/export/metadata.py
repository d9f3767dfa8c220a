"""The tags, chapters and timed lines of an exported file."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable

_ISO_639_2: Final = {"en": "eng", "de": "deu", "fr": "fra", "es": "spa", "it": "ita", "nl": "nld", "pt": "por"}


class ChapterMark(Struct, frozen=True):
    """A chapter, with its times in seconds."""

    title: str
    start_s: float
    end_s: float


class TimedLine(Struct, frozen=True, gc=False):
    """A sentence, or a sound in brackets, with its times in seconds."""

    text: str
    start_s: float
    end_s: float


class Metadata(Struct, frozen=True, dict=True):
    """Everything that a file says about its sound."""

    title: str
    artist: str
    album: str
    comment: str
    language: str
    """ISO 639-1, two letters."""
    chapters: tuple[ChapterMark, ...]
    genre: str = "Speech"
    date: str = ""
    """The day it was made, as 2026-11-24; left out if empty."""
    draw: Callable[[], bytes] = bytes
    """Draws the cover, in any thread."""
    lines: tuple[TimedLine, ...] = ()
    """The words and sounds, for listeners who read along."""

    @property
    def language_639_2(self) -> str:
        """The ISO 639-2 code of the language, three letters, as tags have it; `und` for an unknown one."""
        return _ISO_639_2.get(self.language, "und")

    @functools.cached_property
    def cover(self) -> bytes:
        """The cover as a PNG; empty for none."""
        return self.draw()
