"""Lists of names agree with the models, so none of them misses a new field or a new kind of movement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import pytest
from pydantic import AfterValidator, BaseModel

from voiceguide.model import base
from voiceguide.model.pacing import PACED, Pacing
from voiceguide.model.routine import RoutineFile
from voiceguide.model.stretch import MODES, MOVEMENTS, SidesKind, Stretch

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEAKABLE = {AfterValidator(base._check_cue_text), AfterValidator(base._check_plain_text)}
"""The validators that tell a text for the voice from one that is only shown."""
NAMED_ALONE = {"props"}
"""Names of things that a preparation needs: they are compared with the props of stretches, and not said."""


def parts(kind: Any) -> Iterator[Any]:  # noqa: ANN401 -- annotations are anything
    """Yield a type and everything that it is made of."""
    yield kind
    for inner in get_args(kind):
        yield from parts(inner)


def models(model: type[BaseModel], found: set[type[BaseModel]]) -> set[type[BaseModel]]:
    """Return `found` with a model and every model below it added."""
    found.add(model)
    for field in model.model_fields.values():
        for part in parts(field.annotation):
            if isinstance(part, type) and issubclass(part, BaseModel) and part not in found:
                models(part, found)
    return found


def speakable_fields(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        markers = {*field.metadata, *(marker for part in parts(field.annotation) for marker in marks(part))}
        if markers & SPEAKABLE:
            yield name


def marks(kind: Any) -> list[Any]:  # noqa: ANN401 -- annotations are anything
    return [marker for marker in getattr(kind, "__metadata__", ()) if isinstance(marker, AfterValidator)]


def test_every_text_that_is_made_for_the_voice_is_listed_as_spoken() -> None:
    """Only listed fields are searched for side words and promises."""
    found = {name for model in models(Stretch, set()) | models(RoutineFile, set()) for name in speakable_fields(model)}
    assert found - NAMED_ALONE == base._SPOKEN


@pytest.mark.parametrize("kind", MOVEMENTS)
def test_a_kind_of_movement_names_its_sided_parts_by_its_own_fields(kind: Any) -> None:  # noqa: ANN401 -- see MOVEMENTS
    assert kind.sided_parts <= set(kind.model_fields)
    assert kind.possible_sides <= set(get_args(SidesKind))
    assert bool(kind.sided_parts) == (kind.possible_sides != {"none"})


def test_every_kind_of_movement_has_a_mode_of_its_own() -> None:
    assert len(set(MODES)) == len(MOVEMENTS)
    assert {"breathe", "count", "breaths", "hold"} <= set(MODES)


def test_slower_and_faster_change_every_pause() -> None:
    """Times that the user asks for, or that nobody can shorten, are left alone."""
    left_alone = {"hold_s", "length_s", "walk_s"}
    times = {name for name in Pacing.model_fields if name.endswith("_s")}
    assert set(PACED) == (times - left_alone) | {"settle_scale"}
