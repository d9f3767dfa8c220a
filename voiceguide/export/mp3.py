"""MP3 at a constant bit rate, encoded in parallel parts, with the exact length in its Info header.

LAME is one thread, and takes two thirds as long for silence as for speech. A session is mostly silence:
what sounds is encoded in pieces, side by side, and frames without content stand for the silence between.
In silence an encoder carries nothing over from one frame to the next, so the frames join into what one
encoder would have made. Where there is no silence (a bed sounds throughout) the pieces overlap, and are
joined at a frame where the bit reservoir allows it.
"""

from __future__ import annotations

import functools
import itertools
import os
import struct
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, ClassVar, Final

import lameenc
import numpy as np

from voiceguide.errors import ExportError
from voiceguide.export.exporter import Exporter
from voiceguide.export.id3 import id3_tag
from voiceguide.export.mp3_frames import FrameFormat, joined
from voiceguide.model.pcm import to_pcm16
from voiceguide.sound.source import Silence, empty_block

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from voiceguide.export.about import About
    from voiceguide.sound.source import AudioSource

QUALITY: Final = 5
"""LAME's 0 (slow) to 9 (fast). 5 is half the time of 2, and no difference is heard in speech."""
PART_S: Final = 20.0
"""About how long a part is: short enough to share out evenly and to hold little in memory."""
_BLOCK_FRAMES: Final = 1 << 13
"""Samples rendered at once: small enough for memory to stay where it is however long the session is."""
_SILENT_FRAMES: Final = 6
"""MP3 frames of silence on each side of a cut: the encoder looks about two ahead and one behind."""
_LEAST_SKIPPED: Final = 24
"""MP3 frames of silence, beyond those, that are worth a fresh encoder (0.5 ms, half a second of sound)."""
_RUN_UP_FRAMES: Final = 2
"""MP3 frames before a cut in the middle of a sound that the encoder behind it makes too: it begins from nothing,
which the filters forget after 1,105 samples. No more, for each adds to a bit reservoir that has to fit."""
_OVERRUN_FRAMES: Final = 40
"""MP3 frames behind such a cut that the encoder before it makes too: somewhere among them the two can be joined."""
_ENCODER_DELAY: Final = 576
"""Samples that LAME puts in front (ENCDELAY); decoders drop them by the header ..."""
_DECODER_DELAY: Final = 529
"""... and these of their own."""


_LAME_SCALE: Final = 0.95
"""LAME turns everything down by this at a constant bit rate, to keep clear of clipping (measured at 32 to
128 kbit/s: 0.950). Our peaks are limited already and the level is part of the promise: it is undone."""


class Mp3Exporter(Exporter):
    """MP3 by LAME (through lameenc, LGPL-3.0)."""

    suffix: ClassVar[str] = ".mp3"
    bit_rates_kbps: ClassVar[tuple[int, ...]] = (64, 80, 96, 112, 128, 160)
    """Those that MPEG-1 and MPEG-2 share; in the frames of a lower rate the Info header has no room."""
    usual_kbps: ClassVar[int] = 64
    """Enough for mono speech at 24 kHz."""
    usual_stereo_kbps: ClassVar[int] = 112

    def write(self, source: AudioSource, file: IO[bytes], about: About, progress: Callable[[int], None]) -> None:
        """Tag, Info header, frames."""
        sizes = self._sizes(source)
        parts = _in_parts(source, sizes)
        with ThreadPoolExecutor(1, thread_name_prefix="tag") as beside:
            # Its cover takes as long to draw as a part takes to encode.
            tag = beside.submit(id3_tag, about)
            first = next(parts)
            file.write(tag.result())
        info_at = file.tell()
        file.write(bytes(sizes.frame_bytes))
        try:
            _write_all(itertools.chain([first], parts), file, progress)
        except _NoJointError:
            file.truncate(file.seek(info_at + sizes.frame_bytes))
            _write_all(_in_one(source, sizes), file, progress)
        audio_bytes = file.tell() - info_at - sizes.frame_bytes
        file.seek(info_at)
        file.write(_info_frame(audio_bytes, source.length, sizes))
        file.seek(0, os.SEEK_END)

    def verify(self, file: IO[bytes], source: AudioSource) -> None:
        """The tag, the header and the last frame are where they should be, and the length is right."""
        sizes = self._sizes(source)
        file.seek(0)
        head = file.read(10)
        start = 10 + sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        end = file.seek(0, os.SEEK_END)
        frames, rest = divmod(end - start, sizes.frame_bytes)
        sync = []
        for at in (start, start + sizes.frame_bytes, end - sizes.frame_bytes):
            file.seek(at)
            sync.append(file.read(2)[:1] == b"\xff")
        if head[:3] != b"ID3" or rest or not all(sync) or (frames - 1) * sizes.frame_samples < source.length:
            message = "the MP3 does not read back as it was written: check the disk"
            raise ExportError(message)

    def _sizes(self, source: AudioSource) -> FrameFormat:
        return FrameFormat(source.rate_hz, source.channels, self.kbps(source.channels))


