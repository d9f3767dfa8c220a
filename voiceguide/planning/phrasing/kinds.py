"""Every kind of movement, one entry each. A type checker complains of a kind without an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.model.stretch import BreatheMovement, BreathsMovement, CountMovement, HoldMovement
from voiceguide.planning.phrasing.breathing import Breathing, BreathingAlone
from voiceguide.planning.phrasing.counting import Counting
from voiceguide.planning.phrasing.dose import Dosing
from voiceguide.planning.phrasing.holding import Holding

if TYPE_CHECKING:
    from voiceguide.model.pacing import Pacing
    from voiceguide.model.routine import Item
    from voiceguide.model.stretch import Stretch
    from voiceguide.planning.phrasing.dose import Dose
    from voiceguide.planning.phrasing.kind import Kind


def kind_of(stretch: Stretch) -> Kind:
    """The movement of a stretch, as its kind guides through it."""
    match stretch.movement:
        case BreatheMovement() as movement:
            return Breathing(movement)
        case BreathsMovement() as movement:
            return BreathingAlone(movement)
        case CountMovement() as movement:
            return Counting(movement)
        case HoldMovement() as movement:
            return Holding(movement, each_side=stretch.sides.kind == "each")


def dose_of(stretch: Stretch, item: Item, pacing: Pacing) -> Dose:
    """The dose of an item, with a note on each value that leaves the data's range."""
    return kind_of(stretch).dose(Dosing(stretch, item, pacing))
