"""Measures voiceguide against what it cannot beat, and itself at one size against itself at another.

`python -m benchmarks.run [--quick] [--json FILE]` prints a Markdown table. Processes that are compared take
turns, and a ratio is that of two neighbours: what slows the machine down slows both. But LAME alone is one
thread and an export is several: where other programs take a core, only the export feels it. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import wave
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.processes import Usage, measured, own_peak_mb

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROUTINE: Final = "upper-back"
_MINUTES_AN_HOUR: Final = 60
_FITTING_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured."""

    export_rounds: int
    long_rounds: int
    start_rounds: int
    short_min: int
    """Session that memory is compared with."""
    middle_min: int
    """Session that time is compared with."""
    long_min: int


FULL: Final = Scale(export_rounds=11, long_rounds=5, start_rounds=15, short_min=10, middle_min=60, long_min=600)
QUICK: Final = Scale(export_rounds=1, long_rounds=1, start_rounds=1, short_min=3, middle_min=3, long_min=20)


@dataclass(frozen=True, slots=True)
class Goal:
    """What a row should stay within."""

    most: float
    in_seconds: bool = False
    """Seconds of wall time rather than a ratio."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a process, and its ratio to another in every round."""

    title: str
    usages: list[Usage]
    ratios: list[float]
    goal: Goal | None = None

    @property
    def wall_s(self) -> float:
        """Median seconds from start to end."""
        return statistics.median(usage.wall_s for usage in self.usages)

    @property
    def cpu_s(self) -> float:
        """Median seconds of all threads."""
        return statistics.median(usage.cpu_s for usage in self.usages)

    @property
    def peak_mb(self) -> float:
        """Median of the largest resident sets."""
        return statistics.median(usage.peak_mb for usage in self.usages)

    @property
    def ratio(self) -> float:
        """Median of the ratios."""
        return statistics.median(self.ratios)

    def verdict(self) -> str:
        """The goal, and whether it is met."""
        if self.goal is None:
            return ""
        found = self.wall_s if self.goal.in_seconds else self.ratio
        unit = " s" if self.goal.in_seconds else ""
        return f"{self.goal.most:g}{unit} {'met' if found <= self.goal.most else '**missed**'}"

    def markdown(self) -> str:
        """The line of the table."""
        hidden = self.peak_mb <= own_peak_mb()
        cells = (
            self.title,
            f"{self.ratio:.3f}",
            f"{min(self.ratios):.3f} - {max(self.ratios):.3f}",
            str(len(self.ratios)),
            self.verdict(),
            f"{self.wall_s:.2f} s",
            f"{self.cpu_s:.2f} s",
            f"{'at most ' if hidden else ''}{self.peak_mb:.0f} MB",
        )
        return f"| {' | '.join(cells)} |"

    def plain(self) -> dict[str, Any]:
        """Everything, for JSON."""
        runs = [{key: value for key, value in asdict(usage).items() if key != "output"} for usage in self.usages]
        return {
            "title": self.title,
            "ratio": self.ratio,
            "ratios": self.ratios,
            "wall_s": self.wall_s,
            "cpu_s": self.cpu_s,
            "peak_mb": self.peak_mb,
            "goal": asdict(self.goal) if self.goal else None,
            "runs": runs,
        }


_HEAD: Final = (
    "| Process, against what | Ratio | Min - max | Runs | At most | Wall | CPU | Peak memory |",
    "|---|---:|---:|---:|---|---:|---:|---:|",
)


class Bench:
    """A temporary folder with warm clips, and the programs to measure."""

    def __init__(self, folder: Path, scale: Scale) -> None:
        self.folder = folder
        self.scale = scale
        self.warm_cache = folder / "warm"
        self.program = str(Path(sys.executable).with_name("voiceguide"))
        # What a user has set must not change what is measured.
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("VOICEGUIDE_")}
        self.environment["XDG_CONFIG_HOME"] = str(folder / "config")
        # Modules are compiled once, as pip does when it installs, and not anew in every process.
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.environment["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")

    def voiceguide(self, *arguments: str) -> Usage:
        """The command, as a user starts it."""
        return measured([self.program, *arguments], self.environment)

    def python(self, *arguments: str) -> Usage:
        """The interpreter that runs this."""
        return measured([sys.executable, *arguments], self.environment)

    def export(self, routine: str, cache: Path, suffix: str = ".mp3") -> Usage:
        """A routine to a file, with the clips of `cache`."""
        target = self.folder / f"session{suffix}"
        return self.voiceguide("export", routine, "-o", str(target), "--force", "--cache-dir", str(cache))

    def cold_export(self) -> Usage:
        """The same with no clip there: everything is spoken."""
        cache = self.folder / "cold"
        try:
            return self.export(ROUTINE, cache)
        finally:
            shutil.rmtree(cache, ignore_errors=True)

    def long_routine(self, minutes: int) -> tuple[str, float]:
        """A routine about that long, its clips spoken already, and its exact length in hours."""
        path = str(self.folder / f"{minutes}-minutes.toml")
        made = self.python("-m", "benchmarks.long_routine", str(minutes), path, str(self.warm_cache))
        return path, float(made.output) / 3600

    def rounds(self, title: str, count: int) -> Iterator[int]:
        """Count, and say so where someone watches."""
        for number in range(1, count + 1):
            if sys.stderr.isatty():
                print(f"{title}: round {number} of {count}", file=sys.stderr)
            yield number


