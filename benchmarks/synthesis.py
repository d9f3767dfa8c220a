"""How fast clips are made, against one thread of the engine alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.table import Goal, Row

if TYPE_CHECKING:
    from benchmarks.bench import Bench


def synthesis_row(bench: Bench) -> Row:
    """Every clip of the session made, stored included; the voices of both are loaded and warm."""
    session = bench.scale.session
    made, alone = [], []
    for _ in bench.rounds("synthesis", bench.scale.synthesis_rounds):
        made.append(bench.python("-m", "benchmarks.speaking", "narrator", *session))
        alone.append(bench.python("-m", "benchmarks.speaking", "engine", *session))
    ratios = [float(one.output) / float(all_.output) for all_, one in zip(made, alone, strict=True)]
    return Row("Clips made a second, against one thread of the engine alone", made, ratios, Goal(1.7, at_least=True))
