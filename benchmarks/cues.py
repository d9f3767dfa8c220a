"""The cues of a session as other tools get them: WAV files, and the time of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class WavCue:
    """A sound and its place in the session."""

    wav: str
    """Path of a mono 16-bit WAV at the session's rate; cues that sound alike share it."""
    start: int
    """First frame of the half-open interval up to `end`."""
    end: int


@dataclass(frozen=True, slots=True)
class CueSheet:
    """Everything that sounds in a session, in order of start."""

    rate_hz: int
    length: int
    """Frames of the whole session."""
    cues: tuple[WavCue, ...]

    def ms(self, frames: int) -> int:
        """Convert frames to whole milliseconds, the unit of pydub and of ffmpeg's `adelay`."""
        return frames * 1000 // self.rate_hz

    def overlapping(self) -> list[list[WavCue]]:
        """Return the cues in groups that do not overlap one another."""
        groups: list[list[WavCue]] = []
        quiet_from = 0
        for cue in self.cues:
            if not groups or cue.start >= quiet_from:
                groups.append([])
            groups[-1].append(cue)
            quiet_from = max(quiet_from, cue.end)
        return groups

    def tracks(self) -> list[list[WavCue]]:
        """Return the cues on as few tracks as possible, so that no two cues of a track overlap."""
        tracks: list[list[WavCue]] = []
        for cue in self.cues:
            free = next((track for track in tracks if track[-1].end <= cue.start), None)
            if free is None:
                free = []
                tracks.append(free)
            free.append(cue)
        return tracks

    def save(self, path: Path) -> None:
        """Write the sheet as JSON."""
        cues = [[cue.wav, cue.start, cue.end] for cue in self.cues]
        path.write_text(json.dumps({"rate_hz": self.rate_hz, "length": self.length, "cues": cues}), encoding="utf-8")


def read_sheet(path: Path) -> CueSheet:
    """Read a sheet that `save` wrote."""
    plain = json.loads(path.read_text(encoding="utf-8"))
    return CueSheet(plain["rate_hz"], plain["length"], tuple(WavCue(*cue) for cue in plain["cues"]))
