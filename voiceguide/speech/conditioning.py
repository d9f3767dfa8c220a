"""Turns a take into a Clip: measures and judges it, trims it, and brings it to the level of all clips."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from voiceguide.model.clip import Clip
from voiceguide.model.pcm import to_pcm16
from voiceguide.sound.levels import CEILING_DBTP, CLIP_LUFS, SHORT_LIFT_DB, SHORT_S
from voiceguide.sound.limiter import limiting_gains
from voiceguide.sound.loudness import active_level, block_means, k_filtered
from voiceguide.sound.spectrum import spectrum_of
from voiceguide.units import SESSION_RATE_HZ, to_db, to_gain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from voiceguide.speech.engine import Take

CONDITIONING_VERSION: Final = 5
"""Part of every clip's key. Raise it with any change to the sound."""

FLOOR_DB: Final = -40.0
"""Relative to the loudest millisecond of a clip; anything quieter counts as silence. A lower floor finds the breathy
run-in of a consonant up to 25 ms early (measured on `Breathe`), which no listener hears as part of the word; at -34 the
start of an `f` is lost."""
RUN_IN_S: Final = 0.006
"""Kept before the onset and faded in: long enough not to click, too short to move the onset."""
RUN_OUT_S: Final = 0.04
"""Kept after the end and faded out."""
_MILLISECOND = 1000

SILENT_DBFS: Final = -45.0
CLIPPED_RUN: Final = 4
LONGEST_PAUSE_S: Final = 0.9
"""A longer silence inside a sentence means that the engine has lost its thread."""
LONGEST_WORD_PAUSE_S: Final = 0.3
"""The same inside a single word, where it means a stray noise after the word."""
SYLLABLE_S: Final = 0.2
_SHORTEST_SHARE, _LONGEST_SHARE = 0.3, 2.6
_VOWELS = re.compile(r"[aeiouyàâäéèêëíìîïóòôöúùûüœæø]+", re.IGNORECASE)


def session_rate(take: Take) -> NDArray[np.float32]:
    """The samples of a take at the session's rate, without DC. Uses soxr, because pydub's resampler is linear."""
    samples = take.samples
    if take.rate_hz != SESSION_RATE_HZ:
        import soxr

        samples = soxr.resample(samples, take.rate_hz, SESSION_RATE_HZ)
    return np.asarray(samples - samples.mean(), dtype=np.float32)


def extent(samples: NDArray[np.float32]) -> tuple[int, int]:
    """The frames where the sound begins and ends, found by the level of each millisecond."""
    levels = millisecond_levels(samples)
    loud = np.flatnonzero(levels > levels.max(initial=0.0) * to_gain(FLOOR_DB))
    if not len(loud):
        return 0, 0
    step = SESSION_RATE_HZ // _MILLISECOND
    return int(loud[0]) * step, min(len(samples), (int(loud[-1]) + 1) * step)


def millisecond_levels(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The root mean square of each whole millisecond."""
    step = SESSION_RATE_HZ // _MILLISECOND
    whole = samples[: len(samples) // step * step].reshape(-1, step)
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", whole, whole) / np.float32(step)))


def faults(samples: NDArray[np.float32], text: str, speech_rate: float) -> list[str]:
    """Why this take of `text` cannot be used; empty if it can.

    Looks at the untrimmed take, for silence, clipping, a length that does not fit the words, and long pauses.
    """
    peak = float(np.abs(samples).max(initial=0.0))
    if to_db(peak) < SILENT_DBFS:
        return ["it is silent"]
    found = []
    full = 0.999
    if peak >= full and _longest_run(np.abs(samples) >= full) >= CLIPPED_RUN:
        found.append("it is clipped")
    onset, end = extent(samples)
    seconds = (end - onset) / SESSION_RATE_HZ
    usual_s = (0.15 + SYLLABLE_S * syllables(text)) / speech_rate
    if seconds < _SHORTEST_SHARE * usual_s:
        found.append(f"it is too short ({seconds:.2f} s) for its words")
    if seconds > _LONGEST_SHARE * usual_s + 0.4:
        found.append(f"it is too long ({seconds:.2f} s) for its words")
    levels = millisecond_levels(samples[onset:end])
    pause_s = _longest_run(levels < levels.max(initial=0.0) * to_gain(FLOOR_DB)) / _MILLISECOND
    one_word = len(text.split()) == 1
    if pause_s > (LONGEST_WORD_PAUSE_S if one_word else LONGEST_PAUSE_S) / speech_rate:
        found.append(f"it falls apart: {pause_s:.2f} s of silence inside")
    return found


def syllables(text: str) -> int:
    """Estimate the syllables of a text: one for each group of vowels, and two for each digit."""
    return max(1, len(_VOWELS.findall(text)) + 2 * sum(character.isdigit() for character in text))


def _longest_run(flags: NDArray[np.bool_]) -> int:
    """The length of the longest run of True."""
    edges = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return int((ends - starts).max(initial=0))


def conditioned(samples: NDArray[np.float32]) -> Clip:
    """A good take as a Clip: trimmed, faded, at the level for its length, with no true peak above CEILING_DBTP.

    `samples` are mono at the session's rate, and not silent.
    """
    onset, end = extent(samples)
    run_in = min(onset, round(RUN_IN_S * SESSION_RATE_HZ))
    run_out = min(len(samples) - end, round(RUN_OUT_S * SESSION_RATE_HZ))
    cut = samples[onset - run_in : end + run_out].copy()
    cut[:run_in] *= _fade(run_in)
    if run_out:
        cut[-run_out:] *= _fade(run_out)[::-1]
    sounding = slice(run_in, len(cut) - run_out)
    # The limiter's gains change slowly, so they can be applied after the K curve, which the sound then passes once.
    spectrum = spectrum_of(cut)
    doubled = spectrum.doubled()
    squares = k_filtered(spectrum, SESSION_RATE_HZ) ** 2
    wanted_lufs = level_for((end - onset) / SESSION_RATE_HZ)
    gain_db = wanted_lufs - active_level(squares[sounding], SESSION_RATE_HZ)
    gains = limiting_gains(doubled, CEILING_DBTP, SESSION_RATE_HZ, gain=to_gain(gain_db))
    if gains is not None:
        # The limiter lowers the level a little. A second round brings it within 0.1 dB.
        gain_db = wanted_lufs - active_level((squares * gains**2)[sounding], SESSION_RATE_HZ)
        gains = limiting_gains(doubled, CEILING_DBTP, SESSION_RATE_HZ, gain=to_gain(gain_db))
    whole = np.float32(to_gain(gain_db)) * (np.float32(1.0) if gains is None else gains)
    pcm = to_pcm16(cut * whole)
    return Clip(
        pcm=pcm,
        rate_hz=SESSION_RATE_HZ,
        onset_frame=run_in,
        end_frame=len(pcm) - run_out,
        block_powers=block_means(squares * whole**2, SESSION_RATE_HZ),
    )


def level_for(seconds: float) -> float:
    """The active loudness of a clip of that length, in LUFS."""
    return CLIP_LUFS + float(np.interp(seconds, SHORT_S, (SHORT_LIFT_DB, 0.0)))


def _fade(frames: int) -> NDArray[np.float32]:
    """A raised-cosine fade in."""
    return (0.5 - 0.5 * np.cos(np.pi * (np.arange(frames) + 0.5) / max(1, frames))).astype(np.float32)
