"""What a session sounds like: its voice and tones, and the bed under them where one was asked for."""

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
from voiceguide.sound.resampling import clip_times
from voiceguide.sound.tones import chime
from voiceguide.units import SESSION_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from voiceguide.model.clip import Clip
    from voiceguide.model.pacing import Pacing
    from voiceguide.model.timeline import Timeline
    from voiceguide.sound.background import SourceWithPauses
    from voiceguide.sound.bed import Bed


class Arrangement(Struct, frozen=True, eq=False):
    """A planned session as it is heard: at the rate it was planned at, or at that of its bed."""

    timeline: Timeline
    clips: Mapping[str, Clip]
    bed: Bed | None
    source: SourceWithPauses
    gain_db: float
    """Of the session as a whole."""
    factor: int
    """Its frames for one of the plan."""


def make_chimes(pacing: Pacing) -> None:
    """Make the chimes that any session of that pacing may have: `arranged` finds them made."""
    rate_hz = SESSION_RATE_HZ * _factor(pacing, SESSION_RATE_HZ)
    for tone in CHIME_S:
        chime(tone, TONE_LEVELS[pacing.tones or "full"].chime_lufs, rate_hz)


def arranged(
    timeline: Timeline,
    clips: Mapping[str, Clip],
    pacing: Pacing,
    open_bed: Callable[[], Bed | None],
    before: Arrangement | None = None,
) -> Arrangement:
    """The sound of a Timeline; spoken cues that have no clip yet are silent.

    Where the session ends in sleep its tones and its bed fade out from the last word on.

    `open_bed` gives the bed of the pacing, and is asked last: it may still be in the making. `before` is the
    arrangement of an earlier plan of the same session: its gain is kept, and so are the clips that it has brought to
    the rate of the bed.
    """
    factor = _factor(pacing, timeline.rate_hz)
    if factor > 1:
        timeline = timeline.times(factor)
        ready = before.clips if before else {}
        missing = [clip for text, clip in clips.items() if text not in ready]
        with ThreadPoolExecutor(max(1, os.cpu_count() or 1), thread_name_prefix="resample") as pool:
            raised = pool.map(clip_times, missing, itertools.repeat(factor))
            clips = {text: ready[text] if text in ready else next(raised) for text in clips}
    audible = replace(timeline, cues=tuple(cue for cue in timeline.cues if cue.tone or cue.text in clips))
    words = [(cue.start, cue.end) for cue in timeline.speech()]
    fades_from = max((end for _, end in words), default=0) if pacing.sleep else None
    gain_db = before.gain_db if before else None
    voice = Mixer(audible, clips, TONE_LEVELS[pacing.tones or "full"], gain_db, fades_from)
    bed = open_bed()
    source = BeddedSource(voice, words, bed, pacing.bed_level_db, fades_from) if bed else voice
    return Arrangement(timeline, clips, bed, source, voice.gain_db, factor)


def _factor(pacing: Pacing, planned_hz: int) -> int:
    return 1 if pacing.bed == NO_BED else BED_RATE_HZ // planned_hz
