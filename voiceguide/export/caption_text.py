"""Texts as the formats of captions carry them: on one line, and without what their readers take for markup or times."""

from __future__ import annotations

from typing import Final

_BACKSLASH: Final = {"\\": "\N{FULLWIDTH REVERSE SOLIDUS}"}
"""FFmpeg, and mpv with it, takes a backslash and an N for the end of a line, whatever the format."""
_ANGLES: Final = {
    "<": "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
    ">": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
}
_WEB_VTT: Final = str.maketrans({**_BACKSLASH, "&": "&amp;", "<": "&lt;", ">": "&gt;"})
_SUB_RIP: Final = str.maketrans({**_BACKSLASH, **_ANGLES, "{": "(", "}": ")"})
_LRC: Final = str.maketrans({**_BACKSLASH, **_ANGLES, "[": "(", "]": ")"})


def one_line(text: str) -> str:
    """A line break would end a caption, or a line of it."""
    return " ".join(text.split())


def web_vtt_text(text: str) -> str:
    """WebVTT has escapes, which keep `-->` from being read as a time too."""
    return one_line(text).translate(_WEB_VTT)


def sub_rip_text(text: str) -> str:
    """SubRip has none: angle brackets and braces are markup, `-->` stands between times."""
    return one_line(text).replace("-->", "→").translate(_SUB_RIP)


def lrc_text(text: str) -> str:
    """LRC has none: square brackets hold times and tags, angle brackets the times of words.

    FFmpeg, mpv and lrc-kit drop the text of a line such as `[00:01.00][start chime]`.
    """
    return one_line(text).translate(_LRC)
