"""Routines and stretches in words, for `voiceguide show`: in their language, the ids besides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.model.pacing import Pacing
from voiceguide.model.routine import Item
from voiceguide.planning.phrasing.kinds import dose_of, kind_of
from voiceguide.planning.phrasing.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.language.phrasebook import Phrasebook
    from voiceguide.model.routine import Routine
    from voiceguide.model.stretch import Stretch


def describe_routine(routine: Routine, book: Phrasebook) -> str:
    """A routine: what it is, its stretches with their doses, what it needs and who should take care."""
    lines = [f"{routine.title} ({routine.id})", routine.description, ""]
    for number, (item, stretch) in enumerate(routine.items, start=1):
        lines.append(f"{number}. {stretch.title} ({stretch.id}): {stretch.gist}")
        lines.append(f"   {dose_in_words(stretch, book, item)}")
    if props := dict.fromkeys(prop.name for stretch in routine.stretches for prop in stretch.props):
        lines += ["", f"{book.show.need}: {', '.join(props)}"]
    if cautions := {stretch.title: stretch.cautions for stretch in routine.stretches if stretch.cautions}:
        lines += ["", book.show.care]
        lines += [f"  {title}: {line}" for title, those in cautions.items() for line in those]
    return "\n".join(lines)


def describe_stretch(stretch: Stretch, phrasebook: Phrasebook) -> str:
    """A stretch: how to get there, what to do on its first side, how often, and what to mind."""
    return "\n".join(_stretch_lines(stretch, Wording(phrasebook)))


def dose_in_words(stretch: Stretch, book: Phrasebook, item: Item | None = None) -> str:
    """`hold 20 s (20 to 30), 3 rounds (2 to 3)`: what is done, and in brackets the data's range.

    `item` is the stretch's place in a routine, which may have a dose of its own.
    """
    dose = dose_of(stretch, item or Item(stretch=stretch.id), Pacing())
    return kind_of(stretch).dose_in_words(dose, book)


def _stretch_lines(stretch: Stretch, wording: Wording) -> Iterator[str]:
    book, words = wording.phrasebook, wording.phrasebook.show
    yield f"{stretch.title} ({stretch.id}): {stretch.gist}"
    yield dose_in_words(stretch, book)
    if stretch.areas:
        yield f"{words.areas}: " + ", ".join(words.area_names[area] for area in stretch.areas)
    if stretch.props:
        names = (prop.name + (f" ({words.optional})" if prop.optional else "") for prop in stretch.props)
        yield f"{words.props}: {', '.join(names)}"
    if stretch.sides.kind == "alternating":
        yield wording.fill(words.alternating, side=stretch.sides.first)
    if stretch.sides.kind == "each":
        felt = words.each_other if stretch.sides.felt == "other" else words.each_same
        yield wording.fill(felt, side=stretch.sides.first)
    yield ""
    yield words.how
    yield f"  {stretch.arrive.say}"
    count = stretch.movement.counts.default
    for step in (*stretch.setup, *stretch.movement.wordings()):
        yield f"  {wording.fill(step.say, stretch=stretch, side=stretch.sides.first, count=count)}"
    for heading, lines in (
        (words.easier, stretch.easier),
        (words.harder, stretch.harder),
        (words.care, [*([stretch.caution] if stretch.caution else []), *stretch.cautions]),
    ):
        if lines:
            yield ""
            yield heading
            yield from (f"  {line}" for line in lines)
    if stretch.provenance:
        yield ""
        yield words.source.format(source=stretch.provenance.source, label=stretch.provenance.label)
        yield from (f"  {line}" for line in stretch.provenance.corrections)
