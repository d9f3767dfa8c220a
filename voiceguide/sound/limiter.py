"""A true-peak limiter for whole clips: sees the future, leaves no peak above its ceiling.

Static gain cannot bring speech to the target level: its peaks would pass -1 dBTP (measured: it stops at
-21.6 LUFS). The few peaks are rounded off instead, clip by clip, once, before the clip is stored.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

import numpy as np

from voiceguide.sound.spectrum import spectrum_of
from voiceguide.units import to_db, to_gain

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOOKAHEAD_S: Final = 0.005
_REACH: Final = 6
"""Points on each side that a value between two of them is interpolated from: to a hundredth of a decibel, in a
sound that is oversampled twice already."""
_NEAR: Final = 0.6
"""The share of a peak that one of the points beside it has at the least, in a sound oversampled twice; for the
highest frequency there can be it is 0.71."""


def true_peak_dbtp(samples: NDArray[np.float32]) -> float:
    """The highest true peak; -inf for silence.

    BS.1770-5, annex 2, has it read from a signal oversampled at least four times at 48 kHz.
    """
    doubled = spectrum_of(samples).doubled()
    return to_db(float(_peaks_after(doubled, np.arange(len(doubled))).max()))


def limited(
    samples: NDArray[np.float32], ceiling_dbtp: float, rate_hz: int, *, gain: float = 1.0
) -> NDArray[np.float32]:
    """`samples` times `gain`, with no true peak above `ceiling_dbtp`."""
    gains = limiting_gains(spectrum_of(samples).doubled(), ceiling_dbtp, rate_hz, gain=gain)
    if gains is None:
        return samples if gain == 1.0 else samples * np.float32(gain)
    return samples * (gains * np.float32(gain))


def limiting_gains(
    doubled: NDArray[np.floating], ceiling_dbtp: float, rate_hz: int, *, gain: float
) -> NDArray[np.float32] | None:
    """The factor on each sample, beside `gain`, that keeps true peaks to `ceiling_dbtp`; None where all do.

    `doubled` is the sound oversampled twice, shape (2n,); the result has shape (n,). The factor falls and rises
    over `LOOKAHEAD_S` around a peak, as a smooth curve: the needed gain, its minimum over the window, and a
    mean over the same window, so that the peak itself gets what it needs. Only what comes near the ceiling is
    looked at closely, and only what is near a peak is smoothed: in speech a hundredth of it.
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
    """The largest magnitude at each of `places` and half-way to the point behind it."""
    silence = np.zeros(_REACH, doubled.dtype)
    padded = np.concatenate([silence[1:], doubled, silence])
    surroundings = np.lib.stride_tricks.sliding_window_view(padded, 2 * _REACH)[places]
    # Not `@`, whose last bit depends on how many threads it has: a clip is the same in every process.
    between = np.einsum("ij,j->i", surroundings, _halfway())
    peaks: NDArray[np.floating] = np.maximum(np.abs(between), np.abs(doubled[places]))
    return peaks


@functools.cache
def _halfway() -> NDArray[np.float32]:
    """Weights, shape (2 * _REACH,), of the points around for the one in the middle of them."""
    distances = np.arange(2 * _REACH) - (_REACH - 0.5)
    weights = np.sinc(distances) * np.cos(0.5 * np.pi * distances / (_REACH + 0.5)) ** 2
    return np.asarray(weights / weights.sum(), np.float32)


def _around(places: NDArray[np.intp], reach: int, length: int) -> NDArray[np.intp]:
    """The indices below `length` no further than `reach` from one of `places`, which are in order."""
    ends = np.flatnonzero(np.diff(places) > 2 * reach)
    firsts = np.maximum(places[np.concatenate([[0], ends + 1])] - reach, 0)
    lasts = np.minimum(places[np.concatenate([ends, [-1]])] + reach + 1, length)
    return np.concatenate([np.arange(first, last) for first, last in zip(firsts, lasts, strict=True)])


def _windowed_minimum(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """The minimum of `values` from `reach` before to `reach` after each, by doubling windows."""
    width = 2 * reach + 1
    result = np.pad(values, reach, constant_values=1.0)
    covered = 1
    while covered < width:
        shift = min(covered, width - covered)
        result = np.minimum(result[:-shift], result[shift:])
        covered += shift
    return result
