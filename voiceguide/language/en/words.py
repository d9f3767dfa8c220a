"""Whole numbers in English words."""

from __future__ import annotations

import re
from typing import Final

_UP_TO_NINETEEN: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
ONES: Final = tuple(_UP_TO_NINETEEN.split())
_TENS: Final = "zero ten twenty thirty forty fifty sixty seventy eighty ninety"
TENS: Final = tuple(_TENS.split())
_ORDINALS: Final = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
ROMAN: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
HUNDRED: Final = 100
THOUSAND: Final = 1000


def cardinal(number: int) -> str:
    """A whole number below a million in words: `one hundred twenty-one`."""
    if number < len(ONES):
        return ONES[number]
    if number < HUNDRED:
        tens, ones = divmod(number, 10)
        return TENS[tens] + (f"-{ONES[ones]}" if ones else "")
    size, name = (THOUSAND, "thousand") if number >= THOUSAND else (HUNDRED, "hundred")
    many, rest = divmod(number, size)
    return f"{cardinal(many)} {name}" + (f" {cardinal(rest)}" if rest else "")


def ordinal(number: int) -> str:
    """An ordinal number in words: `twenty-first`."""
    words = cardinal(number)
    head, last = re.fullmatch(r"(.*[ -])?(\w+)", words).groups(default="")  # type: ignore[union-attr]
    if last in _ORDINALS:
        return head + _ORDINALS[last]
    return head + (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
