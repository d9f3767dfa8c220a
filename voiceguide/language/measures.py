"""Numbers and measures of languages that write them alike: `3 x 30 s`, `20-30 s`, `1,5 min`, `4-7-8`, `90°`.

A Measures holds what a language calls its units and signs; num2words knows its number words. What can be read becomes
words. What may mean two things stays as it is, and `doubt` reports it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from voiceguide.language.rules import Doubt, Rules

if TYPE_CHECKING:
    from collections.abc import Mapping

_NUMBER: Final = r"(?:\d{1,4}(?:,\d{1,2})?)"
_FREE: Final = r"(?<![\w.,:/'\"%°+-])"
_END: Final = r"(?![\w:/'\"°%-]|[.,]\d)"
_CLOCK: Final = re.compile(rf"{_FREE}(\d{{1,2}}):([0-5]\d)(?: ?min\b\.?)?{_END}")
_PATTERN: Final = re.compile(rf"{_FREE}(\d{{1,2}})-(\d{{1,2}})-(\d{{1,2}})(?:-(\d{{1,2}}))?{_END}")
_AROUND: Final = ".,;:!?()"
"""Marks around a word that do not belong to its number."""


_HOW: Final = "write the number as a word, or as in '3 x 30 s', '20-30 s', '1,5 min' or '4-7-8'"


class Measures(Struct, frozen=True):
    """What a language calls the units and signs beside its numbers."""

    units: Mapping[str, tuple[str, str]]
    """The unit as it is written, in lower case, with its word for one and for several."""
    times: str
    """The `x` of `3 x 30 s`: three times thirty seconds."""
    times_alone: str
    """The `x` of `10 x`: ten times."""
    to: str
    """The dash of `20-30 s`: twenty to thirty seconds."""
    one: Mapping[str, str]
    """The word for one before each unit in the singular."""
    joiner: str
    """Between minutes and seconds."""


class MeasuringRules(Rules):
    """The rules of a language whose number words num2words knows."""

    measures: Measures

    def read_numbers(self, text: str) -> str:
        """`text` with its numbers as they are spoken. Reading a text twice gives the same."""
        if not any(map(str.isdigit, text)):
            return text
        units = "|".join(sorted(map(re.escape, self.measures.units), key=len, reverse=True))
        text = _CLOCK.sub(lambda match: self._clock(int(match[1]), int(match[2])), text)
        text = _PATTERN.sub(lambda match: ", ".join(self.number(n) for n in match.groups() if n), text)
        unit = rf"(?: ?({units})(?![^\W\d_])\.?(?!\d))"
        sets = re.compile(rf"{_FREE}({_NUMBER}) ?[x\u00d7] ?(?=\d)", re.IGNORECASE)
        text = sets.sub(lambda match: f"{self.number(match[1])} {self.measures.times} ", text)
        text = re.sub(
            rf"{_FREE}({_NUMBER}) ?[x\u00d7]{_END}",
            lambda match: f"{self.number(match[1])} {self.measures.times_alone}",
            text,
            flags=re.IGNORECASE,
        )
        ranges = re.compile(rf"{_FREE}({_NUMBER}){unit}? ?[-–] ?({_NUMBER}){unit}?{_END}", re.IGNORECASE)  # noqa: RUF001
        text = ranges.sub(self._range, text)
        text = re.sub(rf"{_FREE}({_NUMBER}){unit}{_END}", self._measure, text, flags=re.IGNORECASE)
        text = re.sub(rf"{_FREE}({_NUMBER}) ?([°%])(?!\w)", self._measure, text)
        return re.sub(rf"{_FREE}({_NUMBER})( [^\W\d_]+)?{_END}", self._alone, text)

    def doubt(self, text: str) -> Doubt | None:
        """The first number or slash that `read_numbers` has left, and how to write it."""
        for word in text.split():
            if any(map(str.isdigit, word)):
                return word.strip(_AROUND), _HOW
        return ("/", "write what it stands for as a word") if "/" in text else None

    def number(self, written: str) -> str:
        """A number in words; `1,5` is one point five."""
        from num2words import num2words

        value = float(written.replace(",", ".")) if "," in written else int(written)
        return self.spoken(str(num2words(value, lang=self.language)))

    def spoken(self, words: str) -> str:
        """The words of num2words as people say them."""
        return words

    def counted(self, number: str, noun: str) -> str:
        """A number word in front of a noun."""
        return f"{number} {noun}"

    def _with_unit(self, written: str, unit: str) -> str:
        one, several = self.measures.units[unit.lower()]
        if written == "1":
            return f"{self.measures.one.get(one, self.number('1'))} {one}"
        return self.counted(self.number(written), several)

    def _clock(self, minutes: int, seconds: int) -> str:
        parts = []
        if minutes:
            parts.append(self._with_unit(str(minutes), "min"))
        if seconds:
            parts.append(self._with_unit(str(seconds), "s"))
        return f" {self.measures.joiner} ".join(parts) or self._with_unit("0", "s")

    def _range(self, match: re.Match[str]) -> str:
        low, low_unit, high, high_unit = match.groups()
        if low_unit and not high_unit:
            return match[0]
        first = self._with_unit(low, low_unit) if low_unit and low_unit != high_unit else self.number(low)
        last = self._with_unit(high, high_unit) if high_unit else self.number(high)
        return f"{first} {self.measures.to} {last}"

    def _measure(self, match: re.Match[str]) -> str:
        return self._with_unit(match[1], match[2])

    def _alone(self, match: re.Match[str]) -> str:
        noun = (match[2] or "").strip()
        return self.counted(self.number(match[1]), noun) if noun else self.number(match[1])
