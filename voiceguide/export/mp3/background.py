"""The MP3 frames of what goes on under a session: made once, spliced by its tape, and woven in wherever it rests."""

from __future__ import annotations

import bisect
import functools
import itertools
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from voiceguide.export.mp3.frames import AHEAD_FRAMES, RESERVOIR_FRAMES, RUN_UP_FRAMES, alone, joined, move_reservoir
from voiceguide.export.mp3.lame import Lame, silent_frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from voiceguide.export.mp3.frames import FrameFormat
    from voiceguide.sound.source import AudioSource, Ground
    from voiceguide.sound.tape import Tape

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
_KEPT_BLOCKS: Final = 8
"""Pieces that are held, as they lie between two others."""
_LONE_KBPS: Final = 32
_LONE_FRAMES: Final = 64
"""Of noise that nobody hears: they come again after a second and a half."""
_LOST_FRAMES: Final = 12
"""About what is lost of a rest until the ground can follow, and an encoder the ground (measured)."""


def usable_rests(rests: Iterable[tuple[int, int]], sizes: FrameFormat) -> list[tuple[int, int]]:
    """Rests, in samples, as spans of the MP3 frames that hear nothing else."""
    samples = sizes.frame_samples
    return [(-(-start // samples) + _CLEAR_FRAMES, end // samples - _CLEAR_FRAMES) for start, end in rests]


def saved_frames(rests: Iterable[tuple[int, int]]) -> int:
    """About how many frames need no encoder then."""
    return sum(max(0, last - first - _LOST_FRAMES) for first, last in rests)


def lone_frames(ground: Ground, start: int, end: int, sizes: FrameFormat) -> bytes:
    """The frames `[start, end)` of a ground without features, each of which stands for itself and follows any other."""
    frames = _lone_frames(ground, sizes)
    return b"".join(frames[number % len(frames)] for number in range(start, end))


@functools.lru_cache(maxsize=2)
def _lone_frames(ground: Ground, sizes: FrameFormat) -> list[bytes]:
    # At half the bit rate, or an encoder would fill the frames and those before them, too.
    smaller = replace(sizes, bit_rate_kbps=_LONE_KBPS)
    made = Lame(ground.recording, 0, smaller).taken(RUN_UP_FRAMES + _LONE_FRAMES)
    numbers = range(RUN_UP_FRAMES, RUN_UP_FRAMES + _LONE_FRAMES)
    return [alone(made, number, smaller, silent_frame(sizes)) for number in numbers]


class TapeFrames:
    """The MP3 frames of a tape, put together from runs of an encoder, one for each of its pieces.

    A run begins RUN_UP_FRAMES before its piece, with an empty reservoir, so that it can follow any other; it takes over
    at the border of the piece or up to some frames behind it, where all pieces sound alike.
    """

    def __init__(
        self, runs: Sequence[bytes], tape: Tape, late: Mapping[tuple[int, int], int], sizes: FrameFormat
    ) -> None:
        self._runs = runs
        self._tape = tape
        self._late = late
        self._sizes = sizes
        self._block = functools.lru_cache(maxsize=_KEPT_BLOCKS)(self._made_block)

    @classmethod
    def spliced(cls, runs: Sequence[bytes], tape: Tape, sizes: FrameFormat) -> TapeFrames | None:
        """From runs that hold some frames more than their pieces, and the tape in MP3 frames.

        None where a piece cannot follow another as the tape wants it.
        """
        late: dict[tuple[int, int], int] = {}
        for before, after in {*itertools.pairwise((*tape.order, tape.order[0]))}:
            length = tape.borders[before + 1] - tape.borders[before]
            room = min(tape.behind - AHEAD_FRAMES, len(runs[before]) // sizes.frame_bytes - RUN_UP_FRAMES - length)
            for count in range(room):
                used = sizes.reaches_back(runs[after], RUN_UP_FRAMES + count)
                if used <= sizes.reaches_back(runs[before], RUN_UP_FRAMES + length + count):
                    late[before, after] = count
                    break
            else:
                return None
        return cls(runs, tape, late, sizes)

    def reaches_back(self, number: int) -> int:
        """How many bytes before frame `number` of the tape its main data begin."""
        step = self._step_at(number)
        run = self._runs[self._tape.piece_of(step)]
        return self._sizes.reaches_back(run, RUN_UP_FRAMES + number - self._tape.start_of(step))

    def between(self, start: int, end: int) -> bytes:
        """The frames `[start, end)` of the tape."""
        size = self._sizes.frame_bytes
        frames = bytearray()
        while start < end:
            step = self._step_at(start)
            block = self._block(*(self._tape.piece_of(step + apart) for apart in (-1, 0, 1)), first=step == 0)
            begin = self._begin_of(step)
            frames += block[(start - begin) * size : (end - begin) * size]
            start = begin + len(block) // size
        return bytes(frames)

    def _begin_of(self, step: int) -> int:
        """The first frame of the tape that is one of the run of a step."""
        if step == 0:
            return 0
        return self._tape.start_of(step) + self._late[self._tape.piece_of(step - 1), self._tape.piece_of(step)]

    def _step_at(self, number: int) -> int:
        """The step whose run frame `number` of the tape is taken from."""
        step = self._tape.step_at(number)
        return step if number >= self._begin_of(step) else step - 1

    def _made_block(self, before: int, piece: int, after: int, *, first: bool) -> bytes:
        """The frames of a piece between two others, with room in them for what the second keeps there."""
        size = self._sizes.frame_bytes
        late = self._late[piece, after]
        begin = RUN_UP_FRAMES + (0 if first else self._late[before, piece])
        end = RUN_UP_FRAMES + self._tape.borders[piece + 1] - self._tape.borders[piece] + late
        block = bytearray(self._runs[piece][begin * size : end * size])
        in_front = self._runs[after][: (RUN_UP_FRAMES + late) * size]
        move_reservoir(in_front, block, self._sizes.reaches_back(self._runs[after], RUN_UP_FRAMES + late), self._sizes)
        return bytes(block)


class GroundFrames:
    """The MP3 frames of a ground, beginning with the first of the session, and the spans where they may stand."""

    def __init__(self, tape: TapeFrames, rests: list[tuple[int, int]], sizes: FrameFormat) -> None:
        self._tape = tape
        self._rests = rests
        self._sizes = sizes
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
            reach = self._tape.reaches_back(entry)
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
            if self._tape.reaches_back(number) <= room:
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
        return self._tape.between(start, end)
