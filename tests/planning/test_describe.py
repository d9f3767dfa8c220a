"""Routines described in words: the doses that `show` names are those of the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from voiceguide.library.loader import Library
from voiceguide.model.routine import Item
from voiceguide.model.stretch import Breath, CountMovement, CountRange, SecondsRange
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


@pytest.mark.parametrize(
    ("language", "number", "breath", "count", "hold"),
    [
        ("en", "20.5", "2.5 s in and 6.25 s out", "one every 4.5 s", "hold 20.5 s (20.5 to 30.5)"),
        ("de", "20,5", "2,5 s ein und 6,25 s aus", "eine alle 4,5 s", "20,5 s halten (20,5 bis 30,5)"),
        ("es", "20,5", "2,5 s al inhalar y 6,25 s al exhalar", "una cada 4,5 s", "mantener 20,5 s (20,5 a 30,5)"),
    ],
)
def test_numbers_have_the_decimal_of_the_language(
    language: str, number: str, breath: str, count: str, hold: str
) -> None:
    library = Library(language)

    def shown(name: str, item: Item | None = None, **changes: object) -> str:
        stretch = library.stretch(name)
        movement = stretch.movement.model_copy(update=changes)
        return dose_in_words(stretch.model_copy(update={"movement": movement}), library.phrasebook, item)

    slow = Breath(in_s=2.5, out_s=6.25)
    assert breath in shown("cat-cow", breath=slow)
    assert breath in shown("paced-breathing", breath=slow)
    assert count in shown("shoulder-rolls", rep_s=4.5)
    assert hold in shown("supine-twist", hold_s=SecondsRange(min=20.5, default=20.5, max=30.5))
    always = SecondsRange(min=20.5, default=20.5, max=20.5)
    longer = Item(stretch="supine-twist", hold_s=40)
    assert f"({number})" in shown("supine-twist", longer, hold_s=always)
