"""Measure how work grows with its input, by ratios of the CPU time of this thread instead of wall-clock time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

FACTOR: Final = 8
LINEAR: Final = 3.0 * FACTOR
"""The limit for linear work. It grows by FACTOR, quadratic work by its square, 64: between them is room for noise."""
NOISE_S: Final = 0.002
"""Work that takes less proves nothing."""
TAKES: Final = 3
MOST_TAKES: Final = 12
"""A machine may change its speed between the two sizes, so both are timed again; quadratic work stays quadratic."""
LONG_S: Final = 1.0
"""No noise adds as much as this."""


def growth(work: Callable[[int], object], size: int) -> float:
    """Return how many times as long `work` takes for an input of FACTOR * `size` as for one of `size`.

    Each size is timed several times in turn, and the least counts: other programs can only add to it.
    """
    longer_s = shorter_s = float("inf")
    for take in range(MOST_TAKES):
        longer_s = min(longer_s, cpu_s(work, FACTOR * size))
        if longer_s < NOISE_S:
            return 0.0
        shorter_s = min(shorter_s, cpu_s(work, size))
        if longer_s > LONG_S or (take + 1 >= TAKES and ratio(longer_s, shorter_s) < LINEAR):
            break
    return ratio(longer_s, shorter_s)


def ratio(longer_s: float, shorter_s: float) -> float:
    # On a busy machine a coarse clock may measure no time at all for the shorter one.
    return longer_s / max(shorter_s, NOISE_S / LINEAR)


def cpu_s(work: Callable[[int], object], size: int) -> float:
    begin = time.thread_time()
    work(size)
    return time.thread_time() - begin
