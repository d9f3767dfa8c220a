"""The spectrum of a sound, which loudness and the limiter share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from msgspec import Struct

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SILENCE: Final = 2400
"""Samples of silence behind a sound, in which filters decay: the high-pass of the K curve falls by 100 dB in 50 ms."""


class Spectrum(Struct, frozen=True, eq=False):
    """A mono sound, padded with silence, in the frequency domain."""

    bins: NDArray[np.complexfloating]
    """The bins of a real FFT."""
    padded: int
    """The number of samples that were transformed, padding included."""
    length: int
    """The number of samples of the sound itself."""

    def filtered(self, response: NDArray[np.float32]) -> NDArray[np.floating]:
        """The sound with every bin multiplied by `response`, shape (length,)."""
        return np.fft.irfft(self.bins * response, self.padded)[: self.length]

    def doubled(self) -> NDArray[np.floating]:
        """The sound oversampled twice, shape (2 * length,)."""
        return np.fft.irfft(self.bins, self.padded * 2)[: self.length * 2] * np.float32(2.0)


def spectrum_of(samples: NDArray[np.float32]) -> Spectrum:
    """The spectrum of mono samples."""
    padded = fast_fft_length(len(samples) + _SILENCE)
    return Spectrum(np.fft.rfft(samples, padded), padded, len(samples))


def fast_fft_length(least: int) -> int:
    """The least length from `least` on at which the FFT is fast: a power of two, or 3, 5, 9 or 15 times one."""
    return min(factor << max(0, math.ceil(math.log2(least / factor))) for factor in (2, 3, 5, 9, 15))
