"""Loudness of whole sounds, from the functions that the program measures clips and tones with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.sound.loudness import active_level, block_means, k_weighted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def block_powers(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float64]:
    return block_means(k_weighted(samples, rate_hz) ** 2, rate_hz)


def active_lufs(samples: NDArray[np.float32], rate_hz: int) -> float:
    return active_level(k_weighted(samples, rate_hz) ** 2, rate_hz)
