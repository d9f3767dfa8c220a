"""Beds made by synthesis: rain, waves, a drone. No recording, and no seam.

Each is written down as a spectrum and turned into sound by one inverse Fourier transform, whose result goes round
without a seam by nature: whatever happens in it takes a whole number of cycles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

BED_RATE_HZ: Final = 48_000
LOOP_UNIT_FRAMES: Final = 1152
"""An MP3 frame: in a loop of whole ones each comes again, and need not be encoded anew."""
LOOP_FRAMES: Final = 1350 * LOOP_UNIT_FRAMES
"""32.4 s: longer than anybody waits for a drop to come again, and a length that the FFT is fast at."""
_LOOP_S: Final = LOOP_FRAMES / BED_RATE_HZ
_BAND_HZ: Final = 15_000.0
"""Nothing is made above: it would cost bits and is hardly heard."""

_DROPS: Final = 1500
"""Single drops in a loop, 46 a second: they make rain of what would be a hiss."""
_DROP_S: Final = 0.03
_WAVES: Final = 2
"""Waves in a loop, 16 s each: far from any breath, so that nobody breathes by them."""
_CHORD: Final = ((110.0, 1.0), (164.8, 0.7), (220.0, 0.6), (329.6, 0.4), (440.0, 0.22), (659.3, 0.12))
"""A and E in octaves, equal temperament, with amplitudes: the breath tones glide from A to A and fit."""


def rain() -> NDArray[np.float32]:
    """Steady rain, shape (LOOP_FRAMES, 2)."""
    random = np.random.default_rng(1)
    wash = _noise(random, from_hz=120.0, bend_hz=1400.0, steepness=0.35)
    at = random.integers(0, LOOP_FRAMES, _DROPS)
    left = random.uniform(0.1, 0.9, _DROPS)
    pitch_hz = random.uniform(1500.0, 5500.0, _DROPS)
    decay_s = random.uniform(0.002, 0.006, _DROPS)
    strength = random.pareto(3.0, _DROPS).clip(max=3.0) * 0.3
    since_s = np.arange(round(_DROP_S * BED_RATE_HZ), dtype=np.float32) / np.float32(BED_RATE_HZ)
    rings = np.sin(np.outer((2 * np.pi * pitch_hz).astype(np.float32), since_s))
    rings *= np.exp(np.outer((-1.0 / decay_s).astype(np.float32), since_s))
    drops = np.zeros((2, LOOP_FRAMES + BED_RATE_HZ), np.float32)
    for side, share in zip(drops, (left, 1.0 - left), strict=True):
        gains = (strength * np.sqrt(share)).astype(np.float32)
        for start, drop in zip(at.tolist(), rings * gains[:, None], strict=True):
            side[start : start + len(drop)] += drop
    drops[:, :BED_RATE_HZ] += drops[:, LOOP_FRAMES:]  # what rings on over the end belongs to the beginning
    wash += drops[:, :LOOP_FRAMES]
    return _even(wash)


def waves() -> NDArray[np.float32]:
    """Waves on a beach, coming and going slowly."""
    random = np.random.default_rng(2)
    turn = (2 * np.pi * _WAVES * np.arange(LOOP_FRAMES) / LOOP_FRAMES).astype(np.float32)
    # It comes in faster than it runs out.
    swell = 0.5 + 0.5 * np.sin(turn + 0.5 * np.sin(turn))
    deep = _noise(random, from_hz=60.0, bend_hz=300.0, steepness=1.0)
    foam = _noise(random, from_hz=400.0, bend_hz=2500.0, steepness=1.0)
    return _even(deep * (0.55 + 0.45 * swell) + foam * (0.1 + 0.6 * swell**2))


def drone() -> NDArray[np.float32]:
    """A fifth in octaves that hardly moves."""
    random = np.random.default_rng(3)
    spectrum = np.zeros((2, LOOP_FRAMES // 2 + 1), np.complex64)
    for pitch_hz, amplitude in _CHORD:
        middle = round(pitch_hz * _LOOP_S)
        for cycles in range(-2, 3):
            # Neighbours of a thirtieth of a hertz beat against each other, on each side by themselves.
            phases = random.uniform(0.0, 2 * np.pi, 2)
            spectrum[:, middle + cycles] += amplitude / (1.0 + abs(cycles)) * np.exp(1j * phases)
    return _even(np.fft.irfft(spectrum, LOOP_FRAMES))


AMBIENCES: Final[Mapping[str, Callable[[], NDArray[np.float32]]]] = {"rain": rain, "drone": drone, "waves": waves}


def _noise(random: np.random.Generator, from_hz: float, bend_hz: float, steepness: float) -> NDArray[np.float32]:
    """Noise of root mean square 1, even up to `bend_hz` and falling above; shape (2, LOOP_FRAMES).

    Its amplitude is (1 + (f / bend_hz) ** 2) ** -steepness: 12 dB an octave, far up, for a steepness of 1.
    Half of it both channels share: two that have nothing in common sound like two holes.
    """
    used = slice(round(from_hz * _LOOP_S), round(_BAND_HZ * _LOOP_S))
    hz = np.arange(used.start, used.stop, dtype=np.float32) / np.float32(_LOOP_S)
    amplitude = (1.0 + (hz / bend_hz) ** 2) ** -steepness
    shared, *own = (_with_any_phases(random, amplitude) for _ in range(3))
    spectrum = np.zeros((2, LOOP_FRAMES // 2 + 1), np.complex64)
    spectrum[:, used] = shared
    spectrum[:, used] += own
    sound = np.fft.irfft(spectrum, LOOP_FRAMES)
    sound *= 1.0 / np.sqrt(np.mean(np.square(sound)))
    return np.asarray(sound, np.float32)


def _with_any_phases(random: np.random.Generator, amplitude: NDArray[np.float32]) -> NDArray[np.complex64]:
    """Bins of those amplitudes."""
    phases = random.random(len(amplitude), np.float32) * np.float32(2 * np.pi)
    bins = np.empty(len(amplitude), np.complex64)
    np.multiply(amplitude, np.cos(phases), out=bins.real)
    np.multiply(amplitude, np.sin(phases), out=bins.imag)
    return bins


def _even(sound: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """Two channels, frame by frame, with the highest sample at a half and no DC."""
    sound -= sound.mean(axis=1, keepdims=True, dtype=np.float64)
    sound *= np.float32(0.5) / np.abs(sound).max()
    return np.ascontiguousarray(sound.T, np.float32)
