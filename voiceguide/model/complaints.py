"""Validation errors in our own words, so that they do not change with pydantic."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel

from voiceguide.errors import hint
from voiceguide.model.base import IDENTIFIER_PATTERN, LANGUAGE_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

_BY_KIND: Final = {
    "missing": "it is missing, and there has to be one",
    "string_type": "write text here, in quotes",
    "string_unicode": "this is not UTF-8 text",
    "bool_type": "write true or false here",
    "bool_parsing": "write true or false here",
    "int_type": "write a whole number here",
    "int_parsing": "write a whole number here",
    "int_parsing_size": "the number is too large",
    "int_from_float": "write a whole number here",
    "float_type": "write a number here",
    "float_parsing": "write a number here",
    "finite_number": "write a number here",
    "list_type": "write a list here, in square brackets",
    "tuple_type": "write a list here, in square brackets",
    "dict_type": "write a table here",
    "model_type": "write a table here",
    "model_attributes_type": "write a table here",
    "greater_than_equal": "it must be at least {ge:g}",
    "greater_than": "it must be more than {gt:g}",
    "less_than_equal": "it must be at most {le:g}",
    "less_than": "it must be less than {lt:g}",
    "literal_error": "it must be {expected}",
    "enum": "it must be {expected}",
    "string_too_long": "it must not be longer than {max_length:,} characters",
    "too_long": "it must not have more than {max_length:,} entries",
    "token": "{why}",
    "union_tag_not_found": "{discriminator} is missing: it says what kind this is",
    "union_tag_invalid": "{discriminator} must be one of {expected_tags}",
}
"""By pydantic's name of the error, or our own `token`; the braces take what pydantic knows of it."""

_BY_PATTERN: Final = {
    IDENTIFIER_PATTERN: "write small letters, digits and single hyphens between them, as in upper-back",
    LANGUAGE_PATTERN: "write the two letters of a language, as in en",
}


def complaint(details: ErrorDetails, model: type[BaseModel]) -> str:
    """One of the `errors()` of a ValidationError of `model`, worded for the author. It does not repeat the place."""
    kind, known = details["type"], details.get("ctx", {})
    match kind:
        case "value_error":
            return str(known["error"])
        case "extra_forbidden":
            *above, name = details["loc"]
            return f"there is no such setting: {hint(str(name), set(_settings(model, above)))}"
        case "string_pattern_mismatch":
            return _BY_PATTERN[known["pattern"]]
        case "string_too_short" | "too_short":
            return "it is empty" if known["min_length"] == 1 else f"it needs {known['min_length']} at least"
    return _BY_KIND.get(kind, "this cannot be read here").format(**known)


def _settings(model: type[BaseModel], location: list[str | int]) -> Iterator[str]:
    """The names of the settings at a place in `model`."""
    kinds: list[Any] = [model]
    for part in location:
        kinds = [within for kind in kinds for within in _within(kind, part)]
    for kind in kinds:
        for choice in _choices(kind):
            if isinstance(choice, type) and issubclass(choice, BaseModel):
                yield from choice.model_fields


def _within(kind: Any, part: str | int) -> Iterator[Any]:  # noqa: ANN401 -- annotations are anything
    """The types that `part` of a value of the type `kind` may have."""
    for choice in _choices(kind):
        if isinstance(choice, type) and issubclass(choice, BaseModel):
            if part in choice.model_fields:
                yield choice.model_fields[str(part)].annotation
            elif any(part in get_args(field.annotation) for field in choice.model_fields.values()):
                yield choice  # the tag of a union, which pydantic counts as a place: `mode` is "hold"
        elif get_origin(choice) in {dict, list, tuple}:
            yield get_args(choice)[-1 if get_origin(choice) is dict else 0]


def _choices(kind: Any) -> Iterator[Any]:  # noqa: ANN401 -- annotations are anything
    """The types of a union, without their annotations."""
    if get_origin(kind) is Annotated:
        yield from _choices(get_args(kind)[0])
    elif get_origin(kind) in {Union, types.UnionType}:
        for choice in get_args(kind):
            yield from _choices(choice)
    else:
        yield kind
