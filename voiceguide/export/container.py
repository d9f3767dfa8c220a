"""The base of the formats that PyAV writes: encode, mux, read back."""

from __future__ import annotations

import io
import itertools
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import IO, TYPE_CHECKING, Any, ClassVar, Final, cast

import numpy as np

from voiceguide.errors import ExportError
from voiceguide.export.bounded import at_most_bytes
from voiceguide.export.exporter import Exporter
from voiceguide.model.pcm import to_pcm16
from voiceguide.sound.source import empty_block
from voiceguide.units import timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from av import Packet
    from av.audio.stream import AudioStream
    from av.container import OutputContainer

    from voiceguide.export.metadata import ChapterMark, Metadata
    from voiceguide.sound.source import AudioSource

_BLOCK_FRAMES: Final = 1 << 15
LONGEST_TITLE_BYTES: Final = 255
"""The longest chapter title that an MP4 holds; FFmpeg would cut a longer one in the middle of a character. Every format
has this limit, so that converted files keep their titles."""


class ContainerExporter(Exporter):
    """An exporter that encodes with FFmpeg, through PyAV (BSD-3; its wheels contain FFmpeg)."""

    container: ClassVar[str]
    """FFmpeg's name for the muxer."""
    codec: ClassVar[str]
    sample_format: ClassVar[str]
    """`s16`, or `fltp` for encoders that take floats."""
    codec_options: ClassVar[Mapping[str, str]] = {}
    slack_s: ClassVar[float]
    """How much longer than the source the file may be: the rest of its last codec frame."""

    def options(self, source: AudioSource, metadata: Metadata) -> dict[str, str]:  # noqa: ARG002 -- formats may
        """Options for FFmpeg's muxer."""
        return {}

    def describe(self, output: OutputContainer, stream: AudioStream, metadata: Metadata) -> None:
        """Set tags, chapters and cover before anything is written."""
        raise NotImplementedError

    def write(self, source: AudioSource, file: IO[bytes], metadata: Metadata, progress: Callable[[int], None]) -> None:
        """Encode block by block."""
        import av

        # Bit-exact: no random serial numbers and no dates of their own in the file.
        options = {"fflags": "+bitexact", **self.options(source, metadata)}
        try:
            with av.open(file, "w", format=self.container, container_options=options) as output:
                stream = cast(
                    "AudioStream",
                    output.add_stream(
                        self.codec, rate=source.rate_hz, layout=_layout(source), options=dict(self.codec_options)
                    ),
                )
                stream.codec_context.format = self.sample_format
                if self.bit_rates_kbps:
                    stream.bit_rate = self.kbps(source.channels) * 1000
                self.describe(output, stream, metadata)
                for end, frame in self._frames(source):
                    self.mux(output, stream.encode(frame))
                    progress(end)
                self.mux(output, stream.encode(None))
        except av.FFmpegError as error:
            if isinstance(error.__context__, OSError):
                # The file could not be written; that the encoder then fails to close is only a consequence.
                raise error.__context__ from None
            message = f"the {self.suffix} encoder failed: {error}"
            raise ExportError(message) from error

    def mux(self, output: OutputContainer, packets: Sequence[Packet[Any]]) -> None:
        """Put encoded packets into the file, in order."""
        output.mux(packets)

    def _frames(self, source: AudioSource) -> Iterator[tuple[int, Any]]:
        """The blocks of the source, each with its end; one is rendered while the one before is encoded."""
        starts = range(0, source.length, _BLOCK_FRAMES)
        ends = [min(start + _BLOCK_FRAMES, source.length) for start in starts]
        with ThreadPoolExecutor(1, thread_name_prefix="render") as ahead:
            coming = ahead.submit(self._frame, source, 0, ends[0])
            for start, end in itertools.pairwise(ends):
                frame = coming.result()
                coming = ahead.submit(self._frame, source, start, end - start)
                yield start, frame
            yield ends[-1], coming.result()

    def _frame(self, source: AudioSource, start: int, frames: int) -> Any:  # noqa: ANN401 -- an av.AudioFrame
        import av

        samples = empty_block(source, frames)
        source.render(start, samples)
        # Packed formats interleave the channels; planar ones have a row for each.
        if self.sample_format == "s16":
            rows = to_pcm16(samples).reshape(1, -1)
        else:
            rows = np.ascontiguousarray(samples.reshape(frames, -1).T)
        frame = av.AudioFrame.from_ndarray(rows, format=self.sample_format, layout=_layout(source))
        frame.sample_rate = source.rate_hz
        frame.pts = start
        frame.time_base = Fraction(1, source.rate_hz)
        return frame

    def verify(self, file: IO[bytes], source: AudioSource) -> None:
        """Check that every packet can be read, and that together they last as long as the source."""
        import av

        file.seek(0)
        try:
            with av.open(file, "r") as written:
                stream = written.streams.audio[0]
                seconds = float(written.duration or 0) / av.time_base
                for packet in written.demux(stream):
                    if packet.is_corrupt:
                        raise _unreadable(self.suffix)
        except (av.FFmpegError, IndexError) as error:
            raise _unreadable(self.suffix) from error
        slack = round(self.slack_s * source.rate_hz) + 1
        if not -1 <= seconds * source.rate_hz - source.length <= slack:
            raise _unreadable(self.suffix)


def _layout(source: AudioSource) -> str:
    return "mono" if source.channels == 1 else "stereo"


def tags_of(metadata: Metadata) -> dict[str, str]:
    """Tags by FFmpeg's names; what is empty is left out."""
    tags = {
        "title": metadata.title,
        "artist": metadata.artist,
        "album": metadata.album,
        "genre": metadata.genre,
        "date": metadata.date,
        "comment": metadata.comment,
    }
    return {name: text for name, text in tags.items() if text}


def chapter_title(chapter: ChapterMark) -> str:
    """The title of a chapter, cut to what every container holds."""
    return at_most_bytes(chapter.title, LONGEST_TITLE_BYTES)


def attach_cover(output: OutputContainer, metadata: Metadata) -> None:
    """Attach the cover to the file, if there is one."""
    import av
    from av.stream import Disposition

    if not metadata.cover:
        return
    with av.open(io.BytesIO(metadata.cover), "r", format="png_pipe") as drawn:
        picture = output.add_stream_from_template(drawn.streams.video[0])
        picture.disposition = Disposition.attached_pic
        picture.metadata["comment"] = "Cover (front)"  # FFmpeg's name for this type of picture
        packet = next(drawn.demux(video=0))
        packet.stream = picture
        output.mux(packet)


def chapter_comments(metadata: Metadata) -> dict[str, str]:
    """Chapters as Vorbis comments, CHAPTER000=HH:MM:SS.mmm and CHAPTER000NAME, for FLAC and Opus.

    FFmpeg writes none into FLAC, and rounds those of Opus up to seconds (seen in 8.0).
    """
    comments = {}
    for number, chapter in enumerate(metadata.chapters):
        comments[f"CHAPTER{number:03}"] = timestamp(chapter.start_s)
        comments[f"CHAPTER{number:03}NAME"] = chapter_title(chapter)
    return comments


def _unreadable(suffix: str) -> ExportError:
    return ExportError(f"the {suffix} does not read back as it was written: check the disk")
