"""What registers by name: engines, exporters and outputs, built-in ones as strangers do, by entry points."""

from __future__ import annotations

import functools
from importlib.metadata import EntryPoints, entry_points


@functools.cache
def _points(group: str) -> EntryPoints:
    # Every look goes through all packages there are; none comes or goes while a program runs.
    return entry_points(group=group)


def names(group: str) -> list[str]:
    """Everything that is registered in a group, whether it works here or not."""
    return sorted(_points(group).names)


def found(group: str, name: str) -> object | None:
    """What is registered by that name, imported now; None where nothing is."""
    points = _points(group).select(name=name)
    return next(iter(points)).load() if points else None
