"""The MP3 frames of a background: encoded once, spliced in the order of its tape, and woven into every pause."""

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
    from voiceguide.sound.background import Background
    from voiceguide.sound.source import AudioSource
    from voiceguide.sound.tape import Tape

_CLEAR_FRAMES: Final = AHEAD_FRAMES
"""MP3 frames at each end of a pause that still depend on the sound beside it."""
_LEAST_FRAMES: Final = 8
"""The fewest MP3 frames of the background that are worth a fresh encoder."""
_LEADS_FRAMES: Final = (RUN_UP_FRAMES + 3, RUN_UP_FRAMES + 3 + _LEAST_FRAMES + 1)
"""MP3 frames before the end of a pause at which the next encoder starts. The second one is for when no frame of the
first can follow the background, and is the latest place where the background may begin."""
LEAST_PAUSE_FRAMES: Final = 2 * _CLEAR_FRAMES + _LEADS_FRAMES[0] + _LEAST_FRAMES + 1
"""The shortest pause, in MP3 frames, in which weaving gains anything."""
_LONG_FRAMES: Final = 60
"""From this length on the background has nearly always taken over by the middle of a pause."""
_KEPT_BLOCKS: Final = 8
"""How many pieces are kept, each as it lies between two others."""
_LONE_KBPS: Final = 32
_LONE_FRAMES: Final = 64
"""Frames of inaudible noise: it repeats after a second and a half."""
_LOST_FRAMES: Final = 12
"""About how many frames of a pause are lost before the background can follow the encoder, and the next encoder the
background (measured)."""


