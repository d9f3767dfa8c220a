"""The time scale of an MP4's movie, changed after FFmpeg has written it (ISO 14496-12).

The sound counts in its own frames, the movie around it in a scale of its own. Where that scale is FFmpeg's usual
milliseconds, FFmpeg rounds so that a session may come out shorter than its sound. In a scale that fits frames nothing
is rounded, but mutagen before 1.48 reads the starts of chapters in any scale as if it were milliseconds. So the file
is written in the one scale, and brought into the other with every length rounded up: no frame is lost, and the sound
ends where its own count says.
"""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

_PER_SECOND: Final = 1000
_HOLDERS: Final = frozenset({b"moov", b"trak", b"edts"})
"""Boxes in which others lie that count in the scale of the movie."""
_WIDTHS: Final = (4, 8)
"""Bytes of a time, by the version of its box."""


class _Box(Struct):
    kind: bytes
    start: int
    """Of what is in it, in bytes of the file."""
    end: int


def count_in_milliseconds(file: IO[bytes]) -> None:
    """Change the movie of a finished MP4; nothing else moves."""
    end = file.seek(0, os.SEEK_END)
    scale = 0
    for box in _boxes(file, 0, end):
        if box.kind == b"mvhd":
            # Version and flags, made, changed, scale, length.
            width = _width(file, box)
            at = box.start + 4 + 2 * width
            scale = _number(file, at, 4)
            _put(file, at, 4, _PER_SECOND)
            _rescale(file, at + 4, width, scale)
        elif box.kind == b"tkhd":
            # Version and flags, made, changed, number, reserved, length.
            width = _width(file, box)
            _rescale(file, box.start + 4 + 2 * width + 8, width, scale)
        elif box.kind == b"elst":
            # Version and flags, count; of each its length, where in the sound it begins, and its rate.
            width = _width(file, box)
            for entry in range(_number(file, box.start + 4, 4)):
                _rescale(file, box.start + 8 + entry * (2 * width + 4), width, scale)
    file.seek(0, os.SEEK_END)


def _boxes(file: IO[bytes], start: int, end: int) -> Iterator[_Box]:
    """Those between two places, and what lies in them, in order."""
    while start < end:
        size, head = _number(file, start, 4), 8
        kind = file.read(4)
        if size == 1:
            size, head = _number(file, start + 8, 8), 16
        box = _Box(kind, start + head, start + size)
        yield box
        if kind in _HOLDERS:
            yield from _boxes(file, box.start, box.end)
        start = box.end


def _width(file: IO[bytes], box: _Box) -> int:
    return _WIDTHS[_number(file, box.start, 1)]


def _rescale(file: IO[bytes], at: int, width: int, scale: int) -> None:
    _put(file, at, width, -(-_number(file, at, width) * _PER_SECOND // scale))


def _number(file: IO[bytes], at: int, width: int) -> int:
    file.seek(at)
    return int.from_bytes(file.read(width), "big")


def _put(file: IO[bytes], at: int, width: int, number: int) -> None:
    file.seek(at)
    file.write(number.to_bytes(width, "big"))
