"""`voiceguide export`: a session as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voiceguide.cli.console import note, progress
from voiceguide.cli.pacing_options import Request, with_pacing
from voiceguide.units import clock


@with_pacing
def export(
    routine: Annotated[str, typer.Argument(help="An id from `voiceguide list`, or a .toml file.")],
    *,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="Where to; the suffix chooses the format: .mp3 or .wav."),
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    request: Request,
) -> None:
    """Export a session to a file."""
    from voiceguide import session

    session.check_target(output, force=force)
    with progress("speaking") as report:
        planned = session.plan(
            routine, pacing=request.pacing, voice=request.voice, cache_dir=request.cache_dir, progress=report
        )
    with progress("encoding") as report:
        planned.export(output, force=force, progress=report)
    timeline = planned.timeline
    for text in timeline.notes:
        note(text)
    size = output.stat().st_size / 1e6
    typer.echo(f"{output}: {clock(timeline.duration_s)}, {len(timeline.chapters)} chapters, {size:.1f} MB")
