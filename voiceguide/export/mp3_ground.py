"""The MP3 frames of what goes round under a session: made once, and woven into it wherever it rests."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING, Final

from voiceguide.export.lame import Lame
from voiceguide.export.mp3_frames import AHEAD_FRAMES, RESERVOIR_FRAMES, RUN_UP_FRAMES, joined, move_reservoir

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiceguide.export.mp3_frames import FrameFormat
    from voiceguide.sound.source import AudioSource

_CLEAR_FRAMES: Final = AHEAD_FRAMES
"""MP3 frames at both ends of a rest that hear what is around it."""
_LEAST_FRAMES: Final = 8
"""MP3 frames of the ground that are worth a fresh encoder."""
_LEADS_FRAMES: Final = (RUN_UP_FRAMES + 3, RUN_UP_FRAMES + 3 + _LEAST_FRAMES + 1)
"""MP3 frames before the end of a rest at which an encoder is begun: the second where no frame of the first can follow
the ground. It is where the ground begins at the latest."""
LEAST_REST_FRAMES: Final = 2 * _CLEAR_FRAMES + _LEADS_FRAMES[0] + _LEAST_FRAMES + 1
"""The shortest rest, in MP3 frames, in which anything is gained."""
_LONG_FRAMES: Final = 60
"""A rest is long if by its middle the ground has taken over, as a rule."""
_LOST_FRAMES: Final = 12
"""About what is lost of a rest until the ground can follow, and an encoder the ground (measured)."""


def closed(frames: bytes, period: int, sizes: FrameFormat) -> bytes | None:
    """The first `period` frames as a ring, in which the first follows the last; None where they cannot be joined.

    `frames` are those of a fresh encoder, some more than a period of a sound that comes round after it.
    """
    size = sizes.frame_bytes
    for number in range(RUN_UP_FRAMES, len(frames) // size - period):
        reach = sizes.reaches_back(frames, number)
        if reach <= sizes.reaches_back(frames, period + number):
            ring = bytearray(frames[number * size : (period + number) * size])
            move_reservoir(frames[: number * size], ring, reach, sizes)
            turn = (period - number) * size
            return bytes(ring[turn:] + ring[:turn])
    return None


def usable_rests(rests: Iterable[tuple[int, int]], sizes: FrameFormat) -> list[tuple[int, int]]:
    """Rests, in samples, as spans of the MP3 frames that hear nothing else."""
    samples = sizes.frame_samples
    return [(-(-start // samples) + _CLEAR_FRAMES, end // samples - _CLEAR_FRAMES) for start, end in rests]


def saved_frames(rests: Iterable[tuple[int, int]]) -> int:
    """About how many frames need no encoder then."""
    return sum(max(0, last - first - _LOST_FRAMES) for first, last in rests)


class GroundFrames:
    """One round of MP3 frames, beginning with the first of the session, and the spans where they may stand."""

    def __init__(self, ring: bytes, rests: list[tuple[int, int]], sizes: FrameFormat) -> None:
        self._ring = ring
        self._rests = rests
        self._sizes = sizes
        self._period = len(ring) // sizes.frame_bytes
        self.middles = [(first + last) // 2 for first, last in rests if last - first >= _LONG_FRAMES]
        """Frames at which the ground is very likely what sounds."""

    def woven(self, source: AudioSource, start: int, end: int) -> bytes:
        """The frames `[start, end)` of `source`: a fresh encoder's, and in its rests those of the ground."""
        woven = bytearray()
        encoder = Lame(source, start, self._sizes)
        for first, last in self._rests_between(start + RESERVOIR_FRAMES, end):
            entry = self._entry(encoder, range(first, last - _LEADS_FRAMES[0] - _LEAST_FRAMES))
            if entry is None:
                continue  # it is too short, or the encoder goes on through it
            left = self._left(source, entry, last) if last < end else None
            if last < end and left is None:
                continue
            woven += encoder.taken(entry)
            reach = self._sizes.reaches_back(self._ring, entry % self._period)
            move_reservoir(self._between(entry - RESERVOIR_FRAMES, entry), woven, reach, self._sizes)
            if left is None:
                return bytes(woven + self._between(entry, end))
            frames, encoder = left
            woven += frames
        return bytes(woven + encoder.taken(end))

    def _rests_between(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """What lies of them there."""
        for first, last in self._rests[bisect.bisect(self._rests, start, key=lambda rest: rest[1]) :]:
            if first >= end:
                return
            yield max(first, start), min(last, end)

    def _entry(self, encoder: Lame, numbers: Iterable[int]) -> int | None:
        """The first of these frames for which the reservoir of the encoder has the room that the ground's has used."""
        for number in numbers:
            room = self._sizes.reaches_back(encoder.up_to(number + 1), number - encoder.first)
            if self._sizes.reaches_back(self._ring, number % self._period) <= room:
                return number
        return None

    def _left(self, source: AudioSource, entry: int, last: int) -> tuple[bytes, Lame] | None:
        """The frames `[entry, last)`, and the encoder that follows; None where none of its first can follow."""
        for lead in _LEADS_FRAMES:
            begin = last - lead
            encoder = Lame(source, begin, self._sizes)
            frames = joined(self._between(begin, last), encoder.taken(last), self._sizes, RUN_UP_FRAMES, lead)
            if frames:
                return self._between(entry, begin) + frames, encoder
        return None

    def _between(self, start: int, end: int) -> bytes:
        """The frames `[start, end)` of the ground."""
        size = self._sizes.frame_bytes
        at, length = start % self._period * size, (end - start) * size
        return (self._ring * (1 + (at + length) // len(self._ring)))[at : at + length]
