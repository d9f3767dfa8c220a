"""Texts for caption files: on one line, and without anything that players take for markup or for a time."""

from __future__ import annotations

from typing import Final

_BACKSLASH: Final = {"\\": "\N{FULLWIDTH REVERSE SOLIDUS}"}
"""FFmpeg, and mpv with it, reads a backslash and an N as the end of a line in every format."""
_ANGLES: Final = {
    "<": "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
    ">": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
}
_WEB_VTT: Final = str.maketrans({**_BACKSLASH, "&": "&amp;", "<": "&lt;", ">": "&gt;"})
_SUB_RIP: Final = str.maketrans({**_BACKSLASH, **_ANGLES, "{": "(", "}": ")"})
_LRC: Final = str.maketrans({**_BACKSLASH, **_ANGLES, "[": "(", "]": ")"})


def one_line(text: str) -> str:
    """The text without line breaks, which would end a caption."""
    return " ".join(text.split())


def web_vtt_text(text: str) -> str:
    """The text with the escapes of WebVTT, which also keep `-->` from being read as a time."""
    return one_line(text).translate(_WEB_VTT)


def sub_rip_text(text: str) -> str:
    """The text without `-->`, and without the brackets and braces that are markup in SubRip: nothing can be escaped."""
    return one_line(text).replace("-->", "→").translate(_SUB_RIP)


def lrc_text(text: str) -> str:
    """The text without brackets, which enclose times and tags in LRC and cannot be escaped.

    FFmpeg, mpv and lrc-kit drop the text of a line such as `[00:01.00][start chime]`.
    """
    return one_line(text).translate(_LRC)
