"""The keyword arguments that a type checker knows are exactly the settings, each with its type."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Annotated, Union, get_args, get_origin, get_type_hints

import pytest

from voiceguide.model.pacing import Pacing, PacingChanges
from voiceguide.model.player_settings import PlayerChanges, PlayerSettings

if TYPE_CHECKING:
    from pydantic import BaseModel


def kinds(hint: object) -> set[object]:
    """Return the types of a union, without None and without annotations."""
    if get_origin(hint) is Annotated:
        return kinds(get_args(hint)[0])
    if get_origin(hint) in {Union, types.UnionType}:
        return {kind for each in get_args(hint) for kind in kinds(each)} - {type(None)}
    if get_origin(hint) is tuple:
        return {tuple}
    return {hint}


@pytest.mark.parametrize(("changes", "model"), [(PacingChanges, Pacing), (PlayerChanges, PlayerSettings)])
def test_changes_are_the_settings_of_the_model(changes: type, model: type[BaseModel]) -> None:
    known = get_type_hints(changes)
    settings = {name: kinds(field.annotation) for name, field in model.model_fields.items() if name != "pace"}
    # A volume may also be a text, such as "50%".
    assert {name: kinds(hint) - ({str} if name == "volume" else set()) for name, hint in known.items()} == settings
    assert all(type(None) in get_args(hint) for hint in known.values())
