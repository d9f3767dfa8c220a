"""`voiceguide batch`: many sessions from one manifest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiceguide.cli.console import document, line, note, progress, table
from voiceguide.cli.paths import path
from voiceguide.cli.shared_options import AsJson, CacheDir
from voiceguide.cli.wording import in_options
from voiceguide.units import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.batch.outcome import Report


def batch(  # noqa: PLR0913 -- an option each
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Manifest, a .toml file (docs/batch.md).", parser=path)],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Folder to fill; by default one beside FILE, of the same name.",
            parser=path,
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=256, help="Files made at once; by default one for each core.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="tcp://HOST:PORT", help="Make the files on a Dask cluster.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that no batch has made.")] = False,
    as_json: AsJson = False,
    cache_dir: CacheDir = None,
) -> None:
    from voiceguide.batch.run import run
    from voiceguide.config import resolve
    from voiceguide.errors import BatchError
    from voiceguide.session import open_store

    settings = resolve({"cache_dir": cache_dir})
    report = run(
        file,
        output,
        jobs=jobs,
        scheduler=scheduler,
        force=force,
        cache_dir=open_store(settings.cache_dir, settings.cache_limit_bytes),
        stage=progress,
    )
    if as_json:
        written = report.document()
        for entry in written["files"]:
            entry["reason"] = in_options(entry["reason"])
        document(written)
    else:
        table([("FILE", "", "LENGTH", "SIZE"), *_rows(report)])
        counts = ", ".join(f"{report.count(outcome)} {outcome}" for outcome in report.outcomes)
        line(f"{report.folder}: {counts}")
    for made in report.lines:
        for text in made.notes:
            note(f"{made.job.name}: {text}")
    if report.failures:
        raise BatchError(report.failures)


def _rows(report: Report) -> Iterator[tuple[str, str, str, str]]:
    for made in report.lines:
        length = "" if made.duration_s is None else clock(made.duration_s)
        size = "" if made.size_bytes is None else f"{made.size_bytes / 1e6:.1f} MB"
        yield made.job.name, str(made.outcome), length, size
