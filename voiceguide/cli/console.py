"""All output: lines, tables and JSON on standard output, notes and complaints on standard error.

No other module writes to a standard stream, which the linter checks. Values may hold anything, from a line break in a
path to an escape sequence in a title: `line`, `table` and `note` escape what would break the line.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

import typer

from voiceguide.cli.wording import in_options
from voiceguide.errors import RequestError
from voiceguide.showing import harmless, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


def line(words: str) -> None:
    """Print one line."""
    text(_one_line(words))


def text(words: str) -> None:
    """Print text whose line breaks are meant."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()  # so that notes follow it, and a failure counts as this command's


def table(rows: Iterable[Sequence[str]]) -> None:
    """Print rows as aligned columns; the last column is left ragged."""
    cells = [[_one_line(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))] if cells else []
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells)
    text("\n".join(lines))


def document(data: object) -> None:
    r"""Print plain data as JSON. Characters that the terminal or its encoding cannot take are escaped: `\u009b`."""
    import json

    readable = json.dumps(data, indent=1, ensure_ascii=False)
    text(readable if _can_be_shown(readable) else json.dumps(data, indent=1).replace("\x7f", "\\u007f"))


def note(words: str) -> None:
    """Print a line on standard error that is not an error."""
    sys.stderr.write(f"note: {_one_line(in_options(words))}\n")


def complain(*lines: str) -> None:
    """Print what went wrong on standard error, one line for each mistake."""
    for each in lines:
        sys.stderr.write(f"voiceguide: {shown(in_options(each))}\n")


def confirmed(question: str, otherwise: str) -> bool:
    """Whether the user says yes, who is asked on standard error.

    Raises RequestError, with what to do `otherwise`, if there is no terminal to ask at.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise RequestError(otherwise)
    sys.stderr.write(f"{_one_line(question)} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def help_if_alone(context: typer.Context) -> None:
    """Print the help of a group of commands when no command is named."""
    if context.invoked_subcommand is None:
        text(context.get_help())


@contextlib.contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None] | None]:
    """Show a progress bar on standard error; yield None if standard error is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from voiceguide.drawing import DrawingConsole

    name = TextColumn(f"{_one_line(title):<10}", markup=False)
    columns = (name, BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn())
    with Progress(*columns, console=DrawingConsole(), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _one_line(words: str) -> str:
    return harmless(words).replace("\n", "\\n")


def _can_be_shown(words: str) -> bool:
    try:
        words.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return harmless(words) == words
