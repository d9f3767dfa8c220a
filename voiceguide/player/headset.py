"""The signal that wakes a headset before the first sound; the output keeps it awake after that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from voiceguide.sound.keep_alive import WAKE_DBFS
from voiceguide.units import to_gain

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_LIFT_DB: Final = 30.0
"""How much the signal may be raised against a low volume, which would leave too little of it: enough for 0.32."""
_FADE_SHARE: Final = 0.25


def wake_signal(frames: int, channels: int = 1, volume: float = 1.0) -> NDArray[np.float32]:
    """Noise of shape (frames,) or (frames, channels), faded in and out, which `volume` brings to WAKE_DBFS."""
    edge = np.minimum(np.arange(frames) + 0.5, frames - np.arange(frames) - 0.5) / max(1.0, frames * _FADE_SHARE)
    noise = np.random.default_rng(1).uniform(-np.sqrt(3), np.sqrt(3), frames)
    lift = 1.0 / max(volume**3, to_gain(-MOST_LIFT_DB))
    signal = np.asarray(noise * np.minimum(1.0, edge) * to_gain(WAKE_DBFS) * lift, np.float32)
    return signal if channels == 1 else np.repeat(signal[:, None], channels, axis=1)
