"""The place where the benchmarks run: a temporary folder with spoken clips, and the programs to measure."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.processes import Usage, measured

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUTINE: Final = "upper-back"


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured."""

    length: str
    """Length of the session that all are compared on, as `--length` takes it."""
    only: str
    """The only stretch of that session, or empty for all."""
    export_rounds: int
    slow_rounds: int
    """Rounds of the programs that take many times as long."""
    synthesis_rounds: int
    long_rounds: int
    start_rounds: int
    fitted: tuple[str, ...]
    """Routines whose fitting is timed; empty for all."""
    live_rounds: int
    live_s: float
    """Seconds of playing over which CPU time is measured."""
    short_min: int
    """Length of the session that memory is compared with."""
    middle_min: int
    """Length of the session that time is compared with."""
    long_min: int

    @property
    def session(self) -> tuple[str, ...]:
        """Length and stretch, as arguments of `benchmarks.prepare` and `benchmarks.speaking`."""
        return (self.length, self.only) if self.only else (self.length,)

    @property
    def options(self) -> tuple[str, ...]:
        """Options of `voiceguide export` for that session."""
        return ("--length", self.length, *(("--only", self.only) if self.only else ()))


FULL: Final = Scale(
    length="12m",
    only="",
    export_rounds=11,
    slow_rounds=5,
    synthesis_rounds=7,
    long_rounds=5,
    start_rounds=15,
    fitted=(),
    live_rounds=5,
    live_s=60.0,
    short_min=10,
    middle_min=60,
    long_min=600,
)
QUICK: Final = Scale(
    length="3m",
    only="upper-trapezius",
    export_rounds=1,
    slow_rounds=1,
    synthesis_rounds=1,
    long_rounds=1,
    start_rounds=1,
    fitted=(ROUTINE,),
    live_rounds=1,
    live_s=1.0,
    short_min=3,
    middle_min=3,
    long_min=20,
)


class Bench:
    """Runs programs in a temporary folder, without the user's settings."""

    def __init__(self, folder: Path, scale: Scale) -> None:
        self.folder = folder
        self.scale = scale
        self.warm_cache = folder / "warm"
        self.interpreter = sys.executable
        self.program = str(Path(sys.executable).with_name("voiceguide"))
        # The user's settings must not change what is measured.
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("VOICEGUIDE_")}
        self.environment["XDG_CONFIG_HOME"] = str(folder / "config")
        # Modules are compiled once, as pip does when it installs, and not anew in every process.
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.environment["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")

    def run(self, *command: str) -> Usage:
        """Run any program."""
        return measured(command, self.environment)

    def voiceguide(self, *arguments: str) -> Usage:
        """Run the command as a user starts it."""
        return self.run(self.program, *arguments)

    def python(self, *arguments: str) -> Usage:
        """Run the interpreter of this process."""
        return self.run(self.interpreter, *arguments)

    def export(self, routine: str, cache: Path, *options: str, suffix: str = ".mp3") -> Usage:
        """Export a routine to `session` plus `suffix` in the folder, with the clips of `cache`."""
        target = str(self.folder / f"session{suffix}")
        # With variation, the wordings of the day would be spoken anew.
        fixed = ("--variation", "off", "--force", "--cache-dir", str(cache))
        return self.voiceguide("export", routine, *options, "-o", target, *fixed)

    def warm_export(self, suffix: str = ".mp3", *options: str) -> Usage:
        """Export the session that all are compared on; its clips have been spoken before."""
        return self.export(ROUTINE, self.warm_cache, *self.scale.options, *options, suffix=suffix)

    def long_routine(self, minutes: int) -> tuple[str, float]:
        """Write a routine of about that length and speak its clips; return its path and its exact length in hours."""
        path = str(self.folder / f"{minutes}-minutes.toml")
        made = self.python("-m", "benchmarks.long_routine", str(minutes), path, str(self.warm_cache))
        return path, float(made.output) / 3600

    def cold_export(self) -> Usage:
        """Export the same session from an empty cache, so that everything is spoken."""
        cache = self.folder / "cold"
        try:
            return self.export(ROUTINE, cache, *self.scale.options)
        finally:
            shutil.rmtree(cache, ignore_errors=True)

    def rounds(self, title: str, count: int) -> Iterator[int]:
        """Count the rounds, and report each one if stderr is a terminal."""
        for number in range(1, count + 1):
            if sys.stderr.isatty():
                print(f"{title}: round {number} of {count}", file=sys.stderr)
            yield number
