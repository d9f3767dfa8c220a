"""The shipped data are complete, true to the article, and fit for the ear."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from tests.wording import IDIOMS, PROMISES
from voiceguide.library import schema
from voiceguide.model.choices import Side
from voiceguide.model.stretch import BreatheMovement, HoldMovement, Stretch
from voiceguide.planning.phrasing.wording import Wording

if TYPE_CHECKING:
    from voiceguide.library.loader import Library


def texts_of(stretch: Stretch) -> list[str]:
    texts = [stretch.name, stretch.gist, stretch.caution or "", *stretch.arrive.texts()]
    texts += [text for step in (*stretch.setup, *stretch.movement.wordings()) for text in step.texts()]
    if isinstance(stretch.movement, HoldMovement):
        texts += stretch.movement.remind
    return texts


def test_the_routine_has_the_articles_stretches_in_its_order(library: Library) -> None:
    ids = [stretch.id for stretch in library.routine("upper-back").stretches]
    assert ids == ["cat-cow", "thoracic-extension", "upper-trapezius", "thread-the-needle"]


def test_doses_are_the_articles(library: Library) -> None:
    cat_cow = library.stretch("cat-cow").movement
    assert isinstance(cat_cow, BreatheMovement)
    assert (cat_cow.repetitions.min, cat_cow.repetitions.max) == (8, 10)
    for name in ("thoracic-extension", "upper-trapezius", "thread-the-needle"):
        movement = library.stretch(name).movement
        assert isinstance(movement, HoldMovement)
        assert (movement.hold_s.min, movement.hold_s.max) == (20, 30)
    thoracic = library.stretch("thoracic-extension").movement
    assert isinstance(thoracic, HoldMovement)
    assert (thoracic.rounds.min, thoracic.rounds.max) == (2, 3)
    assert library.stretch("upper-trapezius").sides.felt == "other"


def test_every_stretch_is_complete_and_promises_nothing(library: Library) -> None:
    for name in library.stretch_ids():
        stretch = library.stretch(name)
        assert stretch.id == name
        assert stretch.easier
        assert stretch.harder
        assert stretch.cautions
        assert stretch.provenance
        for text in [*texts_of(stretch), *stretch.easier, *stretch.harder, *stretch.cautions]:
            assert not PROMISES.search(text), text
            assert not IDIOMS.search(text), text


def test_no_routine_promises_anything(library: Library) -> None:
    for name in library.routine_ids():
        routine = library.routine(name)
        for text in (routine.title, routine.description, *(closing.say for closing in routine.close or ())):
            assert not PROMISES.search(text), text
            assert not IDIOMS.search(text), text


@pytest.mark.parametrize(
    "text",
    [
        "Let it go.",
        "Melt into the mat.",
        "Feel the burn.",
        "All right, and rest.",
        "Find your edge.",
        "You have got this.",
    ],
)
def test_the_list_of_idioms_finds_them(text: str) -> None:
    assert IDIOMS.search(text)


@pytest.mark.parametrize("text", ["Let go, and lower the foot.", "Turn to the left.", "Right arm up.", "Hold."])
def test_the_list_of_idioms_leaves_plain_words_alone(text: str) -> None:
    assert not IDIOMS.search(text)


def test_a_turn_is_to_the_side_that_it_is_called_by(library: Library) -> None:
    turn = re.compile(r"\b(?:turn|lower|bend|roll)\b[^.{}]*\{(\w+)\}(?=[.,])", re.IGNORECASE)
    turned = {
        name: {side.lower() for text in texts_of(library.stretch(name)) for side in turn.findall(text)}
        for name in library.stretch_ids()
    }
    found = {name: sides for name, sides in turned.items() if sides}
    assert {"seated-twist", "supine-twist", "knee-rolls", "neck-turns", "wipers", "side-bends"} <= set(found)
    assert set(map(frozenset, found.values())) == {frozenset({"side"})}, found


def test_every_token_is_filled_for_both_sides(library: Library) -> None:
    wording = Wording(library.phrasebook)
    for name in library.stretch_ids():
        stretch = library.stretch(name)
        for text in texts_of(stretch):
            for side in Side:
                filled = wording.fill(text, stretch=stretch, side=side, count=8)
                assert "{" not in filled


def test_the_schemas_are_current_and_accept_what_is_shipped() -> None:
    for name, model in schema.MODELS.items():
        written = json.loads((schema.FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
        assert written == schema.schema_of(model), "run: .venv/bin/python -m voiceguide.library.schema"
    import tomllib

    for kind in ("stretch", "routine"):
        written = json.loads((schema.FOLDER / f"{kind}.schema.json").read_text(encoding="utf-8"))
        validator = jsonschema.Draft202012Validator(written)
        paths = list(
            (Path(schema.__file__).parent / "en" / {"stretch": "stretches", "routine": "routines"}[kind]).iterdir()
        )
        assert paths
        for path in paths:
            validator.validate(tomllib.loads(path.read_text(encoding="utf-8")))
        with pytest.raises(jsonschema.ValidationError):
            validator.validate({"id": "x"})
