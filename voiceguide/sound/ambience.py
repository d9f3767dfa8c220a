"""Synthesised beds: rain, waves and a drone, without a seam and without a loop that a listener could learn.

Each is about a minute long, and made of pieces of unequal length that begin and end alike, so that a tape can play
them in any order (`voiceguide.sound.tape`).
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from msgspec import Struct

from voiceguide.sound.tape import Tape
from voiceguide.units import to_frames

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

BED_RATE_HZ: Final = 48_000
GRID_S: Final = 0.024
"""Pieces begin and end on a grid of 24 ms, so that an encoder with blocks of that length can reuse encoded blocks."""
ALIKE_BEFORE_S: Final = 3 * GRID_S
ALIKE_BEHIND_S: Final = 13 * GRID_S
"""All pieces sound alike for so long before and behind their borders: time to change from one to another unheard."""
_CROSSFADE_FRAMES: Final = 960
"""20 ms in which the sound that all pieces share is faded into the sound of each."""
_BAND_HZ: Final = 15_000.0
"""No bed sounds above this: it would cost bits and would hardly be heard."""
_SHARED: Final = 2.0
"""Power that the two channels share, relative to the power of each alone: a correlation of 0.67. Mixed to mono a bed
loses 0.8 dB, and yet it is as wide as a room."""

_RAIN_S: Final = (6.0, 6.576, 7.176, 7.776, 8.472)
_RAIN_SWELLS_DB: Final = (2.0, -1.5, 3.0, -2.0, 1.0)
"""How far the rain grows in the middle of each piece."""
_GAIN_STEP_FRAMES: Final = 48
"""A millisecond, in which no swell moves by more than a hundredth of a decibel."""
_RINGS_FOR: Final = 5.0
"""Decay times until a drop has faded: by then it has lost 43 dB."""

_WAVES_S: Final = (7.44, 9.84, 12.0, 14.4, 16.32)
"""Each piece is one wave. They come 7 to 16 s apart, unpredictably, so that nobody breathes in time with them."""
_WAVES_DB: Final = (12.2, 13.1, 12.5, 13.5, 12.8)
"""The rise of each wave from trough to crest."""

_DRONE_S: Final = (7.944, 8.808, 9.624, 10.392, 11.232)
_DRONE_RATE_HZ: Final = 4000
"""The drone has no partial above a quarter of this. It is computed at this rate, and upsampled by Fourier transform."""
_CHORD: Final = (
    (110.0, 0.5),
    (164.8, 0.5),
    (220.0, 0.7),
    (329.6, 0.7),
    (440.0, 0.5),
    (659.3, 0.3),
    (880.0, 0.12),
)
"""A and E in octaves, equal temperament, with their amplitudes. The breath tones glide from A to A, and so fit in. Half
of the power lies above 300 Hz, where the loudspeaker of a phone begins."""
_DRONE_SWELL_DB: Final = 5.0
"""The most that a partial grows or fades in the middle of a piece."""
_APART_TURN: Final = np.pi / 4
"""The phase between the two channels of a partial: mixed to mono it loses 0.7 dB, and never more."""


class _Drops(Struct, frozen=True):
    """Raindrops: short tones that decay."""

    per_second: float
    pitch_hz: tuple[float, float]
    decay_s: tuple[float, float]
    strength: tuple[float, float]
    """Least and greatest amplitude, relative to a hiss with a root mean square of 1; most drops are near the least."""


_PATTER: Final = _Drops(60.0, pitch_hz=(1500.0, 6000.0), decay_s=(0.001, 0.004), strength=(0.5, 2.5))
"""Drops that blend into a patter ..."""
_DROPS: Final = _Drops(9.0, pitch_hz=(900.0, 4500.0), decay_s=(0.003, 0.009), strength=(4.0, 11.0))
"""... and drops that are heard one by one."""


class Ambience(Struct, frozen=True, eq=False):
    """A recording and the tape that plays it."""

    samples: NDArray[np.float32]
    """Shape (n, 2), at BED_RATE_HZ, with a peak of 0.5."""
    tape: Tape


def rain() -> Ambience:
    """Rain that comes and goes: a hiss, a patter, and single drops."""
    random = np.random.default_rng(1)
    borders, length = _borders(_RAIN_S)
    swell = _each_frame(10.0 ** (_arches(_RAIN_S, _RAIN_SWELLS_DB) / 20.0))
    sound = _noise(random, length, from_hz=250.0, bend_hz=1300.0, steepness=0.42)
    _let_fall(random, sound, _PATTER, ())
    _make_alike(sound, borders)
    _let_fall(random, sound, _DROPS, borders)
    sound *= swell
    return Ambience(_even(sound), _tape(_RAIN_S))


def waves() -> Ambience:
    """Waves on a beach, no two alike."""
    random = np.random.default_rng(2)
    borders, length = _borders(_WAVES_S)
    rise_db = _arches(_WAVES_S, _WAVES_DB, crest=0.42)
    height = np.clip(rise_db / max(_WAVES_DB), 0.0, 1.0)
    # The higher the wave, the more of it is foam.
    foam = 0.15 + 0.6 * height
    gain = 10.0 ** (rise_db / 20.0)
    sound = _noise(random, length, from_hz=70.0, bend_hz=350.0, steepness=0.75) * _each_frame(
        gain * np.sqrt(1.0 - foam)
    )
    sound += _noise(random, length, from_hz=300.0, bend_hz=2600.0, steepness=0.6) * _each_frame(gain * np.sqrt(foam))
    _make_alike(sound, borders)
    return Ambience(_even(sound), _tape(_WAVES_S))


def drone() -> Ambience:
    """A fifth in octaves whose timbre changes slowly."""
    random = np.random.default_rng(3)
    step = BED_RATE_HZ // _DRONE_RATE_HZ
    length = _borders(_DRONE_S)[1]
    sound = np.zeros((2, length // step))
    for number, (pitch_hz, amplitude) in enumerate(_CHORD):
        first = 0
        for piece in _frames(_DRONE_S):
            frames = piece // step
            gain_db = random.uniform(-_DRONE_SWELL_DB, _DRONE_SWELL_DB)
            gain = amplitude * 10.0 ** (_arch(frames, step) * gain_db / 20.0)
            cycles = pitch_hz * np.arange(frames) / _DRONE_RATE_HZ
            # A few hundredths of a hertz off in the middle of a piece, so that it ends on a whole number of turns.
            missing = round(pitch_hz * frames / _DRONE_RATE_HZ) - pitch_hz * frames / _DRONE_RATE_HZ
            turn = 2 * np.pi * (cycles + missing * _ramp(frames, step))
            apart = _APART_TURN / 2 * (-1) ** number
            for side, ahead in zip(sound, (apart, -apart), strict=True):
                side[first : first + frames] += gain * np.sin(turn + number + ahead)
            first += frames
    spectrum = np.zeros((2, length // 2 + 1), np.complex64)
    low = np.fft.rfft(sound)
    spectrum[:, : low.shape[1]] = low
    return Ambience(_even(np.fft.irfft(spectrum, length)), _tape(_DRONE_S))


AMBIENCES: Final[Mapping[str, Callable[[], Ambience]]] = {"rain": rain, "drone": drone, "waves": waves}


def _frames(pieces_s: Sequence[float]) -> list[int]:
    return [to_frames(seconds, BED_RATE_HZ) for seconds in pieces_s]


_ALIKE_BEFORE, _ALIKE_BEHIND = _frames((ALIKE_BEFORE_S, ALIKE_BEHIND_S))


def _tape(pieces_s: Sequence[float]) -> Tape:
    return Tape.shuffled(_frames(pieces_s), _ALIKE_BEFORE, _ALIKE_BEHIND)


def _borders(pieces_s: Sequence[float]) -> tuple[list[int], int]:
    """The frames at which the pieces begin, and the length of the recording."""
    *borders, length = itertools.accumulate(_frames(pieces_s), initial=0)
    return borders, length


def _own(frames: int, step: int) -> slice:
    """The part of a piece that it shares with no other, in steps."""
    shared_before = (_ALIKE_BEFORE + _CROSSFADE_FRAMES) // step
    shared_behind = (_ALIKE_BEHIND + _CROSSFADE_FRAMES) // step
    return slice(shared_behind, frames - shared_before)


def _ramp(frames: int, step: int) -> NDArray[np.float64]:
    """A rise from 0 to 1 over the part that a piece shares with no other."""
    own = _own(frames, step)
    return np.asarray(np.clip((np.arange(frames) - own.start) / (own.stop - own.start), 0.0, 1.0))


def _arch(frames: int, step: int, crest: float = 0.5) -> NDArray[np.float64]:
    """An arch from 0 to 1 and back over the part that a piece shares with no other; `crest` is where its top lies."""
    way = _ramp(frames, step) ** (np.log(0.5) / np.log(crest))
    return np.asarray(np.sin(np.pi * way) ** 2)


def _arches(pieces_s: Sequence[float], heights: Sequence[float], crest: float = 0.5) -> NDArray[np.float64]:
    """An arch over each piece, in milliseconds."""
    steps = [frames // _GAIN_STEP_FRAMES for frames in _frames(pieces_s)]
    arches = [_arch(count, _GAIN_STEP_FRAMES, crest) * height for count, height in zip(steps, heights, strict=True)]
    return np.concatenate(arches)


def _each_frame(gain: NDArray[np.float64]) -> NDArray[np.float32]:
    """A gain for every frame from one for every millisecond."""
    return np.repeat(gain.astype(np.float32), _GAIN_STEP_FRAMES)


def _make_alike(sound: NDArray[np.float32], borders: Sequence[int]) -> None:
    """Copy the sound around the first border to every other border."""
    before = _ALIKE_BEFORE + _CROSSFADE_FRAMES
    behind = _ALIKE_BEHIND + _CROSSFADE_FRAMES
    shared = np.concatenate([sound[:, -before:], sound[:, :behind]], axis=1)
    # With equal power, because the two are not correlated.
    quarter = (np.arange(_CROSSFADE_FRAMES, dtype=np.float32) + 0.5) / _CROSSFADE_FRAMES * np.float32(np.pi / 2)
    turn = np.full(before + behind, np.pi / 2, np.float32)
    turn[:_CROSSFADE_FRAMES], turn[-_CROSSFADE_FRAMES:] = quarter, quarter[::-1]
    for border in borders[1:]:
        around = sound[:, border - before : border + behind]
        around[:] = around * np.cos(turn) + shared * np.sin(turn)


def _noise(
    random: np.random.Generator, length: int, from_hz: float, bend_hz: float, steepness: float
) -> NDArray[np.float32]:
    """Noise with a root mean square of 1, flat up to `bend_hz` and falling above; shape (2, length).

    Its amplitude is (1 + (f / bend_hz) ** 2) ** -steepness: 12 dB an octave, far up, for a steepness of 1.
    """
    bins_a_hz = length / BED_RATE_HZ
    used = slice(round(from_hz * bins_a_hz), round(_BAND_HZ * bins_a_hz))
    hz = np.arange(used.start, used.stop, dtype=np.float32) / np.float32(bins_a_hz)
    amplitude = (1.0 + (hz / bend_hz) ** 2) ** -steepness
    shared, *own = (_with_random_phases(random, amplitude) for _ in range(3))
    shared *= np.float32(np.sqrt(_SHARED))
    spectrum = np.zeros((2, length // 2 + 1), np.complex64)
    spectrum[:, used] = shared
    spectrum[:, used] += own
    sound = np.fft.irfft(spectrum, length)
    sound *= 1.0 / np.sqrt(np.mean(np.square(sound)))
    return np.asarray(sound, np.float32)


def _with_random_phases(random: np.random.Generator, amplitude: NDArray[np.float32]) -> NDArray[np.complex64]:
    """Bins with these amplitudes and random phases."""
    phases = random.random(len(amplitude), np.float32) * np.float32(2 * np.pi)
    bins = np.empty(len(amplitude), np.complex64)
    np.multiply(amplitude, np.cos(phases), out=bins.real)
    np.multiply(amplitude, np.sin(phases), out=bins.imag)
    return bins


def _let_fall(random: np.random.Generator, sound: NDArray[np.float32], drops: _Drops, clear_of: Sequence[int]) -> None:
    """Add drops to a sound at random times, except where all pieces are alike around the borders `clear_of`."""
    length = sound.shape[1]
    rings_for = round(_RINGS_FOR * drops.decay_s[1] * BED_RATE_HZ)
    since_s = np.arange(rings_for, dtype=np.float32) / np.float32(BED_RATE_HZ)
    at = random.integers(0, length, round(drops.per_second * length / BED_RATE_HZ))
    for border in (*clear_of, length) if clear_of else ():
        first = border - _ALIKE_BEFORE - _CROSSFADE_FRAMES - rings_for
        at = at[(at < first) | (at >= border + _ALIKE_BEHIND + _CROSSFADE_FRAMES)]
    left = random.uniform(0.1, 0.9, len(at))
    pitch_hz = random.uniform(*drops.pitch_hz, len(at))
    decay_s = random.uniform(*drops.decay_s, len(at))
    softest, loudest = drops.strength
    strength = softest + (loudest - softest) * random.random(len(at)) ** 2
    rings = np.sin(np.outer((2 * np.pi * pitch_hz).astype(np.float32), since_s))
    rings *= np.exp(np.outer((-1.0 / decay_s).astype(np.float32), since_s))
    fallen = np.zeros((2, length + rings_for), np.float32)
    for side, share in zip(fallen, (left, 1.0 - left), strict=True):
        gains = (strength * np.sqrt(share)).astype(np.float32)
        for start, drop in zip(at.tolist(), rings * gains[:, None], strict=True):
            side[start : start + rings_for] += drop
    fallen[:, :rings_for] += fallen[:, length:]  # what rings past the end is heard at the beginning
    sound += fallen[:, :length]


def _even(sound: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """The two channels interleaved, with a peak of 0.5 and without a DC offset."""
    sound -= sound.mean(axis=1, keepdims=True, dtype=np.float64)
    sound *= np.float32(0.5) / np.abs(sound).max()
    return np.ascontiguousarray(sound.T, np.float32)