class _NoJointError(Exception):
    """Two runs of frames that cannot be joined anywhere near their border; not seen yet."""


def _write_all(parts: Iterable[tuple[int, bytes]], file: IO[bytes], progress: Callable[[int], None]) -> None:
    for end, data in parts:
        file.write(data)
        progress(end)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A span of the source on the grid of MP3 frames: sound to encode, or nothing."""

    start: int
    end: int
    sounding: bool
    goes_on: bool = False
    """Whether it begins in the middle of the sound that the piece before ends in."""
    is_gone_on_with: bool = False
    """Whether it ends in the middle of a sound."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Encoded frames; where a sound goes on over their edges, more than those that fill the part."""

    frames: bytes
    end: int
    """Of the part, in frames of the source."""
    goes_on: bool
    is_gone_on_with: bool


def _in_parts(source: AudioSource, sizes: FrameFormat) -> Iterator[tuple[int, bytes]]:
    """The encoded parts in order, each with the frame at which it ends.

    At most two parts a thread are under way, so memory does not grow with the length.
    """
    held = b""
    for run in _runs(source, sizes):
        size = sizes.frame_bytes
        frames = run.frames
        if run.goes_on:
            joint = joined(held, frames, sizes, _RUN_UP_FRAMES, _RUN_UP_FRAMES + _OVERRUN_FRAMES)
            if joint is None:
                raise _NoJointError
            frames = joint
        keep = (_RUN_UP_FRAMES + _OVERRUN_FRAMES) * size if run.is_gone_on_with else 0
        held = frames[len(frames) - keep :]
        yield run.end, frames[: len(frames) - keep]


