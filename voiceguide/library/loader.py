"""Finds routines, stretches and phrasebooks by name, and reads them when somebody asks for them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from voiceguide.errors import DataError, RequestError, UnknownNameError
from voiceguide.files.places import entries, path_of
from voiceguide.library.reading import Reading
from voiceguide.library.text_checks import note_promises, note_sides
from voiceguide.library.words import DATA, FIRST_LANGUAGE, Words, own_phrasebook
from voiceguide.model.base import spoken_texts
from voiceguide.model.routine import MOST_ITEMS, MOST_STRETCHES, Routine, RoutineFile
from voiceguide.model.stretch import Area, Position, Stretch, hurried
from voiceguide.showing import shown
from voiceguide.units import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from voiceguide.language.phrasebook import Phrasebook

    Objection = Callable[[str], str | None]

E = TypeVar("E", bound=StrEnum)


class Library:
    """The shipped data and the user's own routines, read on demand and kept.

    Everything is in the language asked for; without one, each routine is in the language that it names, or in English.
    Threads may not share a library while it reads; what it returns is frozen. Raises RequestError for a language
    without words.
    """

    def __init__(
        self,
        language: str | None = None,
        *,
        own: Path | None = None,
        own_phrases: Path | None = None,
        pronounce: Mapping[str, str] | None = None,
        root: Path = DATA,
    ) -> None:
        """`pronounce` holds words and how they sound, for every routine; those of the routine itself go before them.

        `own` and `own_phrases` are the folders of the user's routines and phrasebooks.
        """
        self._asked = language
        self._root = root
        self._own = own
        self._own_phrases = own_phrases
        self._pronounce = dict(pronounce or {})
        self._words: dict[str, Words] = {}
        self.words = self.words_in(language or FIRST_LANGUAGE)
        """The shipped data in the language of this library."""

    def routine_ids(self) -> list[str]:
        """The ids of all routines, shipped and own, in alphabetical order."""
        return sorted(self._routine_paths())

    def hides_shipped(self, name: str) -> bool:
        """Whether a routine of the user's own replaces a shipped one of the same id."""
        shipped = self._shipped_paths()
        return name in shipped and self._routine_paths()[name] != shipped[name]

    def is_own(self, name: str) -> bool:
        """Whether a routine is the user's own. Raises what `routine` raises for the name."""
        return self.routine_path(name) not in self._shipped_paths().values()

    def words_in(self, language: str) -> Words:
        """The shipped data in the language with these two letters."""
        if language not in self._words:
            self._words[language] = Words(language, self._root, self._own_phrases)
        return self._words[language]

    def stretch_ids(self) -> list[str]:
        """The ids of all shipped stretches, in alphabetical order."""
        return self.words.stretch_ids()

    def routine(self, name: str) -> Routine:
        """A routine by its id or from a path (see `is_path`). The user's own routines go before shipped ones.

        Raises UnknownNameError for an unknown id, RequestError if the file cannot be read, and DataError if it holds
        mistakes.
        """
        path = self.routine_path(name)
        reading = Reading.of(path)
        if path in self._shipped_paths().values():
            reading.data = self.words.routine_data(path.stem)
        found = self._resolved(reading)
        reading.finish()
        assert found is not None  # noqa: S101 -- there would have been mistakes
        return found

    def routine_path(self, name: str) -> Path:
        """The file of a routine. Raises what `routine` raises for the name."""
        if is_path(name):
            return path_of(name)
        paths = self._routine_paths()
        if name not in paths:
            raise UnknownNameError("routine", name, paths)
        return paths[name]

    def routines(self, area: str | None = None) -> tuple[dict[str, Routine], list[str]]:
        """All routines by the name to ask for them, in alphabetical order, and why some are left out.

        `area` keeps only the routines for it; UnknownNameError if it does not exist. A user's file may have another
        name than the id in it, and may hold mistakes.
        """
        wanted = _named(Area, "area", area)
        routines, left_out = {}, []
        for name, path in sorted(self._routine_paths().items()):
            try:
                routine = self.routine(name)
                if wanted is None or wanted in routine.areas:
                    routines[name] = routine
            except DataError as error:
                if path != self._shipped_paths().get(name):
                    mistakes = counted(len(error.mistakes), "mistake", "mistakes")
                    left_out.append(shown(f"{path} is left out: {mistakes}, which `check()` lists"))
                elif self.words.language == FIRST_LANGUAGE:
                    raise
                else:
                    left_out.append(f"{name} is left out: {error.mistakes[0].message}")
            except RequestError as error:
                left_out.append(str(error))
        return routines, left_out

    def stretch(self, name: str) -> Stretch:
        """A shipped stretch by its id."""
        return self.words.stretch(name)

    def stretches_for(self, area: str | None = None, position: str | None = None) -> list[Stretch]:
        """The shipped stretches, or only those for `area` or in `position`.

        Raises UnknownNameError if the area or the position does not exist.
        """
        wanted, how = _named(Area, "area", area), _named(Position, "position", position)
        stretches = [self.stretch(name) for name in self.stretch_ids()]
        return [
            stretch
            for stretch in stretches
            if (wanted is None or wanted in stretch.areas) and (how is None or stretch.position is how)
        ]

    @property
    def phrasebook(self) -> Phrasebook:
        """The phrasebook in the language of this library."""
        return self.words.phrasebook

    def phrasebook_of(self, routine: Routine) -> Phrasebook:
        """The phrasebook in the language of a routine."""
        return self.words_in(routine.language).phrasebook

    def read(
        self, path: Path, objecting: Callable[[Mapping[str, str], str], Objection] | None = None
    ) -> Routine | Stretch | Phrasebook:
        """A routine, a stretch or a phrasebook of the user's. Raises DataError with every mistake.

        `objecting` takes the pronunciations of the file and its language. It returns a function that says why a text,
        as it is written, cannot be spoken, or None.
        """
        reading = Reading.of(path)
        if "numbers" in reading.data:
            return own_phrasebook(reading, self._root)
        is_stretch = "movement" in reading.data
        found = reading.stretch(reading.data) if is_stretch else self._resolved(reading)
        book = (self._words_for(reading) or self.words).phrasebook
        if is_stretch:
            note_sides(reading, book)
        note_promises(reading, book)
        objection = objecting(self._pronounce | reading.pronounce(), book.language) if objecting else None
        for at, text in spoken_texts(reading.data) if objection else ():
            if objection and (why := objection(text)):
                reading.note(at, why)
        for at, why in hurried(reading.data):
            reading.note(at, why)
        reading.finish()
        assert found is not None  # noqa: S101 -- there would have been mistakes
        return found

    def _routine_paths(self) -> dict[str, Path]:
        try:
            own = {path.stem: path for path in sorted(entries(self._own)) if _is_routine(path)} if self._own else {}
        except OSError as error:
            message = f"your own routines in {self._own} cannot be read: {error.strerror}"
            raise RequestError(message) from error
        return self._shipped_paths() | own

    def _shipped_paths(self) -> dict[str, Path]:
        return {path.stem: path for path in (self._root / FIRST_LANGUAGE / "routines").glob("*.toml")}

    def _resolved(self, reading: Reading) -> Routine | None:
        """The routine with its stretches, or None if there are mistakes. Its own stretches go before shipped ones.

        The rest of the file is checked even if the model refuses a part.
        """
        file = reading.model(RoutineFile, reading.data)
        words = self._words_for(reading)
        if words is None:
            return None
        own = self._own_stretches(reading, words)
        note_sides(reading, words.phrasebook)
        known = {*own, *words.stretch_ids()}
        for index, item in enumerate(reading.tables("items", MOST_ITEMS)):
            name = str(item.get("stretch", "")).strip()
            if name and name not in known:
                reading.note_unknown(("items", index, "stretch"), name, known)
            elif name and name not in own and not words.has_words(name):
                message = f"{name} has no words in {words.phrasebook.name} yet: write it here, under [[stretches]]"
                reading.note(("items", index, "stretch"), message)
        if file is None or reading.mistakes:
            return None
        items = tuple((item, own.get(item.stretch) or words.stretch(item.stretch)) for item in file.items)
        props = {prop.name for _, stretch in items for prop in stretch.props}
        for index, preparation in enumerate(file.prepare):
            for place, name in enumerate(preparation.props):
                if name not in props:
                    reading.note_unknown(("prepare", index, "props", place), name, props, "prop of its stretches")
        if reading.mistakes:
            return None
        return Routine(
            id=file.id,
            title=file.title,
            description=file.description,
            language=words.language,
            pronounce=self._pronounce | file.pronounce,
            items=items,
            areas=file.areas,
            prepare=file.prepare,
            sleep=file.sleep,
            close=tuple(file.close),
        )

    def _words_for(self, reading: Reading) -> Words | None:
        """The words of a routine's language, or None if there are none or another language is asked for."""
        written = reading.data.get("language")
        language = written if isinstance(written, str) else None
        if self._asked and language and language != self._asked:
            message = f"it is written in {language}, and cannot be said in {self._asked}: its words are its own"
            reading.note(("language",), message)
            return None
        try:
            return self.words_in(language or self._asked or FIRST_LANGUAGE)
        except RequestError as error:
            reading.note(("language",), str(error))
            return None

    def _own_stretches(self, reading: Reading, words: Words) -> dict[str, Stretch | None]:
        """The stretches that a routine defines, by id, with None for a stretch with mistakes."""
        own: dict[str, Stretch | None] = {}
        for index, definition in enumerate(reading.tables("stretches", MOST_STRETCHES)):
            at = ("stretches", index)
            changes = dict(definition)
            like = changes.pop("like", None)
            name = str(definition.get("id", "")).strip()
            own[name] = None
            if like is None:
                own[name] = reading.stretch(changes, at)
            elif (base := str(like).strip()) not in words.stretch_ids():
                reading.note_unknown((*at, "like"), base, words.stretch_ids())
            elif not words.has_words(base):
                reading.note((*at, "like"), f"{base} has no words in {words.phrasebook.name} yet: write it in full")
            else:
                own[name] = reading.stretch(_laid_over(words.stretch_data(base), changes), at)
        return own


def _named(kind: type[E], called: str, written: str | None) -> E | None:
    """The member of `kind` that `upper-back`, `upper back` or `upper_back` means."""
    if written is None:
        return None
    name = written.strip().lower().replace("-", "_").replace(" ", "_")
    if name not in set(kind):
        raise UnknownNameError(called, written, [member.replace("_", "-") for member in kind])
    return kind(name)


def _laid_over(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `changes`: tables are merged, everything else is replaced."""
    merged = dict(base)
    for name, value in changes.items():
        below = merged.get(name)
        both = isinstance(below, dict) and isinstance(value, dict)
        merged[name] = _laid_over(below, value) if both and below is not None else value
    return merged


def is_path(routine: str) -> bool:
    """Whether `routine` is the path of a file, with a suffix in any case, rather than an id."""
    return routine.lower().endswith(".toml") or "/" in routine


def _is_routine(path: Path) -> bool:
    """Whether a path in the folder of own routines is a routine, rather than a folder or a file that an editor hides.

    Editors write `.#x.toml`, `.x.toml.swp`, `#x.toml#`, `x.toml~` and `~x.toml`; macOS writes `._x.toml`.
    """
    return path.suffix.lower() == ".toml" and not path.name.startswith((".", "#", "~")) and path.is_file()
