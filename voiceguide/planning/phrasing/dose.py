"""How often and how long: the data's default, unless the routine or the user says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from voiceguide.model.stretch import Breath
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

    repetitions: int = 1
    """Of a movement that is repeated; 1 for a hold."""
    hold_s: float = 0.0
    """Of a hold; 0 for any other movement."""
    rounds: int = 1
    """Of a hold; 1 for any other movement."""
    breath: Breath | None = None
    """None leaves the breath free."""
    notes: tuple[str, ...] = ()
    """What lies outside the data's range, a sentence each."""


class Dosing(Struct, frozen=True):
    """Decides the dose of one item: the pacing's value before the item's, the item's before the data's."""

    stretch: Stretch
    item: Item
    pacing: Pacing
    notes: list[str] = field(default_factory=list)
    """A sentence on each value that leaves its range, and on each that had to be changed."""

    def repetitions(self, limits: CountRange) -> int:
        """How often; an even number where sides alternate."""
        repetitions = self.count(self.pacing.repetitions, self.item.repetitions, limits, "repetition", "repetitions")
        if self.stretch.sides.kind == "alternating" and repetitions % 2:
            repetitions += 1
            self.notes.append(f"{self.stretch.title}: {repetitions} repetitions, so that both sides get as many.")
        return repetitions

    def count(self, asked: int | None, own: int | None, limits: CountRange, one: str, many: str) -> int:
        """How many, named `one` or `many` in a note: `asked` by the pacing, or the item's `own`."""
        return int(self.value(asked, own, limits, one, many))

    def value(
        self, asked: float | None, own: float | None, limits: CountRange | SecondsRange, one: str, many: str
    ) -> float:
        """A value, named `one` or `many` in a note: `asked` by the pacing, or the item's `own`."""
        value = asked if asked is not None else own if own is not None else limits.default
        if not limits.min <= value <= limits.max:
            usual = f"{limits.min:g}" if limits.min == limits.max else f"{limits.min:g} to {limits.max:g}"
            self.notes.append(f"{self.stretch.title}: {counted(value, one, many)} as asked; its usual dose is {usual}.")
        return value

    def breath(self, own: Breath) -> Breath:
        """The breath that leads a movement."""
        breath, scale = self.pacing.breath or own, self.pacing.breath_scale
        return breath if scale == 1.0 else scaled(breath, scale)


def scaled(breath: Breath, scale: float) -> Breath:
    """A breath whose phases are `scale` times as long; the limits for authored breaths do not bind it."""
    return Breath.model_construct(
        in_s=breath.in_s * scale,
        hold_in_s=breath.hold_in_s * scale,
        out_s=breath.out_s * scale,
        hold_out_s=breath.hold_out_s * scale,
    )


def whole_breaths(hold_s: float, breath: Breath) -> tuple[int, Breath] | None:
    """How many breaths tile a hold exactly, and the breath, stretched a little, that does it.

    None if even one breath would have to be hurried or drawn out too far.
    """
    count = max(1, round(hold_s / breath.total_s))
    scale = hold_s / (count * breath.total_s)
    if not _SMALLEST_SCALE <= scale <= _LARGEST_SCALE:
        return None
    return count, scaled(breath, scale)
