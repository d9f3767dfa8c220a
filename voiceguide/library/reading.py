"""A file of the user's while it is read: it is gone through to its end, and every mistake of it is kept."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final, TypeVar

from msgspec import Struct, field
from pydantic import BaseModel, ValidationError

from voiceguide.errors import DataError, UnknownNameError
from voiceguide.library.toml_file import mistake_at, read_toml, validated
from voiceguide.model.pronounce import PronounceFile
from voiceguide.model.stretch import Stretch, misplaced_tokens

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from voiceguide.errors import Mistake
    from voiceguide.library.toml_lines import Field

MOST_NAMES_LOOKED_FOR: Final = 20
"""Unknown stretches of one file that similar names are looked for; each is compared with every known one."""

M = TypeVar("M", bound=BaseModel)


class Reading(Struct):
    """What a TOML file holds, and what has been found wrong with it; of each field the first finding."""

    path: Path
    data: dict[str, Any]
    lines: Mapping[Field, int]
    mistakes: list[Mistake] = field(default_factory=list)
    _told: set[str] = field(default_factory=set)
    _looked_for: int = 0

    @classmethod
    def of(cls, path: Path) -> Reading:
        """Begin. Raises RequestError for a file that cannot be read, DataError for one that is no TOML."""
        return cls(path, *read_toml(path))

    def tables(self, name: str, most: int) -> list[dict[str, Any]]:
        """The first `most` of a list of tables; what is no table, or no list, is empty."""
        found = self.data.get(name)
        return [each if isinstance(each, dict) else {} for each in found[:most]] if isinstance(found, list) else []

    def model(self, model: type[M], data: Mapping[str, Any], at: Field = ()) -> M | None:
        """`data`, which stands in the field `at`, as a `model`; None where it holds mistakes."""
        try:
            return validated(self.path, data, model, self.lines, at)
        except DataError as error:
            new = [mistake for mistake in error.mistakes if mistake.field not in self._told]
            self.mistakes += new
            self._told |= {mistake.field for mistake in new}
            return None

    def stretch(self, data: Mapping[str, Any], at: Field = ()) -> Stretch | None:
        """`data` as a Stretch; where it holds mistakes, its tokens are looked at all the same."""
        found = self.model(Stretch, data, at)
        if found is None:
            sides = data.get("sides")
            for below, why in misplaced_tokens(sides.get("kind") if isinstance(sides, dict) else None, dict(data)):
                self.note((*at, *below), why)
        return found

    def pronounce(self) -> dict[str, str]:
        """The words that the file has pronounced in its own way, but for those that hold mistakes."""
        words = self.data.get("pronounce", {})
        found: dict[str, str] = {}
        for word, sound in words.items() if isinstance(words, dict) else ():
            with contextlib.suppress(ValidationError):
                found |= PronounceFile.model_validate({"pronounce": {word: sound}}).pronounce
        return found

    def note(self, at: Field, message: str) -> None:
        """Keep a mistake, unless another one of the same field is known."""
        mistake = mistake_at(self.path, self.lines, at, message)
        if mistake.field not in self._told:
            self._told.add(mistake.field)
            self.mistakes.append(mistake)

    def note_unknown(self, at: Field, name: str, known: Collection[str], kind: str = "stretch") -> None:
        """Keep that nothing of its kind is called `name`, for the first ones with the names that are like it."""
        self._looked_for += 1
        if self._looked_for <= MOST_NAMES_LOOKED_FOR:
            self.note(at, str(UnknownNameError(kind, name, known)))
        else:
            self.note(at, f"no {kind} is called {name!r}")

    def finish(self) -> None:
        """Raise DataError with every mistake."""
        if self.mistakes:
            raise DataError(self.mistakes)
