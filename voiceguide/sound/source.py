"""What the device and every file format pull their sound from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from voiceguide.model.clip import Clip


class AudioSource(Protocol):
    """Sound of a known length that can be rendered from anywhere.

    Rendering in blocks of any size, from any point, in any order and from any thread gives the same
    frames.
    """

    @property
    def rate_hz(self) -> int:
        """Frames a second."""

    @property
    def length(self) -> int:
        """Frames in all."""

    def render(self, start: int, out: NDArray[np.float32]) -> None:
        """Fill `out`, shape (n,), mono, with the frames from `start` on; zeros beyond the end."""

    def silences(self, least_frames: int) -> Iterator[tuple[int, int]]:
        """Spans `[start, end)` of digital silence of at least that length, in order."""


class ClipSource:
    """A single clip as an AudioSource."""

    def __init__(self, clip: Clip) -> None:
        self._clip = clip

    @property
    def rate_hz(self) -> int:
        """Frames a second."""
        return self._clip.rate_hz

    @property
    def length(self) -> int:
        """Frames in all."""
        return len(self._clip.samples)

    def render(self, start: int, out: NDArray[np.float32]) -> None:
        """Fill `out`, shape (n,), with the frames from `start` on."""
        part = self._clip.samples[start : start + len(out)]
        out[: len(part)] = part
        out[len(part) :] = 0.0

    def silences(self, least_frames: int) -> Iterator[tuple[int, int]]:  # noqa: ARG002 -- there are none
        """Nothing: a clip is all sound."""
        return iter(())
