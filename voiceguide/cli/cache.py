"""`voiceguide cache`: the spoken clips that are kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiceguide.cli.console import help_if_alone, line
from voiceguide.cli.shared_options import CacheDir
from voiceguide.units import counted

if TYPE_CHECKING:
    from voiceguide.speech.store import ClipStore

app = typer.Typer(rich_markup_mode=None)
app.callback(invoke_without_command=True)(help_if_alone)


@app.command(help="Show where the clips are, how many there are, their size and limit, and whether any is damaged.")
def info(cache_dir: CacheDir = None) -> None:
    from voiceguide.model.keeping import size_text

    found = _store(cache_dir).info()
    damaged = f", {found.damaged} damaged (prune removes them)" if found.damaged else ""
    limit = "no limit" if found.limit_bytes is None else f"limit {size_text(found.limit_bytes)}"
    clips = counted(found.clips, "clip", "clips")
    line(f"{found.directory}: {clips}, {found.size_bytes / 1e6:.1f} MB ({limit}){damaged}")


@app.command(help="Remove damaged clips, and those that have not been used for a while.")
def prune(
    days: Annotated[float, typer.Option(min=0, help="Remove clips that were not used for this many days.")] = 30.0,
    cache_dir: CacheDir = None,
) -> None:
    line(f"{_store(cache_dir).prune(days)} removed")


@app.command(help="Remove every clip. Clips that are needed again are spoken again.")
def clear(cache_dir: CacheDir = None) -> None:
    line(f"{_store(cache_dir).clear()} removed")


def _store(cache_dir: Path | None) -> ClipStore:
    from voiceguide.config import resolve
    from voiceguide.session import open_store

    settings = resolve({"cache_dir": cache_dir})
    return open_store(settings.cache_dir, settings.cache_limit_bytes)
