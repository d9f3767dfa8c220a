"""The rules of a language: how numbers are read, lists are joined, and sides are told from other words.

The rules of a language are in the module of this package that is called by its two letters, as RULES. One that has
none follows the plain rules here: they are right wherever words do not change with their neighbours.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Doubt = tuple[str, str]
"""A part of a text that may be spoken wrong, and how to write it."""

_DIGIT: Final = re.compile(r"\d[\d.,:]*")


class Rules:
    """Plain rules. `language` is its ISO 639-1 code."""

    number_forms: frozenset[str] = frozenset()
    """The forms that `{count_...}` may ask for."""
    carrier = ""
    """Said before a text that came out wrong on its own, and cut off again at the pause; empty for none."""

    def __init__(self, language: str) -> None:
        self.language = language

    def inflected(self, number: str, form: str) -> str:  # noqa: ARG002 -- for languages that have forms
        """A number word in one of the forms that tokens may ask for, as {count_f} does."""
        return number

    def joined(self, things: Sequence[str], joiner: str) -> str:
        """A list as spoken: `a mat, a towel and a cushion`."""
        if len(things) <= 1:
            return "".join(things)
        return f"{', '.join(things[:-1])} {joiner} {things[-1]}"

    def side_word(self, text: str, words: Sequence[str]) -> str | None:
        """The first word in `text` that may name a side of the body; None where there is none.

        `words` are those of the phrasebook.
        """
        found = re.search(rf"\b(?:{'|'.join(map(re.escape, words))})\b", text, re.IGNORECASE) if words else None
        return found[0] if found else None

    def read_numbers(self, text: str) -> str:
        """`text` with the numbers that the language knows as they are spoken. Twice is the same as once."""
        return text

    def read_slashes(self, text: str, known: Callable[[str], bool]) -> str:  # noqa: ARG002 -- for those that read them
        """`text` with what a slash between two words means; what is `known` is left as it is written."""
        return text

    def doubt(self, text: str) -> Doubt | None:
        """A number or a slash that is left and may be spoken wrong, and how to write it; None if there is none."""
        if found := _DIGIT.search(text):
            return found[0], "write numbers as words"
        if "/" in text:
            return "/", "write what it stands for as a word"
        return None


@functools.cache
def rules_for(language: str) -> Rules:
    """The rules of a language, by its two letters."""
    name = f"{__package__}.{language}"
    if importlib.util.find_spec(name) is None:
        return Rules(language)
    found: Rules = importlib.import_module(name).RULES
    return found
