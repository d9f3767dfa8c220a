"""`voiceguide new`, `voiceguide check` and `voiceguide config show`: what is the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voiceguide.cli.console import help_if_alone, table

config_app = typer.Typer(help="The configuration file and its profiles.", rich_markup_mode=None)
config_app.callback(invoke_without_command=True)(help_if_alone)


def new(name: Annotated[str, typer.Argument(help="The id of the routine, as in my-evening.")]) -> None:
    """Write a commented routine of your own, which works at once."""
    from voiceguide.library.loader import new_routine
    from voiceguide.places import routines_folder

    typer.echo(new_routine(name, routines_folder()))


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")],
    *,
    voice: Annotated[str | None, typer.Option(metavar="ENGINE:NAME", help="The voice that is to read them.")] = None,
) -> None:
    """Check routine and stretch files: every mistake with file, line and field."""
    from voiceguide import session
    from voiceguide.config import resolve
    from voiceguide.errors import RequestError

    wanted = resolve({"voice": voice})
    complaints: list[str] = []
    for file in files:
        try:
            typer.echo(f"{file}: {session.check(file, voice=wanted.voice, pronounce=wanted.pronounce)}")
        except RequestError as error:
            complaints.append(str(error))
    if complaints:
        raise RequestError("\n".join(complaints))


@config_app.command("show")
def show(
    profile: Annotated[str | None, typer.Option(metavar="NAME", help="A profile of the configuration file.")] = None,
) -> None:
    """Show every value, and where it comes from."""
    from voiceguide.config import resolve

    choices = resolve({}, profile).choices
    rows = [
        (choice.name, "-" if choice.value in {None, ()} else str(choice.value), choice.source) for choice in choices
    ]
    typer.echo(table([("SETTING", "VALUE", "FROM"), *rows]))
