"""The rules of a language: how it reads numbers, joins lists and tells sides from other words.

A language defines RULES in the module of this package that bears its two letters. Without such a module it follows the
plain rules here, which are right wherever words do not change with their neighbours.
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
"""A part of a text that a voice may say wrong, and how to write it instead."""

_DIGIT: Final = re.compile(r"\d[\d.,:]*")


class Rules:
    """The plain rules. `language` is an ISO 639-1 code."""

    number_forms: frozenset[str] = frozenset()
    """The forms that `{count_...}` may ask for."""
    carrier = ""
    """Spoken before a text that a voice gets wrong on its own, and cut off again at the pause. May be empty."""

    def __init__(self, language: str) -> None:
        self.language = language

    def inflected(self, number: str, form: str) -> str:  # noqa: ARG002 -- for languages that have forms
        """A number word in a form that a token asks for, as {count_f} does."""
        return number

    def joined(self, things: Sequence[str], joiner: str) -> str:
        """Join a list as it is spoken: `a mat, a towel and a cushion`."""
        if len(things) <= 1:
            return "".join(things)
        return f"{', '.join(things[:-1])} {joiner} {things[-1]}"

    def side_word(self, text: str, words: Sequence[str]) -> str | None:
        """The first word in `text` that may name a side of the body, or None.

        `words` are the side words of the phrasebook.
        """
        found = re.search(rf"\b(?:{'|'.join(map(re.escape, words))})\b", text, re.IGNORECASE) if words else None
        return found[0] if found else None

    def read_numbers(self, text: str) -> str:
        """`text` with its numbers as they are spoken. Reading a text twice gives the same."""
        return text

    def read_slashes(self, text: str, known: Callable[[str], bool]) -> str:  # noqa: ARG002 -- for languages that read slashes
        """`text` with the meaning of each slash between two words; words that are `known` keep their slash."""
        return text

    def doubt(self, text: str) -> Doubt | None:
        """The first number or slash that a voice may say wrong, and how to write it, or None."""
        if found := _DIGIT.search(text):
            return found[0], "write numbers as words"
        if "/" in text:
            return "/", "write what it stands for as a word"
        return None


@functools.cache
def rules_for(language: str) -> Rules:
    """The rules of the language with these two letters."""
    name = f"{__package__}.{language}"
    if importlib.util.find_spec(name) is None:
        return Rules(language)
    found: Rules = importlib.import_module(name).RULES
    return found
