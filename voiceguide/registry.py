"""Finds by name what packages register as entry points: speech engines, exporters, outputs and remotes.

The built-in ones are registered in the same way as those of other packages.
"""

from __future__ import annotations

import functools
import sys
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from voiceguide.errors import RegistrationError, UnknownNameError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoints

T = TypeVar("T")


@functools.lru_cache(maxsize=1)
def _entry_points(_path: tuple[str, ...]) -> Any:  # noqa: ANN401 -- SelectableGroups in Python 3.11, EntryPoints later
    # Each search reads the metadata of every package on sys.path, and a command needs several groups.
    return entry_points()


class Registry(Generic[T]):
    """The subclasses of `base` that are registered in one group of entry points."""

    def __init__(self, group: str, kind: str, base: type[T]) -> None:
        """`kind` is what messages call the things in it, such as `audio output`."""
        self._group = group
        self._kind = kind
        self._base = base

    def names(self) -> list[str]:
        """Every name that is registered, whether it works on this machine or not."""
        return sorted(self._points().names)

    def load(self, name: str) -> type[T]:
        """Import the class that is registered under `name`.

        UnknownNameError if there is none; RegistrationError if it cannot be imported, or is not a subclass of the base.
        """
        loaded = self.find(name)
        if loaded is None:
            raise UnknownNameError(self._kind, name, self.names())
        return loaded

    def find(self, name: str) -> type[T] | None:
        """The same as `load`, but None if nothing is registered under `name`."""
        point = next(iter(self._points().select(name=name)), None)
        if point is None:
            return None
        try:
            loaded = point.load()
        except Exception as error:
            # Importing a module of another package may raise anything.
            reason = f"it cannot be imported ({type(error).__name__}: {error})"
            raise RegistrationError(self._kind, name, point.value, reason) from error
        if not (isinstance(loaded, type) and issubclass(loaded, self._base)):
            raise RegistrationError(self._kind, name, point.value, f"it is not a subclass of {self._base.__name__}")
        return loaded

    def _points(self) -> EntryPoints:
        points: EntryPoints = _entry_points(tuple(sys.path)).select(group=self._group)
        return points
