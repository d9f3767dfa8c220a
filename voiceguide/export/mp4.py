"""M4A and M4B: AAC in MP4, with chapters and cover. An M4B is what players file under audiobooks."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from voiceguide.export.container import ContainerExporter, tags_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from av.audio.stream import AudioStream
    from av.container import OutputContainer

    from voiceguide.export.about import About


class M4aExporter(ContainerExporter):
    """AAC by FFmpeg's own encoder."""

    suffix: ClassVar[str] = ".m4a"
    container: ClassVar[str] = "mp4"
    """`ipod` takes no cover as PNG; the brand makes up for it."""
    codec: ClassVar[str] = "aac"
    sample_format: ClassVar[str] = "fltp"
    container_options: ClassVar[Mapping[str, str]] = {"brand": "M4A ", "movie_timescale": "48000"}
    """Its length is kept in frames of either rate; of itself it would be rounded to milliseconds."""
    slack_s: ClassVar[float] = 1024 / 24_000
    bit_rates_kbps: ClassVar[tuple[int, ...]] = (32, 40, 48, 56, 64, 80, 96, 112, 128)
    usual_kbps: ClassVar[int] = 80
    """At 64 it overshoots the peaks that it is given by 0.9 dB (measured), past -1 dBTP; at 80 it does not."""
    usual_stereo_kbps: ClassVar[int] = 128

    def describe(self, output: OutputContainer, stream: AudioStream, about: About) -> None:  # noqa: ARG002 -- MP4's tags are the file's
        """Tags and chapters of the file, and the cover as a picture that is attached."""
        import av
        from av.stream import Disposition

        output.metadata.update(tags_of(about))
        output.set_chapters(
            [
                {
                    "id": number,
                    "start": round(chapter.start_s * 1000),
                    "end": round(chapter.end_s * 1000),
                    "time_base": Fraction(1, 1000),
                    "metadata": {"title": chapter.title},
                }
                for number, chapter in enumerate(about.chapters)
            ]
        )
        if about.cover:
            with av.open(io.BytesIO(about.cover), "r", format="png_pipe") as drawn:
                picture = output.add_stream_from_template(drawn.streams.video[0])
                picture.disposition = Disposition.attached_pic
                packet = next(drawn.demux(video=0))
                packet.stream = picture
                output.mux(packet)


class M4bExporter(M4aExporter):
    """The same under the name of an audiobook."""

    suffix: ClassVar[str] = ".m4b"
    container_options: ClassVar[Mapping[str, str]] = {**M4aExporter.container_options, "brand": "M4B "}
