"""Loudness of whole sounds, from the functions that the program measures clips and tones with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from voiceguide.sound.loudness import active_level, block_means, k_weighted
from voiceguide.units import to_db

if TYPE_CHECKING:
    from numpy.typing import NDArray


def block_powers(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float64]:
    return block_means(k_weighted(samples, rate_hz) ** 2, rate_hz)


def active_lufs(samples: NDArray[np.float32], rate_hz: int) -> float:
    return active_level(k_weighted(samples, rate_hz) ** 2, rate_hz)


def oversampled(samples: NDArray[np.float32], times: int) -> NDArray[np.float64]:
    """The sound at a multiple of its rate, by a plain FFT."""
    dense: NDArray[np.float64] = np.fft.irfft(np.fft.rfft(samples.astype(np.float64)), len(samples) * times) * times
    return dense


def true_peak_dbtp(samples: NDArray[np.float32]) -> float:
    """The highest true peak, found by other means than the limiter's, at four times the rate (BS.1770-5, annex 2)."""
    return to_db(float(np.abs(oversampled(np.pad(samples, 1000), 4)).max()))
