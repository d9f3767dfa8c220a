"""What loudness and the limiter share about the FFT."""

from __future__ import annotations

import math


def fast_fft_length(least: int) -> int:
    """A length not below `least` that the FFT is fast at: a power of two, or 3, 5, 9 or 15 times one."""
    return min(factor << max(0, math.ceil(math.log2(least / factor))) for factor in (2, 3, 5, 9, 15))
