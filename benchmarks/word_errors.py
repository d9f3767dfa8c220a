"""Counts the words of a text that a recogniser heard wrong; a different spelling of the same word does not count."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from voiceguide.language.en.words import cardinal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_WORD: Final = re.compile(r"\w+")
_NUMBER: Final = re.compile(r"\d+")
_APOSTROPHE: Final = re.compile("['\N{RIGHT SINGLE QUOTATION MARK}]")
_SPELT_OTHERWISE: Final = {
    "centre": "center",
    "centres": "centers",
    "metre": "meter",
    "metres": "meters",
    "practise": "practice",
    "ok": "okay",
}


@dataclass(frozen=True, slots=True)
class Misheard:
    """Neighbouring words of a text that were heard as other words."""

    said: tuple[str, ...]
    """Empty if the words heard were not in the text."""
    heard: tuple[str, ...]
    """Empty if the words of the text were not heard."""
    errors: int
    """Number of words replaced, left out and put in."""

    def __str__(self) -> str:
        return f"{' '.join(self.said) or '(nothing)'} -> {' '.join(self.heard) or '(nothing)'}"


def words_of(text: str) -> list[str]:
    """Return the words of a text as they sound: `30` is `thirty`, `side-lying` is two words, `arm's` is `arms`."""
    spelt = _NUMBER.sub(lambda number: cardinal(int(number[0])), _APOSTROPHE.sub("", text)).lower()
    return [_SPELT_OTHERWISE.get(word, word) for word in _WORD.findall(spelt)]


def misheard(said: str, heard: str) -> list[Misheard]:
    """Return the parts of `said` that were heard differently.

    Their errors add up to those that the word error rate counts: the least number of words that have to be replaced,
    left out or put in to make one text the other (Levenshtein distance in words). Whether two words are written as one,
    as in `knee cap`, does not count.
    """
    words, others = words_of(said), words_of(heard)
    runs: list[Misheard] = []
    at = to = 0
    for wrong, run in itertools.groupby(_path(words, others), key=lambda step: step.errors > 0):
        steps = list(run)
        end = steps[-1]
        if wrong:
            runs.append(Misheard(tuple(words[at : end.at]), tuple(others[to : end.to]), len(steps)))
        at, to = end.at, end.to
    return runs


class _Step(NamedTuple):
    """A step of an alignment: how many words said and heard lie behind it, and its errors, 0 or 1."""

    at: int
    to: int
    errors: int


def _path(said: Sequence[str], heard: Sequence[str]) -> list[_Step]:
    """Return the best alignment."""
    costs = {(0, 0): 0}
    came: dict[tuple[int, int], tuple[int, int]] = {}
    for at in range(len(said) + 1):
        for to in range(len(heard) + 1):
            if at or to:
                ways = [(costs[start] + errors, start) for start, errors in _ways(said[:at], heard[:to])]
                costs[at, to], came[at, to] = min(ways, key=lambda way: way[0])
    path = []
    here = (len(said), len(heard))
    while here != (0, 0):
        path.append(_Step(*here, costs[here] - costs[came[here]]))
        here = came[here]
    return path[::-1]


def _ways(said: Sequence[str], heard: Sequence[str]) -> Iterator[tuple[tuple[int, int], int]]:
    """Yield the last steps that lead to the ends of both: where each starts, and its errors."""
    at, to = len(said), len(heard)
    if at and to:
        yield (at - 1, to - 1), int(said[-1] != heard[-1])
    if at and to > 1 and said[-1] == "".join(heard[-2:]):
        yield (at - 1, to - 2), 0
    if at > 1 and to and "".join(said[-2:]) == heard[-1]:
        yield (at - 2, to - 1), 0
    if at:
        yield (at - 1, to), 1
    if to:
        yield (at, to - 1), 1
