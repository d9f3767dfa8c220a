"""What all authored models share: they are frozen, refuse unknown fields, and check texts for the ear."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from voiceguide.model.characters import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

IDENTIFIER_PATTERN: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
LANGUAGE_PATTERN: Final = r"^[a-z]{2}$"
Language = Annotated[str, Field(pattern=LANGUAGE_PATTERN)]
"""The two letters of ISO 639-1, such as en."""
MAX_IDENTIFIER_CHARS: Final = 60
"""Identifiers become names of files."""
MAX_TEXT_CHARS: Final = 300
"""The longest text of one cue. Beyond about 300 characters a neural engine may take a text as one
chunk and gigabytes of memory (measured: 10,000 characters, 4.7 GB)."""

SIDE_TOKENS: Final = frozenset({"side", "other", "felt"})
TOKENS: Final = SIDE_TOKENS | {"count"}
"""The names that may stand in braces, with a capital or a small first letter. `{side_e}` asks for a form that the
language has."""
TOKEN: Final = re.compile(r"\{([^{}]*)\}")
_NAME: Final = re.compile(r"([A-Za-z][a-z]*)(?:_([a-z]+))?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e]")
"""Control characters, line breaks and overrides of direction: they are not heard, and they fool a terminal."""


class Token(NamedTuple):
    """A word in braces, to be filled in."""

    name: str
    """One of TOKENS."""
    form: str
    """The form of the word that takes its place, as the language names it; empty for the plain form."""
    capital: bool
    """Whether it begins with a capital letter."""

    @classmethod
    def of(cls, written: str) -> Token | None:
        """The token that `written` stands for; None if there is no such token."""
        parts = _NAME.fullmatch(written)
        if parts is None or (name := parts[1].lower()) not in TOKENS or parts[1] not in {name, name.capitalize()}:
            return None
        return cls(name, parts[2] or "", parts[1] != name)


def _check_text(text: str) -> str:
    text = visible(text).strip()
    if not text:
        message = "there is nothing to see in it, and nothing to say"
        raise ValueError(message)
    if _CONTROL.search(text):
        message = "control characters and line breaks cannot be spoken"
        raise ValueError(message)
    return text


def _check_cue_text(text: str) -> str:
    text = _check_text(text)
    unknown = [name for name in TOKEN.findall(text) if Token.of(name) is None]
    if unknown or "{" in TOKEN.sub("", text) or "}" in TOKEN.sub("", text):
        known = ", ".join(f"{{{name}}}, {{{name.capitalize()}}}" for name in sorted(TOKENS))
        message = f"unknown token in {text!r}: there is {known}"
        raise ValueError(message)
    return text


def _check_plain_text(text: str) -> str:
    if "{" in text or "}" in text:
        message = "tokens are filled in only in the words of a stretch, which have a side or a count"
        raise ValueError(message)
    return text


class Model(BaseModel):
    """The base of all authored data."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)


Identifier = Annotated[str, Field(pattern=IDENTIFIER_PATTERN, max_length=MAX_IDENTIFIER_CHARS)]
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT_CHARS), AfterValidator(_check_text)]
"""A text that is shown or spoken word for word."""
PlainText = Annotated[Text, AfterValidator(_check_plain_text)]
"""A text that is spoken word for word, so that it may not hold tokens."""
CueText = Annotated[str, Field(min_length=1, max_length=MAX_TEXT_CHARS), AfterValidator(_check_cue_text)]
"""A text spoken in a stretch, which may hold tokens. The library checks, by language, that sides are tokens and not
words."""
Seconds = Annotated[float, Field(ge=0.0, le=600.0)]


_SPOKEN: Final = frozenset(
    {
        *("title", "name", "gist", "caution", "say", "brief", "bare", "also", "stay", "walk", "remind"),
        *("easier_way", "harder_way"),
    }
)
"""The fields of routines and stretches that are spoken; a test compares them with the models."""


def spoken_texts(
    value: object, at: tuple[str | int, ...] = (), *, spoken: bool = False
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every spoken text of a routine or a stretch, with its field.

    `value` may be a model or data read from a file. `at` is its own field, and `spoken` says whether a text there
    would be spoken.
    """
    parts: Iterable[tuple[str | int, object]]
    match value:
        case str():
            if spoken:
                yield at, value
            return
        case dict():
            parts = value.items()
        case BaseModel():
            parts = iter(value)
        case list() | tuple():
            parts = enumerate(value)
        case _:
            return
    for key, part in parts:
        if key == "pronounce" and not at:
            continue  # how words sound; they are not said
        yield from spoken_texts(part, (*at, key), spoken=key in _SPOKEN if isinstance(key, str) else spoken)


def tokens_in(text: str) -> frozenset[str]:
    """The names of the tokens in `text`, as in TOKENS."""
    return frozenset(token.name for written in TOKEN.findall(text) if (token := Token.of(written)))
