"""A file of the user's while it is read: reading goes on to its end and collects every mistake."""

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
"""For how many unknown names of one file to suggest similar ones: each is compared with every known name."""

M = TypeVar("M", bound=BaseModel)


class Reading(Struct):
    """The data of a TOML file and the mistakes found in it, at most one for each field."""

    path: Path
    data: dict[str, Any]
    lines: Mapping[Field, int]
    mistakes: list[Mistake] = field(default_factory=list)
    _noted: set[str] = field(default_factory=set)
    _looked_for: int = 0

    @classmethod
    def of(cls, path: Path) -> Reading:
        """Read the TOML. Raises RequestError if the file cannot be read, DataError if it is not TOML."""
        return cls(path, *read_toml(path))

    def tables(self, name: str, most: int) -> list[dict[str, Any]]:
        """The first `most` tables of a list. Anything else in the list counts as an empty table."""
        found = self.data.get(name)
        return [each if isinstance(each, dict) else {} for each in found[:most]] if isinstance(found, list) else []

    def model(self, model: type[M], data: Mapping[str, Any], at: Field = ()) -> M | None:
        """`data` of the field `at` as a `model`, or None if it holds mistakes."""
        try:
            return validated(self.path, data, model, self.lines, at)
        except DataError as error:
            new = [mistake for mistake in error.mistakes if mistake.field not in self._noted]
            self.mistakes += new
            self._noted |= {mistake.field for mistake in new}
            return None

    def stretch(self, data: Mapping[str, Any], at: Field = ()) -> Stretch | None:
        """`data` as a Stretch, or None. Its tokens are checked even if it holds other mistakes."""
        found = self.model(Stretch, data, at)
        if found is None:
            sides = data.get("sides")
            for below, why in misplaced_tokens(sides.get("kind") if isinstance(sides, dict) else None, dict(data)):
                self.note((*at, *below), why)
        return found

    def pronounce(self) -> dict[str, str]:
        """The pronunciations of the file, without those that hold mistakes."""
        words = self.data.get("pronounce", {})
        found: dict[str, str] = {}
        for word, sound in words.items() if isinstance(words, dict) else ():
            with contextlib.suppress(ValidationError):
                found |= PronounceFile.model_validate({"pronounce": {word: sound}}).pronounce
        return found

    def note(self, at: Field, message: str) -> None:
        """Add a mistake, unless the field already has one."""
        mistake = mistake_at(self.path, self.lines, at, message)
        if mistake.field not in self._noted:
            self._noted.add(mistake.field)
            self.mistakes.append(mistake)

    def note_unknown(self, at: Field, name: str, known: Collection[str], kind: str = "stretch") -> None:
        """Add that nothing of this kind is called `name`, and suggest similar names for the first few."""
        self._looked_for += 1
        if self._looked_for <= MOST_NAMES_LOOKED_FOR:
            self.note(at, str(UnknownNameError(kind, name, known)))
        else:
            self.note(at, f"no {kind} is called {name!r}")

    def finish(self) -> None:
        """Raise DataError with every mistake."""
        if self.mistakes:
            raise DataError(self.mistakes)
