"""FLAC: lossless, with chapters and cover as Vorbis comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from voiceguide.export.container import ContainerExporter, chapter_comments, picture_comment, tags_of

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer

    from voiceguide.export.about import About


class FlacExporter(ContainerExporter):
    """The samples to the bit."""

    suffix: ClassVar[str] = ".flac"
    container: ClassVar[str] = "flac"
    codec: ClassVar[str] = "flac"
    sample_format: ClassVar[str] = "s16"
    slack_s: ClassVar[float] = 0.0

    def describe(self, output: OutputContainer, stream: AudioStream, about: About) -> None:  # noqa: ARG002 -- one stream, one set of tags
        """All in one block of comments."""
        output.metadata.update(tags_of(about) | chapter_comments(about) | picture_comment(about))
