"""The shipped stretches and routines in one language.

The folder of the first language holds their structure (doses, sides, positions, times) together with its own words. The
folder of any other language holds words alone, which replace those of the first one table by table and step by step.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from voiceguide.errors import RequestError, UnknownNameError
from voiceguide.language.phrasebook import Phrasebook
from voiceguide.library.reading import Reading
from voiceguide.library.text_checks import note_braces
from voiceguide.library.toml_file import read_model, read_toml, validated
from voiceguide.model.base import LANGUAGE_PATTERN
from voiceguide.model.stretch import Stretch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voiceguide.library.toml_lines import Field

DATA: Final = Path(__file__).parent
FIRST_LANGUAGE: Final = "en"
"""Its files hold the structure as well."""
_PHRASES: Final = "phrases.toml"


class Words:
    """What is shipped in one language. `own_phrases` is the folder of the user's own phrasebooks.

    Raises RequestError, with the way out, if the language has no phrasebook.
    """

    def __init__(self, language: str, root: Path = DATA, own_phrases: Path | None = None) -> None:
        self.language = language
        self._root = root
        self._own_phrases = own_phrases
        self._stretches: dict[str, Stretch] = {}
        if language not in languages(root, own_phrases):
            known = ", ".join(languages(root, own_phrases))
            if not re.fullmatch(LANGUAGE_PATTERN, language):
                message = f"{language!r} is not a language: write two small letters; voiceguide speaks {known}"
                raise RequestError(message)
            message = (
                f"there are no words for {language!r} yet: voiceguide speaks {known}. "
                f"`new_phrases({language!r})` writes the sentences around the stretches for you to translate"
            )
            raise RequestError(message)

    @cached_property
    def phrasebook(self) -> Phrasebook:
        """The sentences around the stretches. A phrasebook of the user's own goes before a shipped one."""
        own = self._own_phrases / f"{self.language}.toml" if self._own_phrases else None
        if own and own.is_file():
            return own_phrasebook(Reading.of(own), self._root)
        return read_model(self._root / self.language / _PHRASES, Phrasebook)

    def has_words(self, name: str, kind: str = "stretches") -> bool:
        """Whether a shipped stretch or routine has words in this language."""
        return self._path(kind, name).is_file()

    def stretch_ids(self) -> list[str]:
        """Every shipped stretch, in alphabetical order."""
        return sorted(path.stem for path in (self._root / FIRST_LANGUAGE / "stretches").glob("*.toml"))

    def stretch(self, name: str) -> Stretch:
        """A shipped stretch by its id."""
        if name not in self._stretches:
            if name not in self.stretch_ids():
                raise UnknownNameError("stretch", name, self.stretch_ids())
            data, lines = self._worded("stretches", name)
            self._stretches[name] = validated(self._path("stretches", name), data, Stretch, lines)
        return self._stretches[name]

    def stretch_data(self, name: str) -> dict[str, Any]:
        """The data of a shipped stretch."""
        return self._worded("stretches", name)[0]

    def routine_data(self, name: str) -> dict[str, Any]:
        """The data of a shipped routine."""
        return {**self._worded("routines", name)[0], "language": self.language}

    def _worded(self, kind: str, name: str) -> tuple[dict[str, Any], Mapping[Field, int]]:
        """The data of a file in this language, and the lines of its fields in the file that has the words."""
        base, lines = read_toml(self._root / FIRST_LANGUAGE / kind / f"{name}.toml")
        if self.language == FIRST_LANGUAGE:
            return base, lines
        if not self.has_words(name, kind):
            message = (
                f"{name} has no words in {self.phrasebook.name} yet: write it in a routine of your own, "
                "under [[stretches]]"
            )
            raise RequestError(message)
        words, lines = read_toml(self._path(kind, name))
        return worded(base, words), lines

    def _path(self, kind: str, name: str) -> Path:
        return self._root / self.language / kind / f"{name}.toml"


def own_phrasebook(reading: Reading, root: Path = DATA) -> Phrasebook:
    """A phrasebook of the user's, checked against that of the first language. Raises DataError with every mistake."""
    book = reading.model(Phrasebook, reading.data)
    if book:
        note_braces(reading, book, read_model(root / FIRST_LANGUAGE / _PHRASES, Phrasebook))
    reading.finish()
    assert book is not None  # noqa: S101 -- there would have been mistakes
    return book


def languages(root: Path = DATA, own_phrases: Path | None = None) -> list[str]:
    """The two letters of every language that has a phrasebook, the first language first."""
    shipped = {path.parent.name for path in root.glob(f"*/{_PHRASES}")}
    own = {path.stem for path in own_phrases.glob("??.toml")} if own_phrases else set()
    return sorted(shipped | own, key=lambda language: (language != FIRST_LANGUAGE, language))


def worded(base: Mapping[str, Any], words: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with other `words`: tables are merged by name, lists of tables item by item, and texts are replaced."""
    merged = dict(base)
    for name, text in words.items():
        merged[name] = _worded(merged[name], text)
    return merged


def _worded(below: Any, text: Any) -> Any:  # noqa: ANN401 -- whatever TOML holds
    match below, text:
        case dict(), dict():
            return worded(below, text)
        case [dict(), *_], [dict(), *_]:
            return [worded(one, other) for one, other in zip(below, text, strict=True)]
        case _:
            return text
