"""The shipped stretches and routines in one language.

Their structure (doses, sides, positions, times) stands once, in the folder of the first language, with its words. The
folder of another language holds words alone, which are laid over it: table for table, and step for step.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from voiceguide.errors import RequestError, UnknownNameError
from voiceguide.language.phrasebook import Phrasebook
from voiceguide.library.toml_file import read_model, read_toml, validated
from voiceguide.model.stretch import Stretch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voiceguide.library.toml_lines import Field

DATA: Final = Path(__file__).parent
FIRST_LANGUAGE: Final = "en"
"""The one whose files hold the structure, too."""
_PHRASES: Final = "phrases.toml"


class Words:
    """What is shipped in one language; `own_phrases` is the folder of the user's own phrasebooks.

    Raises RequestError, with the way out, for a language that has no phrasebook.
    """

    def __init__(self, language: str, root: Path = DATA, own_phrases: Path | None = None) -> None:
        self.language = language
        self._root = root
        self._own_phrases = own_phrases
        self._stretches: dict[str, Stretch] = {}
        if language not in languages(root, own_phrases):
            known = ", ".join(languages(root, own_phrases))
            message = (
                f"there are no words for {language!r} yet: voiceguide speaks {known}. "
                f"`new_phrases({language!r})` writes the sentences around the stretches for you to translate"
            )
            raise RequestError(message)

    @cached_property
    def phrasebook(self) -> Phrasebook:
        """The sentences that belong to no stretch; the user's own before the shipped ones."""
        own = self._own_phrases / f"{self.language}.toml" if self._own_phrases else None
        if own and own.is_file():
            return read_model(own, Phrasebook)
        return read_model(self._root / self.language / _PHRASES, Phrasebook)

    @property
    def are_complete(self) -> bool:
        """Whether the shipped stretches have words in this language."""
        return (self._root / self.language / "stretches").is_dir()

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
        """What the files of a shipped stretch hold."""
        return self._worded("stretches", name)[0]

    def routine_data(self, name: str) -> dict[str, Any]:
        """What the files of a shipped routine hold."""
        return {**self._worded("routines", name)[0], "language": self.language}

    def _worded(self, kind: str, name: str) -> tuple[dict[str, Any], Mapping[Field, int]]:
        """The data, and in which line of the language's own file a field stands."""
        base, lines = read_toml(self._root / FIRST_LANGUAGE / kind / f"{name}.toml")
        if self.language == FIRST_LANGUAGE:
            return base, lines
        if not self.are_complete:
            message = (
                f"{name} has no words in {self.phrasebook.name} yet: write it in a routine of your own, "
                "under [[stretches]]"
            )
            raise RequestError(message)
        words, lines = read_toml(self._path(kind, name))
        return worded(base, words), lines

    def _path(self, kind: str, name: str) -> Path:
        return self._root / self.language / kind / f"{name}.toml"


def languages(root: Path = DATA, own_phrases: Path | None = None) -> list[str]:
    """Every language that has a phrasebook, by its two letters, the first language first."""
    shipped = {path.parent.name for path in root.glob(f"*/{_PHRASES}")}
    own = {path.stem for path in own_phrases.glob("??.toml")} if own_phrases else set()
    return sorted(shipped | own, key=lambda language: (language != FIRST_LANGUAGE, language))


def worded(base: Mapping[str, Any], words: Mapping[str, Any]) -> dict[str, Any]:
    """The structure of `base` in other `words`: tables by their names, lists of tables one for one, texts replaced."""
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
