"""Loudness of mono sound after ITU-R BS.1770-5, on which EBU R 128 builds.

A session is never rendered to be measured. Every clip keeps the powers of its blocks, and gating ignores the silence
between clips, so the blocks of all cues together give the loudness of the session.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Final

import numpy as np

from voiceguide.sound.spectrum import spectrum_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from voiceguide.sound.spectrum import Spectrum

BLOCK_S: Final = 0.4
STEP_S: Final = 0.1
"""Gating blocks of 400 ms overlap by 75 % (BS.1770-5, annex 1)."""
ABSOLUTE_GATE_LUFS: Final = -70.0
RELATIVE_GATE_LU: Final = -10.0
_OFFSET_LUFS: Final = -0.691
"""The constant in the loudness equation: a 997 Hz sine at full scale on one channel reads -3.01."""

# The two filters of the K curve as analogue-matched biquads. These parameters reproduce the coefficients
# that the standard gives for 48 kHz, and are valid at any rate (De Man, "Evaluation of implementations of the
# EBU R128 loudness measurement", AES 145, 2018).
_SHELF_GAIN_DB, _SHELF_Q, _SHELF_HZ = 3.999843853973347, 0.7071752369554196, 1681.974450955533
_HIGHPASS_Q, _HIGHPASS_HZ = 0.5003270373238773, 38.13547087602444


@functools.lru_cache(maxsize=32)
def k_response(length: int, rate_hz: int) -> NDArray[np.float32]:
    """The magnitude of the K curve at every bin of a real FFT of `length` samples at `rate_hz`."""
    k = math.tan(math.pi * _SHELF_HZ / rate_hz)
    high = 10.0 ** (_SHELF_GAIN_DB / 20.0)
    band = high**0.4996667741545416
    shelf = (
        (high + band * k / _SHELF_Q + k * k, 2.0 * (k * k - high), high - band * k / _SHELF_Q + k * k),
        (1.0 + k / _SHELF_Q + k * k, 2.0 * (k * k - 1.0), 1.0 - k / _SHELF_Q + k * k),
    )
    k = math.tan(math.pi * _HIGHPASS_HZ / rate_hz)
    a0 = 1.0 + k / _HIGHPASS_Q + k * k
    highpass = ((a0, -2.0 * a0, a0), (a0, 2.0 * (k * k - 1.0), 1.0 - k / _HIGHPASS_Q + k * k))
    cosines = np.cos(np.arange(length // 2 + 1) * (2.0 * np.pi / length))
    power = np.ones_like(cosines)
    for above, below in (shelf, highpass):
        power *= _square_magnitude(above, cosines) / _square_magnitude(below, cosines)
    response: NDArray[np.float32] = np.sqrt(power).astype(np.float32)
    response.flags.writeable = False  # it is shared
    return response


def _square_magnitude(coefficients: tuple[float, float, float], cosines: NDArray[np.float64]) -> NDArray[np.float64]:
    """|c0 + c1 z + c2 z^2|^2 for the points z of the unit circle with these cosines, in real arithmetic."""
    c0, c1, c2 = coefficients
    # cos 2w = 2 cos^2 w - 1. Written in 1 - cos w, which is small near 0 Hz, the polynomial keeps its precision.
    below = 1.0 - cosines
    constant = (c0 + c1 + c2) ** 2
    linear = -2.0 * (c0 * c1 + c1 * c2 + 4.0 * c0 * c2)
    return constant + below * (linear + below * (4.0 * c0 * c2))


def k_weighted(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.floating]:
    """Mono samples filtered with the K curve, in the frequency domain and without its phase.

    Only the powers of blocks are valid.
    """
    return k_filtered(spectrum_of(samples), rate_hz)


def k_filtered(spectrum: Spectrum, rate_hz: int) -> NDArray[np.floating]:
    """`k_weighted` from the spectrum of the samples."""
    return spectrum.filtered(k_response(spectrum.padded, rate_hz))


def block_means(squares: NDArray[np.floating], rate_hz: int) -> NDArray[np.float64]:
    """Mean squares of the 400 ms blocks of a sound surrounded by silence, from its K-weighted squares.

    They include the blocks that only partly overlap the sound, as they occur in a session.
    """
    block, step = round(BLOCK_S * rate_hz), round(STEP_S * rate_hz)
    steps = math.ceil(len(squares) / step)
    padded = np.zeros((steps + 6) * step)
    padded[3 * step : 3 * step + len(squares)] = squares
    sums = padded.reshape(-1, step).sum(axis=1)
    return np.convolve(sums, np.ones(block // step), mode="valid") / block


def block_count(frames: int, rate_hz: int) -> int:
    """How many blocks `block_means` finds in a sound of that many frames."""
    return math.ceil(frames / round(STEP_S * rate_hz)) + 3


def integrated_lufs(powers: Sequence[NDArray[np.float64]], times: Sequence[int] | None = None) -> float:
    """Gated loudness of the blocks of several sounds; -inf if all are below the absolute gate.

    `times` is how often each sound occurs, by default once: a clip said a thousand times takes the memory of one.
    """
    blocks = np.concatenate([np.zeros(0), *powers])
    weights = np.repeat(np.ones(len(powers), int) if times is None else times, [len(sound) for sound in powers])
    loud = blocks > _power(ABSOLUTE_GATE_LUFS)
    if not loud.any():
        return -math.inf
    gate = np.average(blocks[loud], weights=weights[loud]) * 10.0 ** (RELATIVE_GATE_LU / 10.0)
    gated = blocks > gate
    return lufs(float(np.average(blocks[gated & loud], weights=weights[gated & loud])))


def active_level(squares: NDArray[np.floating], rate_hz: int) -> float:
    """Loudness of the sounding part of a clip, however short, from its K-weighted squares.

    This is the level that listeners compare. It follows the standard, but with blocks of 50 ms rather than 400: a word
    is shorter than 400 ms, and its level would depend on the silence in the same block.
    """
    step = rate_hz // 20
    whole = len(squares) // step * step
    blocks = squares[:whole].reshape(-1, step).mean(axis=1) if whole else squares.mean(keepdims=True)
    gate = blocks.mean() * 10.0 ** (RELATIVE_GATE_LU / 10.0)
    return lufs(float(blocks[blocks >= gate].mean()))


def lufs(power: float) -> float:
    """The loudness of a K-weighted mean square; -inf for silence."""
    return _OFFSET_LUFS + 10.0 * math.log10(power) if power > 0.0 else -math.inf


def _power(loudness_lufs: float) -> float:
    return float(10.0 ** ((loudness_lufs - _OFFSET_LUFS) / 10.0))
