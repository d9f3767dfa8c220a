"""`voiceguide list` and `voiceguide show`: what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from voiceguide.cli.console import document, note, table, text
from voiceguide.cli.shared_options import AsJson, Language

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiceguide.library.loader import Library


def list_routines(
    *,
    stretches: Annotated[bool, typer.Option("--stretches", help="List the shipped stretches instead.")] = False,
    area: Annotated[
        str | None, typer.Option(metavar="AREA", help="List only what is for this part of the body.")
    ] = None,
    position: Annotated[
        str | None, typer.Option(metavar="POSITION", help="List only stretches in this position; with --stretches.")
    ] = None,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    from voiceguide.config import resolve
    from voiceguide.session import library as open_library

    library = open_library(resolve({"language": language}).language)
    if stretches:
        _list_stretches(library, area, position, as_json=as_json)
    elif position is not None:
        raise typer.BadParameter("a routine has many positions: add --stretches", param_hint="--position")
    else:
        _list_routines(library, area, as_json=as_json)


def _list_stretches(library: Library, area: str | None, position: str | None, *, as_json: bool) -> None:
    found = library.stretches_for(area, position)
    if as_json:
        document(
            [
                {
                    "id": stretch.id,
                    "name": stretch.name,
                    "gist": stretch.gist,
                    "areas": list(stretch.areas),
                    "position": stretch.position,
                    "props": [prop.name for prop in stretch.props],
                }
                for stretch in found
            ]
        )
        return
    rows = [(stretch.id, _in_words(stretch.areas), _in_words([stretch.position]), stretch.gist) for stretch in found]
    table([("STRETCH", "FOR", "POSITION", "WHAT"), *rows])


def _in_words(names: Iterable[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)


def _list_routines(library: Library, area: str | None, *, as_json: bool) -> None:
    from voiceguide.model.pacing import Pacing
    from voiceguide.planning.planner import estimated_minutes

    routines, left_out = library.routines(area)
    minutes = {
        name: estimated_minutes(routine, Pacing(), library.phrasebook_of(routine)) for name, routine in routines.items()
    }
    stretches = {name: [stretch.id for stretch in routine.stretches] for name, routine in routines.items()}
    for line in left_out:
        note(line)
    if as_json:
        listed = [
            {
                "id": name,
                "title": routine.title,
                "language": routine.language,
                "minutes": round(minutes[name], 1),
                "areas": list(routine.areas),
                "stretches": stretches[name],
            }
            for name, routine in routines.items()
        ]
        document(listed)
        return
    rows = [
        (name, routine.title, f"{minutes[name]:.0f} min", ", ".join(stretches[name]))
        for name, routine in routines.items()
    ]
    table([("ROUTINE", "TITLE", "LENGTH", "STRETCHES"), *rows])
    for name in routines:
        if library.hides_shipped(name):
            note(f"{name} is your own routine and hides the shipped one")


def show(
    name: Annotated[str, typer.Argument(metavar="ROUTINE|STRETCH")],
    *,
    language: Language = None,
) -> None:
    from voiceguide.config import resolve
    from voiceguide.errors import UnknownNameError
    from voiceguide.library.loader import is_path
    from voiceguide.planning.describe import describe_routine, describe_stretch
    from voiceguide.session import library as open_library

    library = open_library(resolve({"language": language}).language)
    if name in library.stretch_ids():
        text(describe_stretch(library.stretch(name), library.phrasebook))
    elif name in library.routine_ids() or is_path(name):
        routine = library.routine(name)
        text(describe_routine(routine, library.phrasebook_of(routine)))
    else:
        raise UnknownNameError("routine or stretch", name, [*library.routine_ids(), *library.stretch_ids()])
