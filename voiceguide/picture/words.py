"""Where the words of the cues go: flags that hang from the speech lane on a few lines.

At ten pixels a second no word fits into the block of its own sound, but between two cues there is room.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Final, NamedTuple

from voiceguide.picture.lettering import ELLIPSIS, shortened, width_px

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GAP_PX: Final = 4.0
"""Least room between two flags, and from the pole of a flag to its text."""
_SHORTEST: Final = "Hold" + ELLIPSIS
"""A flag has at least the room for this much, or for its whole text."""
_LEFT_OUT: Final = 1.5
"""What it costs to show nothing of a text."""
_CUT: Final = 0.1
"""What it costs to hide a part of a text, besides the square of that part."""
_DEEPER: Final = 0.02
"""What each line further down costs: little, but a long pole for nothing is none to be had."""
_BREADTH: Final = 100
"""How many layouts are followed up; the rows of `upper-back` come out the same with 100 as with all."""


class Flag(NamedTuple):
    """A text and its place."""

    x_px: float
    """The pole: where the sound begins. The text begins GAP_PX right of it."""
    line: int
    """0 is nearest to the lane; the pole crosses every line above its own."""
    text: str


class _Layout(NamedTuple):
    """Places for the last few cues of a row."""

    cost: float
    flags: tuple[tuple[Flag, float], ...]
    """Each with the room that its text has, from right to left."""


def flags(cues: Sequence[tuple[float, str]], lines: int, size_px: float, right_px: float) -> list[Flag]:
    """A flag for each of `cues`, (x in pixels, text) in order, shortened so that nothing meets.

    Cues are taken from right to left; of all ways to spread them over the lines the cheapest are followed,
    one for each way in which they leave room to the rest. A text that finds no room has no flag.
    """
    # For each way in which the lines can be free up to some x, the cheapest that leads to it.
    layouts: dict[tuple[float, ...], _Layout] = {(right_px,) * lines: _Layout(0.0, ())}
    for x_px, text in reversed(cues):
        following: dict[tuple[float, ...], _Layout] = {}
        needed_px = width_px(text, size_px)
        least_px = min(needed_px, width_px(_SHORTEST, size_px))
        for limits_px, layout in layouts.items():
            for limits, added in _choices(layout, limits_px, Flag(x_px, 0, text), needed_px, least_px):
                if limits not in following or added.cost < following[limits].cost:
                    following[limits] = added
        layouts = dict(heapq.nsmallest(_BREADTH, following.items(), key=lambda item: item[1].cost))
    best = min(layouts.values(), key=lambda layout: layout.cost)
    return [
        flag._replace(text=short)
        for flag, room_px in best.flags[::-1]
        if (short := shortened(flag.text, size_px, room_px))
    ]


def _choices(
    layout: _Layout, limits_px: tuple[float, ...], flag: Flag, needed_px: float, least_px: float
) -> Iterator[tuple[tuple[float, ...], _Layout]]:
    """The layouts with one more flag on the left, on every line in turn, and what they leave free."""
    yield limits_px, _Layout(layout.cost + _LEFT_OUT, layout.flags)
    for line, limit_px in enumerate(limits_px):
        room_px = limit_px - flag.x_px - 2 * GAP_PX
        if room_px < least_px:
            continue
        hidden = 1.0 - room_px / needed_px if needed_px > room_px else 0.0
        cost = layout.cost + _DEEPER * line + (_CUT + hidden * hidden if hidden else 0.0)
        left_px = (flag.x_px,) * (line + 1) + limits_px[line + 1 :]
        yield left_px, _Layout(cost, (*layout.flags, (flag._replace(line=line), room_px)))
