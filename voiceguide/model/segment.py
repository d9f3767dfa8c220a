"""The crossing between numpy frames and pydub's AudioSegment, and the one place that imports pydub.

pydub warns on import where ffmpeg is missing (voiceguide never asks pydub to call it) and where its
source or `audioop` is deprecated by the interpreter; none of that is news to a user.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from voiceguide.model.pcm import from_pcm16, to_pcm16

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.silence import detect_nonsilent

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["AudioSegment", "detect_nonsilent", "segment_from", "samples_from"]


def segment_from(samples: NDArray[np.float32], rate_hz: int) -> AudioSegment:
    """Float samples, shape (n,) or (n, channels), as a 16-bit AudioSegment."""
    channels = samples.shape[1] if samples.ndim > 1 else 1
    return AudioSegment(to_pcm16(samples).tobytes(), sample_width=2, frame_rate=rate_hz, channels=channels)


def samples_from(segment: AudioSegment) -> NDArray[np.float32]:
    """An AudioSegment of any width and channel count as mono float samples, shape (n,)."""
    mono = segment.set_channels(1).set_sample_width(2)
    return from_pcm16(np.frombuffer(mono.raw_data, dtype="<i2"))
