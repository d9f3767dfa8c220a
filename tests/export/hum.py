"""A sound of any length, for tests of files rather than of what is heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tests.export.measure import RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


class Hum:
    """A tone of any length."""

    ground = None

    def __init__(self, length: int, channels: int) -> None:
        self.length = length
        self.channels = channels
        self.rate_hz = RATE_HZ * channels

    def render(self, start: int, out: NDArray[np.float32]) -> None:
        wave = np.sin(np.arange(start, start + len(out)) * 0.1, dtype=np.float32) * np.float32(0.1)
        wave[max(0, self.length - start) :] = 0.0
        out[:] = wave if self.channels == 1 else wave[:, None]

    def rests(self, least_frames: int) -> Iterator[tuple[int, int]]:  # noqa: ARG002 -- there are none
        return iter(())
