"""The crossing between float samples and 16-bit ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FULL_SCALE = 32768.0


def to_pcm16(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    """Float samples in [-1, 1) as 16-bit ones: rounded, not dithered, so that silence stays silence."""
    scaled = samples * np.float32(_FULL_SCALE)
    np.rint(scaled, out=scaled)
    np.clip(scaled, -_FULL_SCALE, _FULL_SCALE - 1.0, out=scaled)
    return scaled.astype("<i2")


def from_pcm16(pcm: NDArray[np.int16]) -> NDArray[np.float32]:
    """16-bit samples as float ones in [-1, 1)."""
    return np.multiply(pcm, np.float32(1.0 / _FULL_SCALE), dtype=np.float32)
