"""How memory and time grow with the length of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.table import Goal, Row

if TYPE_CHECKING:
    from benchmarks.bench import Bench

_MINUTES_AN_HOUR: Final = 60


def growth_rows(bench: Bench) -> list[Row]:
    """Return rows that compare a long session with a short one in memory, and with a middling one in time."""
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
    return [
        Row(f"{title}: peak memory, against {_length(scale.short_min)}", longs, memory, Goal(1.15)),
        Row(f"{title}: time for an hour of it, against {_length(scale.middle_min)}", longs, pace, Goal(1.1)),
    ]


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, _MINUTES_AN_HOUR)
    return f"{minutes} min" if rest or not hours else f"{hours} h"
