"""The same session made by the ffmpeg binary: all cues delayed and added, or concatenated track by track.

`adelay` with `amix` takes an input for every cue. `concat` reads a track from its list, in which silences are files of
their own; two cues that overlap need two tracks, which are added in the end. `normalize=0` because amix otherwise turns
everything down by the number of its inputs.
"""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.cues import CueSheet, WavCue

BIT_RATE = "64k"


def mixed_command(ffmpeg: str, sheet: CueSheet, target: str) -> list[str]:
    """Return the command with an `adelay` for every cue and one `amix`."""
    delayed = [f"[{number}]adelay={sheet.ms(cue.start)}[c{number}]" for number, cue in enumerate(sheet.cues)]
    labels = "".join(f"[c{number}]" for number in range(len(sheet.cues)))
    graph = ";".join([*delayed, f"{labels}amix=inputs={len(sheet.cues)}:normalize=0,apad[out]"])
    inputs = [word for cue in sheet.cues for word in ("-i", cue.wav)]
    return _command(ffmpeg, inputs, graph, sheet, target)


def concatenated_command(ffmpeg: str, lists: list[str], sheet: CueSheet, target: str) -> list[str]:
    """Return the command with a `concat` for every track, from the lists of `write_lists`, and one `amix` of them."""
    labels = "".join(f"[{number}]" for number in range(len(lists)))
    inputs = [word for path in lists for word in ("-f", "concat", "-safe", "0", "-i", path)]
    return _command(ffmpeg, inputs, f"{labels}amix=inputs={len(lists)}:normalize=0,apad[out]", sheet, target)


def write_lists(sheet: CueSheet, folder: Path) -> list[str]:
    """Write a list for every track, and the silences between its cues as WAV files; return the paths of the lists."""
    paths = []
    for number, track in enumerate(sheet.tracks()):
        path = folder / f"track-{number}.txt"
        lines = [f"file '{wav}'" for wav in _filled(track, sheet, folder / f"silence-{number}")]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        paths.append(str(path))
    return paths


def _filled(track: list[WavCue], sheet: CueSheet, prefix: Path) -> list[str]:
    """Return the files of a track in order, and write those of the silences."""
    files: list[str] = []
    at = 0
    for cue in track:
        if cue.start > at:
            silence = f"{prefix}-{at}.wav"
            with wave.open(silence, "wb") as writer:
                writer.setnchannels(1)
                writer.setsampwidth(2)
                writer.setframerate(sheet.rate_hz)
                writer.writeframes(bytes(2 * (cue.start - at)))
            files.append(silence)
        files.append(cue.wav)
        at = cue.end
    return files


def _command(ffmpeg: str, inputs: list[str], graph: str, sheet: CueSheet, target: str) -> list[str]:
    # amix ends with its longest input, so its output is padded, and cut at the end of the session.
    length = f"{sheet.length / sheet.rate_hz:.6f}"
    out = ["-filter_complex", graph, "-map", "[out]", "-t", length, "-ac", "1", "-b:a", BIT_RATE, target]
    return [ffmpeg, "-v", "error", "-nostdin", "-y", *inputs, *out]
