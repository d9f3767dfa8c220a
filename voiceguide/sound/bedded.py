"""A voice over a bed: mono in the centre of a stereo bed that ducks under every word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from msgspec.structs import replace

from voiceguide.sound.ambience import BED_RATE_HZ
from voiceguide.sound.ducking import SILENT_DB, GainCurve, bed_under_speech
from voiceguide.sound.levels import (
    BED_PEAK_DBFS,
    BED_PEAK_UNDER_SPEECH_DBFS,
    CLIP_LUFS,
    LEAST_DUCK_DB,
    MONO_LUFS,
    STEREO_LUFS,
    UNDER_SPEECH_DB,
)
from voiceguide.units import to_frames, to_gain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from voiceguide.sound.bed import Bed
    from voiceguide.sound.mixer import Mixer
    from voiceguide.sound.tape import Tape
    from voiceguide.units import SoundFrame

FADE_IN_S: Final = 4.0
FADE_OUT_S: Final = 6.0


class BeddedSource:
    """A source of two channels: `voice` in the centre, `bed` under it.

    `bed_level_db` is the level of the bed between words, by its loudest 3 s, relative to the loudness of the session.
    During the spans of `speech` its loudest 400 ms are at least UNDER_SPEECH_DB below the voice. It fades out from
    `fades_from` on, or else over the last FADE_OUT_S.
    """

    def __init__(
        self,
        voice: Mixer,
        speech: Sequence[tuple[SoundFrame, SoundFrame]],
        bed: Bed,
        bed_level_db: float,
        fades_from: SoundFrame | None = None,
    ) -> None:
        self._voice = voice
        self._bed = bed
        self._level_db = level_db = min(STEREO_LUFS + bed_level_db - bed.loudest_lufs, BED_PEAK_DBFS - bed.peak_dbfs)
        voice_lufs = CLIP_LUFS + voice.gain_db + STEREO_LUFS - MONO_LUFS
        under_db = min(
            level_db - LEAST_DUCK_DB,
            voice_lufs - UNDER_SPEECH_DB - bed.loudest_moment_lufs,
            BED_PEAK_UNDER_SPEECH_DBFS - bed.peak_dbfs,
        )
        self._curve = (
            bed_under_speech(under_db - level_db)
            .curve(speech, self.rate_hz)
            .plus(_fades(voice.length, self.rate_hz, level_db, fades_from))
        )

    @property
    def rate_hz(self) -> int:
        """Frames a second."""
        return self._voice.rate_hz

    @property
    def channels(self) -> int:
        """Two."""
        return 2

    @property
    def length(self) -> int:
        """Frames in all."""
        return self._voice.length

    def render(self, start: int, out: NDArray[np.float32]) -> None:
        """Fill `out`, shape (n, 2), with the frames from `start` on."""
        voice = np.empty(len(out), np.float32)
        self._voice.render(start, voice)
        out[:] = voice[:, None]
        for first, last, gain in self._curve.pieces(start, max(start, min(start + len(out), self.length))):
            for at, part in self._bed.parts(first, last):
                share = gain if isinstance(gain, np.float32) else gain[at - first : at - first + len(part), None]
                out[at - start : at - start + len(part)] += np.multiply(part, share, out=part)

    @property
    def background(self) -> BedAlone:
        """The bed at its level between words."""
        return BedAlone(self._bed, self._level_db, self.length)

    def pauses(self, least_frames: int) -> Iterator[tuple[int, int]]:
        """Spans in which the voice is silent and the bed neither ducks nor fades."""
        level_spans = self._curve.spans_at(self._level_db)
        for quiet_from, quiet_to in self._voice.pauses(least_frames):
            behind = np.searchsorted(level_spans[:, 1], quiet_from, side="right")
            past = np.searchsorted(level_spans[:, 0], quiet_to)
            for first, last in level_spans[behind:past].tolist():
                start, end = max(first, quiet_from), min(last, quiet_to)
                if end - start >= least_frames:
                    yield start, end


class BedAlone:
    """A Background: a bed at one level throughout."""

    is_inaudible = False

    def __init__(self, bed: Bed, level_db: float, length: int) -> None:
        self._bed = bed
        self._level_db = level_db
        self._gain = np.float32(to_gain(level_db))
        self.rate_hz = BED_RATE_HZ
        self.channels = 2
        self.length = length

    @property
    def tape(self) -> Tape:
        """The tape of the bed."""
        return self._bed.tape

    @property
    def recording(self) -> BedAlone:
        """The recording of the bed, twice."""
        return BedAlone(replace(self._bed, tape=self._bed.tape.in_a_row), self._level_db, 2 * len(self._bed.samples))

    def render(self, start: int, out: NDArray[np.float32]) -> None:
        """Fill `out`, shape (n, 2), with the frames from `start` on."""
        out[:] = 0.0
        for at, part in self._bed.parts(start, max(start, min(start + len(out), self.length))):
            np.multiply(part, self._gain, out=out[at - start : at - start + len(part)])


def _fades(length: int, rate_hz: int, level_db: float, fades_from: SoundFrame | None) -> GainCurve:
    """The level of the bed without ducking: faded in, held, and faded out."""
    fade_in = min(to_frames(FADE_IN_S, rate_hz), length // 3)
    fade_out = min(to_frames(FADE_OUT_S, rate_hz), length // 3)
    if fades_from is not None:
        fade_out = min(max(fade_out, length - fades_from), length - fade_in)
    return GainCurve.through(
        [
            (0, level_db + SILENT_DB),
            (fade_in, level_db),
            (length - fade_out, level_db),
            (length, level_db + SILENT_DB),
        ]
    )
