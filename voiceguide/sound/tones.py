"""The sounds that are not speech, made from sines: chimes and breath tones."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from msgspec import Struct

from voiceguide.model.script import CHIME_S, ToneName
from voiceguide.sound.loudness import BLOCK_S, block_means, k_weighted, lufs
from voiceguide.units import SESSION_RATE_HZ, to_frames, to_gain

if TYPE_CHECKING:
    from numpy.typing import NDArray

BREATH_LOW_HZ: Final = 220.0
BREATH_HIGH_HZ: Final = 440.0
BREATH_FADE_S: Final = 0.12
"""Silent where the breath turns, but audible soon after: 80-150 ms (docs/sources.md)."""
_BREATH_HARMONICS: Final = (1.0, 0.6, 0.35, 0.2)
"""Up to 1.76 kHz: small loudspeakers lose everything below 300 Hz."""
STRIKE_S: Final = 0.055
"""The attack of a chime: like a bowl that is touched, not a bell that is struck. A quicker one startles."""
_CHIME_END_S: Final = 0.15
_PARTIALS: Final = ((1.0, 1.0, 1.0), (2.0, 0.45, 0.6), (3.01, 0.2, 0.35), (4.2, 0.08, 0.2))
"""Of each partial: its ratio to the note, its amplitude, and its decay relative to the note."""
_FINE: Final = 256

_A4_HZ, _B4_HZ, _C5_HZ = 440.0, 493.88, 523.25
# Notes as (start in seconds, frequency in Hz, decay in seconds), low and close together, so that none sounds like an
# alarm: a rising pair opens and a falling three close, two quick equal notes change the side, one high note is the
# middle and one low note the end of a hold, and a short one between them stands for the word `hold`.
_CHIMES: Final = {
    ToneName.START: ((0.0, _A4_HZ, 0.55), (0.38, _C5_HZ, 0.7)),
    ToneName.HOLD_START: ((0.0, _B4_HZ, 0.2),),
    ToneName.HALFWAY: ((0.0, _C5_HZ, 0.3),),
    ToneName.SWITCH: ((0.0, _B4_HZ, 0.28), (0.24, _B4_HZ, 0.4)),
    ToneName.RETURN: ((0.0, _A4_HZ, 0.12),),
    ToneName.TICK: ((0.0, _C5_HZ, 0.08),),
    ToneName.HOLD_END: ((0.0, _A4_HZ, 0.55),),
    ToneName.END: ((0.0, _C5_HZ, 0.6), (0.42, _B4_HZ, 0.6), (0.84, _A4_HZ, 0.8)),
}


class Tone(Struct, frozen=True, eq=False):
    """A mono sound other than speech."""

    samples: NDArray[np.float32]
    """Read-only, because it is shared."""
    block_powers: NDArray[np.float64]
    """K-weighted mean squares of its 400 ms blocks, as in a Clip."""


@functools.lru_cache(maxsize=16)
def chime(tone: ToneName, level_lufs: float, rate_hz: int = SESSION_RATE_HZ) -> Tone:
    """A chime of `CHIME_S` whose loudest 400 ms are at `level_lufs`."""
    frames = to_frames(CHIME_S[tone], rate_hz)
    strike = np.minimum(1.0, np.arange(to_frames(STRIKE_S, rate_hz)) / (STRIKE_S * rate_hz))
    ratios, amplitudes, shares = np.array(_PARTIALS).T
    sound = np.zeros(frames)
    for start_s, note_hz, decay_s in _CHIMES[tone]:
        start = to_frames(start_s, rate_hz)
        rates = (2j * np.pi * note_hz * ratios - 1.0 / (decay_s * shares)) / rate_hz
        note = _powers(rates, amplitudes, frames - start).imag
        note[: len(strike)] *= strike
        sound[start:] += note
    end = to_frames(_CHIME_END_S, rate_hz)
    sound[-end:] *= np.arange(end)[::-1] / end
    return _at_level(sound, level_lufs, rate_hz)


@functools.lru_cache(maxsize=16)
def breath_tone(tone: ToneName, frames: int, level_lufs: float, rate_hz: int = SESSION_RATE_HZ) -> Tone:
    """A tone that rises (inhale) or falls (exhale) by an octave over exactly `frames`.

    Its loudest 400 ms are at `level_lufs`.
    """
    octave = math.log(BREATH_HIGH_HZ / BREATH_LOW_HZ) / frames
    pitch_hz = _powers(np.array([octave]), np.array([BREATH_LOW_HZ * math.exp(octave / 2)]), frames)
    if tone is ToneName.EXHALE:
        pitch_hz = pitch_hz[::-1]
    phase = 2.0 * np.pi * np.cumsum(pitch_hz) / rate_hz
    # Harmonics are Chebyshev polynomials of the second kind in the cosine of the fundamental, times its sine.
    first, second, third, fourth = _BREATH_HARMONICS
    cosine = np.cos(phase)
    sound = ((8 * fourth * cosine + 4 * third) * cosine + (2 * second - 4 * fourth)) * cosine + (first - third)
    sound *= np.sin(phase)
    half_turn = 1j * np.pi / frames
    sound *= 0.55 + 0.45 * _powers(np.array([half_turn]), np.exp([half_turn / 2]), frames).imag
    fade = min(frames / 2, to_frames(BREATH_FADE_S, rate_hz))
    edge = 0.5 - 0.5 * np.cos(np.pi * (np.arange(int(fade)) + 0.5) / fade)
    sound[: len(edge)] *= edge
    sound[frames - len(edge) :] *= edge[::-1]
    return _at_level(sound, level_lufs, rate_hz)


def _powers(rates: NDArray[Any], amplitudes: NDArray[Any], frames: int) -> NDArray[Any]:
    """The sum of amplitude * exp(rate * n) over all rates, for n from 0 to `frames`; ten times as fast as `np.exp`.

    With every 256th n as a row and the 256 steps from it as columns, the sum is a product of two matrices.
    """
    every = np.exp(np.outer(np.arange(0, frames, _FINE), rates)) * amplitudes
    steps = np.exp(np.outer(rates, np.arange(_FINE)))
    # Not `@`: its threads take longer to start than all of this.
    return np.asarray(np.einsum("ij,jk->ik", every, steps).ravel()[:frames])


def _at_level(sound: NDArray[np.float64], level_lufs: float, rate_hz: int) -> Tone:
    """The sound scaled to a highest momentary loudness (EBU Tech 3341) of `level_lufs`; if short, as if it went on."""
    samples = sound.astype(np.float32)
    powers = block_means(k_weighted(samples, rate_hz) ** 2, rate_hz)
    filled = min(1.0, len(sound) / (BLOCK_S * rate_hz))
    gain = np.float32(to_gain(level_lufs - lufs(float(powers.max()) / filled)))
    samples *= gain
    samples.flags.writeable = False  # it is shared
    return Tone(samples, powers * gain**2)
