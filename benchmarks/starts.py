"""Measures the commands that should answer at once, and the fitting that they wait for."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Final

from benchmarks.bench import ROUTINE
from benchmarks.table import Goal, Row, wall_ratios

if TYPE_CHECKING:
    from benchmarks.bench import Bench

_FITTING_S: Final = 0.2


def start_rows(bench: Bench) -> list[Row]:
    """Return rows that compare start-ups with that of an interpreter that does nothing."""
    helped, planned, imported, nothing = [], [], [], []
    bench.voiceguide("--help")  # compiles the modules that no earlier run has compiled
    for _ in bench.rounds("start", bench.scale.start_rounds):
        helped.append(bench.voiceguide("--help"))
        nothing.append(bench.python("-c", ""))
        planned.append(bench.voiceguide("plan", ROUTINE, "--variation", "off", "--cache-dir", str(bench.warm_cache)))
        imported.append(bench.python("-c", "import voiceguide.session"))
    nothing_s = statistics.median(usage.wall_s for usage in nothing)
    against = f'against `python -c ""` ({nothing_s:.3f} s)'
    return [
        Row(f"`voiceguide --help`, {against}", helped, wall_ratios(helped, nothing), Goal(0.2, in_seconds=True)),
        Row(
            f"`voiceguide plan {ROUTINE}`, clips spoken before, against the same",
            planned,
            wall_ratios(planned, nothing),
            Goal(0.6, in_seconds=True),
        ),
        Row("`import voiceguide.session`, against the same", imported, wall_ratios(imported, nothing)),
    ]


def fitting_row(bench: Bench) -> Row:
    """Return the row of fitting the slowest routine, with its clips known, against the 0.2 s that it may take."""
    command = ("-m", "benchmarks.fitting", str(bench.warm_cache), *bench.scale.fitted)
    found = [bench.python(*command) for _ in bench.rounds("fitting", bench.scale.long_rounds)]
    slowest = [usage.output.split() for usage in found]
    title = f"`--length` for `{slowest[0][1]}`, the slowest: fitting alone, against 0.2 s"
    return Row(title, found, [float(took_s) / _FITTING_S for took_s, _ in slowest], Goal(1.0))
