"""Resampling: a session over a bed sounds at the rate of the bed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from voiceguide.model.pcm import to_pcm16

if TYPE_CHECKING:
    from voiceguide.model.clip import Clip


def clip_times(clip: Clip, factor: int) -> Clip:
    """The clip at `factor` times its rate, by soxr; its onset lies at exactly `factor` times its frame.

    The whole clip is resampled at once, so that it sounds the same from wherever it is rendered.
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
