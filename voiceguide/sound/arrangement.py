"""The sound of a planned session: voice and tones, and a bed under them if one was asked for.

This is where frames of the plan become frames of the sound: a bed has twice as many a second.
"""

from __future__ import annotations

import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from voiceguide.model.script import CHIME_S
from voiceguide.sound.ambience import BED_RATE_HZ
from voiceguide.sound.bed import NO_BED
from voiceguide.sound.bedded import BeddedSource
from voiceguide.sound.levels import TONE_LEVELS
from voiceguide.sound.mixer import Mixer
from voiceguide.sound.resampling import upsampled
from voiceguide.sound.tones import chime
from voiceguide.units import SESSION_RATE_HZ, PlanFrame, SoundFrame

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from voiceguide.model.clip import Clip
    from voiceguide.model.pacing import Pacing
    from voiceguide.model.timeline import Timeline
    from voiceguide.sound.background import SourceWithPauses
    from voiceguide.sound.bed import Bed


class Arrangement(Struct, frozen=True, eq=False):
    """A planned session as it is heard: at the rate of the plan, or at the higher rate of its bed."""

    timeline: Timeline[SoundFrame]
    clips: Mapping[str, Clip]
    """At the rate of the sound."""
    bed: Bed | None
    source: SourceWithPauses
    gain_db: float
    """The gain of the session as a whole."""
    frames_per_plan_frame: int

    def sounding(self, planned: PlanFrame) -> SoundFrame:
        """The frame of the sound at a frame of the plan."""
        return SoundFrame(planned * self.frames_per_plan_frame)

    def planned(self, sounding: SoundFrame) -> PlanFrame:
        """The frame of the plan at a frame of the sound, or the last one before it."""
        return PlanFrame(sounding // self.frames_per_plan_frame)

    def planned_next(self, sounding: SoundFrame) -> PlanFrame:
        """The frame of the plan at a frame of the sound, or the first one after it."""
        return PlanFrame(-(-sounding // self.frames_per_plan_frame))


def make_chimes(pacing: Pacing) -> None:
    """Make the chimes that a session of this pacing may have, so that `arranged` finds them in the cache."""
    rate_hz = SESSION_RATE_HZ * _frames_per_plan_frame(pacing, SESSION_RATE_HZ)
    for tone in CHIME_S:
        chime(tone, TONE_LEVELS[pacing.tones or "full"].chime_lufs, rate_hz)


def arranged(
    timeline: Timeline,
    clips: Mapping[str, Clip],
    pacing: Pacing,
    open_bed: Callable[[], Bed | None],
    before: Arrangement | None = None,
) -> Arrangement:
    """The sound of a planned session; spoken cues without a clip are silent.

    If the session ends in sleep, its tones and its bed fade out from the last word on.

    `open_bed` returns the bed that the pacing asks for. It is called last, because the bed may still be in the making.
    `before` is the arrangement of an earlier plan of the same session: its gain and its resampled clips are kept.
    """
    ratio = _frames_per_plan_frame(pacing, timeline.rate_hz)
    heard = timeline.at_sound_rate(ratio)
    if ratio > 1:
        ready = before.clips if before else {}
        missing = [clip for text, clip in clips.items() if text not in ready]
        with ThreadPoolExecutor(max(1, os.cpu_count() or 1), thread_name_prefix="resample") as pool:
            raised = pool.map(upsampled, missing, itertools.repeat(ratio))
            clips = {text: ready[text] if text in ready else next(raised) for text in clips}
    audible = replace(heard, cues=tuple(cue for cue in heard.cues if cue.tone or cue.text in clips))
    words = [(cue.start, cue.end) for cue in heard.speech()]
    fades_from = max((end for _, end in words), default=SoundFrame(0)) if pacing.sleep else None
    gain_db = before.gain_db if before else None
    voice = Mixer(audible, clips, TONE_LEVELS[pacing.tones or "full"], gain_db, fades_from)
    bed = open_bed()
    source = BeddedSource(voice, words, bed, pacing.bed_level_db, fades_from) if bed else voice
    return Arrangement(heard, clips, bed, source, voice.gain_db, ratio)


def _frames_per_plan_frame(pacing: Pacing, planned_hz: int) -> int:
    return 1 if pacing.bed == NO_BED else BED_RATE_HZ // planned_hz
