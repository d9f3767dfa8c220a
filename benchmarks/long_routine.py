"""A routine of any length: the items of `upper-back`, repeated.

`python -m benchmarks.long_routine MINUTES FILE.toml CACHE_DIR` writes the routine whose estimated length comes
closest, speaks what it needs into the cache, and prints its exact length in seconds.
"""

from __future__ import annotations

import bisect
import itertools
import json
import sys
import tomllib
from pathlib import Path

from voiceguide import session
from voiceguide.library.loader import Library
from voiceguide.library.words import DATA
from voiceguide.planning.planner import estimated_minutes

MOST_ITEMS = 2000
"""The most that the routine format allows."""


def routine_toml(count: int) -> str:
    """Return `upper-back` with `count` items: its own in order, repeated, and its own close."""
    shipped = tomllib.loads((DATA / "en" / "routines" / "upper-back.toml").read_text(encoding="utf-8"))
    items = itertools.islice(itertools.cycle(shipped["items"]), count)
    lines = ['id = "benchmark"', 'title = "Upper back"', 'description = "Upper back, again and again."']
    for table, entries in (("items", items), ("close", shipped["close"])):
        for entry in entries:
            # Strings and numbers look the same in JSON and in TOML.
            lines += ["", f"[[{table}]]", *(f"{key} = {json.dumps(value)}" for key, value in entry.items())]
    return "\n".join(lines) + "\n"


def write_routine(minutes: float, path: Path) -> None:
    """Write the routine whose estimated length is nearest to `minutes`."""
    library = Library()
    pacing = session.Pacing()

    def length_min(count: int) -> float:
        path.write_text(routine_toml(count), encoding="utf-8")
        return estimated_minutes(library.routine(str(path)), pacing, library.phrasebook)

    counts = range(1, MOST_ITEMS + 1)
    enough = counts[min(bisect.bisect_left(counts, minutes, key=length_min), MOST_ITEMS - 1)]
    nearest = min((max(1, enough - 1), enough), key=lambda count: abs(length_min(count) - minutes))
    path.write_text(routine_toml(nearest), encoding="utf-8")


def main(minutes: str, path: str, cache_dir: str) -> None:
    """Write the routine, plan it, and print its length."""
    write_routine(float(minutes), Path(path))
    print(session.plan(path, cache_dir=cache_dir).timeline.duration_s)


if __name__ == "__main__":
    main(*sys.argv[1:])
