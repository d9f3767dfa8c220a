"""Keeps headsets awake: Bluetooth devices sleep when nothing sounds, and swallow the sound that wakes them.

Noise far below hearing replaces digital silence. Most devices detect silence by its level, and a tone could be heard.
The noise is added after the volume, which would round it away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from voiceguide.sound.keep_alive import KEEP_ALIVE_DBFS
from voiceguide.units import to_gain

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NOISE_FRAMES: Final = 48_000
_PEAK: Final = 32768.0 * to_gain(KEEP_ALIVE_DBFS) * np.sqrt(3)
_NOISE: Final = np.rint(np.random.default_rng(1).uniform(-_PEAK, _PEAK, (_NOISE_FRAMES, 1))).astype(np.int16)


def kept_alive(pcm: NDArray[np.int16], start: int) -> NDArray[np.int16]:
    """`pcm`, of shape (n, channels), or noise instead if all of it is digital silence.

    `start` counts the frames before it, so that the noise has no seam between blocks.
    """
    if pcm.any():
        return pcm
    frames = np.arange(start, start + len(pcm)) % _NOISE_FRAMES
    return np.repeat(_NOISE[frames], pcm.shape[1], axis=1)
