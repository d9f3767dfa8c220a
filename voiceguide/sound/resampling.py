"""Resampling: a session over a bed sounds at the rate of the bed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from voiceguide.model.pcm import to_pcm16

if TYPE_CHECKING:
    from voiceguide.model.clip import Clip


def upsampled(clip: Clip, ratio: int) -> Clip:
    """The clip at `ratio` times its rate, by soxr; its onset lies at exactly `ratio` times its frame.

    The whole clip is resampled at once, so that it sounds the same from wherever it is rendered.
    """
    import soxr

    rate_hz = clip.rate_hz * ratio
    pcm = to_pcm16(soxr.resample(clip.samples, clip.rate_hz, rate_hz))
    return replace(
        clip,
        pcm=pcm,
        rate_hz=rate_hz,
        onset_frame=clip.onset_frame * ratio,
        end_frame=min(clip.end_frame * ratio, len(pcm)),
    )
