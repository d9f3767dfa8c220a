"""The places for the words of cues: flags that hang from the speech lane, on a few lines.

At ten pixels per second no word fits into the block of its sound, but there is room between two cues.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Final, NamedTuple

from voiceguide.picture.lettering import ELLIPSIS, shortened, width_px

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GAP_PX: Final = 4.0
"""The least distance between two flags, and from the pole of a flag to its text."""
_SHORTEST: Final = "Hold" + ELLIPSIS
"""Every flag has room for at least this text, or for its whole text."""
_LEFT_OUT: Final = 1.5
"""The cost of leaving out a text."""
_CUT: Final = 0.1
"""The cost of shortening a text, besides the square of the hidden share."""
_DEEPER: Final = 0.02
"""The cost of each line further down: small, but enough to avoid needlessly long poles."""
_BREADTH: Final = 100
"""How many layouts are pursued. The rows of `upper-back` are the same with 100 as with all of them."""


class Flag(NamedTuple):
    """A text and its position."""

    x_px: float
    """The pole, where the sound begins. The text begins GAP_PX right of it."""
    line: int
    """0 is nearest to the lane; the pole crosses all lines above its own."""
    text: str


class _Layout(NamedTuple):
    """Positions for the last cues of a row."""

    cost: float
    flags: tuple[tuple[Flag, float], ...]
    """The flags from right to left, each with the room for its text."""


def flags(cues: Sequence[tuple[float, str]], lines: int, size_px: float, right_px: float) -> list[Flag]:
    """Flags for `cues`, (x in pixels, text) in order, shortened so that none overlap.

    Cues are placed from right to left. Of all ways to spread them over the lines, only the cheapest is pursued among
    those that leave the same room for the others. A text without room gets no flag.
    """
    # The cheapest layout for each combination of how far the lines are still free.
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
    """The layouts with one more flag on the left, on each line in turn, and the room that they leave."""
    yield limits_px, _Layout(layout.cost + _LEFT_OUT, layout.flags)
    for line, limit_px in enumerate(limits_px):
        room_px = limit_px - flag.x_px - 2 * GAP_PX
        if room_px < least_px:
            continue
        hidden = 1.0 - room_px / needed_px if needed_px > room_px else 0.0
        cost = layout.cost + _DEEPER * line + (_CUT + hidden * hidden if hidden else 0.0)
        left_px = (flag.x_px,) * (line + 1) + limits_px[line + 1 :]
        yield left_px, _Layout(cost, (*layout.flags, (flag._replace(line=line), room_px)))
