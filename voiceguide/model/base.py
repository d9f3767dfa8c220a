"""What every authored model shares: frozen, strict about unknown fields, texts checked for the ear."""

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
"""Two letters of ISO 639-1, as in en."""
MAX_IDENTIFIER_CHARS: Final = 60
"""They become names of files."""
MAX_TEXT_CHARS: Final = 300
"""The longest text of one cue. Beyond about 300 characters a neural engine may take a text as one
chunk and gigabytes of memory (measured: 10,000 characters, 4.7 GB)."""

SIDE_TOKENS: Final = frozenset({"side", "other", "felt"})
TOKENS: Final = SIDE_TOKENS | {"count"}
"""As they stand in braces, with a capital or a small letter first; `{side_e}` is a form that the language has."""
TOKEN: Final = re.compile(r"\{([^{}]*)\}")
_NAME: Final = re.compile(r"([A-Za-z][a-z]*)(?:_([a-z]+))?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e]")
"""Control characters, line breaks, and what turns the direction of text: none is heard, all fool a terminal."""


class Token(NamedTuple):
    """What stands in braces."""

    name: str
    """One of TOKENS."""
    form: str
    """Of the word in its place, as the language names its forms; empty for the plain one."""
    capital: bool
    """Whether it begins with a capital letter."""

    @classmethod
    def of(cls, written: str) -> Token | None:
        """The token that is written so; None where there is none."""
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
    """The base of authored data."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)


Identifier = Annotated[str, Field(pattern=IDENTIFIER_PATTERN, max_length=MAX_IDENTIFIER_CHARS)]
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT_CHARS), AfterValidator(_check_text)]
"""A text that is shown or spoken as it stands."""
PlainText = Annotated[Text, AfterValidator(_check_plain_text)]
"""A text that is spoken as it stands: tokens would be, too."""
CueText = Annotated[str, Field(min_length=1, max_length=MAX_TEXT_CHARS), AfterValidator(_check_cue_text)]
"""A text spoken in a stretch: may hold tokens. Sides are tokens, never words: the library sees to that, by language."""
Seconds = Annotated[float, Field(ge=0.0, le=600.0)]


_SPOKEN: Final = frozenset(
    {
        *("title", "name", "gist", "caution", "say", "brief", "bare", "also", "stay", "walk", "remind"),
        *("easier_way", "harder_way"),
    }
)
"""Fields of routines and stretches that are heard. Others are shown, or mean something to the program."""


def spoken_texts(
    value: object, at: tuple[str | int, ...] = (), *, spoken: bool = False
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every text that is heard of a routine or a stretch, with its field; of models and of data read from a file.

    `at` is the field of `value` itself, and `spoken` whether a text there would be heard.
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
            continue  # words, and not what is said
        yield from spoken_texts(part, (*at, key), spoken=key in _SPOKEN if isinstance(key, str) else spoken)


def tokens_in(text: str) -> frozenset[str]:
    """The names of the tokens that `text` holds, as in TOKENS."""
    return frozenset(token.name for written in TOKEN.findall(text) if (token := Token.of(written)))
