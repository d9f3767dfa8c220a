"""The mixer: a Timeline and its clips as an AudioSource.

It only adds. Levels were set clip by clip, the session as a whole gets one static gain, and sounds are ducked
under speech on a curve that is known beforehand.
"""

from __future__ import annotations

import functools
from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np

from voiceguide.model.pcm import from_pcm16
from voiceguide.model.script import ToneName
from voiceguide.sound.ducking import SILENT_DB, GainCurve, breath_under_speech
from voiceguide.sound.levels import FULL, LARGEST_TRIM_DB, MONO_LUFS
from voiceguide.sound.loudness import integrated_lufs
from voiceguide.sound.tones import breath_tone, chime
from voiceguide.units import to_gain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from voiceguide.model.clip import Clip
    from voiceguide.model.timeline import Cue, Timeline
    from voiceguide.sound.levels import ToneLevels
    from voiceguide.units import SoundFrame

BREATH_TONES: Final = frozenset({ToneName.INHALE, ToneName.EXHALE})
_KEPT_TONES: Final = 8


class Mixer:
    """The sound of a Timeline, rendered block by block in constant memory.

    Several threads may render at once. `clips` holds a clip for every spoken text of the timeline, at its rate.
    `gain_db` is the gain of the whole session; None measures it (`trim_db`). Tones and chimes fade out from
    `tones_fade_from` to the end, if it is given.
    """

    def __init__(
        self,
        timeline: Timeline[SoundFrame],
        clips: Mapping[str, Clip],
        levels: ToneLevels = FULL,
        gain_db: float | None = None,
        tones_fade_from: SoundFrame | None = None,
    ) -> None:
        self._timeline = timeline
        self._clips = clips
        self._levels = levels
        self._ducking = breath_under_speech(levels.duck_db)
        self._fade: GainCurve | None = None
        if tones_fade_from is not None:
            self._fade = GainCurve.through([(tones_fade_from, 0.0), (timeline.length, SILENT_DB)])
        self.gain_db = trim_db(timeline, clips, levels) if gain_db is None else gain_db
        self._gain = np.float32(to_gain(self.gain_db))
        self._speech = np.array([(cue.start, cue.end) for cue in timeline.speech()]).reshape(-1, 2)
        self._cues = sorted(timeline.cues, key=self._begin)
        self._begins = np.array([self._begin(cue) for cue in self._cues])
        self._longest = max((self._length(index) for index in range(len(self._cues))), default=0)
        self._tone = functools.lru_cache(maxsize=_KEPT_TONES)(self._rendered_tone)

    @property
    def rate_hz(self) -> int:
        """Frames a second."""
        return self._timeline.rate_hz

    @property
    def channels(self) -> int:
        """One."""
        return 1

    @property
    def length(self) -> int:
        """Frames in all."""
        return self._timeline.length

    def render(self, start: int, out: NDArray[np.float32]) -> None:
        """Fill `out`, shape (n,), with the frames from `start` on."""
        out[:] = 0.0
        end = min(start + len(out), self.length)
        first, last = np.searchsorted(self._begins, (start - self._longest, end))
        for index in range(first, last):
            begin = int(self._begins[index])
            low, high = max(start, begin), min(end, begin + self._length(index))
            if low < high:  # otherwise the cue is over, and its tone would be made in vain
                out[low - start : high - start] += self._samples(index, low - begin, high - begin) * self._gain

    @property
    def background(self) -> None:
        """Silence."""

    def pauses(self, least_frames: int) -> Iterator[tuple[int, int]]:
        """Spans in which no cue sounds."""
        quiet_from = 0
        for index, begin in enumerate(self._begins.tolist()):
            if begin - quiet_from >= least_frames:
                yield quiet_from, begin
            quiet_from = max(quiet_from, begin + self._length(index))
        if self.length - quiet_from >= least_frames:
            yield quiet_from, self.length

    def _begin(self, cue: Cue[SoundFrame]) -> int:
        """The frame of the first sample of a cue: a clip begins a little before its onset."""
        return cue.start if cue.tone else cue.start - self._clips[cue.text].onset_frame

    def _length(self, index: int) -> int:
        cue = self._cues[index]
        return len(self._clips[cue.text].pcm) if cue.tone is None else cue.end - cue.start

    def _samples(self, index: int, first: int, last: int) -> NDArray[np.float32]:
        """The samples `[first, last)` of a cue."""
        cue = self._cues[index]
        if cue.tone is None:
            return from_pcm16(self._clips[cue.text].pcm[first:last])
        if cue.tone in BREATH_TONES:
            return self._tone(index)[first:last]
        samples = chime(cue.tone, self._levels.chime_lufs, self.rate_hz).samples[first:last]
        return samples * self._fade.gains(cue.start + first, cue.start + last) if self._fade else samples

    def _rendered_tone(self, index: int) -> NDArray[np.float32]:
        """A breath tone, ducked under the words near it; made whole, so that it is the same in blocks of any size."""
        cue = self._cues[index]
        assert cue.tone is not None  # noqa: S101 -- narrows the type
        near, past = np.searchsorted(self._speech[:, 0], (cue.start, cue.end))
        words: list[tuple[int, int]] = self._speech[max(0, near - 1) : past + 1].tolist()
        gains = self._ducking.curve(words, self.rate_hz).gains(cue.start, cue.end)
        if self._fade:
            gains *= self._fade.gains(cue.start, cue.end)
        return breath_tone(cue.tone, cue.end - cue.start, self._levels.breath_lufs, self.rate_hz).samples * gains


def session_lufs(timeline: Timeline[SoundFrame], clips: Mapping[str, Clip], levels: ToneLevels) -> float:
    """Integrated loudness of an untrimmed mono session, from the blocks of its cues.

    Breath tones count as if they sounded alone: under a word they are too soft to matter.
    """
    spoken = Counter(cue.text for cue in timeline.speech())
    tones = Counter((cue.tone, cue.end - cue.start) for cue in timeline.cues if cue.tone)
    powers = [clips[text].block_powers for text in spoken]
    rate_hz = timeline.rate_hz
    for tone, frames in tones:
        if tone in BREATH_TONES:
            powers.append(breath_tone(tone, frames, levels.breath_lufs, rate_hz).block_powers)
        else:
            powers.append(chime(tone, levels.chime_lufs, rate_hz).block_powers)
    return integrated_lufs(powers, [*spoken.values(), *tones.values()])


def trim_db(timeline: Timeline[SoundFrame], clips: Mapping[str, Clip], levels: ToneLevels) -> float:
    """The static gain that brings a session to MONO_LUFS, as far as its peaks allow."""
    needed_db = MONO_LUFS - session_lufs(timeline, clips, levels)
    return min(needed_db, LARGEST_TRIM_DB) if np.isfinite(needed_db) else 0.0
