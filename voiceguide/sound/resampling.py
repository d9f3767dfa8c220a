"""Clips at another rate: a session with a bed has that of the bed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from voiceguide.model.pcm import to_pcm16

if TYPE_CHECKING:
    from voiceguide.model.clip import Clip


def clip_times(clip: Clip, factor: int) -> Clip:
    """The clip at a rate `factor` times as high, by soxr; its onset exactly so many times as far in.

    Resampled whole, so that rendering it from anywhere gives the same frames.
    """
    import soxr

    rate_hz = clip.rate_hz * factor
    pcm = to_pcm16(soxr.resample(clip.samples, clip.rate_hz, rate_hz))
    return replace(
        clip,
        pcm=pcm,
        rate_hz=rate_hz,
        onset_frame=clip.onset_frame * factor,
        end_frame=min(clip.end_frame * factor, len(pcm)),
    )
