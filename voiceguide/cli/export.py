"""`voiceguide export`: a session as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voiceguide.cli.console import line, note, progress
from voiceguide.cli.memory import share_one_arena
from voiceguide.cli.pacing_options import Request, note_chosen_voice, with_pacing
from voiceguide.cli.paths import path
from voiceguide.cli.shared_options import KeepAlive, RoutineName
from voiceguide.units import clock


@with_pacing
def export(  # noqa: PLR0913 -- each is an option
    routine: RoutineName,
    *,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="File to write; its suffix chooses the format: .mp3 .m4b .m4a .opus .flac .wav.",
            parser=path,
        ),
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    bitrate: Annotated[
        int | None,
        typer.Option(metavar="KBPS", help="Bit rate of .mp3 (64 by default), .m4a, .m4b (80) and .opus (48)."),
    ] = None,
    captions: Annotated[
        str, typer.Option(metavar="vtt,srt,lrc,txt", help="Also write captions in these formats, beside the file.")
    ] = "",
    keep_alive: KeepAlive = None,
    request: Request,
) -> None:
    from voiceguide import session

    share_one_arena()
    wanted = [name.strip().lower() for name in captions.split(",") if name.strip()]
    session.check_target(output, force=force, bit_rate_kbps=bitrate, captions=wanted)
    with progress("speaking") as report:
        planned = session.plan(
            routine,
            pacing=request.pacing,
            voice=request.voice,
            language=request.language,
            cache_dir=request.cache_dir,
            pronounce=request.pronounce,
            progress=report,
        )
    awake = request.playing.keep_alive if keep_alive is None else keep_alive
    with progress("encoding") as report:
        planned.export(output, force=force, bit_rate_kbps=bitrate, captions=wanted, keep_alive=awake, progress=report)
    timeline = planned.timeline
    note_chosen_voice(planned, request)
    for text in timeline.notes:
        note(text)
    size = output.stat().st_size / 1e6
    line(f"{output}: {clock(timeline.duration_s)}, {len(timeline.chapters)} chapters, {size:.1f} MB")
