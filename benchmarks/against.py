"""Compares an export with LAME alone, which it cannot do without, and with the tools that people use instead."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from benchmarks import ffmpeg_way
from benchmarks.bench import ROUTINE
from benchmarks.cues import read_sheet
from benchmarks.table import Goal, Row, wall_ratios

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.bench import Bench
    from benchmarks.processes import Usage

_BYTES_A_SECOND: Final = 64_000 // 8
"""In every file that is compared: mono MP3 at a constant 64 kbit/s."""
_FFMPEG_MISSING: Final = "ffmpeg, and pydub, which writes by it, are not measured: there is no ffmpeg here."


def limit_rows(bench: Bench) -> list[Row]:
    """Return rows that compare warm and cold exports with LAME alone on the same samples, each as a whole process."""
    bench.warm_export()
    bench.warm_export(".wav")
    wav, target = bench.folder / "session.wav", bench.folder / "limit.mp3"
    warm, limits, cold = [], [], []
    for _ in bench.rounds("limit", bench.scale.export_rounds):
        # LAME runs between the two exports that are compared with it.
        warm.append(bench.warm_export())
        limits.append(bench.python("-m", "benchmarks.lame_limit", str(wav), str(target)))
        cold.append(bench.cold_export())
    session = f"`export {' '.join((ROUTINE, *bench.scale.options))}` to MP3"
    return [
        Row(f"{session}, clips spoken before, against LAME alone", warm, wall_ratios(warm, limits), Goal(0.8)),
        Row("The same with every clip spoken anew, against the same", cold, wall_ratios(cold, limits)),
        Row("LAME alone: that process, against the time that its encoding takes", limits, _start_up(limits)),
    ]


def _start_up(limits: list[Usage]) -> list[float]:
    return [limit.wall_s / float(limit.output) for limit in limits]


def peer_rows(bench: Bench) -> tuple[list[Row], list[str]]:
    """Return rows that compare other tools with the warm export of their round, and notes on missing tools."""
    ffmpeg = shutil.which("ffmpeg")
    if not ffmpeg:
        return [], [_FFMPEG_MISSING]
    folder = bench.folder / "cues"
    bench.python("-m", "benchmarks.prepare", str(folder), str(bench.warm_cache), *bench.scale.session)
    sheet = read_sheet(folder / "sheet.json")
    lists = ffmpeg_way.write_lists(sheet, folder)
    target = bench.folder / "peer.mp3"
    mixed = ffmpeg_way.mixed_command(ffmpeg, sheet, str(target))
    concatenated = ffmpeg_way.concatenated_command(ffmpeg, lists, sheet, str(target))
    pydub = [bench.interpreter, "-m", "benchmarks.pydub_way"]
    peers = {
        "pydub, `overlay` of every cue": ([*pydub, "overlay", str(folder / "sheet.json"), str(target)], Goal(10, True)),
        "pydub, every cue appended": ([*pydub, "append", str(folder / "sheet.json"), str(target)], None),
        "ffmpeg, `adelay` and `amix`": (mixed, Goal(3, True)),
        "ffmpeg, `concat`": (concatenated, Goal(3, True)),
    }
    warm: list[Usage] = []
    usages: dict[str, list[Usage]] = {title: [] for title in peers}
    for _ in bench.rounds("peers", bench.scale.slow_rounds):
        warm.append(bench.warm_export())
        for title, (command, _) in peers.items():
            usages[title].append(bench.run(*command))
            _check(target, sheet.length / sheet.rate_hz)
    cues = f"the same {len(sheet.cues)} cues, against the warm export"
    return [
        Row(f"{title}: {cues}", usages[title], wall_ratios(usages[title], warm), goal)
        for title, (_, goal) in peers.items()
    ], []


def _check(target: Path, length_s: float) -> None:
    """End the program if a peer's file has the wrong length; else delete it, so that the next peer starts afresh."""
    made_s = target.stat().st_size / _BYTES_A_SECOND
    if abs(made_s - length_s) > 1:
        message = f"benchmarks: {target} holds {made_s:.1f} s, not {length_s:.1f}"
        raise SystemExit(message)
    target.unlink()
