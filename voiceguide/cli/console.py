"""Words, tables and progress for a terminal."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


def table(rows: Iterable[Sequence[str]]) -> str:
    """Rows as aligned columns; the last column is left ragged."""
    rows = [list(row) for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join(lines)


def help_if_alone(context: typer.Context) -> None:
    """What a group of commands answers where none of them is named."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def note(text: str) -> None:
    """A line on stderr that is not an error."""
    sys.stderr.write(f"note: {text}\n")


@contextlib.contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on stderr for as long as something runs; None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(f"{title:<10}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
