"""The benchmarks run on a session of three minutes. Their results are not tested, since they need a quiet machine."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.cues import CueSheet, WavCue
from benchmarks.processes import Usage
from benchmarks.table import Goal, Row

ROOT = Path(__file__).parents[1]
ALWAYS = [
    "against LAME alone",
    "every clip spoken anew",
    "its encoding takes",
    "one thread of the engine alone",
    "one thread that levels and stores them too",
    "Two processes of the engine alone",
    "peak memory, against",
    "time for an hour of it",
    "Export with `--bed rain`",
    "The same: peak memory",
    "`voiceguide --help`",
    "`voiceguide plan upper-back`",
    "`import voiceguide.session`",
    "fitting alone",
]
BY_FFMPEG = ["pydub, `overlay`", "pydub, every cue appended", "ffmpeg, `adelay` and `amix`", "ffmpeg, `concat`"]


def test_a_quick_run_measures_everything_that_can_be_measured_here(tmp_path: Path) -> None:
    found = tmp_path / "found.json"
    command = [sys.executable, "-m", "benchmarks.run", "--quick", "--json", str(found)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stderr
    expected = ALWAYS + (BY_FFMPEG if shutil.which("ffmpeg") else [])
    rows = [line for line in result.stdout.splitlines() if line.startswith("| ")]
    for title in expected:
        assert any(title in row for row in rows), result.stdout
    if not shutil.which("ffmpeg"):
        assert "there is no ffmpeg here" in result.stdout
    if all(map(shutil.which, ("pulseaudio", "parec", "pacat"))):
        assert "Process start to first sound, empty cache" in result.stdout
    else:
        assert "Time to the first sound is not measured" in result.stdout
    document = json.loads(found.read_text(encoding="utf-8"))
    assert len(document["rows"]) == len(expected)
    for row in document["rows"]:
        assert row["ratio"] > 0
        assert row["wall_s"] > 0
        assert len(row["runs"]) == len(row["ratios"]) == 1


def test_a_goal_is_met_or_missed_by_the_median() -> None:
    usages = [Usage(wall_s=wall_s, cpu_s=1.0, peak_mb=1.0, output="") for wall_s in (0.1, 0.2, 9.0)]
    row = Row("title", usages, [2.0, 3.0, 0.1], Goal(3, at_least=True))
    assert row.verdict() == ">= 3 **missed**"
    assert Row("title", usages, [2.0, 3.0, 4.0], Goal(3, at_least=True)).verdict() == ">= 3 met"
    assert Row("title", usages, [2.0, 3.0, 4.0], Goal(2.9)).verdict() == "<= 2.9 **missed**"
    assert Row("title", usages, [9.0, 9.0, 9.0], Goal(0.2, in_seconds=True)).verdict() == "<= 0.2 s met"


def test_cues_that_overlap_are_grouped_and_get_tracks_of_their_own() -> None:
    first, under, over, late = (WavCue(f"{n}", *span) for n, span in enumerate([(0, 10), (5, 20), (10, 12), (20, 25)]))
    sheet = CueSheet(24_000, 30, (first, under, over, late))
    assert sheet.overlapping() == [[first, under, over], [late]]
    assert sheet.tracks() == [[first, over, late], [under]]
