"""MP3 at a constant bit rate, encoded in parallel parts, with the exact length in its Info header.

LAME is one thread, and takes two thirds as long for silence as for speech. A session is mostly silence:
what sounds is encoded in pieces, side by side, and frames without content stand for the silence between.
In silence an encoder carries nothing over from one frame to the next, so the frames join into what one
encoder would have made.
"""

from __future__ import annotations

import functools
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
from voiceguide.model.segment import to_pcm16

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

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
_ENCODER_DELAY: Final = 576
"""Samples that LAME puts in front (ENCDELAY); decoders drop them by the header ..."""
_DECODER_DELAY: Final = 529
"""... and these of their own."""


_LAME_SCALE: Final = 0.95
"""LAME turns everything down by this at a constant bit rate, to keep clear of clipping (measured at 32 to
128 kbit/s: 0.950). Our peaks are limited already and the level is part of the promise: it is undone."""


@dataclass(frozen=True, slots=True)
class _Format:
    """Sizes of MPEG audio layer III at one rate (ISO 11172-3 and 13818-3)."""

    rate_hz: int
    bit_rate_kbps: int
    """Constant, so that seeking is exact."""

    @property
    def frame_samples(self) -> int:
        return 1152 if self.rate_hz >= 32_000 else 576  # noqa: PLR2004 -- MPEG-1 and MPEG-2

    @property
    def frame_bytes(self) -> int:
        size, rest = divmod(self.frame_samples // 8 * self.bit_rate_kbps * 1000, self.rate_hz)
        if rest:
            message = (
                f"no MP3 at {self.rate_hz} Hz and {self.bit_rate_kbps} kbit/s: its frames would not be of one size"
            )
            raise ExportError(message)
        return size


class Mp3Exporter(Exporter):
    """MP3 by LAME (through lameenc, LGPL-3.0)."""

    suffix: ClassVar[str] = ".mp3"
    bit_rates_kbps: ClassVar[tuple[int, ...]] = (64, 80, 96, 112, 128, 144, 160)
    """Of MPEG-2, which the session's rate falls under; in the frames of a lower rate the Info header has no room."""
    usual_kbps: ClassVar[int] = 64
    """Enough for mono speech at 24 kHz."""

    def write(self, source: AudioSource, file: IO[bytes], about: About, progress: Callable[[int], None]) -> None:
        """Tag, Info header, frames."""
        sizes = _Format(source.rate_hz, self.bit_rate_kbps)
        file.write(id3_tag(about))
        info_at = file.tell()
        file.write(bytes(sizes.frame_bytes))
        audio_bytes = 0
        for end, data in _encoded_parts(source, sizes):
            file.write(data)
            audio_bytes += len(data)
            progress(end)
        file.seek(info_at)
        file.write(_info_frame(audio_bytes, source.length, sizes))
        file.seek(0, os.SEEK_END)

    def verify(self, file: IO[bytes], source: AudioSource) -> None:
        """The tag, the header and the last frame are where they should be, and the length is right."""
        sizes = _Format(source.rate_hz, self.bit_rate_kbps)
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


@dataclass(frozen=True, slots=True)
class _Piece:
    """A span of the source on the grid of MP3 frames: sound to encode, or nothing."""

    start: int
    end: int
    sounding: bool


def _encoded_parts(source: AudioSource, sizes: _Format) -> Iterator[tuple[int, bytes]]:
    """The encoded parts in order, each with the frame at which it ends.

    At most two parts a thread are under way, so memory does not grow with the length.
    """
    threads = max(1, os.cpu_count() or 1)
    waiting: deque[tuple[int, Future[bytes]]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="mp3")
    try:
        for part in _parts(_pieces(source, sizes.frame_samples), round(PART_S * source.rate_hz)):
            waiting.append((part[-1].end, pool.submit(_encoded, source, part, sizes)))
            if len(waiting) >= 2 * threads:
                end, result = waiting.popleft()
                yield end, result.result()
        while waiting:
            end, result = waiting.popleft()
            yield end, result.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _pieces(source: AudioSource, frame_samples: int) -> Iterator[_Piece]:
    """The source as pieces of sound, each with some silence around it, and the silence between."""
    margin = _SILENT_FRAMES * frame_samples
    at = 0
    for start, end in source.silences((2 * _SILENT_FRAMES + _LEAST_SKIPPED) * frame_samples):
        first = -(-(start + margin) // frame_samples) * frame_samples
        last = (end - margin) // frame_samples * frame_samples
        if first < last < source.length:
            yield _Piece(at, first, sounding=True)
            yield _Piece(first, last, sounding=False)
            at = last
    yield _Piece(at, source.length, sounding=True)


def _parts(pieces: Iterable[_Piece], least_frames: int) -> Iterator[list[_Piece]]:
    """Pieces gathered until a part is long enough to be worth a thread's while."""
    part: list[_Piece] = []
    for piece in pieces:
        part.append(piece)
        if piece.end - part[0].start >= least_frames:
            yield part
            part = []
    if part:
        yield part


def _encoded(source: AudioSource, part: Sequence[_Piece], sizes: _Format) -> bytes:
    """The MP3 frames of a part: exactly those that fill it, and at the end of the source all there are."""
    encoded = []
    for piece in part:
        frames = (piece.end - piece.start) // sizes.frame_samples
        if not piece.sounding:
            encoded.append(_silent_frame(sizes) * frames)
            continue
        data = _lame(source, piece.start, piece.end, sizes)
        if piece.end == source.length:
            # What the encoder still holds comes out behind, but no frame more than that takes.
            frames = -(-(piece.end - piece.start + _ENCODER_DELAY + _DECODER_DELAY) // sizes.frame_samples)
        encoded.append(data[: frames * sizes.frame_bytes])
    return b"".join(encoded)


def _lame(source: AudioSource, start: int, end: int, sizes: _Format) -> bytes:
    """All frames that a fresh encoder makes of `[start, end)`, rendered in small blocks of one buffer."""
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_bit_rate(sizes.bit_rate_kbps)
    encoder.set_in_sample_rate(source.rate_hz)
    encoder.set_out_sample_rate(source.rate_hz)
    encoder.set_channels(1)
    encoder.set_quality(QUALITY)
    encoded = bytearray()
    block = np.empty(_BLOCK_FRAMES, np.float32)
    try:
        for at in range(start, end, _BLOCK_FRAMES):
            part = block[: min(_BLOCK_FRAMES, end - at)]
            source.render(at, part)
            part *= np.float32(1.0 / _LAME_SCALE)
            encoded += encoder.encode(to_pcm16(part).tobytes())
        encoded += encoder.flush()
    except RuntimeError as error:
        message = f"the MP3 encoder failed: {error}"
        raise ExportError(message) from error
    return bytes(encoded)


class _Silence:
    """A moment of nothing."""

    def __init__(self, rate_hz: int, length: int) -> None:
        self.rate_hz = rate_hz
        self.length = length

    def render(self, start: int, out: NDArray[np.float32]) -> None:  # noqa: ARG002 -- everywhere the same
        out[:] = 0.0

    def silences(self, least_frames: int) -> Iterator[tuple[int, int]]:
        return iter([(0, self.length)] if self.length >= least_frames else [])


@functools.lru_cache(maxsize=4)
def _silent_frame(sizes: _Format) -> bytes:
    """A frame without a single coded coefficient: what an encoder takes a millisecond to say."""
    header = _lame(_Silence(sizes.rate_hz, sizes.frame_samples), 0, sizes.frame_samples, sizes)[:4]
    return header.ljust(sizes.frame_bytes, b"\0")


def _info_frame(audio_bytes: int, length: int, sizes: _Format) -> bytes:
    """The `Info` frame (Xing header with LAME extension): frames, bytes, seek table, delay and padding.

    After Gabriel Bouvigne's "MP3 Info Tag revision 1". It looks like a silent frame to a decoder that
    does not know it.
    """
    frames = audio_bytes // sizes.frame_bytes
    padding = frames * sizes.frame_samples - length - _ENCODER_DELAY
    side_info = 17 if sizes.rate_hz >= 32_000 else 9  # noqa: PLR2004 -- mono; stereo has more
    flags = 0x0F  # frames, bytes, seek table and quality follow
    table = bytes(percent * 256 // 100 for percent in range(100))
    info = _silent_frame(sizes)[: 4 + side_info] + b"Info"
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
