"""Looks up routines, stretches and phrases by name, and reads them when they are asked for."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Final

from voiceguide.errors import DataError, Mistake, UnknownNameError
from voiceguide.library.toml_file import read_model
from voiceguide.model.phrasebook import Phrasebook
from voiceguide.model.routine import Routine, RoutineFile
from voiceguide.model.stretch import Stretch

DATA: Final = Path(__file__).parent


class Library:
    """The shipped data of one language, read on demand and kept.

    Not safe to share between threads while it is being filled; what it returns is frozen.
    """

    def __init__(self, language: str = "en", root: Path = DATA) -> None:
        self._root = root / language
        self._stretches: dict[str, Stretch] = {}

    def routine_ids(self) -> list[str]:
        """Every shipped routine, in alphabetical order."""
        return sorted(path.stem for path in (self._root / "routines").glob("*.toml"))

    def stretch_ids(self) -> list[str]:
        """Every shipped stretch, in alphabetical order."""
        return sorted(path.stem for path in (self._root / "stretches").glob("*.toml"))

    def routine(self, name: str) -> Routine:
        """A routine by its id, or read from a path that ends in `.toml`.

        Raises UnknownNameError for an id that is not there, RequestError or DataError for a file that
        cannot be read or holds mistakes.
        """
        if name.endswith(".toml") or "/" in name:
            path = Path(name)
        elif name in self.routine_ids():
            path = self._root / "routines" / f"{name}.toml"
        else:
            raise UnknownNameError("routine", name, self.routine_ids())
        file = read_model(path, RoutineFile)
        known = set(self.stretch_ids())
        mistakes = [
            Mistake(path, None, f"items.{number}.stretch", str(UnknownNameError("stretch", item.stretch, known)))
            for number, item in enumerate(file.items, start=1)
            if item.stretch not in known
        ]
        if mistakes:
            raise DataError(mistakes)
        return Routine(
            id=file.id,
            title=file.title,
            description=file.description,
            language=file.language,
            items=tuple((item, self.stretch(item.stretch)) for item in file.items),
            close=tuple(file.close),
        )

    def stretch(self, name: str) -> Stretch:
        """A stretch by its id."""
        if name not in self._stretches:
            path = self._root / "stretches" / f"{name}.toml"
            if name not in self.stretch_ids():
                raise UnknownNameError("stretch", name, self.stretch_ids())
            self._stretches[name] = read_model(path, Stretch)
        return self._stretches[name]

    @cached_property
    def phrasebook(self) -> Phrasebook:
        """The sentences that belong to no stretch."""
        return read_model(self._root / "phrases.toml", Phrasebook)
