"""`voiceguide play`, `voiceguide ctl` and `voiceguide history`: a session live, and its remote control."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, cast

import typer

from voiceguide.cli.console import document, note, table, text
from voiceguide.cli.pacing_options import Request, read, with_pacing
from voiceguide.cli.shared_options import AsJson, KeepAlive
from voiceguide.cli.wording import option
from voiceguide.errors import RequestError
from voiceguide.model.choices import Previous
from voiceguide.units import clock


class Asked(StrEnum):
    """What `ctl` can ask: `status`, and the values of `player.commands.Action`, which is not loaded for `--help`."""

    pause = "pause"
    resume = "resume"
    toggle = "toggle"
    next = "next"
    previous = "previous"
    repeat = "repeat"
    seek = "seek"
    position = "position"
    louder = "louder"
    quieter = "quieter"
    volume = "volume"
    slower = "slower"
    faster = "faster"
    breath = "breath"
    fewer_words = "fewer-words"
    stop = "stop"
    status = "status"


@with_pacing
def play(  # noqa: PLR0913 -- each is an option
    routine: Annotated[
        str | None,
        typer.Argument(
            metavar="ROUTINE", help="An id from `voiceguide list`, or a .toml file; may be left out with --resume."
        ),
    ] = None,
    *,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the last session stopped.")] = False,
    output: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Audio output: auto, miniaudio, simpleaudio, or null for silence."),
    ] = None,
    volume: Annotated[
        str | None,
        typer.Option(metavar="SHARE", help="Volume: 0.5 or 50%; +10% and -10% change the volume of config.toml."),
    ] = None,
    wake: Annotated[
        str | None, typer.Option(metavar="S", help="Length of the faint signal that wakes a headset; 0 plays none.")
    ] = None,
    keep_alive: KeepAlive = None,
    previous: Annotated[
        Previous | None, typer.Option(help="What `previous` does: restart the chapter first, or go to the one before.")
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Print plain lines instead of a live display.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
    request: Request,
) -> None:
    from voiceguide import session
    from voiceguide.planning.presets import parse_seconds

    wake_s = read(parse_seconds, wake)
    playing = session.played(
        request.playing,
        output=output,
        volume=volume,
        wake_s=cast("float | None", wake_s),  # a text is refused together with every other mistake
        keep_alive=keep_alive,
        previous=previous,
    )
    if resume and (fixed := request.chosen - {"voice", "cache_dir"}):
        named = ", ".join(sorted(map(option, fixed)))
        message = f"--resume keeps the pacing of the session: leave out {named}, or start the session anew"
        raise RequestError(message)
    entry = session.unfinished(routine) if resume else None
    if entry is None and routine is None:
        raise RequestError("which session? name a routine from `voiceguide list`, or go on with the last one: --resume")
    if entry and not quiet:
        note(f"going on with {entry.title} at {clock(entry.position_s)} of {clock(entry.length_s)}, paced as it was")
    session.play(
        entry.routine if entry else str(routine),
        pacing=request.pacing,
        # The configuration may have changed since. That alone does not change the voice in the middle of a session.
        voice=None if entry and "voice" not in request.chosen else request.voice,
        language=entry.language if entry else request.language,
        cache_dir=request.cache_dir,
        pronounce=request.pronounce,
        playing=playing,
        entry=entry,
        look="none" if quiet else "plain" if plain else "auto",
    )


def ctl(
    action: Annotated[Asked, typer.Argument(help="What the player should do.")],
    amount: Annotated[
        str | None,
        typer.Argument(help="seek 10, -10 or 1:30; position 7:16; volume 0.5, 50%, +10% or -10%; louder 10%."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    from voiceguide.cli.amounts import answer_lines, request_of
    from voiceguide.player.remotes.control.client import ask

    answer = ask(*request_of(action, amount))
    if as_json:
        document(answer)
    elif action is Asked.status:
        table([(name, "-" if value is None else str(value)) for name, value in answer.items()])
    else:
        for line in answer_lines(action, answer):
            text(line)


def history(*, as_json: AsJson = False) -> None:
    from voiceguide import session

    entries = session.history()
    if as_json:
        document([entry.model_dump(mode="json") for entry in entries])
        return
    rows = [
        (
            f"{entry.started.astimezone():%Y-%m-%d %H:%M}",
            entry.routine,
            f"{clock(entry.position_s)} of {clock(entry.length_s)}",
            "to the end" if entry.finished else entry.chapter,
        )
        for entry in entries
    ]
    table([("STARTED", "ROUTINE", "PLAYED", "UP TO"), *rows])
