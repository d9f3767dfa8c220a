"""Routines described in words: the doses that `show` names are those of the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from voiceguide.library.loader import Library
from voiceguide.model.routine import Item
from voiceguide.model.stretch import CountMovement, CountRange
from voiceguide.planning.describe import describe_routine, describe_stretch, dose_in_words

if TYPE_CHECKING:
    from voiceguide.model.routine import Routine

LIBRARY = Library()


def doses(routine: Routine) -> dict[str, str]:
    lines = describe_routine(routine, LIBRARY.phrasebook).split("\n\n")[1].splitlines()
    return {head.split("(")[1].split(")")[0]: dose.strip() for head, dose in zip(lines[::2], lines[1::2], strict=True)}


@pytest.mark.parametrize(
    ("routine", "stretch", "shown"),
    [
        ("neck-shoulders", "chest-opener", "hold 30 s (10 to 30)"),
        ("wind-down", "supine-twist", "hold 40 s (20 to 60) a side"),
        ("desk-break", "settle-chair", "2 breaths (2 to 5)"),
    ],
)
def test_a_routine_is_shown_with_its_own_doses(routine: str, stretch: str, shown: str) -> None:
    assert shown in doses(LIBRARY.routine(routine))[stretch]


def test_a_stretch_alone_is_shown_with_its_usual_dose() -> None:
    assert "hold 30 s (20 to 60) a side, 1 round (1 to 3)" in describe_stretch(
        LIBRARY.stretch("supine-twist"), LIBRARY.phrasebook
    )


def test_one_is_not_counted_as_many() -> None:
    stretch = LIBRARY.stretch("shoulder-rolls")
    assert isinstance(stretch.movement, CountMovement)
    once = stretch.movement.model_copy(update={"repetitions": CountRange(min=1, default=1, max=1)})
    stretch = stretch.model_copy(update={"movement": once})
    assert dose_in_words(stretch, LIBRARY.phrasebook) == "1 repetition, one every 6 s"
    assert (
        dose_in_words(stretch, LIBRARY.phrasebook, Item(stretch=stretch.id, repetitions=3))
        == "3 repetitions (1), one every 6 s"
    )