def export_rows(bench: Bench) -> list[Row]:
    """Warm and cold exports, whole processes, against LAME alone."""
    bench.export(ROUTINE, bench.warm_cache)
    bench.export(ROUTINE, bench.warm_cache, ".wav")
    wav = bench.folder / "session.wav"
    with wave.open(str(wav), "rb") as reader:
        minutes, seconds = divmod(round(reader.getnframes() / reader.getframerate()), 60)
    warm, limits, cold = [], [], []
    for _ in bench.rounds("export", bench.scale.export_rounds):
        # The limit between the two that are held against it.
        warm.append(bench.export(ROUTINE, bench.warm_cache))
        limits.append(bench.python("-m", "benchmarks.lame_limit", str(wav)))
        cold.append(bench.cold_export())
    limits_s = [float(limit.output) for limit in limits]
    length, limit_s = f"{minutes}:{seconds:02d}", statistics.median(limits_s)
    against = f"against LAME alone on its samples ({limit_s:.2f} s)"
    return [
        Row(f"Export of `{ROUTINE}` ({length}) to MP3, {against}", warm, _ratios_to(warm, limits_s), Goal(1.3)),
        Row("The same with every clip spoken anew, against the same", cold, _ratios_to(cold, limits_s), Goal(3.5)),
    ]


def length_rows(bench: Bench) -> list[Row]:
    """How memory and time grow with the length of a session."""
    scale = bench.scale
    (short, _), (middle, middle_h), (long, long_h) = (
        bench.long_routine(minutes) for minutes in (scale.short_min, scale.middle_min, scale.long_min)
    )
    shorts, middles, longs = [], [], []
    for _ in bench.rounds("length", scale.long_rounds):
        shorts.append(bench.export(short, bench.warm_cache))
        longs.append(bench.export(long, bench.warm_cache))
        middles.append(bench.export(middle, bench.warm_cache))
    memory = [more.peak_mb / less.peak_mb for more, less in zip(longs, shorts, strict=True)]
    pace = [(more.wall_s / long_h) / (less.wall_s / middle_h) for more, less in zip(longs, middles, strict=True)]
    title = f"Export of {_length(scale.long_min)}"
    memory_goal = None if scale is QUICK else Goal(1.15)  # set for ten hours against ten minutes
    return [
        Row(f"{title}: peak memory, against {_length(scale.short_min)}", longs, memory, memory_goal),
        Row(f"{title}: time for an hour of it, against {_length(scale.middle_min)} (1 is linear)", longs, pace),
    ]


def start_rows(bench: Bench) -> list[Row]:
    """The commands that should answer at once, against an interpreter that does nothing."""
    helped, planned, imported, nothing = [], [], [], []
    bench.voiceguide("--help")  # compiles what the others have not
    for _ in bench.rounds("start", bench.scale.start_rounds):
        helped.append(bench.voiceguide("--help"))
        nothing.append(bench.python("-c", ""))
        planned.append(bench.voiceguide("plan", ROUTINE, "--cache-dir", str(bench.warm_cache)))
        imported.append(bench.python("-c", "import voiceguide.session"))
    nothing_s = [usage.wall_s for usage in nothing]
    against = f'against `python -c ""` ({statistics.median(nothing_s):.3f} s)'
    return [
        Row(f"`voiceguide --help`, {against}", helped, _ratios_to(helped, nothing_s), Goal(0.2, in_seconds=True)),
        Row(
            f"`voiceguide plan {ROUTINE}`, clips spoken before, against the same",
            planned,
            _ratios_to(planned, nothing_s),
            Goal(0.6, in_seconds=True),
        ),
        Row("`import voiceguide.session`, against the same", imported, _ratios_to(imported, nothing_s)),
    ]


def fitting_row(bench: Bench) -> Row:
    """Fitting to a length, once clips are known, for the slowest routine, against the 0.2 s that it may take."""
    found = [bench.python("-m", "benchmarks.fitting", str(bench.warm_cache)) for _ in range(bench.scale.long_rounds)]
    slowest = [usage.output.split() for usage in found]
    title = f"`--length` for `{slowest[0][1]}`, the slowest: fitting alone, against 0.2 s"
    return Row(title, found, [float(took_s) / _FITTING_S for took_s, _ in slowest], Goal(1.0))


def _ratios_to(usages: Sequence[Usage], limits_s: Sequence[float]) -> list[float]:
    return [usage.wall_s / limit_s for usage, limit_s in zip(usages, limits_s, strict=True)]


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, _MINUTES_AN_HOUR)
    return f"{minutes} min" if rest or not hours else f"{hours} h"


def machine() -> dict[str, Any]:
    """What this ran on."""
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "voiceguide": version("voiceguide"),
        "lameenc": version("lameenc"),
    }


def _cpu_model() -> str:
    about = Path("/proc/cpuinfo")
    if about.is_file():
        for line in about.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one run each and short sessions: does it work at all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="every single run, as JSON")
    options = parser.parse_args(arguments)
    here = machine()
    with tempfile.TemporaryDirectory(prefix="voiceguide-benchmarks-") as folder:
        bench = Bench(Path(folder), QUICK if options.quick else FULL)
        rows = [*export_rows(bench), *length_rows(bench), *start_rows(bench), fitting_row(bench)]
    here["load_after"] = round(os.getloadavg()[0], 1)
    print("{cpu}, {cores} cores, {system}, Python {python}.".format_map(here))
    print("Load average {load_before} before and {load_after} after, this run included.".format_map(here))
    print("Medians; a ratio is that of two processes that ran next to each other.")
    if options.quick:
        print("A quick run, one of each: it shows that the benchmark works, and nothing else.")
    print()
    print("\n".join([*_HEAD, *(row.markdown() for row in rows)]))
    if options.json:
        document = {"machine": here, "quick": options.quick, "rows": [row.plain() for row in rows]}
        options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