def _runs(source: AudioSource, sizes: FrameFormat) -> Iterator[_Run]:
    """Every part, encoded side by side, in order."""
    threads = max(1, os.cpu_count() or 1)
    waiting: deque[Future[_Run]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="mp3")
    try:
        for part in _parts(_pieces(source, sizes.frame_samples), round(PART_S * source.rate_hz)):
            waiting.append(pool.submit(_encoded, source, part, sizes))
            if len(waiting) >= 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _in_one(source: AudioSource, sizes: FrameFormat) -> Iterator[tuple[int, bytes]]:
    """The same by a single encoder: slower, and never at a loss for a joint."""
    frames = -(-(source.length + _ENCODER_DELAY + _DECODER_DELAY) // sizes.frame_samples)
    left = frames * sizes.frame_bytes
    for end, data in _lame(source, 0, source.length, sizes):
        yield end, data[:left]
        left -= len(data[:left])


def _pieces(source: AudioSource, frame_samples: int) -> Iterator[_Piece]:
    """The source as pieces of sound, each with some silence around it, and the silence between."""
    margin = _SILENT_FRAMES * frame_samples
    at = 0
    for start, end in source.silences((2 * _SILENT_FRAMES + _LEAST_SKIPPED) * frame_samples):
        first = -(-(start + margin) // frame_samples) * frame_samples
        last = (end - margin) // frame_samples * frame_samples
        if first < last < source.length:
            yield from _cut(at, first, source.rate_hz, frame_samples)
            yield _Piece(first, last, sounding=False)
            at = last
    yield from _cut(at, source.length, source.rate_hz, frame_samples)


def _cut(start: int, end: int, rate_hz: int, frame_samples: int) -> Iterator[_Piece]:
    """A sound, in pieces where it is so long that several threads should share it, or memory would hold it all."""
    least = round(PART_S * rate_hz) // frame_samples * frame_samples
    at = start
    while end - at >= 2 * least:
        yield _Piece(at, at + least, sounding=True, goes_on=at > start, is_gone_on_with=True)
        at += least
    yield _Piece(at, end, sounding=True, goes_on=at > start)


def _parts(pieces: Iterable[_Piece], least_frames: int) -> Iterator[list[_Piece]]:
    """Pieces gathered until a part is long enough to be worth a thread's while; sounds go on only over its edges."""
    part: list[_Piece] = []
    for piece in pieces:
        part.append(piece)
        if piece.is_gone_on_with or piece.end - part[0].start >= least_frames:
            yield part
            part = []
    if part:
        yield part


def _encoded(source: AudioSource, part: Sequence[_Piece], sizes: FrameFormat) -> _Run:
    """The MP3 frames of a part: exactly those that fill it, and at the end of the source all there are."""
    encoded = [_piece_frames(source, piece, sizes) for piece in part]
    return _Run(b"".join(encoded), part[-1].end, part[0].goes_on, part[-1].is_gone_on_with)


def _piece_frames(source: AudioSource, piece: _Piece, sizes: FrameFormat) -> bytes:
    samples = sizes.frame_samples
    if not piece.sounding:
        return _silent_frame(sizes) * ((piece.end - piece.start) // samples)
    start = piece.start - (_RUN_UP_FRAMES * samples if piece.goes_on else 0)
    end = piece.end + (_OVERRUN_FRAMES * samples if piece.is_gone_on_with else 0)
    frames = (end - start) // samples
    if piece.end == source.length:
        # What the encoder still holds comes out behind, but no frame more than that takes.
        frames = -(-(end - start + _ENCODER_DELAY + _DECODER_DELAY) // samples)
    # The encoder looks ahead: beyond the last frame it is given what follows.
    ahead = _SILENT_FRAMES * samples if piece.is_gone_on_with else 0
    data = b"".join(data for _, data in _lame(source, start, end + ahead, sizes))
    return data[: frames * sizes.frame_bytes]


def _lame(source: AudioSource, start: int, end: int, sizes: FrameFormat) -> Iterator[tuple[int, bytes]]:
    """All frames that a fresh encoder makes of `[start, end)`, as it gives them, each with how far it has got.

    Rendered in small blocks of one buffer.
    """
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_bit_rate(sizes.bit_rate_kbps)
    encoder.set_in_sample_rate(source.rate_hz)
    encoder.set_out_sample_rate(source.rate_hz)
    encoder.set_channels(source.channels)
    encoder.set_quality(QUALITY)
    block = empty_block(source, _BLOCK_FRAMES)
    try:
        for at in range(start, end, _BLOCK_FRAMES):
            part = block[: min(_BLOCK_FRAMES, end - at)]
            source.render(at, part)
            part *= np.float32(1.0 / _LAME_SCALE)
            yield at + len(part), bytes(encoder.encode(to_pcm16(part).tobytes()))
        yield end, bytes(encoder.flush())
    except RuntimeError as error:
        message = f"the MP3 encoder failed: {error}"
        raise ExportError(message) from error


@functools.lru_cache(maxsize=4)
def _silent_frame(sizes: FrameFormat) -> bytes:
    """A frame without a single coded coefficient: what an encoder takes a millisecond to say."""
    silence = Silence(sizes.rate_hz, sizes.channels, sizes.frame_samples)
    frames = b"".join(data for _, data in _lame(silence, 0, sizes.frame_samples, sizes))
    return frames[:4].ljust(sizes.frame_bytes, b"\0")


def _info_frame(audio_bytes: int, length: int, sizes: FrameFormat) -> bytes:
    """The `Info` frame (Xing header with LAME extension): frames, bytes, seek table, delay and padding.

    After Gabriel Bouvigne's "MP3 Info Tag revision 1". It looks like a silent frame to a decoder that
    does not know it.
    """
    frames = audio_bytes // sizes.frame_bytes
    padding = frames * sizes.frame_samples - length - _ENCODER_DELAY
    flags = 0x0F  # frames, bytes, seek table and quality follow
    table = bytes(percent * 256 // 100 for percent in range(100))
    info = _silent_frame(sizes)[: sizes.head_bytes] + b"Info"
    info += struct.pack(">III", flags, frames, audio_bytes + sizes.frame_bytes) + table
    info += struct.pack(">I", 100 - 10 * QUALITY)
    lame = b"LAME3.100" + bytes([0x01, 100]) + bytes(8)  # constant bit rate; no replay gain
    lame += bytes([0x00, min(sizes.bit_rate_kbps, 255)])
    lame += ((_ENCODER_DELAY << 12) | max(0, min(padding, 0xFFF))).to_bytes(3, "big")
    lame += bytes([0x00, 0x00]) + bytes(2) + struct.pack(">I", audio_bytes + sizes.frame_bytes) + bytes(2)
    info += lame
    info += struct.pack(">H", _crc16(info))
    return info.ljust(sizes.frame_bytes, b"\0")


def _crc16(data: bytes) -> int:
    """CRC-16/ARC, which the tag ends with."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc
