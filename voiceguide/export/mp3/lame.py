"""LAME (through lameenc, LGPL-3.0), encoding a source from any frame on."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

import lameenc
import numpy as np

from voiceguide.errors import ExportError
from voiceguide.model.pcm import to_pcm16
from voiceguide.sound.source import Silence, empty_block

if TYPE_CHECKING:
    from voiceguide.export.mp3.frames import FrameFormat
    from voiceguide.sound.source import AudioSource

QUALITY: Final = {1: 5, 2: 7}
"""LAME's quality by channels, from 0 (slow) to 9 (fast). 5 takes half the time of 2, without an audible difference in
speech. Stereo has a bed and twice the bits: there 7 takes two thirds of the time of 5, and its noise is masked as well
(rain, a drone and music under a voice at 112 kbit/s, by critical bands: within a decibel, and 6 dB lower where music is
loudest)."""
_BLOCK_FRAMES: Final = 28 * 1152
"""Samples rendered at once: few, so that memory does not grow with the session, and whole MP3 frames, so that the
encoder is never further ahead than necessary."""
_SCALE: Final = 0.95
"""At a constant bit rate LAME scales its input by this, to avoid clipping (measured at 32 to 128 kbit/s: 0.950). Our
peaks are limited already, and the level is promised: so it is undone."""


class Lame:
    """A fresh encoder, and the MP3 frames of a source that it has encoded from frame `first` on."""

    def __init__(self, source: AudioSource, first: int, sizes: FrameFormat) -> None:
        self.first = first
        """The number of its first frame in the session."""
        self.frames = bytearray()
        self._source = source
        self._sizes = sizes
        self._at = first * sizes.frame_samples
        self._encoder: lameenc.Encoder | None = lameenc.Encoder()
        self._encoder.silence()
        self._encoder.set_bit_rate(sizes.bit_rate_kbps)
        self._encoder.set_in_sample_rate(sizes.rate_hz)
        self._encoder.set_out_sample_rate(sizes.rate_hz)
        self._encoder.set_channels(sizes.channels)
        self._encoder.set_quality(QUALITY[sizes.channels])
        self._block = empty_block(source, _BLOCK_FRAMES)

    def up_to(self, number: int) -> bytearray:
        """Encode up to frame `number` of the session, and usually a few frames further; returns all frames.

        There are fewer only at the end of the source.
        """
        while self._encoder and self.first + len(self.frames) // self._sizes.frame_bytes < number:
            # It looks ahead by a frame or two, and so needs what follows.
            samples = self._sizes.frame_samples
            self._encode(min(max(number * samples - self._at, samples), _BLOCK_FRAMES))
        return self.frames

    def taken(self, number: int) -> bytes:
        """Remove and return the frames below frame `number` of the session."""
        count = number - self.first
        taken = bytes(self.up_to(number)[: count * self._sizes.frame_bytes])
        del self.frames[: len(taken)]
        self.first = number
        return taken

    def skipped(self, number: int) -> bytearray:
        """Skip the source to frame `number`, and return the frames from there on.

        Valid only if the source sounds the same there as where the encoder is, as in silence.
        """
        count = number - self.first
        self.first = number
        self._at += count * self._sizes.frame_samples
        return self.up_to(number + 1)

    def _encode(self, frames: int) -> None:
        assert self._encoder  # noqa: S101 -- narrows the type
        part = self._block[: min(frames, self._source.length - self._at)]
        try:
            if not len(part):
                self.frames += self._encoder.flush()
                self._encoder = None
                return
            self._source.render(self._at, part)
            part *= np.float32(1.0 / _SCALE)
            self.frames += self._encoder.encode(to_pcm16(part).tobytes())
        except RuntimeError as error:
            message = f"the MP3 encoder failed: {error}"
            raise ExportError(message) from error
        self._at += len(part)


@functools.lru_cache(maxsize=4)
def silent_frame(sizes: FrameFormat) -> bytes:
    """A silent frame, without a single coefficient; encoding one would take a millisecond."""
    silence = Silence(sizes.rate_hz, sizes.channels, sizes.frame_samples)
    return bytes(Lame(silence, 0, sizes).up_to(1)[:4]).ljust(sizes.frame_bytes, b"\0")
