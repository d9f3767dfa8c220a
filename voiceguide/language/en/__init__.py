"""English: how to say the numbers of this field, which are times, counts, ranges, sets, ratios and positions.

A small grammar turns them into words that every engine says alike. A whole number up to 999 that stands alone stays as
it is, since every engine reads it. Whatever else the grammar cannot read stays as it is written, and `doubt` names it
and how to write it: a number is spoken right or refused. Where paper is ambiguous, the session on the mat decides:

- `30m` is half an hour, as in `--length 30m`; `30 m` and `2m from the wall` may be metres and are refused;
- `1,500` is a thousand and a half; `1,5 s` is one and a half; a bare `1,5` is refused, and `1,2,3` is a list;
- `1:30` is a length, `7:30 am` a time of day, `4:6` a ratio, and `at 7:30` is refused;
- `2/3` is two thirds, `Round 2/3` is two of three, `4/10` is four out of ten, `90/90` is a position, and
  `2/3 times a day` is refused;
- three or more numbers with dashes between them, none above 20, are a pattern (`4-7-8`); two are a range (`20-30`);
- `90"` is ninety seconds and `2'` two minutes, unless the mark closes a quotation; where it is likely to be inches or
  feet (`6" apart`, `a 4" block`) it is refused;
- dates and years have no place in a session and are refused.

This package knows what is English about numbers, slashes and sides; `speech/normalise.py` knows characters, and
refuses texts. The first text with a number loads the modules of the grammar, which take a tenth of a second to compile.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from voiceguide.language.rules import Doubt, Rules

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_NUMBERS: Final = re.compile(r"[0-9/&]|\b(?:I{1,3}|IV|VI{0,3})\b")
"""A text without any of these has nothing for the grammar."""

_SLASH: Final = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,})(?:/ ?| /)(?=([^\W\d_]{2,}))")
"""Begins where a word begins: tried at every letter, it would take the square of the length of a long word."""
_TURNS: Final = (
    "cat/cow contract/relax flexion/extension in/out inhale/exhale on/off open/close push/pull up/down work/rest"
)
_IN_TURN: Final = frozenset(_TURNS.split())
"""Pairs that are done one after the other, where a slash means `and`."""

_MOST_PASSES: Final = 8
"""A rule may produce what an earlier rule looks for. No text needs more than three passes."""


def read_numbers(text: str) -> str:
    """`text` with the numbers that the grammar knows as they are spoken. Reading a text twice gives the same."""
    if not _NUMBERS.search(text):
        return text
    from voiceguide.language.en.grammar import read

    for _ in range(_MOST_PASSES):
        before, text = text, read(text)
        if text == before:
            break
    return text


def read_slashes(text: str, known: Callable[[str], bool]) -> str:
    """`text` with the meaning of each slash between two words: `a mat or towel`, `breathe in and out`, `and or`.

    Words that are `known` keep their slash.
    """

    def said(match: re.Match[str]) -> str:
        one, other = match.groups()
        if known(f"{one}/{other}"):
            return match[0]
        if other.lower() == "or":
            return f"{one} "
        return f"{one} {'and' if f'{one}/{other}'.lower() in _IN_TURN else 'or'} "

    return _SLASH.sub(said, text)


def doubt(text: str) -> tuple[str, str] | None:
    """The first number that `read_numbers` has left and a voice may say wrong, and how to write it, or None."""
    if not _NUMBERS.search(text):
        return None
    from voiceguide.language.en.doubts import found

    return found(text)


class EnglishRules(Rules):
    """The rules of English."""

    carrier = "The next words are: "

    def side_word(self, text: str, words: Sequence[str]) -> str | None:  # noqa: ARG002 -- English has its own list
        """The first word that may name a side, or None; "all right" and the like name none."""
        from voiceguide.language.en.sides import side_word

        return side_word(text)

    def read_numbers(self, text: str) -> str:
        """See `read_numbers` of this module."""
        return read_numbers(text)

    def read_slashes(self, text: str, known: Callable[[str], bool]) -> str:
        """See `read_slashes` of this module."""
        return read_slashes(text, known)

    def doubt(self, text: str) -> Doubt | None:
        """See `doubt` of this module."""
        return doubt(text)


RULES: Final = EnglishRules("en")
