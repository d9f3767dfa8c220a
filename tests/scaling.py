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


def growth(work: Callable[[int], object], size: int) -> float:
    """How many times as long `work` takes for an input of FACTOR * `size` as for one of `size`."""
    longer_s = least_s(work, FACTOR * size)
    if longer_s < NOISE_S:
        return 0.0
    # A clock that is coarse on a busy machine may have seen nothing of the shorter one.
    return longer_s / max(least_s(work, size), NOISE_S / LINEAR)


def least_s(work: Callable[[int], object], size: int) -> float:
    """The least of several takes: others on the machine only ever add to it. One that is long needs no second."""
    least = float("inf")
    for _ in range(3):
        begin = time.thread_time()
        work(size)
        least = min(least, time.thread_time() - begin)
        if least > 1.0:
            break
    return least
