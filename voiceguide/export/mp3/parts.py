"""A source as MP3 frames, encoded in parts side by side.

A session is mostly rest. Where that is silence, frames without content stand for it: in silence an encoder carries
nothing over from one frame to the next, so they join into what one encoder would have made. Where a sound goes on,
parts overlap, and are joined at a frame where the bit reservoir allows it. So are the frames of a bed, which are made
once for every rest that it fills alone.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from voiceguide.export.mp3.background import (
    LEAST_REST_FRAMES,
    GroundFrames,
    TapeFrames,
    lone_frames,
    saved_frames,
    usable_rests,
)
from voiceguide.export.mp3.frames import AHEAD_FRAMES, RESERVOIR_FRAMES, RUN_UP_FRAMES, joined, move_reservoir
from voiceguide.export.mp3.lame import Lame, silent_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from voiceguide.export.mp3.frames import FrameFormat
    from voiceguide.sound.source import AudioSource, Ground

PART_S: Final = 20.0
"""About how long a part is: short enough to share out evenly and to hold little in memory."""
ENCODER_DELAY: Final = 576
"""Samples that LAME puts in front (ENCDELAY); decoders drop them by the header ..."""
DECODER_DELAY: Final = 529
"""... and these of their own."""
_SILENT_FRAMES: Final = AHEAD_FRAMES + 1
"""MP3 frames of silence on each side of what is left out: what the encoder has heard of it already, and one more."""
_LEAST_SKIPPED: Final = 8
"""MP3 frames of silence, beyond those, that are worth leaving out."""
_OVERRUN_FRAMES: Final = 40
"""MP3 frames behind a cut in the middle of a sound that the encoder before it makes too: somewhere among them the two
can be joined."""
_LONGEST_ROUND_S: Final = 600.0
"""What goes round is encoded before anything else, and held in memory."""
_LATER_FRAMES: Final = (0, 4, 9, 16, 25)
"""How much later than planned a part is begun until one of its frames can follow (measured: one in 2,000 is late)."""


class NoJointError(Exception):
    """Two runs of frames that cannot be joined anywhere near their border; not seen yet."""


class Piece(Struct, frozen=True):
    """A span of the source in MP3 frames: sound to encode, or nothing."""

    start: int
    end: int
    sounding: bool
    goes_on: bool = False
    """Whether it begins in the middle of the sound that the piece before ends in."""
    is_gone_on_with: bool = False
    """Whether it ends in the middle of a sound."""


def encoded(source: AudioSource, sizes: FrameFormat) -> Iterator[tuple[int, bytes]]:
    """The encoded parts in order, each with the frame of the source at which it ends.

    At most two parts a thread are under way, so memory does not grow with the length. NoJointError where two of them
    do not fit together.
    """
    held = b""
    ground = _ground_frames(source, sizes)
    for part, made in _runs(source, sizes, ground):
        frames = made
        if part[0].goes_on:
            frames = _continued(held, made, functools.partial(_run, source, part, sizes, ground), sizes)
        keep = (RUN_UP_FRAMES + _OVERRUN_FRAMES) * sizes.frame_bytes if part[-1].is_gone_on_with else 0
        held = frames[len(frames) - keep :]
        yield min(part[-1].end * sizes.frame_samples, source.length), frames[: len(frames) - keep]


def _continued(held: bytes, made: bytes, again: Callable[[int], bytes], sizes: FrameFormat) -> bytes:
    """Frames of the part before, from its border on, joined with those of a part.

    `again` makes the latter anew, beginning so many frames later: another reservoir may fit where the first did not.
    """
    last = RUN_UP_FRAMES + _OVERRUN_FRAMES
    for late in _LATER_FRAMES:
        skipped = late * sizes.frame_bytes
        frames = again(late) if late else made
        if joint := joined(held[skipped:], frames, sizes, RUN_UP_FRAMES, last - late):
            return held[:skipped] + joint
    raise NoJointError


def encoded_in_one(source: AudioSource, sizes: FrameFormat) -> Iterator[tuple[int, bytes]]:
    """The same by a single encoder: slower, and never at a loss for a joint."""
    end = _frames_of(source, sizes)
    step = round(PART_S * source.rate_hz) // sizes.frame_samples
    encoder = Lame(source, 0, sizes)
    while encoder.first < end:
        number = min(encoder.first + step, end)
        yield min(number * sizes.frame_samples, source.length), encoder.taken(number)


def pieces(source: AudioSource, sizes: FrameFormat, ground: GroundFrames | None) -> Iterator[Piece]:
    """The source as pieces of sound, each with some silence around it, and the silence between."""
    at, samples = 0, sizes.frame_samples
    passed_over = source.ground is None or source.ground.is_featureless
    silences = source.rests((2 * _SILENT_FRAMES + _LEAST_SKIPPED) * samples) if passed_over else ()
    for start, end in silences:
        first = -(-start // samples) + _SILENT_FRAMES
        last = end // samples - _SILENT_FRAMES
        if end < source.length:
            yield from _cut(at, first, sizes)
            yield Piece(first, last, sounding=False)
            at = last
    yield from _cut(at, _frames_of(source, sizes), sizes, ground.middles if ground else ())


def _cut(start: int, end: int, sizes: FrameFormat, calm: Sequence[int] = ()) -> Iterator[Piece]:
    """A sound, in even pieces where it is so long that several threads should share it, or memory would hold it all.

    Where one of the frames of `calm`, in order, is not far it is cut there: the reservoir is full then.
    """
    about = round(PART_S * sizes.rate_hz) // sizes.frame_samples
    share = (end - start) // max(1, round((end - start) / about))
    at = start
    while end - at >= share + share // 2 + _OVERRUN_FRAMES:
        near = calm[bisect.bisect(calm, at + share // 2) : bisect.bisect(calm, at + share + share // 2)]
        to = min(near, key=lambda frame: abs(frame - at - share), default=at + share)
        yield Piece(at, to, sounding=True, goes_on=at > start, is_gone_on_with=True)
        at = to
    yield Piece(at, end, sounding=True, goes_on=at > start)


def parts(pieces: Iterable[Piece], sizes: FrameFormat) -> Iterator[list[Piece]]:
    """Pieces gathered until a part is long enough to be worth a thread's while; sounds go on only over its edges."""
    part: list[Piece] = []
    for piece in pieces:
        part.append(piece)
        if piece.is_gone_on_with or (piece.end - part[0].start) * sizes.frame_samples >= PART_S * sizes.rate_hz:
            yield part
            part = []
    if part:
        yield part


