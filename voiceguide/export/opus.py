"""Opus: the smallest files, with chapters and cover as comments (RFC 7845)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from voiceguide.export.container import ContainerExporter, chapter_comments, picture_comment, tags_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from av.audio.stream import AudioStream
    from av.container import OutputContainer

    from voiceguide.export.about import About


class OpusExporter(ContainerExporter):
    """Opus in Ogg, by libopus."""

    suffix: ClassVar[str] = ".opus"
    container: ClassVar[str] = "ogg"
    codec: ClassVar[str] = "libopus"
    sample_format: ClassVar[str] = "s16"
    codec_options: ClassVar[Mapping[str, str]] = {"application": "audio"}
    """Tuned for all sound: a session has chimes and breath tones too."""
    slack_s: ClassVar[float] = 0.02
    """A frame."""
    bit_rates_kbps: ClassVar[tuple[int, ...]] = (16, 24, 32, 40, 48, 64, 80, 96, 112, 128)
    usual_kbps: ClassVar[int] = 48
    """At 32 and 40 it overshoots peaks past -1 dBTP (measured on wind-down: -0.7 and -0.8), at 48 it does not."""
    usual_stereo_kbps: ClassVar[int] = 96

    def describe(self, output: OutputContainer, stream: AudioStream, about: About) -> None:  # noqa: ARG002 -- Ogg's tags are the stream's
        """Comments of the stream."""
        stream.metadata.update(tags_of(about) | chapter_comments(about) | picture_comment(about))
