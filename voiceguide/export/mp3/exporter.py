"""Mp3Exporter: a tag, an Info header with the exact length, and frames at a constant bit rate."""

from __future__ import annotations

import itertools
import os
import struct
from typing import IO, TYPE_CHECKING, ClassVar

from voiceguide.errors import ExportError
from voiceguide.export.exporter import Exporter
from voiceguide.export.mp3.frames import FrameFormat
from voiceguide.export.mp3.id3 import id3_tag
from voiceguide.export.mp3.lame import QUALITY, silent_frame
from voiceguide.export.mp3.parts import ENCODER_DELAY, NoJointError, encoded, encoded_in_one

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from voiceguide.export.metadata import Metadata
    from voiceguide.sound.source import AudioSource


class Mp3Exporter(Exporter):
    """MP3, encoded by LAME (through lameenc, LGPL-3.0)."""

    suffix: ClassVar[str] = ".mp3"
    bit_rates_kbps: ClassVar[tuple[int, ...]] = (64, 80, 96, 112, 128, 160)
    """The rates that MPEG-1 and MPEG-2 share. Frames of a lower rate have no room for the Info header."""
    usual_kbps: ClassVar[int] = 64
    """Enough for mono speech at 24 kHz."""
    usual_stereo_kbps: ClassVar[int] = 112

    def write(self, source: AudioSource, file: IO[bytes], metadata: Metadata, progress: Callable[[int], None]) -> None:
        """Write the tag, the Info header and the frames."""
        sizes = self._sizes(source)
        parts = encoded(source, sizes)
        first = next(parts)  # others are being encoded by now, while the tag may wait for its cover
        file.write(id3_tag(metadata))
        info_at = file.tell()
        file.write(bytes(sizes.frame_bytes))
        try:
            _write_all(itertools.chain([first], parts), file, progress)
        except NoJointError:
            file.truncate(file.seek(info_at + sizes.frame_bytes))
            _write_all(encoded_in_one(source, sizes), file, progress)
        audio_bytes = file.tell() - info_at - sizes.frame_bytes
        file.seek(info_at)
        file.write(_info_frame(audio_bytes, source.length, sizes))
        file.seek(0, os.SEEK_END)

    def verify(self, file: IO[bytes], source: AudioSource) -> None:
        """Check that the tag, the header and the last frame are in their places, and that the length is right."""
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


def _write_all(parts: Iterable[tuple[int, bytes]], file: IO[bytes], progress: Callable[[int], None]) -> None:
    for end, data in parts:
        file.write(data)
        progress(end)


def _info_frame(audio_bytes: int, length: int, sizes: FrameFormat) -> bytes:
    """The `Info` frame (Xing header with LAME extension): frames, bytes, seek table, delay and padding.

    It follows Gabriel Bouvigne's "MP3 Info Tag revision 1". To a decoder that does not know it, it is a silent frame.
    """
    frames = audio_bytes // sizes.frame_bytes
    padding = frames * sizes.frame_samples - length - ENCODER_DELAY
    flags = 0x0F  # frames, bytes, seek table and quality follow
    table = bytes(percent * 256 // 100 for percent in range(100))
    info = silent_frame(sizes)[: sizes.head_bytes] + b"Info"
    info += struct.pack(">III", flags, frames, audio_bytes + sizes.frame_bytes) + table
    info += struct.pack(">I", 100 - 10 * QUALITY[sizes.channels])
    lame = b"LAME3.100" + bytes([0x01, 100]) + bytes(8)  # constant bit rate; no replay gain
    lame += bytes([0x00, min(sizes.bit_rate_kbps, 255)])
    lame += ((ENCODER_DELAY << 12) | max(0, min(padding, 0xFFF))).to_bytes(3, "big")
    lame += bytes([0x00, 0x00]) + bytes(2) + struct.pack(">I", audio_bytes + sizes.frame_bytes) + bytes(2)
    info += lame
    info += struct.pack(">H", _crc16(info))
    return info.ljust(sizes.frame_bytes, b"\0")


def _crc16(data: bytes) -> int:
    """CRC-16/ARC, the last field of the tag."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc
