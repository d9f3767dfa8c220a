"""`voiceguide list` and `voiceguide show`: what there is."""

from __future__ import annotations

from typing import Annotated

import typer

from voiceguide.cli.console import document, note, table, text


def list_routines(*, as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False) -> None:
    from voiceguide.library.loader import Library
    from voiceguide.model.pacing import Pacing
    from voiceguide.places import routines_folder
    from voiceguide.planning.planner import estimated_minutes

    library = Library(own=routines_folder())
    routines, left_out = library.routines()
    minutes = {name: estimated_minutes(routine, Pacing(), library.phrasebook) for name, routine in routines.items()}
    stretches = {name: [stretch.id for stretch in routine.stretches] for name, routine in routines.items()}
    for line in left_out:
        note(line)
    if as_json:
        listed = [
            {
                "id": name,
                "title": routine.title,
                "minutes": round(minutes[name], 1),
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
            note(f"{name} is your own, in the place of the shipped one")


def show(name: Annotated[str, typer.Argument(metavar="ROUTINE|STRETCH")]) -> None:
    from voiceguide.errors import UnknownNameError
    from voiceguide.library.loader import Library, is_path
    from voiceguide.places import routines_folder
    from voiceguide.planning.describe import describe_routine, describe_stretch

    library = Library(own=routines_folder())
    if name in library.stretch_ids():
        text(describe_stretch(library.stretch(name), library.phrasebook))
    elif name in library.routine_ids() or is_path(name):
        text(describe_routine(library.routine(name)))
    else:
        raise UnknownNameError("routine or stretch", name, [*library.routine_ids(), *library.stretch_ids()])
