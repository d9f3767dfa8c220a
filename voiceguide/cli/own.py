"""`voiceguide new`, `voiceguide check` and `voiceguide config show`: the user's own routines and settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voiceguide.cli.console import help_if_alone, line, table
from voiceguide.cli.paths import path
from voiceguide.cli.shared_options import Profile, Voice

config_app = typer.Typer(rich_markup_mode=None)
config_app.callback(invoke_without_command=True)(help_if_alone)


def new(
    name: Annotated[str | None, typer.Argument(help="Id of the new routine, such as my-evening.")] = None,
    *,
    phrases: Annotated[
        str | None,
        typer.Option(
            metavar="CODE", help="Write the sentences around the stretches, for you to translate into this language."
        ),
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="Language of the new routine, in two letters: en, de or es.")
    ] = None,
) -> None:
    from voiceguide import session
    from voiceguide.config import resolve
    from voiceguide.errors import RequestError

    if (name is None) == (phrases is None):
        raise RequestError("what should be written? give the id of a routine, or --phrases with the code of a language")
    if phrases is not None:
        line(str(session.new_phrases(phrases)))
    else:
        line(str(session.new_routine(str(name), resolve({"language": language}).language or "en")))


def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Routine, stretch or phrase files.", parser=path)
    ],
    *,
    voice: Voice = None,
) -> None:
    from voiceguide import session
    from voiceguide.config import resolve
    from voiceguide.errors import CheckError, RequestError

    wanted = resolve({"voice": voice})
    complaints: list[str] = []
    for file in files:
        try:
            line(f"{file}: {session.check(file, voice=wanted.voice, pronounce=wanted.pronounce)}")
        except RequestError as error:
            complaints += error.lines()
    if complaints:
        raise CheckError(complaints)


@config_app.command("show", help="Show every setting, its value, and where the value comes from.")
def show(
    profile: Profile = None,
) -> None:
    from voiceguide.config import resolve

    choices = resolve({}, profile).choices
    rows = [
        (choice.name, "-" if choice.value in {None, ()} else str(choice.value), choice.source) for choice in choices
    ]
    table([("SETTING", "VALUE", "FROM"), *rows])
