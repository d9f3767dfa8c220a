"""LRC, the timed lines that music players show: in a file beside the sound, and inside the tag of an MP3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.export.caption_text import lrc_text
from voiceguide.units import clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiceguide.export.metadata import TimedLine


def lrc_lines(lines: Iterable[TimedLine]) -> list[str]:
    """Every line with the time at which it begins."""
    return [f"[{lrc_time(line.start_s)}]{lrc_text(line.text)}" for line in lines]


def lrc_length(seconds: float) -> str:
    """A length in minutes and whole seconds."""
    return lrc_time(seconds).partition(".")[0]


def lrc_time(seconds: float) -> str:
    """A time in minutes, seconds and hundredths; the minutes may exceed 59, and even 99."""
    return clock(seconds, 2).zfill(len("00:00.00"))
