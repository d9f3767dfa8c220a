"""Every regular expression of the program takes linear time, also for texts on which a careless one takes forever."""

from __future__ import annotations

import importlib
import itertools
import pkgutil
import re
from typing import TYPE_CHECKING

import pytest

import voiceguide
from tests.scaling import LINEAR, growth

if TYPE_CHECKING:
    from collections.abc import Iterator

BEFORE = ("", "[", "1", "{", ".a")
AGAIN = (*" aA1[](-./:\"'{}\nx°–", "1 ", "1.", "1-", "1/", "a-", "a.", "1:", "{a", "s ", "-1", " 1")  # noqa: RUF001 -- the dash itself
BEHIND = ("", "!", "\n")
WHOLE = {
    "voiceguide.model.pronounce._SOUND",
    "voiceguide.model.volume._WRITTEN",
    "voiceguide.planning.presets._LENGTH",
    "voiceguide.speech.pronouncing._SENTENCE_ENDS",
    "voiceguide.files.whole_file._TEMPORARY",
}
"""Expressions that are only matched against a whole text or at one place in it; searching for them would be slow."""


def expressions() -> dict[str, re.Pattern[str]]:
    found: dict[re.Pattern[str], str] = {}
    for module in pkgutil.walk_packages(voiceguide.__path__, "voiceguide."):
        if not module.name.endswith("__main__"):
            for name, value in vars(importlib.import_module(module.name)).items():
                for number, pattern in enumerate(patterns_in(value)):
                    found.setdefault(pattern, f"{module.name}.{name}{f'[{number}]' if number else ''}")
    return {name: pattern for pattern, name in found.items()}


def patterns_in(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from patterns_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from patterns_in(part)


EXPRESSIONS = expressions()


def test_expressions_are_found() -> None:
    assert len(EXPRESSIONS) > 15
    assert set(EXPRESSIONS) >= WHOLE


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_no_expression_takes_more_than_the_length_of_its_text(name: str) -> None:
    pattern = EXPRESSIONS[name]
    for before, again, behind in itertools.product(BEFORE, AGAIN, BEHIND):

        def work(size: int, before: str = before, again: str = again, behind: str = behind) -> None:
            text = before + again * size + behind
            pattern.fullmatch(text)
            if name not in WHOLE:
                pattern.sub("", text)

        assert growth(work, 400) < LINEAR, (before, again, behind)
