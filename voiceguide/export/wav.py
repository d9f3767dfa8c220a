"""WAV: 16-bit PCM, written block by block."""

from __future__ import annotations

import os
import wave
from typing import IO, TYPE_CHECKING, ClassVar, Final

from voiceguide.errors import ExportError
from voiceguide.export.exporter import Exporter
from voiceguide.model.pcm import to_pcm16
from voiceguide.sound.source import empty_block

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiceguide.export.metadata import Metadata
    from voiceguide.sound.source import AudioSource

BLOCK_FRAMES: Final = 1 << 16
_LARGEST_BYTES: Final = 0xFFFFFFFF - 36
"""The sizes in a RIFF file have 32 bits."""


class WavExporter(Exporter):
    """PCM, without tags or chapters: players agree on none for WAV."""

    suffix: ClassVar[str] = ".wav"
    keeps_cover: ClassVar[bool] = False

    def write(self, source: AudioSource, file: IO[bytes], metadata: Metadata, progress: Callable[[int], None]) -> None:  # noqa: ARG002 -- a WAV holds none
        """Write the header and the samples."""
        if source.length * source.channels * 2 > _LARGEST_BYTES:
            message = "a WAV file cannot be longer than 4 GB: export to another format"
            raise ExportError(message)
        with wave.open(file, "wb") as writer:
            writer.setnchannels(source.channels)
            writer.setsampwidth(2)
            writer.setframerate(source.rate_hz)
            writer.setnframes(source.length)
            block = empty_block(source, BLOCK_FRAMES)
            for start in range(0, source.length, BLOCK_FRAMES):
                part = block[: min(BLOCK_FRAMES, source.length - start)]
                source.render(start, part)
                writer.writeframesraw(to_pcm16(part).tobytes())
                progress(start + len(part))

    def verify(self, file: IO[bytes], source: AudioSource) -> None:
        """Check that the header has the right length, and that the file is as long."""
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        try:
            with wave.open(file, "rb") as reader:
                frames = reader.getnframes()
        except (wave.Error, EOFError):
            frames = -1
        if frames != source.length or size < source.length * source.channels * 2:
            message = "the WAV does not read back as it was written: check the disk"
            raise ExportError(message)
