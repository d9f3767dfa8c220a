"""Change the time scale of the movie in an MP4 that FFmpeg has written (ISO 14496-12).

The sound is timed in frames, and the movie around it in a time scale of its own. In milliseconds, FFmpeg's usual scale,
it rounds so that a session may become shorter than its sound. In a multiple of the sample rate nothing is rounded, but
mutagen before 1.48 reads the starts of chapters as milliseconds whatever the scale. So the file is written in the exact
scale, then converted to milliseconds with every length rounded up: no frame is lost.
"""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

_PER_SECOND: Final = 1000
_HOLDERS: Final = frozenset({b"moov", b"trak", b"edts"})
"""Boxes that contain other boxes with times in the scale of the movie."""
_WIDTHS: Final = (4, 8)
"""The bytes of a time, by the version of its box."""


class _Box(Struct):
    kind: bytes
    start: int
    """The byte of the file at which its content begins."""
    end: int


def count_in_milliseconds(file: IO[bytes]) -> None:
    """Change the time scale of a finished MP4 in place."""
    end = file.seek(0, os.SEEK_END)
    scale = 0
    for box in _boxes(file, 0, end):
        if box.kind == b"mvhd":
            # Version and flags, creation, modification, time scale, duration.
            width = _width(file, box)
            at = box.start + 4 + 2 * width
            scale = _number(file, at, 4)
            _put(file, at, 4, _PER_SECOND)
            _rescale(file, at + 4, width, scale)
        elif box.kind == b"tkhd":
            # Version and flags, creation, modification, track, reserved, duration.
            width = _width(file, box)
            _rescale(file, box.start + 4 + 2 * width + 8, width, scale)
        elif box.kind == b"elst":
            # Version and flags, count; for each entry its duration, its start in the media, and its rate.
            width = _width(file, box)
            for entry in range(_number(file, box.start + 4, 4)):
                _rescale(file, box.start + 8 + entry * (2 * width + 4), width, scale)
    file.seek(0, os.SEEK_END)


def _boxes(file: IO[bytes], start: int, end: int) -> Iterator[_Box]:
    """The boxes between two positions, and those inside them, in order."""
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
