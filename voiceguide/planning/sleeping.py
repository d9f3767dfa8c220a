"""A session that ends in sleep: what would wake is left out behind its last rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from voiceguide.model.script import Hold, Role
from voiceguide.model.stretch import BreathsMovement, HoldMovement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiceguide.model.script import Beat
    from voiceguide.model.stretch import Movement


def is_rest(movement: Movement) -> bool:
    """Whether one may fall asleep over it."""
    match movement:
        case HoldMovement(restful=restful):
            return restful
        case BreathsMovement():
            return True
        case _:
            return False


def asleep(beats: Iterable[Beat]) -> Iterator[Beat]:
    """The beats of the last item up to its last rest, in which nobody is told the time.

    A hold that is no rest has a word that leads out of it, and stays as it is: nobody is left in a stretch.
    """
    beats = tuple(beats)
    last = next((number for number in range(len(beats))[::-1] if isinstance(beats[number], Hold)), None)
    hold = None if last is None else beats[last]
    if not isinstance(hold, Hold) or not hold.restful:
        yield from beats
        return
    yield from beats[:last]
    yield replace(hold, marks=tuple(mark for mark in hold.marks if mark.role is Role.ENCOURAGE), countdown=())
