"""Routines and stretches in words, for `voiceguide show`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.model.pacing import Pacing
from voiceguide.model.routine import Item
from voiceguide.model.stretch import BreatheMovement, BreathsMovement, CountMovement, HoldMovement
from voiceguide.planning.dose import dose_of
from voiceguide.planning.wording import Wording
from voiceguide.units import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.model.phrasebook import Phrasebook
    from voiceguide.model.routine import Routine
    from voiceguide.model.stretch import CountRange, SecondsRange, Stretch


def describe_routine(routine: Routine) -> str:
    """A routine: what it is, and its stretches with their doses."""
    lines = [f"{routine.title} ({routine.id})", routine.description, ""]
    for number, (item, stretch) in enumerate(routine.items, start=1):
        lines.append(f"{number}. {stretch.title} ({stretch.id}): {stretch.gist}")
        lines.append(f"   {dose_in_words(stretch, item)}")
    props = dict.fromkeys(prop.name for stretch in routine.stretches for prop in stretch.props)
    if props:
        lines += ["", "You need: " + ", ".join(props)]
    cautions = {stretch.title: stretch.cautions for stretch in routine.stretches if stretch.cautions}
    if cautions:
        lines += ["", "Take care"]
        lines += [f"  {title}: {line}" for title, those in cautions.items() for line in those]
    return "\n".join(lines)


def describe_stretch(stretch: Stretch, phrasebook: Phrasebook) -> str:
    """A stretch: how to get there, what to do on its first side, how often, and what to mind."""
    return "\n".join(_stretch_lines(stretch, Wording(phrasebook)))


def dose_in_words(stretch: Stretch, item: Item | None = None) -> str:
    """`hold 20 s (20 to 30), 3 rounds (2 to 3)`: what is done, and in brackets the data's range.

    `item` is the stretch's place in a routine, which may have a dose of its own.
    """
    dose = dose_of(stretch, item or Item(stretch=stretch.id), Pacing())
    match stretch.movement:
        case BreatheMovement() | BreathsMovement() as movement:
            counts = movement.repetitions if isinstance(movement, BreatheMovement) else movement.breaths
            breath = movement.breath
            times = _range(counts, dose.repetitions, "breath", "breaths")
            return f"{times}, {breath.in_s:g} s in and {breath.out_s:g} s out"
        case CountMovement() as movement:
            times = _range(movement.repetitions, dose.repetitions, "repetition", "repetitions")
            return f"{times}, one every {movement.rep_s:g} s"
        case HoldMovement() as movement:
            several = max(movement.rounds.max, dose.rounds) > 1
            rounds = f", {_range(movement.rounds, dose.rounds, 'round', 'rounds')}" if several else ""
            sides = " a side" if stretch.sides.kind == "each" else ""
            return f"hold {_range(movement.hold_s, dose.hold_s, 's', 's')}{sides}{rounds}"


def _range(limits: CountRange | SecondsRange, done: float, one: str, many: str) -> str:
    if limits.min == limits.max == done:
        return counted(done, one, many)
    usual = f"{limits.min:g}" if limits.min == limits.max else f"{limits.min:g} to {limits.max:g}"
    return f"{counted(done, one, many)} ({usual})"


def _stretch_lines(stretch: Stretch, wording: Wording) -> Iterator[str]:
    yield f"{stretch.title} ({stretch.id}): {stretch.gist}"
    yield dose_in_words(stretch)
    if stretch.areas:
        yield "For: " + ", ".join(area.replace("_", " ") for area in stretch.areas)
    if stretch.props:
        yield "Props: " + ", ".join(prop.name + (" (optional)" if prop.optional else "") for prop in stretch.props)
    if stretch.sides.kind == "alternating":
        yield f"Sides: alternating, {stretch.sides.first} first"
    if stretch.sides.kind == "each":
        where = "the other" if stretch.sides.felt == "other" else "the same"
        yield f"Sides: each, {stretch.sides.first} first; felt on {where} side"
    yield ""
    yield "How"
    yield f"  {stretch.arrive.say}"
    count: int | None = None
    match stretch.movement:
        case BreatheMovement(repetitions=counts) | CountMovement(repetitions=counts) | BreathsMovement(breaths=counts):
            count = counts.default
    for step in (*stretch.setup, *stretch.movement.wordings()):
        yield f"  {wording.fill(step.say, stretch=stretch, side=stretch.sides.first, count=count)}"
    for heading, lines in (
        ("Easier", stretch.easier),
        ("Harder", stretch.harder),
        ("Take care", [*([stretch.caution] if stretch.caution else []), *stretch.cautions]),
    ):
        if lines:
            yield ""
            yield heading
            yield from (f"  {line}" for line in lines)
    if stretch.provenance:
        yield ""
        yield f"Source: {stretch.provenance.source}, there called {stretch.provenance.label}"
        yield from (f"  {line}" for line in stretch.provenance.corrections)
