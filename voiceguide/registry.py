"""What registers by name: engines, exporters and outputs, built-in ones as strangers do, by entry points."""

from __future__ import annotations

import functools
import sys
from importlib.metadata import EntryPoints, entry_points


@functools.lru_cache(maxsize=8)
def _points(group: str, _path: tuple[str, ...]) -> EntryPoints:
    # Every look goes through all the packages of sys.path, and there are several looks in every run.
    return entry_points(group=group)


def names(group: str) -> list[str]:
    """Everything that is registered in a group, whether it works here or not."""
    return sorted(_points(group, tuple(sys.path)).names)


def found(group: str, name: str) -> object | None:
    """What is registered by that name, imported now; None where nothing is."""
    points = _points(group, tuple(sys.path)).select(name=name)
    return next(iter(points)).load() if points else None
