"""Looks up routines, stretches and phrases by name, and reads them when they are asked for."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from voiceguide.errors import DataError, Mistake, RequestError, UnknownNameError
from voiceguide.library.toml_file import read_model, read_toml, validated
from voiceguide.model.phrasebook import Phrasebook
from voiceguide.model.routine import Routine, RoutineFile
from voiceguide.model.stretch import Stretch
from voiceguide.units import counted
from voiceguide.whole_file import clear_stale, replacing

if TYPE_CHECKING:
    from collections.abc import Mapping

DATA: Final = Path(__file__).parent
MOST_NAMES_LOOKED_FOR: Final = 50
"""Unknown stretches of one file that similar names are looked for: each is compared with every known one."""


class Library:
    """The shipped data of one language, and the routines of the user's own, read on demand and kept.

    Not safe to share between threads while it is being filled; what it returns is frozen.
    """

    def __init__(self, language: str = "en", *, own: Path | None = None, root: Path = DATA) -> None:
        self._root = root / language
        self._own = own
        self._stretches: dict[str, Stretch] = {}

    def routine_ids(self) -> list[str]:
        """Every routine, shipped and own, in alphabetical order."""
        return sorted(self._routine_paths())

    def hides_shipped(self, name: str) -> bool:
        """Whether a routine of the user's own stands in the place of a shipped one of the same id."""
        shipped = self._shipped_paths()
        return name in shipped and self._routine_paths()[name] != shipped[name]

    def stretch_ids(self) -> list[str]:
        """Every shipped stretch, in alphabetical order."""
        return sorted(path.stem for path in (self._root / "stretches").glob("*.toml"))

    def routine(self, name: str) -> Routine:
        """A routine by its id, or read from a path that ends in `.toml`. An own one goes before a shipped one.

        Raises UnknownNameError for an id that is not there, RequestError or DataError for a file that
        cannot be read or holds mistakes.
        """
        paths = self._routine_paths()
        if is_path(name):
            path = Path(name)
        elif name in paths:
            path = paths[name]
        else:
            raise UnknownNameError("routine", name, paths)
        return self._resolved(path, read_model(path, RoutineFile))

    def stretch(self, name: str) -> Stretch:
        """A shipped stretch by its id."""
        if name not in self._stretches:
            if name not in self.stretch_ids():
                raise UnknownNameError("stretch", name, self.stretch_ids())
            self._stretches[name] = read_model(self._stretch_path(name), Stretch)
        return self._stretches[name]

    @cached_property
    def phrasebook(self) -> Phrasebook:
        """The sentences that belong to no stretch."""
        return read_model(self._root / "phrases.toml", Phrasebook)

    def check(self, path: Path) -> str:
        """Read a routine or a stretch of the user's, and say what it is; DataError with every mistake."""
        if "movement" in read_toml(path)[0]:
            return f"a stretch, {read_model(path, Stretch).title}"
        routine = self.routine(str(path.absolute()))
        return f"a routine, {routine.title}: {counted(len(routine.items), 'stretch', 'stretches')}"

    def _routine_paths(self) -> dict[str, Path]:
        try:
            own = {path.stem: path for path in self._own.glob("*.toml")} if self._own else {}
        except OSError as error:
            message = f"your own routines in {self._own} cannot be read: {error.strerror}"
            raise RequestError(message) from error
        return self._shipped_paths() | own

    def _shipped_paths(self) -> dict[str, Path]:
        return {path.stem: path for path in (self._root / "routines").glob("*.toml")}

    def _stretch_path(self, name: str) -> Path:
        return self._root / "stretches" / f"{name}.toml"

    def _resolved(self, path: Path, file: RoutineFile) -> Routine:
        """The routine with its stretches: its own, then the shipped ones."""
        mistakes: list[Mistake] = []
        own: dict[str, Stretch] = {}
        lines = read_toml(path)[1]
        for index, definition in enumerate(file.stretches):
            where = ("stretches", index)
            try:
                whole = self._built_on(definition.model_dump(exclude_unset=True))
                stretch = validated(path, whole, Stretch, lines, where)
                own[stretch.id] = stretch
            except UnknownNameError as error:
                field = f"stretches.{index + 1}.like"
                mistakes.append(Mistake(path, lines.get((*where, "like")), field, str(error)))
            except DataError as error:
                mistakes += error.mistakes
        known = [*own, *self.stretch_ids()]
        broken = {definition.id for definition in file.stretches} - set(own)
        for index, item in enumerate(file.items):
            if len(mistakes) < MOST_NAMES_LOOKED_FOR and item.stretch not in known and item.stretch not in broken:
                line = lines.get(("items", index, "stretch"))
                message = str(UnknownNameError("stretch", item.stretch, known))
                mistakes.append(Mistake(path, line, f"items.{index + 1}.stretch", message))
        if mistakes:
            raise DataError(mistakes)
        return Routine(
            id=file.id,
            title=file.title,
            description=file.description,
            language=file.language,
            items=tuple((item, own.get(item.stretch) or self.stretch(item.stretch)) for item in file.items),
            close=tuple(file.close),
        )

    def _built_on(self, definition: dict[str, Any]) -> Mapping[str, Any]:
        """A definition laid over the shipped stretch that it is `like`."""
        like = definition.pop("like", None)
        if like is None:
            return definition
        if like not in self.stretch_ids():
            raise UnknownNameError("stretch", like, self.stretch_ids())
        return _laid_over(read_toml(self._stretch_path(like))[0], definition)


def _laid_over(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are merged, everything else is replaced."""
    merged = dict(base)
    for name, value in changes.items():
        below = merged.get(name)
        both = isinstance(below, dict) and isinstance(value, dict)
        merged[name] = _laid_over(below, value) if both and below is not None else value
    return merged


def new_routine(name: str, folder: Path) -> Path:
    """Write a commented routine file that works at once; give its path.

    Raises RequestError where the name is no id, or that of a shipped routine, or the file is there already.
    """
    import re

    from voiceguide.model.base import IDENTIFIER_PATTERN, MAX_IDENTIFIER_CHARS

    if len(name) > MAX_IDENTIFIER_CHARS or not re.fullmatch(IDENTIFIER_PATTERN, name):
        message = (
            f"{name[:MAX_IDENTIFIER_CHARS]!r} cannot name a routine: use lower-case letters, digits and hyphens, "
            f"{MAX_IDENTIFIER_CHARS} at most, as in my-evening"
        )
        raise RequestError(message)
    if (DATA / "en" / "routines" / f"{name}.toml").exists():
        message = f"{name} is a shipped routine, which one of your own would hide: choose another name, as in my-{name}"
        raise RequestError(message)
    path = folder / f"{name}.toml"
    title = name.replace("-", " ").capitalize()
    template = (DATA / "en" / "new-routine.toml").read_text(encoding="utf-8")
    schema = (DATA / "schema" / "routine.schema.json").as_uri()
    text = template.replace("@id@", name).replace("@title@", title).replace("@schema@", schema)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        clear_stale(folder, path.name)
        with replacing(path, mode=0o666, durable=True, force=False) as file:
            file.write(text.encode())
    except FileExistsError as error:
        message = f"{path} is there already: edit it, or choose another name"
        raise RequestError(message) from error
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}"
        raise RequestError(message) from error
    return path


def is_path(routine: str) -> bool:
    """Whether a routine is named by its file rather than by an id."""
    return routine.endswith(".toml") or "/" in routine
