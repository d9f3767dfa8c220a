"""The cost of a bed: four times the samples, the bed itself, and no silence to skip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.table import Goal, Row, wall_ratios

if TYPE_CHECKING:
    from benchmarks.bench import Bench

_BED: Final = ("--bed", "rain")


def bed_rows(bench: Bench) -> list[Row]:
    """Return rows: time with a bed against none, and memory of a middling session with one against a short one."""
    scale = bench.scale
    plain, bedded, shorts, middles = [], [], [], []
    for _ in bench.rounds("bed", scale.slow_rounds):
        plain.append(bench.warm_export())
        bedded.append(bench.warm_export(".mp3", *_BED))
    (short, _), (middle, _) = (bench.long_routine(minutes) for minutes in (scale.short_min, scale.middle_min))
    for _ in bench.rounds("long beds", scale.long_rounds):
        shorts.append(bench.export(short, bench.warm_cache, *_BED))
        middles.append(bench.export(middle, bench.warm_cache, *_BED))
    memory = [more.peak_mb / less.peak_mb for more, less in zip(middles, shorts, strict=True)]
    of_minutes = f"of {scale.middle_min} min against {scale.short_min} min"
    return [
        Row(
            "Export with `--bed rain`, stereo at 48 kHz, against the plain one",
            bedded,
            wall_ratios(bedded, plain),
            Goal(3),
        ),
        Row(f"The same: peak memory {of_minutes}", middles, memory, Goal(1.15)),
    ]
