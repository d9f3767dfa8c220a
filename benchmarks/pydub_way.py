"""The same session made with pydub, in two ways.

`python -m benchmarks.pydub_way overlay|append SHEET.json TARGET.mp3`. Either way each WAV is read once, and the
file is written by `AudioSegment.export`, which runs the ffmpeg binary. An AudioSegment is immutable: every overlay
and every append copies the session.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from pydub import AudioSegment

from benchmarks.cues import CueSheet, read_sheet

BIT_RATE = "64k"


def overlaid(sheet: CueSheet) -> Any:  # noqa: ANN401 -- pydub has no types
    """Return silence as long as the session, with every cue laid over it."""
    sounds = _sounds(sheet)
    session = _silence(sheet, sheet.ms(sheet.length))
    for cue in sheet.cues:
        session = session.overlay(sounds[cue.wav], position=sheet.ms(cue.start))
    return session


def appended(sheet: CueSheet) -> Any:  # noqa: ANN401 -- the same
    """Return silence and sound by turns; cues that overlap are first mixed by themselves."""
    sounds = _sounds(sheet)
    session = _silence(sheet, 0)
    for group in sheet.overlapping():
        start_ms = sheet.ms(group[0].start)
        session += _silence(sheet, start_ms - len(session))
        part = _silence(sheet, sheet.ms(max(cue.end for cue in group)) - start_ms)
        for cue in group:
            part = part.overlay(sounds[cue.wav], position=sheet.ms(cue.start) - start_ms)
        session += part
    return session + _silence(sheet, sheet.ms(sheet.length) - len(session))


def _sounds(sheet: CueSheet) -> dict[str, Any]:
    return {wav: AudioSegment.from_wav(wav) for wav in {cue.wav for cue in sheet.cues}}


def _silence(sheet: CueSheet, duration_ms: int) -> Any:  # noqa: ANN401 -- the same
    return AudioSegment.silent(duration_ms, frame_rate=sheet.rate_hz)


if __name__ == "__main__":
    way, path, target = sys.argv[1:]
    made = {"overlay": overlaid, "append": appended}[way](read_sheet(Path(path)))
    made.export(target, format="mp3", bitrate=BIT_RATE)
