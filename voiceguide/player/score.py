"""The score: what the player plays from. It grows as clips are spoken, and changes when the listener changes the pace.

The length of a clip is known once it has been spoken. Until then it is estimated, and nothing after the first beat with
such a text is ready to be played (`ready`). When clips arrive, everything is placed again. What lies before `ready`
stays where it is, because a beat is placed by what comes before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from voiceguide.errors import RequestError
from voiceguide.planning.planner import write_script
from voiceguide.planning.repacing import faster as faster_pacing
from voiceguide.planning.repacing import fewer_words, slower
from voiceguide.planning.scheduling.estimate import estimated_frames
from voiceguide.planning.scheduling.schedule import place
from voiceguide.planning.scheduling.splice import one_more_breath, spliced
from voiceguide.sound.arrangement import arranged
from voiceguide.units import PlanFrame, SoundFrame, to_frames

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from voiceguide.language.phrasebook import Phrasebook
    from voiceguide.model.clip import Clip
    from voiceguide.model.pacing import Pacing
    from voiceguide.model.routine import Routine
    from voiceguide.model.script import Script
    from voiceguide.model.timeline import Timeline
    from voiceguide.planning.scheduling.schedule import Placement
    from voiceguide.sound.arrangement import Arrangement
    from voiceguide.sound.bed import Bed
    from voiceguide.sound.source import AudioSource

RUN_IN_S: Final = 0.05
"""A clip begins a little before its onset: so much time before a beat already belongs to it."""
_START: Final = SoundFrame(0)


class Score(Struct, frozen=True):
    """A session as far as it is known. Every change makes a new Score."""

    routine: Routine
    pacing: Pacing
    phrasebook: Phrasebook
    script: Script
    clips: Mapping[str, Clip]
    """The clips of the texts that have been spoken."""
    placement: Placement
    """In frames of the plan; everything else here is in frames of the sound."""
    arrangement: Arrangement
    """Its gain stays the same while the session plays."""
    ready: SoundFrame
    """Frames from the start that are final and can be played."""

    @property
    def timeline(self) -> Timeline[SoundFrame]:
        """Where everything lies; after `ready` it is an estimate."""
        return self.arrangement.timeline

    @property
    def source(self) -> AudioSource:
        """The sound up to `ready`; after it, cues that have not been spoken are missing."""
        return self.arrangement.source

    @property
    def complete(self) -> bool:
        """Whether every text has been spoken."""
        return self.ready >= self.timeline.length

    def missing(self, from_frame: SoundFrame = _START) -> list[str]:
        """The texts that have not been spoken, in the order in which they are needed from `from_frame` on."""
        spots = self.placement.spots
        planned = self.arrangement.planned_next(from_frame)
        at = next((number for number, spot in enumerate(spots) if spot.start >= planned), 0)
        texts: dict[str, None] = {}
        for spot in (*spots[at:], *spots[:at]):
            section = self.script.sections[spot.section]
            one = replace(section, beats=(section.beats[spot.index],))
            texts.update(dict.fromkeys(replace(self.script, sections=(one,)).texts()))
        return [text for text in texts if text not in self.clips]

    def with_clips(self, clips: Mapping[str, Clip]) -> Score:
        """The same session with more clips."""
        return self._with(self.script, self.pacing, {**self.clips, **clips})

    def moved(self, later: Score, frame: SoundFrame) -> int:
        """How many frames the beat at `frame` has moved in `later`, which has the same script and more clips."""
        planned = self.arrangement.planned(frame)
        number = sum(spot.start <= planned for spot in self.placement.spots) - 1
        moved = later.placement.spots[number].start - self.placement.spots[number].start if number >= 0 else 0
        return moved * self.arrangement.frames_per_plan_frame

    def slower(self, from_frame: SoundFrame) -> Score:
        """With more time from the first beat at `from_frame` or later; RequestError if there is no slower pace."""
        return self._repaced(slower, from_frame, "this is as slow as it goes")

    def faster(self, from_frame: SoundFrame) -> Score:
        """The opposite of `slower`."""
        return self._repaced(faster_pacing, from_frame, "this is as fast as it goes")

    def fewer_words(self, from_frame: SoundFrame) -> Score:
        """With fewer words from the first beat at `from_frame` or later; RequestError if there are no fewer."""
        return self._repaced(fewer_words, from_frame, "these are the fewest words there are")

    def one_more_breath(self, from_frame: SoundFrame) -> Score:
        """With one more breath in the hold at `from_frame`; RequestError if no hold is going on there."""
        frames = self._frames(self.script, self.pacing)
        found = one_more_breath(self.script, self.placement, self.arrangement.planned_next(from_frame), frames)
        return self._with(found.script, self.pacing, self.clips)

    def _repaced(self, change: Callable[[Pacing], Pacing], from_frame: SoundFrame, limit: str) -> Score:
        pacing = change(self.pacing)
        if pacing == self.pacing:
            raise RequestError(limit)
        new = write_script(self.routine, pacing, self.phrasebook)
        frames = {**self._frames(new, pacing), **self._frames(self.script, pacing)}
        found = spliced(self.script, self.placement, self.arrangement.planned_next(from_frame), new, frames)
        return self._with(found.script, pacing, self.clips)

    def _with(self, script: Script, pacing: Pacing, clips: Mapping[str, Clip]) -> Score:
        return _placed(replace(self, script=script, pacing=pacing, clips=clips))

    def _frames(self, script: Script, pacing: Pacing) -> dict[str, int]:
        return spoken_frames(script, pacing, self.clips)


def spoken_frames(script: Script, pacing: Pacing, clips: Mapping[str, Clip]) -> dict[str, int]:
    """The length of every text: measured if it has been spoken, otherwise estimated."""
    known = {text: clip.spoken_frames for text, clip in clips.items()}
    return {**estimated_frames(script.texts(), pacing.speech_rate), **known}


def new_score(
    routine: Routine,
    pacing: Pacing,
    phrasebook: Phrasebook,
    script: Script,
    clips: Mapping[str, Clip],
    open_bed: Callable[[], Bed | None] = lambda: None,
) -> Score:
    """The Score of a session that begins. Its gain is measured on what has been spoken."""
    placement = place(script, spoken_frames(script, pacing, clips))
    arrangement = arranged(placement.timeline, clips, pacing, open_bed)
    ready = arrangement.sounding(_ready(script, placement, clips))
    return Score(routine, pacing, phrasebook, script, clips, placement, arrangement, ready)


def _placed(score: Score) -> Score:
    """The same with everything placed again, after its script or its clips have changed."""
    placement = place(score.script, spoken_frames(score.script, score.pacing, score.clips))
    before = score.arrangement
    arrangement = arranged(placement.timeline, score.clips, score.pacing, lambda: before.bed, before)
    ready = arrangement.sounding(_ready(score.script, placement, score.clips))
    return replace(score, placement=placement, arrangement=arrangement, ready=ready)


def _ready(script: Script, placement: Placement, clips: Mapping[str, Clip]) -> PlanFrame:
    for number, section in enumerate(script.sections):
        if all(text in clips for text in replace(script, sections=(section,)).texts()):
            continue
        for spot in placement.spots:
            if spot.section != number:
                continue
            one = replace(section, beats=(section.beats[spot.index],))
            if any(text not in clips for text in replace(script, sections=(one,)).texts()):
                return PlanFrame(max(0, spot.start - to_frames(RUN_IN_S, placement.timeline.rate_hz)))
    return placement.timeline.length
