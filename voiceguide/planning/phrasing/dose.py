"""How often and how long: the data's default, unless the routine or the user says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from voiceguide.model.stretch import Breath, BreatheMovement, BreathsMovement, CountMovement, HoldMovement
from voiceguide.units import counted

if TYPE_CHECKING:
    from voiceguide.model.pacing import Pacing
    from voiceguide.model.routine import Item
    from voiceguide.model.stretch import CountRange, SecondsRange, Stretch

_SMALLEST_SCALE, _LARGEST_SCALE = 0.75, 4 / 3
"""How far a breath may be hurried or drawn out so that a hold is whole breaths. A judgement: 4 in and
6 out becomes at most 5.3 and 8, at least 3 and 4.5."""


class Dose(Struct, frozen=True):
    """What one item of a routine comes to."""

    repetitions: int
    """Of a movement that is repeated; 1 for a hold."""
    hold_s: float
    """Of a hold; 0 for any other movement."""
    rounds: int
    """Of a hold; 1 for any other movement."""
    breath: Breath | None
    """None where the breath is left free."""
    notes: tuple[str, ...]


def dose_of(stretch: Stretch, item: Item, pacing: Pacing) -> Dose:
    """The dose: the pacing's value before the item's before the data's, with a note on what leaves its range."""
    notes: list[str] = []
    movement = stretch.movement

    def choose(asked: float | None, own: float | None, limits: CountRange | SecondsRange, one: str, many: str) -> float:
        value = asked if asked is not None else own if own is not None else limits.default
        if not limits.min <= value <= limits.max:
            usual = f"{limits.min:g}" if limits.min == limits.max else f"{limits.min:g} to {limits.max:g}"
            notes.append(f"{stretch.title}: {counted(value, one, many)} as asked; its usual dose is {usual}.")
        return value

    match movement:
        case HoldMovement():
            hold_s = choose(pacing.hold_s, item.hold_s, movement.hold_s, "s hold", "s hold")
            rounds = int(choose(pacing.rounds, item.rounds, movement.rounds, "round", "rounds"))
            breath = (pacing.breath or movement.breath) if movement.breath else None
            return Dose(1, hold_s, rounds, breath, tuple(notes))
        case BreathsMovement():
            breaths = int(choose(None, item.repetitions, movement.breaths, "breath", "breaths"))
            return Dose(breaths, 0.0, 1, _scaled(pacing.breath or movement.breath, pacing), tuple(notes))
        case BreatheMovement() | CountMovement():
            repetitions = int(
                choose(pacing.repetitions, item.repetitions, movement.repetitions, "repetition", "repetitions")
            )
            if stretch.sides.kind == "alternating" and repetitions % 2:
                repetitions += 1
                notes.append(f"{stretch.title}: {repetitions} repetitions, so that both sides get as many.")
            paced = _scaled(pacing.breath or movement.breath, pacing) if isinstance(movement, BreatheMovement) else None
            return Dose(repetitions, 0.0, 1, paced, tuple(notes))


def _scaled(breath: Breath, pacing: Pacing) -> Breath:
    return breath if pacing.breath_scale == 1.0 else scaled(breath, pacing.breath_scale)


def scaled(breath: Breath, factor: float) -> Breath:
    """Every phase of a breath `factor` times as long; the limits for what people write do not bind it."""
    return Breath.model_construct(
        in_s=breath.in_s * factor,
        hold_in_s=breath.hold_in_s * factor,
        out_s=breath.out_s * factor,
        hold_out_s=breath.hold_out_s * factor,
    )


def whole_breaths(hold_s: float, breath: Breath) -> tuple[int, Breath] | None:
    """How many breaths tile a hold exactly, and the breath, stretched a little, that does it.

    None where even one breath would have to be hurried or drawn out too far.
    """
    count = max(1, round(hold_s / breath.total_s))
    scale = hold_s / (count * breath.total_s)
    if not _SMALLEST_SCALE <= scale <= _LARGEST_SCALE:
        return None
    return count, scaled(breath, scale)
