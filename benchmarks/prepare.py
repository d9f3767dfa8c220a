"""Writes the cues of a session as WAV files, once each, and the sheet that says when they sound.

`python -m benchmarks.prepare FOLDER CLIPS LENGTH [STRETCH]`. None of this is measured: the other tools get
their sounds ready-made, trimmed and at level.
"""

from __future__ import annotations

import sys
import wave
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.bench import ROUTINE
from benchmarks.cues import CueSheet, WavCue
from voiceguide import session
from voiceguide.model.pcm import to_pcm16
from voiceguide.planning.presets import parse_length
from voiceguide.sound.levels import TONE_LEVELS
from voiceguide.sound.mixer import BREATH_TONES
from voiceguide.sound.tones import breath_tone, chime

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voiceguide.model.timeline import Cue


def sound_of(planned: session.Session, cue: Cue) -> tuple[str, int, NDArray[np.float32]]:
    """Return a key that no other sound has, the frame of the first sample, and the samples."""
    if cue.tone is None:
        clip = planned.clips[cue.text]
        return cue.text, cue.start - clip.onset_frame, clip.samples
    levels = TONE_LEVELS[planned.pacing.tones or "full"]
    frames = cue.end - cue.start
    if cue.tone in BREATH_TONES:
        return f"{cue.tone} {frames}", cue.start, breath_tone(cue.tone, frames, levels.breath_lufs).samples
    return cue.tone, cue.start, chime(cue.tone, levels.chime_lufs).samples


def write_cues(planned: session.Session, folder: Path) -> CueSheet:
    """Write a WAV file for every distinct sound, and `sheet.json` for all cues."""
    folder.mkdir(parents=True, exist_ok=True)
    rate_hz = planned.timeline.rate_hz
    written: dict[str, str] = {}
    cues = []
    for cue in planned.timeline.cues:
        name, start, samples = sound_of(planned, cue)
        if name not in written:
            written[name] = str(folder / f"{len(written):03d}.wav")
            with wave.open(written[name], "wb") as writer:
                writer.setnchannels(1)
                writer.setsampwidth(2)
                writer.setframerate(rate_hz)
                writer.writeframes(to_pcm16(samples).tobytes())
        cues.append(WavCue(written[name], start, start + len(samples)))
    sheet = CueSheet(rate_hz, planned.timeline.length, tuple(sorted(cues, key=lambda cue: cue.start)))
    sheet.save(folder / "sheet.json")
    return sheet


def main(folder: str, clips: str, length: str, *only: str) -> None:
    """Plan the session, and write its cues."""
    pacing = session.Pacing(length_s=parse_length(length), only=only)
    write_cues(session.plan(ROUTINE, pacing=pacing, cache_dir=clips), Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
