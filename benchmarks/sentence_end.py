"""How the voice ends a sentence: in a statement it falls; otherwise the sentence sounds like a list that goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from voiceguide.model.clip import Clip

_STEP_S: Final = 0.01
_END_FRAMES: Final = 8
"""The last 80 ms of voiced sound."""
_LEAST_FRAMES: Final = 4 * _END_FRAMES
_FLOOR_HZ, _CEILING_HZ = 75.0, 500.0


@dataclass(frozen=True, slots=True)
class SentenceEnd:
    """The last 80 ms of voicing against the whole sentence; negative if they are lower and softer."""

    pitch_semitones: float
    """Median pitch against the median of the sentence."""
    level_db: float
    """Mean square against that of all voiced moments."""


def sentence_end(clip: Clip) -> SentenceEnd | None:
    """Return how `clip` ends, with its pitch from Praat's autocorrelation; None for less than 0.32 s of voice.

    Creak misleads every pitch tracker: medians over many sentences are worth more than one. Raises ImportError if
    parselmouth (GPL-3) is not installed.
    """
    import parselmouth

    sound = parselmouth.Sound(clip.samples.astype(np.float64), clip.rate_hz)
    pitch = sound.to_pitch_ac(time_step=_STEP_S, pitch_floor=_FLOOR_HZ, pitch_ceiling=_CEILING_HZ)
    found_hz = pitch.selected_array["frequency"]
    voiced = np.flatnonzero(found_hz > 0)
    if len(voiced) < _LEAST_FRAMES:
        return None
    semitones = 12 * np.log2(found_hz[voiced])
    half = round(_STEP_S * clip.rate_hz / 2)
    middles = np.round(pitch.xs()[voiced] * clip.rate_hz).astype(int)
    powers = np.array([np.mean(np.square(clip.samples[middle - half : middle + half])) for middle in middles])
    return SentenceEnd(
        float(np.median(semitones[-_END_FRAMES:]) - np.median(semitones)),
        float(10 * np.log10(np.mean(powers[-_END_FRAMES:]) / np.mean(powers))),
    )
