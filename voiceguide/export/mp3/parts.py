"""A source as MP3 frames, encoded in parts side by side.

A session is mostly pause. Silent pauses become frames without content: in silence an encoder carries nothing over from
one frame to the next, so the result is what one encoder would have made. Where a sound continues, parts overlap and are
joined at a frame where the bit reservoir allows it. The frames of a bed are encoded once, and joined in the same way
into every pause that the bed fills alone.
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
    LEAST_PAUSE_FRAMES,
    BackgroundFrames,
    LoneFrames,
    TapeFrames,
    saved_frames,
    usable_pauses,
)
from voiceguide.export.mp3.frames import AHEAD_FRAMES, RESERVOIR_FRAMES, RUN_UP_FRAMES, joined, move_reservoir
from voiceguide.export.mp3.lame import Lame, silent_frame
from voiceguide.sound.background import SourceWithPauses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from voiceguide.export.mp3.frames import FrameFormat
    from voiceguide.sound.source import AudioSource

PART_S: Final = 20.0
"""About how long a part is: short enough to share out evenly and to need little memory."""
ENCODER_DELAY: Final = 576
"""Samples that LAME puts in front (ENCDELAY); decoders drop them by the header ..."""
DECODER_DELAY: Final = 529
"""... and these of their own."""
_SILENT_FRAMES: Final = AHEAD_FRAMES + 1
"""MP3 frames of silence kept at each side of a span that is left out: those that the encoder has read, and one more."""
_LEAST_SKIPPED: Final = 8
"""The fewest MP3 frames of silence, beyond those, that are worth leaving out."""
_OVERRUN_FRAMES: Final = 40
"""How many MP3 frames the encoder before a cut goes on past it: somewhere among them the two runs can be joined."""
_LONGEST_ROUND_S: Final = 600.0
"""The longest recording of a background to weave: it is encoded before anything else, and kept in memory."""
_LATER_FRAMES: Final = (0, 4, 9, 16, 25)
"""How many frames later than planned a part may start until one of its frames can follow (measured: one part in 2,000
needs it)."""


class NoJointError(Exception):
    """Two runs of frames cannot be joined anywhere near their border. Never seen outside the tests."""


class Piece(Struct, frozen=True):
    """A span of the source in MP3 frames: sound to encode, or a pause to pass over."""

    start: int
    end: int
    sounding: bool
    continues: bool = False
    """Whether it begins in the middle of a sound, which the piece before ends in."""
    is_continued: bool = False
    """Whether it ends in the middle of a sound."""


def encoded(source: AudioSource, sizes: FrameFormat) -> Iterator[tuple[int, bytes]]:
    """The encoded parts in order, each with the frame of the source at which it ends.

    At most two parts per thread are under way, so memory does not grow with the length. Raises NoJointError if two
    parts cannot be joined.
    """
    held = b""
    fill = _fill_of(source, sizes)
    for part, made in _runs(source, sizes, fill):
        frames = made
        if part[0].continues:
            frames = _continued(held, made, functools.partial(_run, source, part, sizes, fill), sizes)
        keep = (RUN_UP_FRAMES + _OVERRUN_FRAMES) * sizes.frame_bytes if part[-1].is_continued else 0
        held = frames[len(frames) - keep :]
        yield min(part[-1].end * sizes.frame_samples, source.length), frames[: len(frames) - keep]


def _continued(held: bytes, made: bytes, again: Callable[[int], bytes], sizes: FrameFormat) -> bytes:
    """`held`, the frames that the part before has from the border on, joined with `made`, those of this part.

    `again` encodes this part once more, starting a number of frames later: its reservoir may fit then.
    """
    last = RUN_UP_FRAMES + _OVERRUN_FRAMES
    for late in _LATER_FRAMES:
        skipped = late * sizes.frame_bytes
        frames = again(late) if late else made
        if joint := joined(held[skipped:], frames, sizes, RUN_UP_FRAMES, last - late):
            return held[:skipped] + joint
    raise NoJointError


def encoded_in_one(source: AudioSource, sizes: FrameFormat) -> Iterator[tuple[int, bytes]]:
    """The same from a single encoder: slower, but without joints."""
    end = _frames_of(source, sizes)
    step = round(PART_S * source.rate_hz) // sizes.frame_samples
    encoder = Lame(source, 0, sizes)
    while encoder.first < end:
        number = min(encoder.first + step, end)
        yield min(number * sizes.frame_samples, source.length), encoder.taken(number)


def pieces(source: AudioSource, sizes: FrameFormat, fill: BackgroundFrames | LoneFrames) -> Iterator[Piece]:
    """The source as pieces of sound, each with a little of the pauses around it, and the pauses between them."""
    at, samples = 0, sizes.frame_samples
    for start, end in _skippable_pauses(source, (2 * _SILENT_FRAMES + _LEAST_SKIPPED) * samples):
        first = -(-start // samples) + _SILENT_FRAMES
        last = end // samples - _SILENT_FRAMES
        if end < source.length:
            yield from _cut(at, first, sizes)
            yield Piece(first, last, sounding=False)
            at = last
    yield from _cut(at, _frames_of(source, sizes), sizes, fill.middles)


def _skippable_pauses(source: AudioSource, least_frames: int) -> Iterator[tuple[int, int]]:
    """The pauses in silence, or in noise that nobody hears; none of a source that does not know its pauses."""
    if isinstance(source, SourceWithPauses) and (source.background is None or source.background.is_inaudible):
        yield from source.pauses(least_frames)


def _cut(start: int, end: int, sizes: FrameFormat, calm: Sequence[int] = ()) -> Iterator[Piece]:
    """A sound in one piece, or in even ones if it is so long that several threads should share it.

    It is cut at a frame of `calm`, which are in order, if one is near: there the bit reservoir is full.
    """
    about = round(PART_S * sizes.rate_hz) // sizes.frame_samples
    share = (end - start) // max(1, round((end - start) / about))
    at = start
    while end - at >= share + share // 2 + _OVERRUN_FRAMES:
        near = calm[bisect.bisect(calm, at + share // 2) : bisect.bisect(calm, at + share + share // 2)]
        to = min(near, key=lambda frame: abs(frame - at - share), default=at + share)
        yield Piece(at, to, sounding=True, continues=at > start, is_continued=True)
        at = to
    yield Piece(at, end, sounding=True, continues=at > start)


def parts(pieces: Iterable[Piece], sizes: FrameFormat) -> Iterator[list[Piece]]:
    """Pieces gathered into parts that are long enough to be worth a thread; a sound continues only over their edges."""
    part: list[Piece] = []
    for piece in pieces:
        part.append(piece)
        if piece.is_continued or (piece.end - part[0].start) * sizes.frame_samples >= PART_S * sizes.rate_hz:
            yield part
            part = []
    if part:
        yield part


def _frames_of(source: AudioSource, sizes: FrameFormat) -> int:
    """How many frames the file has: those of the source, and as many as it takes for the encoder to finish."""
    return -(-(source.length + ENCODER_DELAY + DECODER_DELAY) // sizes.frame_samples)


def _runs(
    source: AudioSource, sizes: FrameFormat, fill: BackgroundFrames | LoneFrames
) -> Iterator[tuple[Sequence[Piece], bytes]]:
    """Every part with its frames, in order, encoded in parallel."""
    threads = os.cpu_count() or 1
    waiting: deque[tuple[Sequence[Piece], Future[bytes]]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="mp3")
    try:
        for part in parts(pieces(source, sizes, fill), sizes):
            waiting.append((part, pool.submit(_run, source, part, sizes, fill)))
            if len(waiting) >= 2 * threads:
                first, run = waiting.popleft()
                yield first, run.result()
        for first, run in waiting:
            yield first, run.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _run(
    source: AudioSource, part: Sequence[Piece], sizes: FrameFormat, fill: BackgroundFrames | LoneFrames, late: int = 0
) -> bytes:
    """The frames of a part, and a few more at an edge over which a sound continues; it starts `late` frames late."""
    start = part[0].start + late - (RUN_UP_FRAMES if part[0].continues else 0)
    end = part[-1].end + (_OVERRUN_FRAMES if part[-1].is_continued else 0)
    if isinstance(fill, BackgroundFrames):
        return fill.woven(source, start, end)
    frames = bytearray()
    encoder = Lame(source, start, sizes)
    for piece in part:
        if piece.sounding:
            frames += encoder.taken(end if piece is part[-1] else piece.end)
        else:
            _pass_over(encoder, piece.end, frames, sizes, fill)
    return bytes(frames)


def _pass_over(encoder: Lame, number: int, frames: bytearray, sizes: FrameFormat, fill: LoneFrames) -> None:
    """Skip the encoder to frame `number`, and append frames for the pause to `frames`, which it has made so far.

    The last of them are without content: the next sound may keep its first data there.
    """
    before = bytes(frames[-RESERVOIR_FRAMES * sizes.frame_bytes :])
    frames += fill.between(encoder.first, number - RESERVOIR_FRAMES)
    frames += silent_frame(sizes) * RESERVOIR_FRAMES
    following = encoder.skipped(number)
    move_reservoir(before, frames, sizes.reaches_back(following, 0), sizes)


def _fill_of(source: AudioSource, sizes: FrameFormat) -> BackgroundFrames | LoneFrames:
    """What the pauses of the source are filled with, where no encoder is needed."""
    if woven := _background_frames(source, sizes):
        return woven
    return LoneFrames(source.background if isinstance(source, SourceWithPauses) else None, sizes)


def _background_frames(source: AudioSource, sizes: FrameFormat) -> BackgroundFrames | None:
    """The frames of a background to weave in; None without one, or if encoding it would take longer than it saves."""
    if not isinstance(source, SourceWithPauses):
        return None
    background = source.background
    if background is None or background.is_inaudible:
        return None
    tape = background.tape.in_units(sizes.frame_samples)
    if tape is None:
        return None
    spans = [
        (border + tape.borders[-1] - RUN_UP_FRAMES, tape.borders[-1] + following + _OVERRUN_FRAMES)
        for border, following in itertools.pairwise(tape.borders)
    ]
    to_encode = sum(end - start for start, end in spans)
    pauses = usable_pauses(source.pauses(LEAST_PAUSE_FRAMES * sizes.frame_samples), sizes)
    if to_encode * sizes.frame_samples > _LONGEST_ROUND_S * sizes.rate_hz or saved_frames(pauses) <= to_encode:
        return None
    recording = background.recording
    try:
        with ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="background") as pool:
            runs = list(pool.map(lambda span: _frames_between(recording, span, sizes), spans))
    except NoJointError:
        return None
    spliced = TapeFrames.spliced(runs, tape, sizes)
    return BackgroundFrames(spliced, pauses, sizes) if spliced else None


def _frames_between(source: AudioSource, span: tuple[int, int], sizes: FrameFormat) -> bytes:
    """The MP3 frames of a span of a source, from an encoder that has read nothing before it."""
    start, end = span
    samples = sizes.frame_samples
    excerpt = _Excerpt(source, start * samples, (end + 1) * samples)
    return b"".join(data for _, data in encoded(excerpt, sizes))[: (end - start) * sizes.frame_bytes]


class _Excerpt:
    """A span of a source as a source of its own, in one sound without pauses."""

    def __init__(self, source: AudioSource, start: int, end: int) -> None:
        self._source = source
        self._start = start
        self.rate_hz = source.rate_hz
        self.channels = source.channels
        self.length = end - start

    def render(self, start: int, out: NDArray[np.float32]) -> None:
        self._source.render(self._start + start, out)
        out[max(0, self.length - start) :] = 0.0
