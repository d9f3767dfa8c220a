"""`voiceguide list` and `voiceguide show`: what there is."""

from __future__ import annotations

from typing import Annotated

import typer

from voiceguide.cli.console import table


def list_routines(*, as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False) -> None:
    """List the routines: id, title, minutes at the default pacing, stretches."""
    import json

    from voiceguide.library.loader import Library
    from voiceguide.model.pacing import Pacing
    from voiceguide.places import routines_folder
    from voiceguide.planning.planner import estimated_minutes

    library = Library(own=routines_folder())
    routines = [library.routine(name) for name in library.routine_ids()]
    minutes = {routine.id: estimated_minutes(routine, Pacing(), library.phrasebook) for routine in routines}
    stretches = {routine.id: [stretch.id for stretch in routine.stretches] for routine in routines}
    if as_json:
        listed = [
            {
                "id": routine.id,
                "title": routine.title,
                "minutes": round(minutes[routine.id], 1),
                "stretches": stretches[routine.id],
            }
            for routine in routines
        ]
        typer.echo(json.dumps(listed, indent=2))
        return
    rows = [(r.id, r.title, f"{minutes[r.id]:.0f} min", ", ".join(stretches[r.id])) for r in routines]
    typer.echo(table([("ROUTINE", "TITLE", "LENGTH", "STRETCHES"), *rows]))


def show(name: Annotated[str, typer.Argument(metavar="ROUTINE|STRETCH")]) -> None:
    """Show what a routine or a stretch contains, in words."""
    from voiceguide.errors import UnknownNameError
    from voiceguide.library.loader import Library
    from voiceguide.places import routines_folder
    from voiceguide.planning.describe import describe_routine, describe_stretch

    library = Library(own=routines_folder())
    if name in library.stretch_ids():
        typer.echo(describe_stretch(library.stretch(name), library.phrasebook))
    elif name in library.routine_ids() or name.endswith(".toml"):
        typer.echo(describe_routine(library.routine(name)))
    else:
        raise UnknownNameError("routine or stretch", name, [*library.routine_ids(), *library.stretch_ids()])
