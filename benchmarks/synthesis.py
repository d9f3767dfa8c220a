"""How fast clips are made, against one thread of the engine alone, and how fast two such processes are at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from benchmarks.table import Goal, Row

if TYPE_CHECKING:
    from benchmarks.bench import Bench
    from benchmarks.processes import Usage


def synthesis_rows(bench: Bench) -> list[Row]:
    """Return rows for making and storing every clip of the session; the voices are loaded and warm.

    They are compared with one thread of the engine alone and with a narrator with one thread. The last row is for two
    processes of the engine alone at the same time, which share nothing but the machine; it shows the slower of the two.
    """

    def speaking(who: str) -> Usage:
        return bench.python("-m", "benchmarks.speaking", who, *bench.scale.session)

    made, pairs, by_engine, by_one, by_two = [], [], [], [], []
    for _ in bench.rounds("synthesis", bench.scale.synthesis_rounds):
        made.append(speaking("narrator"))
        made_s, engine_s = float(made[-1].output), float(speaking("engine").output)
        by_engine.append(engine_s / made_s)
        by_one.append(float(speaking("alone").output) / made_s)
        with ThreadPoolExecutor(2) as both:
            pair = list(both.map(speaking, ["engine"] * 2))
        pairs.append(max(pair, key=lambda usage: usage.wall_s))
        by_two.append(sum(engine_s / float(one.output) for one in pair))
    return [
        Row("Clips made a second, against one thread of the engine alone", made, by_engine, Goal(1.7, at_least=True)),
        Row("The same against one thread that levels and stores them too", made, by_one),
        Row("Two processes of the engine alone at once, against one", pairs, by_two),
    ]
