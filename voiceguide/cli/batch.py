"""`voiceguide batch`: many sessions from one manifest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiceguide.cli.console import note, progress, table
from voiceguide.units import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.batch.outcome import Report


def batch(  # noqa: PLR0913 -- an option each
    file: Annotated[Path, typer.Argument(help="The manifest, a .toml file: docs/batch.md.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Where to; a folder beside FILE, called as it is, if not."),
    ] = None,
    jobs: Annotated[int | None, typer.Option(metavar="N", min=1, max=256, help="At once; one a core if not.")] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="tcp://HOST:PORT", help="A Dask cluster that makes them instead.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that no batch has made.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON, for programs.")] = False,
    cache_dir: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where spoken clips are kept on this machine.")
    ] = None,
) -> None:
    """Export everything that a manifest asks for; what is there already is checked and kept."""
    import json

    from voiceguide.batch.run import run
    from voiceguide.config import resolve
    from voiceguide.errors import BatchError

    report = run(
        file,
        output,
        jobs=jobs,
        scheduler=scheduler,
        force=force,
        cache_dir=resolve({"cache_dir": cache_dir}).cache_dir,
        stage=progress,
    )
    if as_json:
        typer.echo(json.dumps(report.document(), indent=1, ensure_ascii=False))
    else:
        typer.echo(table([("FILE", "", "LENGTH", "SIZE"), *_rows(report)]))
        counts = ", ".join(f"{report.count(outcome)} {outcome}" for outcome in report.outcomes)
        typer.echo(f"{report.folder}: {counts}")
    for line in report.lines:
        for text in line.notes:
            note(f"{line.job.name}: {text}")
    if report.failures:
        raise BatchError("\n".join(report.failures))


def _rows(report: Report) -> Iterator[tuple[str, str, str, str]]:
    for line in report.lines:
        length = "" if line.duration_s is None else clock(line.duration_s)
        size = "" if line.size_bytes is None else f"{line.size_bytes / 1e6:.1f} MB"
        yield line.job.name, str(line.outcome), length, size