def _frames_of(source: AudioSource, sizes: FrameFormat) -> int:
    """All frames there are: what the encoder holds back comes out behind, but no frame more than that takes."""
    return -(-(source.length + ENCODER_DELAY + DECODER_DELAY) // sizes.frame_samples)


def _runs(
    source: AudioSource, sizes: FrameFormat, ground: GroundFrames | None
) -> Iterator[tuple[Sequence[Piece], bytes]]:
    """Every part with its frames, encoded side by side, in order."""
    threads = os.cpu_count() or 1
    waiting: deque[tuple[Sequence[Piece], Future[bytes]]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="mp3")
    try:
        for part in parts(pieces(source, sizes, ground), sizes):
            waiting.append((part, pool.submit(_run, source, part, sizes, ground)))
            if len(waiting) >= 2 * threads:
                first, run = waiting.popleft()
                yield first, run.result()
        for first, run in waiting:
            yield first, run.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _run(
    source: AudioSource, part: Sequence[Piece], sizes: FrameFormat, ground: GroundFrames | None, late: int = 0
) -> bytes:
    """The frames of a part; where a sound goes on over its edges, more than those that fill it.

    It begins `late` frames later than it should.
    """
    start = part[0].start + late - (RUN_UP_FRAMES if part[0].goes_on else 0)
    end = part[-1].end + (_OVERRUN_FRAMES if part[-1].is_gone_on_with else 0)
    if ground:
        return ground.woven(source, start, end)
    frames = bytearray()
    encoder = Lame(source, start, sizes)
    for piece in part:
        if piece.sounding:
            frames += encoder.taken(end if piece is part[-1] else piece.end)
        else:
            _pass_over(encoder, piece.end, frames, sizes, source.ground)
    return bytes(frames)


def _pass_over(encoder: Lame, number: int, frames: bytearray, sizes: FrameFormat, ground: Ground | None) -> None:
    """Let the encoder hear nothing up to frame `number`, and put as much behind `frames`, which it has made.

    The last frames are without content, so that the next sound finds room in them for its data.
    """
    before = bytes(frames[-RESERVOIR_FRAMES * sizes.frame_bytes :])
    if ground:
        frames += lone_frames(ground, encoder.first, number - RESERVOIR_FRAMES, sizes)
        frames += silent_frame(sizes) * RESERVOIR_FRAMES
    else:
        frames += silent_frame(sizes) * (number - encoder.first)
    following = encoder.skipped(number)
    move_reservoir(before, frames, sizes.reaches_back(following, 0), sizes)


def _ground_frames(source: AudioSource, sizes: FrameFormat) -> GroundFrames | None:
    """What lies under the source; None where making it would take longer than it saves."""
    ground = source.ground
    if ground is None or ground.is_featureless:
        return None
    tape = ground.tape.in_units(sizes.frame_samples)
    if tape is None:
        return None
    spans = [
        (border + tape.borders[-1] - RUN_UP_FRAMES, tape.borders[-1] + following + _OVERRUN_FRAMES)
        for border, following in itertools.pairwise(tape.borders)
    ]
    made = sum(end - start for start, end in spans)
    rests = usable_rests(source.rests(LEAST_REST_FRAMES * sizes.frame_samples), sizes)
    if made * sizes.frame_samples > _LONGEST_ROUND_S * sizes.rate_hz or saved_frames(rests) <= made:
        return None
    recording = ground.recording
    try:
        with ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="ground") as pool:
            runs = list(pool.map(lambda span: _frames_between(recording, span, sizes), spans))
    except NoJointError:
        return None
    spliced = TapeFrames.spliced(runs, tape, sizes)
    return GroundFrames(spliced, rests, sizes) if spliced else None


def _frames_between(source: AudioSource, span: tuple[int, int], sizes: FrameFormat) -> bytes:
    """The MP3 frames of a span of a source, by an encoder that has heard nothing before them."""
    start, end = span
    samples = sizes.frame_samples
    part = _Part(source, start * samples, (end + 1) * samples)
    return b"".join(data for _, data in encoded(part, sizes))[: (end - start) * sizes.frame_bytes]


class _Part:
    """Some frames of a source, as one sound."""

    ground = None

    def __init__(self, source: AudioSource, start: int, end: int) -> None:
        self._source = source
        self._start = start
        self.rate_hz = source.rate_hz
        self.channels = source.channels
        self.length = end - start

    def render(self, start: int, out: NDArray[np.float32]) -> None:
        self._source.render(self._start + start, out)
        out[max(0, self.length - start) :] = 0.0

    def rests(self, least_frames: int) -> Iterator[tuple[int, int]]:  # noqa: ARG002 -- there are none
        return iter(())
