"""`voiceguide cache`: the spoken clips that are kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiceguide.cli.console import help_if_alone, line
from voiceguide.cli.paths import path
from voiceguide.units import counted

if TYPE_CHECKING:
    from voiceguide.speech.store import ClipStore

app = typer.Typer(rich_markup_mode=None)
app.callback(invoke_without_command=True)(help_if_alone)

CacheDir = Annotated[Path | None, typer.Option(metavar="DIR", help="The folder, if not the usual one.", parser=path)]


@app.command(help="Say where the clips are, how many, and whether they are sound.")
def info(cache_dir: CacheDir = None) -> None:
    found = _store(cache_dir).info()
    damaged = f", {found.damaged} damaged (prune removes them)" if found.damaged else ""
    line(f"{found.directory}: {counted(found.clips, 'clip', 'clips')}, {found.size_bytes / 1e6:.1f} MB{damaged}")


@app.command(help="Remove clips that have not been used for a while, and damaged ones.")
def prune(
    days: Annotated[float, typer.Option(min=0, help="Remove what was not used for this many days.")] = 30.0,
    cache_dir: CacheDir = None,
) -> None:
    line(f"{_store(cache_dir).prune(days)} removed")


@app.command(help="Remove every clip. What is needed again is spoken again.")
def clear(cache_dir: CacheDir = None) -> None:
    line(f"{_store(cache_dir).clear()} removed")


def _store(cache_dir: Path | None) -> ClipStore:
    from voiceguide.config import resolve
    from voiceguide.session import open_store

    return open_store(resolve({"cache_dir": cache_dir}).cache_dir)
