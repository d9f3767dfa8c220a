"""`voiceguide new`, `voiceguide check` and `voiceguide config show`: what is the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voiceguide.cli.console import help_if_alone, line, table
from voiceguide.cli.paths import path

config_app = typer.Typer(rich_markup_mode=None)
config_app.callback(invoke_without_command=True)(help_if_alone)


def new(
    name: Annotated[str | None, typer.Argument(help="The id of the routine, as in my-evening.")] = None,
    *,
    phrases: Annotated[
        str | None, typer.Option(metavar="CODE", help="The sentences around the stretches, to translate: as in fr.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="Of a routine, in two letters: en, de or es.")
    ] = None,
) -> None:
    from voiceguide.config import resolve
    from voiceguide.errors import RequestError
    from voiceguide.files.places import known, phrases_folder, routines_folder
    from voiceguide.library.new import new_phrases, new_routine

    if (name is None) == (phrases is None):
        raise RequestError("say what is to be written: the id of a routine, or --phrases with the code of a language")
    if phrases is not None:
        line(str(new_phrases(phrases, known(phrases_folder(), "phrases of your own"))))
    else:
        folder = known(routines_folder(), "routines of your own")
        line(str(new_routine(str(name), folder, resolve({"language": language}).language or "en")))


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", parser=path)],
    *,
    voice: Annotated[str | None, typer.Option(metavar="ENGINE:NAME", help="The voice that is to read them.")] = None,
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


@config_app.command("show", help="Show every value, and where it comes from.")
def show(
    profile: Annotated[str | None, typer.Option(metavar="NAME", help="A profile of the configuration file.")] = None,
) -> None:
    from voiceguide.config import resolve

    choices = resolve({}, profile).choices
    rows = [
        (choice.name, "-" if choice.value in {None, ()} else str(choice.value), choice.source) for choice in choices
    ]
    table([("SETTING", "VALUE", "FROM"), *rows])
