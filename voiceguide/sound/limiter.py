"""A true-peak limiter for whole clips: it looks ahead, and leaves no peak above its ceiling.

Static gain alone cannot bring speech to the target level: at more than -21.6 LUFS (measured) its peaks would pass
-1 dBTP. The few peaks are rounded off instead, once per clip, before it is stored.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

import numpy as np

from voiceguide.units import to_gain

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOOKAHEAD_S: Final = 0.005
_REACH: Final = 6
"""Points on each side from which a value between two points is interpolated. In a sound that is already oversampled
twice, this is exact to a hundredth of a decibel."""
_NEAR: Final = 0.6
"""The least share of a peak that a point beside it has, in a sound oversampled twice; at the highest possible frequency
it is 0.71."""


def limiting_gains(
    doubled: NDArray[np.floating], ceiling_dbtp: float, rate_hz: int, *, gain: float
) -> NDArray[np.float32] | None:
    """A gain per sample, on top of `gain`, that keeps true peaks to `ceiling_dbtp`; None if no peak exceeds it.

    `doubled` is the sound oversampled twice, shape (2n,); the result has shape (n,). The gain falls and rises smoothly
    over `LOOKAHEAD_S` around a peak: it is the minimum of the needed gain over a window, averaged over the same window,
    so that the peak itself is lowered far enough. Only samples near the ceiling are examined closely, and only those
    near a peak are smoothed: in speech one in a hundred.
    """
    highest = to_gain(ceiling_dbtp) / gain
    near = np.abs(doubled) > highest * _NEAR
    near[:-1] |= near[1:]
    places = np.flatnonzero(near)
    peaks = _peaks_after(doubled, places)
    over = peaks > highest
    if not over.any():
        return None
    length = len(doubled) // 2
    needed = np.ones(length + 1)
    at = places[over] // 2
    # A peak between two samples belongs to both.
    np.minimum.at(needed, at, highest / peaks[over])
    np.minimum.at(needed, at + 1, highest / peaks[over])
    reach = max(1, round(LOOKAHEAD_S * rate_hz))
    around = _around(at, 2 * reach + 1, length)
    lowest = _windowed_minimum(needed[around], reach)
    window = np.hanning(2 * reach + 3)[1:-1]
    gains = np.ones(length, np.float32)
    gains[around] = np.convolve(np.pad(lowest, reach, mode="edge"), window / window.sum(), mode="valid")
    return gains


def _peaks_after(doubled: NDArray[np.floating], places: NDArray[np.intp]) -> NDArray[np.floating]:
    """For each of `places`, the larger of the magnitudes there and half-way to the next point."""
    silence = np.zeros(_REACH, doubled.dtype)
    padded = np.concatenate([silence[1:], doubled, silence])
    surroundings = np.lib.stride_tricks.sliding_window_view(padded, 2 * _REACH)[places]
    # Not `@`: its last bit depends on the number of threads, and a clip must be the same in every process.
    between = np.einsum("ij,j->i", surroundings, _halfway())
    peaks: NDArray[np.floating] = np.maximum(np.abs(between), np.abs(doubled[places]))
    return peaks


@functools.cache
def _halfway() -> NDArray[np.float32]:
    """Weights, shape (2 * _REACH,), that interpolate the value in the middle of the points."""
    distances = np.arange(2 * _REACH) - (_REACH - 0.5)
    weights = np.sinc(distances) * np.cos(0.5 * np.pi * distances / (_REACH + 0.5)) ** 2
    return np.asarray(weights / weights.sum(), np.float32)


def _around(places: NDArray[np.intp], reach: int, length: int) -> NDArray[np.intp]:
    """The indices below `length` within `reach` of one of `places`, which are in order."""
    ends = np.flatnonzero(np.diff(places) > 2 * reach)
    firsts = np.maximum(places[np.concatenate([[0], ends + 1])] - reach, 0)
    lasts = np.minimum(places[np.concatenate([ends, [-1]])] + reach + 1, length)
    return np.concatenate([np.arange(first, last) for first, last in zip(firsts, lasts, strict=True)])


def _windowed_minimum(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """The minimum of `values` within `reach` of each index, found by doubling windows."""
    width = 2 * reach + 1
    result = np.pad(values, reach, constant_values=1.0)
    covered = 1
    while covered < width:
        shift = min(covered, width - covered)
        result = np.minimum(result[:-shift], result[shift:])
        covered += shift
    return result
