"""LRC, the lines with times that music players show: as a file beside the sound, and inside an MP3's tag.

LRC writes its times in square brackets and has no way to escape them. FFmpeg, mpv and lrc-kit drop the text of a line
that begins with one, such as `[00:01.00][start chime]`, and take `<00:01.00>` for the time of a word. So texts carry
round brackets there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiceguide.export.about import TimedLine

_HARMLESS: Final = str.maketrans(
    {
        "[": "(",
        "]": ")",
        "<": "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
        ">": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
    }
)


def lrc_lines(lines: Iterable[TimedLine]) -> list[str]:
    """A line for each, with the time at which it begins."""
    return [f"[{_time(line.start_s)}]{lrc_text(line.text)}" for line in lines]


def lrc_text(text: str) -> str:
    """`text` on one line, without what LRC takes for its own signs."""
    return " ".join(text.split()).translate(_HARMLESS)


def lrc_length(seconds: float) -> str:
    """Minutes and whole seconds."""
    return _time(seconds).partition(".")[0]


def _time(seconds: float) -> str:
    """Minutes, seconds and hundredths; the minutes go beyond 59, and beyond 99."""
    hundredths = round(seconds * 100)
    return f"{hundredths // 6000:02}:{hundredths // 100 % 60:02}.{hundredths % 100:02}"
