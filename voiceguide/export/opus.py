"""Opus: the smallest files, with chapters and the cover in comments (RFC 7845)."""

from __future__ import annotations

import base64
import hashlib
import struct
from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from voiceguide.export.container import ContainerExporter, chapter_comments, tags_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from av.audio.stream import AudioStream
    from av.container import OutputContainer

    from voiceguide.export.metadata import Metadata
    from voiceguide.sound.source import AudioSource

_FRONT_COVER: Final = 3
"""The picture type of a front cover in FLAC and ID3."""
_MOST_SERIAL: Final = 0x7FFFFFFF
"""The largest number that FFmpeg accepts."""


class OpusExporter(ContainerExporter):
    """Opus in Ogg, encoded by libopus."""

    suffix: ClassVar[str] = ".opus"
    container: ClassVar[str] = "ogg"
    codec: ClassVar[str] = "libopus"
    sample_format: ClassVar[str] = "s16"
    codec_options: ClassVar[Mapping[str, str]] = {"application": "audio"}
    """Tuned for any sound rather than speech: a session has chimes and breath tones too."""
    slack_s: ClassVar[float] = 0.02
    """One frame."""
    bit_rates_kbps: ClassVar[tuple[int, ...]] = (16, 24, 32, 40, 48, 64, 80, 96, 112, 128)
    usual_kbps: ClassVar[int] = 48
    """At 32 and 40 the encoder raises peaks past -1 dBTP (measured on wind-down: -0.7 and -0.8); at 48 it does not."""
    usual_stereo_kbps: ClassVar[int] = 96

    def options(self, source: AudioSource, metadata: Metadata) -> dict[str, str]:
        """The serial number of the stream, which is the same for the same session and different for any other."""
        return {"serial_offset": str(_serial(source, metadata))}

    def describe(self, output: OutputContainer, stream: AudioStream, metadata: Metadata) -> None:  # noqa: ARG002 -- in Ogg the stream has the tags
        """Set the comments of the stream."""
        tags = tags_of(metadata) | {"LANGUAGE": metadata.language_639_2}
        stream.metadata.update(tags | chapter_comments(metadata) | _picture_comment(metadata))


def _serial(source: AudioSource, metadata: Metadata) -> int:
    """A serial number from 1 on, because some readers take 0 for none; chained streams need different ones.

    It is a hash of the session without its date and cover, so that a session always has the same number.
    """
    identity = (source.length, source.channels, metadata.title, metadata.comment, metadata.chapters, metadata.lines)
    digest = hashlib.blake2b(msgspec.msgpack.encode(identity), digest_size=8).digest()
    return 1 + int.from_bytes(digest) % _MOST_SERIAL


def _picture_comment(metadata: Metadata) -> dict[str, str]:
    """The cover as METADATA_BLOCK_PICTURE, a picture block of FLAC (RFC 9639, 8.8), if there is one."""
    if not metadata.cover:
        return {}
    width, height = struct.unpack(">II", metadata.cover[16:24])  # of the PNG's header
    mime = b"image/png"
    block = struct.pack(">II", _FRONT_COVER, len(mime)) + mime + struct.pack(">I", 0)
    block += struct.pack(">IIII", width, height, 24, 0) + struct.pack(">I", len(metadata.cover)) + metadata.cover
    return {"METADATA_BLOCK_PICTURE": base64.b64encode(block).decode()}
