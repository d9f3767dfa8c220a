"""Messages about data that does not fit are in our own words, and suggest what may have been meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import pytest
from pydantic import Field, ValidationError

from voiceguide.batch.manifest import Manifest
from voiceguide.config import ConfigFile
from voiceguide.model.base import Model, Text
from voiceguide.model.complaints import _BY_PATTERN, complaint
from voiceguide.model.pacing import Pacing
from voiceguide.model.routine import RoutineFile
from voiceguide.model.stretch import MODES, Stretch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel


def complaints(model: type[BaseModel], data: object) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(data)
    return {".".join(map(str, each["loc"])): complaint(each, model) for each in caught.value.errors()}


def test_what_is_missing_or_unknown_is_said_with_what_may_have_been_meant() -> None:
    found = complaints(
        Stretch,
        {
            "id": "own",
            "nmae": "Own",
            "movement": {"mode": "hold", "hold": 3},
            "arrive": {"sy": "Sit."},
        },
    )
    assert found["name"] == "it is missing, and there has to be one"
    assert found["nmae"] == "there is no such setting: did you mean name?"
    assert found["movement.hold.hold"] == "there is no such setting: did you mean hold_s?"
    assert found["arrive.sy"] == "there is no such setting: did you mean say or stay?"
    assert complaints(RoutineFile, {"items": [{"use": "cat-cow"}]})["items.0.use"] == (
        "there is no such setting: there is first_side, hold_s, repetitions, rounds, stretch"
    )


def test_settings_of_the_configuration_are_told_in_our_words() -> None:
    assert complaints(ConfigFile, {"player": {"volum": 1}, "profiles": {"me": {"pase": "brisk"}}}) == {
        "player.volum": "there is no such setting: did you mean volume?",
        "profiles.me.pase": "there is no such setting: did you mean pace?",
    }
    assert complaints(ConfigFile, {"player": {"volume": True, "wake_s": -1, "keep_alive": 7}}) == {
        "player.volume": "write a number here",
        "player.wake_s": "it must be at least 0",
        "player.keep_alive": "write true or false here",
    }


@pytest.mark.parametrize(
    ("knob", "value", "said"),
    [
        ("hold_s", "xyz", "write a number here"),
        ("hold_s", 9999, "it must be at most 600"),
        ("hold_s", float("inf"), "write a number here"),
        ("hold_s", None, None),
        ("rounds", 1.5, "write a whole number here"),
        ("rounds", "two", "write a whole number here"),
        ("rounds", 0, "it must be at least 1"),
        ("pace", "fast", "it must be 'gentle', 'steady' or 'brisk'"),
        ("breath_cues", "perhaps", "write true or false here"),
        ("breath", 4, "write a table here"),
        ("bed", "", "it is empty"),
        ("bed", 3, "write text here, in quotes"),
        ("bed", "b" * 4097, "it must not be longer than 4,096 characters"),
        ("hold", 3, "there is no such setting: did you mean hold_s?"),
    ],
)
def test_every_kind_of_wrong_value_has_a_sentence_of_ours(knob: str, value: object, said: str | None) -> None:
    if said is None:
        assert Pacing.model_validate({knob: value})
    else:
        assert complaints(Pacing, {knob: value}) == {knob: said}


def test_lists_tables_names_and_kinds_have_theirs() -> None:
    found = complaints(
        RoutineFile, {"id": "Bad Id", "language": "english", "items": {}, "stretches": ["x"], "close": 3, "title": "t"}
    )
    assert found["id"] == "write small letters, digits and single hyphens between them, as in upper-back"
    assert found["language"] == "write the two letters of a language, as in en"
    assert found["items"] == "write a list here, in square brackets"
    assert found["stretches.0"] == "write a table here"
    assert found["close"] == "write a list here, in square brackets"
    movement = {"movement": {"mode": "swim"}}
    assert complaints(Stretch, movement)["movement"] == f"'mode' must be one of {str(MODES)[1:-1]}"
    assert complaints(Stretch, {"movement": {}})["movement"] == "'mode' is missing: it says what kind this is"
    assert complaints(Manifest, {"sessions": [{"routines": []}]})["sessions.0.routines"] == "it is empty"


def test_a_name_that_is_like_nothing_among_many_is_said_with_how_many_there_are() -> None:
    assert complaints(Pacing, {"qqqq": 1})["qqqq"].startswith("there is no such setting: there are ")


def patterns_in(schema: object) -> Iterator[str]:
    match schema:
        case {"pattern": str(pattern)}:
            yield pattern
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from patterns_in(part)


@pytest.mark.parametrize("model", [ConfigFile, Manifest, Pacing, RoutineFile, Stretch])
def test_every_pattern_that_a_text_may_miss_has_words(model: type[BaseModel]) -> None:
    assert set(patterns_in(model.model_json_schema())) <= set(_BY_PATTERN)


class _Odd(Model):
    """A model with kinds of values that no file of ours has yet."""

    shares: Annotated[tuple[Annotated[float, Field(gt=0, lt=1)], ...], Field(max_length=2, min_length=2)]
    whom: Annotated[dict[str, Text], Field(max_length=1)] = {}  # noqa: RUF012
    when: Any = None
    blob: bytes = b""


@pytest.mark.parametrize(
    ("data", "place", "said"),
    [
        ({"shares": (0.0, 0.5)}, "shares.0", "it must be more than 0"),
        ({"shares": (0.5, 1.0)}, "shares.1", "it must be less than 1"),
        ({"shares": (0.5,)}, "shares", "it needs 2 at least"),
        ({"shares": (0.5, 0.5, 0.5)}, "shares", "it must not have more than 2 entries"),
        ({"shares": (0.5, 0.5), "whom": 3}, "whom", "write a table here"),
        ({"shares": (0.5, 0.5), "blob": 3}, "blob", "this cannot be read here"),
    ],
)
def test_the_rest_is_in_plain_words_too(data: object, place: str, said: str) -> None:
    assert complaints(_Odd, data)[place] == said
