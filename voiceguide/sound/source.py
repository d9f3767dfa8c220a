"""What the device and every file format pull their sound from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from voiceguide.model.pcm import from_pcm16

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from voiceguide.model.clip import Clip
    from voiceguide.sound.tape import Tape


class AudioSource(Protocol):
    """Sound of a known length that can be rendered from anywhere.

    Rendering in blocks of any size, from any point, in any order and from any thread gives the same
    frames.
    """

    @property
    def rate_hz(self) -> int:
        """Frames a second."""

    @property
    def channels(self) -> int:
        """Samples a frame: 1 or 2."""

    @property
    def length(self) -> int:
        """Frames in all."""

    def render(self, start: int, out: NDArray[np.float32]) -> None:
        """Fill `out` with the frames from `start` on; zeros beyond the end.

        `out` is of shape (n,) where there is one channel, or (n, channels).
        """

    @property
    def ground(self) -> Ground | None:
        """What goes on under all else; None where that is silence."""

    def rests(self, least_frames: int) -> Iterator[tuple[int, int]]:
        """Spans `[start, end)` of at least that length, in order, in which the ground is all that sounds."""


class Ground(AudioSource, Protocol):
    """As long as what it lies under, and in its rests the same frame by frame."""

    def __hash__(self) -> int:
        """By identity: what is made of it is kept for as long as it is used."""

    @property
    def is_featureless(self) -> bool:
        """Whether nobody would hear it cut, shortened or put together anew: noise far below hearing."""

    @property
    def tape(self) -> Tape:
        """The order in which its pieces sound."""

    @property
    def recording(self) -> AudioSource:
        """Its pieces in the order in which they lie, twice."""


class ClipSource:
    """A single clip as an AudioSource."""

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

    @property
    def ground(self) -> None:
        """Silence."""

    def rests(self, least_frames: int) -> Iterator[tuple[int, int]]:  # noqa: ARG002 -- there are none
        """Nothing: a clip is all sound."""
        return iter(())


def empty_block(source: AudioSource, frames: int) -> NDArray[np.float32]:
    """A block for `source` to render into, as it is left in memory."""
    return np.empty(frames if source.channels == 1 else (frames, source.channels), np.float32)


class Silence:
    """Nothing, of a length."""

    ground = None

    def __init__(self, rate_hz: int, channels: int, length: int) -> None:
        self.rate_hz = rate_hz
        self.channels = channels
        self.length = length

    def render(self, start: int, out: NDArray[np.float32]) -> None:  # noqa: ARG002 -- everywhere the same
        """Zeros."""
        out[:] = 0.0

    def rests(self, least_frames: int) -> Iterator[tuple[int, int]]:
        """All of it."""
        return iter([(0, self.length)] if self.length >= least_frames else [])
