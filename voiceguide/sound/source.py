"""AudioSource: what the device and every file format pull their sound from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from voiceguide.model.pcm import from_pcm16

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from voiceguide.model.clip import Clip


class AudioSource(Protocol):
    """Sound of a known length that can be rendered from anywhere.

    Every frame is the same whatever the size and order of the blocks, and whichever thread renders them.
    """

    @property
    def rate_hz(self) -> int:
        """Frames a second."""

    @property
    def channels(self) -> int:
        """Samples in a frame: 1 or 2."""

    @property
    def length(self) -> int:
        """Frames in all."""

    def render(self, start: int, out: NDArray[np.float32]) -> None:
        """Fill `out` with the frames from `start` on, and with zeros beyond the end.

        The shape of `out` is (n,) for one channel, and (n, channels) for more.
        """


class ClipSource:
    """One clip as an AudioSource."""

    def __init__(self, clip: Clip) -> None:
        self._clip = clip

    @property
    def rate_hz(self) -> int:
        """Frames a second."""
        return self._clip.rate_hz

    @property
    def channels(self) -> int:
        """One."""
        return 1

    @property
    def length(self) -> int:
        """Frames in all."""
        return len(self._clip.pcm)

    def render(self, start: int, out: NDArray[np.float32]) -> None:
        """Fill `out`, shape (n,), with the frames from `start` on."""
        part = self._clip.pcm[start : start + len(out)]
        out[: len(part)] = from_pcm16(part)
        out[len(part) :] = 0.0


def empty_block(source: AudioSource, frames: int) -> NDArray[np.float32]:
    """An uninitialised block for `source` to render into."""
    return np.empty(frames if source.channels == 1 else (frames, source.channels), np.float32)


class Silence:
    """An AudioSource of zeros."""

    def __init__(self, rate_hz: int, channels: int, length: int) -> None:
        self.rate_hz = rate_hz
        self.channels = channels
        self.length = length

    def render(self, start: int, out: NDArray[np.float32]) -> None:  # noqa: ARG002 -- the same everywhere
        """Fill `out` with zeros."""
        out[:] = 0.0
