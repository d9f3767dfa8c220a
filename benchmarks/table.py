"""The table that the benchmarks print: a line for each measurement, with its ratio and its goal."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from benchmarks.processes import Usage, own_peak_mb

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_HEAD: Final = (
    "| Process, against what | Ratio | Min - max | Runs | Goal | Wall | CPU | Peak memory |",
    "|---|---:|---:|---:|---|---:|---:|---:|",
)


@dataclass(frozen=True, slots=True)
class Goal:
    """The bound that the median of a row should keep to."""

    bound: float
    at_least: bool = False
    """Whether `bound` is the least that the median may be; else it is the most."""
    in_seconds: bool = False
    """Whether `bound` is in seconds of wall time rather than a ratio."""

    def met(self, value: float) -> bool:
        """Return whether `value` keeps to the bound."""
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:g}{' s' if self.in_seconds else ''}"


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
        """Return the goal, and whether it is met."""
        if self.goal is None:
            return ""
        found = self.wall_s if self.goal.in_seconds else self.ratio
        return f"{self.goal} {'met' if self.goal.met(found) else '**missed**'}"

    def markdown(self, *, judged: bool) -> str:
        """Return the line of the table, judged by its goal or not."""
        hidden = self.peak_mb <= own_peak_mb()
        cells = (
            self.title,
            f"{self.ratio:.3g}",
            f"{min(self.ratios):.3g} - {max(self.ratios):.3g}",
            str(len(self.ratios)),
            self.verdict() if judged else "",
            f"{self.wall_s:.2f} s",
            f"{self.cpu_s:.2f} s",
            f"{'at most ' if hidden else ''}{self.peak_mb:.0f} MB",
        )
        return f"| {' | '.join(cells)} |"

    def plain(self) -> dict[str, Any]:
        """Return everything, for JSON."""
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


def table(rows: Iterable[Row], *, judged: bool) -> str:
    """Return the rows as Markdown, judged by their goals or not."""
    return "\n".join([*_HEAD, *(row.markdown(judged=judged) for row in rows)])


def wall_ratios(usages: Sequence[Usage], others: Sequence[Usage]) -> list[float]:
    """Return how many times as long each of `usages` took as the one of `others` in the same round."""
    return [usage.wall_s / other.wall_s for usage, other in zip(usages, others, strict=True)]
