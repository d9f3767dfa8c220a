"""The choice of stretches from a routine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.errors import RequestError, UnknownNameError

if TYPE_CHECKING:
    from voiceguide.model.pacing import Pacing
    from voiceguide.model.routine import Routine


def selected(routine: Routine, pacing: Pacing) -> Routine:
    """The routine without the stretches that `pacing.only` and `pacing.skip` leave out, in its own order."""
    ids = [stretch.id for stretch in routine.stretches]
    for name in (*pacing.only, *pacing.skip):
        if name not in ids:
            kind = f"stretch in {routine.id}"
            raise UnknownNameError(kind, name, ids)
    kept = tuple(
        entry
        for entry in routine.items
        if (not pacing.only or entry[1].id in pacing.only) and entry[1].id not in pacing.skip
    )
    if not kept:
        message = f"nothing is left of {routine.id}: `only=...` and `skip=...` leave out every stretch"
        raise RequestError(message)
    # The closing words belong to the last stretch: they may depend on its position.
    close = routine.close if kept[-1] is routine.items[-1] else None
    return routine.model_copy(update={"items": kept, "close": close})
