"""`voiceguide plan`: the timeline, as a table, as JSON or as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiceguide.cli.console import document, line, note, progress, table
from voiceguide.cli.pacing_options import Request, note_chosen_voice, with_pacing
from voiceguide.cli.paths import path
from voiceguide.cli.shared_options import AsJson, RoutineName
from voiceguide.errors import RequestError
from voiceguide.units import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.model.timeline import Timeline


@with_pacing
def plan(
    routine: RoutineName,
    *,
    as_json: AsJson = False,
    picture: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the timeline instead, as an .svg or .png file.", parser=path),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the picture if it exists.")] = False,
    request: Request,
) -> None:
    from voiceguide import session

    if picture:
        session.check_picture(picture, force=force)
    elif force:
        raise RequestError("--force replaces a picture: name it with --picture FILE")
    with progress("speaking") as report:
        planned = session.plan(
            routine,
            pacing=request.pacing,
            voice=request.voice,
            language=request.language,
            cache_dir=request.cache_dir,
            pronounce=request.pronounce,
            progress=report,
            prepare_sound=False,
        )
    if picture:
        planned.picture(picture, force=force)
    if as_json:
        document(planned.document())
        return
    if picture:
        line(f"{picture}: {clock(planned.timeline.duration_s)}, {len(planned.timeline.chapters)} chapters")
    else:
        table(_rows(planned.timeline))
        line(f"{clock(planned.timeline.duration_s)} in all")
    note_chosen_voice(planned, request)
    for text in planned.timeline.notes:
        note(text)


def _rows(timeline: Timeline) -> Iterator[tuple[str, str, str, str]]:
    """The rows of the table: chapters, cues and holds in the order in which they are heard."""
    rate_hz = timeline.rate_hz
    rows = [(cue.start, 1, str(cue.role), str(cue.side or ""), cue.text) for cue in timeline.cues]
    rows += [
        (span.start, 2, "hold", str(span.side or ""), f"{(span.end - span.start) / rate_hz:g} s")
        for span in timeline.spans
        if span.kind == "hold"
    ]
    rows += [(chapter.start, 0, "", "", f"== {chapter.title}") for chapter in timeline.chapters]
    yield "START", "ROLE", "SIDE", ""
    for start, _, role, side, text in sorted(rows):
        yield clock(start / rate_hz, 1), role, side, text
