"""Headset hygiene: Bluetooth devices sleep when nothing sounds, and swallow what wakes them.

A short low signal wakes them before the first sound, and one far below hearing keeps them awake through
digital silence. Both are noise: most devices tell silence by level, and a tone could be heard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from voiceguide.units import to_gain

if TYPE_CHECKING:
    from numpy.typing import NDArray

WAKE_DBFS: Final = -60.0
"""Root mean square of the wake signal: 41 dB below the voice."""
KEEP_ALIVE_DBFS: Final = -84.0
"""Of the keep-alive: two steps of 16 bits, 65 dB below the voice and below the noise of any room."""
_NOISE_FRAMES: Final = 48_000
_FADE_SHARE: Final = 0.25


def wake_signal(frames: int, channels: int = 1) -> NDArray[np.float32]:
    """Noise at WAKE_DBFS, shape (frames,) or (frames, channels), faded in and out."""
    edge = np.minimum(np.arange(frames) + 0.5, frames - np.arange(frames) - 0.5) / max(1.0, frames * _FADE_SHARE)
    signal = np.asarray(_noise(0, frames) * np.minimum(1.0, edge) * to_gain(WAKE_DBFS), np.float32)
    return _on_channels(signal, channels)


def kept_alive(block: NDArray[np.float32], start: int) -> NDArray[np.float32]:
    """`block` as it is, or noise at KEEP_ALIVE_DBFS in its place where all of it is digital silence."""
    if block.any():
        return block
    noise = _noise(start, len(block)) * np.float32(to_gain(KEEP_ALIVE_DBFS))
    return _on_channels(noise, 1 if block.ndim == 1 else block.shape[1])


def _on_channels(signal: NDArray[np.float32], channels: int) -> NDArray[np.float32]:
    return signal if channels == 1 else np.repeat(signal[:, None], channels, axis=1)


def _noise(start: int, frames: int) -> NDArray[np.float32]:
    """White noise of root mean square 1, the same every time."""
    return np.asarray(_TABLE[np.arange(start, start + frames) % _NOISE_FRAMES])


_TABLE: Final = np.random.default_rng(1).uniform(-np.sqrt(3), np.sqrt(3), _NOISE_FRAMES).astype(np.float32)
