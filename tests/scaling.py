"""How work grows with its input, told without a clock on the wall: CPU time of this thread, and ratios of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

FACTOR: Final = 8
LINEAR: Final = 3.0 * FACTOR
"""What is linear comes to FACTOR, what is quadratic to its square: 64. Between them there is room for noise."""
NOISE_S: Final = 0.002
"""What takes less proves nothing."""
TAKES: Final = 3
MOST_TAKES: Final = 12
"""A machine that changes its speed between the two sizes is asked again; work that is quadratic stays so."""
LONG_S: Final = 1.0
"""No noise adds as much as this."""


def growth(work: Callable[[int], object], size: int) -> float:
    """How many times as long `work` takes for an input of FACTOR * `size` as for one of `size`.

    Each size is timed several times in turn, and the least counts: others on the machine only ever add to it.
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
    # A clock that is coarse on a busy machine may have seen nothing of the shorter one.
    return longer_s / max(shorter_s, NOISE_S / LINEAR)


def cpu_s(work: Callable[[int], object], size: int) -> float:
    begin = time.thread_time()
    work(size)
    return time.thread_time() - begin