def usable_pauses(pauses: Iterable[tuple[int, int]], sizes: FrameFormat) -> list[tuple[int, int]]:
    """Pauses, in samples, as spans of the MP3 frames that depend on nothing outside of the pause."""
    samples = sizes.frame_samples
    return [(-(-start // samples) + _CLEAR_FRAMES, end // samples - _CLEAR_FRAMES) for start, end in pauses]


def saved_frames(pauses: Iterable[tuple[int, int]]) -> int:
    """About how many frames weaving would save from being encoded."""
    return sum(max(0, last - first - _LOST_FRAMES) for first, last in pauses)


class LoneFrames:
    """Frames for pauses in silence, or in noise that nobody hears.

    None of them needs the bits of another, so each can follow any.
    """

    middles: Final = ()

    def __init__(self, noise: Background | None, sizes: FrameFormat) -> None:
        self._noise = noise
        self._sizes = sizes

    def between(self, start: int, end: int) -> bytes:
        """The frames `[start, end)`."""
        return b"".join(self._frames[number % len(self._frames)] for number in range(start, end))

    @functools.cached_property
    def _frames(self) -> list[bytes]:
        return _noise_frames(self._noise, self._sizes) if self._noise else [silent_frame(self._sizes)]


def _noise_frames(noise: Background, sizes: FrameFormat) -> list[bytes]:
    # At half the bit rate: at the full one the encoder would fill each frame and the reservoir before it.
    smaller = replace(sizes, bit_rate_kbps=_LONE_KBPS)
    made = Lame(noise.recording, 0, smaller).taken(RUN_UP_FRAMES + _LONE_FRAMES)
    numbers = range(RUN_UP_FRAMES, RUN_UP_FRAMES + _LONE_FRAMES)
    return [alone(made, number, smaller, silent_frame(sizes)) for number in numbers]


class TapeFrames:
    """The MP3 frames of a tape, spliced from one run of an encoder for each piece.

    A run begins RUN_UP_FRAMES before its piece, with an empty reservoir, so that it can follow any other. It takes over
    at the border of its piece, or within the frames behind it in which all pieces sound alike.
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
        """Splice runs, each a few frames longer than its piece, in the order of a tape in MP3 frames.

        Returns None if some piece cannot follow another as the tape demands.
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
        """The first frame of the tape that is taken from the run of `step`."""
        if step == 0:
            return 0
        return self._tape.start_of(step) + self._late[self._tape.piece_of(step - 1), self._tape.piece_of(step)]

    def _step_at(self, number: int) -> int:
        """The step from whose run frame `number` of the tape is taken."""
        step = self._tape.step_at(number)
        return step if number >= self._begin_of(step) else step - 1

    def _made_block(self, before: int, piece: int, after: int, *, first: bool) -> bytes:
        """The frames of a piece between two others; they carry the data that the next piece keeps in its reservoir."""
        size = self._sizes.frame_bytes
        late = self._late[piece, after]
        begin = RUN_UP_FRAMES + (0 if first else self._late[before, piece])
        end = RUN_UP_FRAMES + self._tape.borders[piece + 1] - self._tape.borders[piece] + late
        block = bytearray(self._runs[piece][begin * size : end * size])
        in_front = self._runs[after][: (RUN_UP_FRAMES + late) * size]
        move_reservoir(in_front, block, self._sizes.reaches_back(self._runs[after], RUN_UP_FRAMES + late), self._sizes)
        return bytes(block)


class BackgroundFrames:
    """The MP3 frames of a background, and the pauses of the session that they may fill."""

    def __init__(self, tape: TapeFrames, pauses: list[tuple[int, int]], sizes: FrameFormat) -> None:
        self._tape = tape
        self._pauses = pauses
        self._sizes = sizes
        self.middles: Sequence[int] = [(first + last) // 2 for first, last in pauses if last - first >= _LONG_FRAMES]
        """Frames that very likely come from the background: good places to cut a session into parts."""

    def woven(self, source: AudioSource, start: int, end: int) -> bytes:
        """The frames `[start, end)` of `source`: from encoders, and in its pauses from the background."""
        woven = bytearray()
        encoder = Lame(source, start, self._sizes)
        for first, last in self._pauses_between(start + RESERVOIR_FRAMES, end):
            entry = self._entry(encoder, range(first, last - _LEADS_FRAMES[0] - _LEAST_FRAMES))
            if entry is None:
                continue  # the pause is too short: the encoder goes on through it
            following = self._exit(source, entry, last) if last < end else None
            if last < end and following is None:
                continue
            woven += encoder.taken(entry)
            reach = self._tape.reaches_back(entry)
            move_reservoir(self._between(entry - RESERVOIR_FRAMES, entry), woven, reach, self._sizes)
            if following is None:
                return bytes(woven + self._between(entry, end))
            frames, encoder = following
            woven += frames
        return bytes(woven + encoder.taken(end))

    def _pauses_between(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The pauses in `[start, end)`, clipped to it."""
        for first, last in self._pauses[bisect.bisect(self._pauses, start, key=lambda pause: pause[1]) :]:
            if first >= end:
                return
            yield max(first, start), min(last, end)

    def _entry(self, encoder: Lame, numbers: Iterable[int]) -> int | None:
        """The first of `numbers` at which the background can follow: the encoder's reservoir has room for its data."""
        for number in numbers:
            room = self._sizes.reaches_back(encoder.up_to(number + 1), number - encoder.first)
            if self._tape.reaches_back(number) <= room:
                return number
        return None

    def _exit(self, source: AudioSource, entry: int, last: int) -> tuple[bytes, Lame] | None:
        """The frames `[entry, last)`, and the encoder that goes on from there; None if no frame of it can follow."""
        for lead in _LEADS_FRAMES:
            begin = last - lead
            encoder = Lame(source, begin, self._sizes)
            frames = joined(self._between(begin, last), encoder.taken(last), self._sizes, RUN_UP_FRAMES, lead)
            if frames:
                return self._between(entry, begin) + frames, encoder
        return None

    def _between(self, start: int, end: int) -> bytes:
        """The frames `[start, end)` of the background."""
        return self._tape.between(start, end)
