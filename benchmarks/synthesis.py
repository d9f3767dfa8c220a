"""How fast clips are made, against one thread of the engine alone, and what the machine lets two of those do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from benchmarks.table import Goal, Row

if TYPE_CHECKING:
    from benchmarks.bench import Bench
    from benchmarks.processes import Usage


def synthesis_rows(bench: Bench) -> list[Row]:
    """Every clip of the session made, stored included; the voices are loaded and warm.

    Beside it two processes of the engine alone at the same time, which share nothing but the machine: about what no
    program with two threads can pass. The row shows the slower of the two.
    """

    def speaking(who: str) -> Usage:
        return bench.python("-m", "benchmarks.speaking", who, *bench.scale.session)

    made, pairs, made_ratios, pair_ratios = [], [], [], []
    for _ in bench.rounds("synthesis", bench.scale.synthesis_rounds):
        made.append(speaking("narrator"))
        alone_s = float(speaking("engine").output)
        with ThreadPoolExecutor(2) as both:
            pair = list(both.map(speaking, ["engine"] * 2))
        pairs.append(max(pair, key=lambda usage: usage.wall_s))
        made_ratios.append(alone_s / float(made[-1].output))
        pair_ratios.append(sum(alone_s / float(one.output) for one in pair))
    return [
        Row("Clips made a second, against one thread of the engine alone", made, made_ratios, Goal(1.7, at_least=True)),
        Row("Two processes of the engine alone at once, against one", pairs, pair_ratios),
    ]
