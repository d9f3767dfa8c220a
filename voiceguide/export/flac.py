"""FLAC (RFC 9639): lossless, with chapters as Vorbis comments, the cover as a picture, and a table for seeking."""

from __future__ import annotations

import struct
from typing import IO, TYPE_CHECKING, Any, ClassVar, Final

from voiceguide.export.container import ContainerExporter, attach_cover, chapter_comments, tags_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from av import Packet
    from av.audio.stream import AudioStream
    from av.container import OutputContainer

    from voiceguide.export.metadata import Metadata
    from voiceguide.sound.source import AudioSource

_SEEK_S: Final = 10
"""The time between two points of the seek table."""
_SPARE_BYTES: Final = 4096
"""Padding that remains, so that tags can be edited in place."""
_SEEK_TABLE, _PADDING, _LAST = 3, 1, 0x80
"""Types of metadata blocks, and the flag of the last block."""
_BLOCK_HEAD_BYTES: Final = 4
_POINT_BYTES: Final = 18


class FlacExporter(ContainerExporter):
    """FLAC: every sample to the bit."""

    suffix: ClassVar[str] = ".flac"
    container: ClassVar[str] = "flac"
    codec: ClassVar[str] = "flac"
    sample_format: ClassVar[str] = "s16"
    slack_s: ClassVar[float] = 0.0

    def options(self, source: AudioSource, metadata: Metadata) -> dict[str, str]:  # noqa: ARG002 -- alike for all
        """Reserve padding for the seek table."""
        return {"metadata_header_padding": str(_padding_bytes(source))}

    def describe(self, output: OutputContainer, stream: AudioStream, metadata: Metadata) -> None:  # noqa: ARG002 -- one stream, one set of tags
        """Set the comments, and attach the cover."""
        output.metadata.update(tags_of(metadata) | {"LANGUAGE": metadata.language_639_2} | chapter_comments(metadata))
        attach_cover(output, metadata)

    def write(self, source: AudioSource, file: IO[bytes], metadata: Metadata, progress: Callable[[int], None]) -> None:
        """Encode, then add a seek table with a point every ten seconds."""
        self._seek_table = _SeekTable(_SEEK_S * source.rate_hz)
        super().write(source, file, metadata, progress)
        self._seek_table.write(file, _padding_bytes(source))

    def mux(self, output: OutputContainer, packets: Sequence[Packet[Any]]) -> None:
        """Mux, and note where each frame begins."""
        for packet in packets:
            self._seek_table.add(packet)
            output.mux(packet)


class _SeekTable:
    """The positions of the frames that contain every `step_samples`-th sample."""

    def __init__(self, step_samples: int) -> None:
        self._step_samples = step_samples
        self._points: list[bytes] = []
        self._sample = self._bytes = 0

    def add(self, packet: Packet[Any]) -> None:
        """Add a frame; a packet without a duration is not one."""
        frames = packet.duration or 0
        if self._sample + frames > len(self._points) * self._step_samples:
            self._points.append(struct.pack(">QQH", self._sample, self._bytes, frames))
        self._sample += frames
        self._bytes += packet.size

    def write(self, file: IO[bytes], padding_bytes: int) -> None:
        """Write the table over the padding, which is the last block before the frames."""
        table = b"".join(self._points)
        rest_bytes = padding_bytes - _BLOCK_HEAD_BYTES - len(table)
        file.seek(-self._bytes - padding_bytes - _BLOCK_HEAD_BYTES, 2)
        file.write(_block_head(_SEEK_TABLE, len(table)) + table + _block_head(_PADDING | _LAST, rest_bytes))


def _block_head(kind: int, size_bytes: int) -> bytes:
    return bytes([kind]) + size_bytes.to_bytes(3, "big")


def _padding_bytes(source: AudioSource) -> int:
    most_points = -(-source.length // (_SEEK_S * source.rate_hz))
    return most_points * _POINT_BYTES + _BLOCK_HEAD_BYTES + _SPARE_BYTES
