"""Numbers with their units as they are spoken: `2 and a half minutes`, `a 30 second hold`."""

from __future__ import annotations

import math
import re
from typing import Final

from voiceguide.language.en.pieces import (
    ARTICLE,
    BEHIND,
    COMMA,
    COVERED,
    DETERMINER,
    DISTANCE,
    FRACTION,
    LETTER,
    NOUN_FOLLOWS,
    PER_WORDS,
    SHORT_UNITS,
)
from voiceguide.language.en.words import HUNDRED, ONES, THOUSAND, cardinal

_PARTS: Final = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 8: "eighth"}
"""The fractions of this field. Tenths are marks out of ten."""
_MILLION: Final = 1_000_000
_SINGULAR: Final = {"inches": "inch", "feet": "foot", "metres": "metre", "meters": "meter"}
"""The singular after a fraction: `3/4 inches` are three quarters of an inch."""


class UnreadError(Exception):
    """The grammar cannot read this after all; it stays as it is written."""


def _whole(written: str) -> str:
    """A whole number: as it is written up to 999, in words above. What may be a year is not read."""
    number = int(written.replace(",", ""))
    if number < THOUSAND:
        return written
    if number >= _MILLION or ("," not in written and 1900 <= number < 2100):  # noqa: PLR2004 -- years of our time
        raise UnreadError
    return cardinal(number)


def decimal(written: str) -> str:
    """A decimal with a point or a comma, and the digits after it one by one: `one point two five`."""
    before, after = written.replace(",", ".").split(".")
    if after == "000":
        raise UnreadError  # a thousand, if the comma groups digits
    return f"{cardinal(int(before or 0))} point {' '.join(ONES[int(digit)] for digit in after)}"


def _fraction(written: str, before: str = "") -> str:
    """`a half`, or `half` after an article."""
    over, under = map(int, written.split("/"))
    if over >= under or under not in _PARTS or math.gcd(over, under) > 1:
        raise UnreadError  # nobody writes `4/6` for two thirds: it means in for 4, out for 6
    if over == 1:
        article = "" if DETERMINER.search(before) else "an " if under == 8 else "a "  # noqa: PLR2004 -- an eighth
        return article + _PARTS[under]
    return f"{cardinal(over)} {_PARTS[under]}s"


def quantity(written: str, before: str = "") -> str:
    """A number of any kind as it is spoken after the text `before`."""
    if "/" in written:
        *whole, fraction = re.split("[ -]", written)
        return f"{whole[0]} and {_fraction(fraction)}" if whole else _fraction(fraction, before)
    if "." in written or re.fullmatch(COMMA, written):
        return decimal(written)
    return _whole(written)


def value(written: str) -> float:
    """The value of a number, to tell a range from its reverse."""
    return sum(map(_part, re.split("[ -]", written)))


def _part(written: str) -> float:
    over, _, under = written.partition("/")
    return float(over.replace(",", "." if re.fullmatch(COMMA, over) else "")) / float(under or 1)


def text_before(match: re.Match[str]) -> str:
    """The text before the match, as far back as a determiner may stand."""
    return match.string[max(0, match.start() - BEHIND) : match.start()]


def per_what(match: re.Match[str]) -> str:
    """`/side` as it is spoken: ` per side`."""
    per = (match["per"] or "").lower()
    return f" per {PER_WORDS.get(per, per)}" if per else ""


def unit_words(unit: str) -> tuple[str, str]:
    """The singular and the plural of a short unit. A unit that is a word stays as it is written."""
    word = re.sub("^[ -]", "", unit)
    short = word.lower().replace(" ", "")
    return SHORT_UNITS.get(short) or SHORT_UNITS.get(short.removesuffix("s")) or (word, word)


def _is_adjective(match: re.Match[str], unit: str) -> bool:
    """Whether number and unit describe a noun: `a 30s deep hold`, `10-min session`."""
    behind = match.string[match.end() :]
    if match["hyphen"] or NOUN_FOLLOWS.match(behind):
        return True
    return bool(ARTICLE.search(text_before(match)) or unit.startswith("-")) and bool(re.match(rf" {LETTER}", behind))


def with_unit(match: re.Match[str], number: str, written: str, unit: str) -> str:
    """`number`, as it was `written`, with its unit in the singular or the plural."""
    if unit == "m" and (
        DISTANCE.match(match.string[match.end() :]) or COVERED.search(text_before(match)) or value(written) >= HUNDRED
    ):
        raise UnreadError  # metres
    one, many = unit_words(unit)
    if re.fullmatch(FRACTION, written):
        one = _SINGULAR.get(one.lower(), one)
        joiner = "" if written.startswith("1/") else "of an " if one in {"hour", "inch"} else "of a "
        return f"{number} {joiner}{one}"
    return f"{number} {one if written == '1' or _is_adjective(match, unit) else many}"


def tail(match: re.Match[str]) -> str:
    """The words after number and unit: `per side`, `or more`."""
    return per_what(match) + (" or more" if match["more"] else "") + (" " if match["hyphen"] else "")
