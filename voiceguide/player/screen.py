"""Fits the live lines into a terminal of any size: there is always room for the time left, "paused" and the hold.

Widths are in the cells of a terminal: a wide character takes two, and a combining one takes none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct
from rich.cells import cell_len, set_cell_size

from voiceguide.model.volume import percentage
from voiceguide.player.status_lines import BAR, STATE, left_of_hold, lines_of
from voiceguide.units import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.player.status import Status

_STYLES: Final = ("bold", "", "cyan", "cyan", "dim", "yellow", "dim")
_HEAD, _DOING, _BREATH, _HOLD, _COMING, _MESSAGE, _KEYS = range(7)
_MOST_NEEDED: Final = (_HEAD, _HOLD, _MESSAGE, _COMING, _DOING, _BREATH, _KEYS)
"""The lines by importance: a lower terminal drops the last first."""
_FEWEST_OF_NAME: Final = 8
"""The fewest cells of a name that is cut; a shorter one would say nothing."""


class Line(Struct, frozen=True):
    """A line and its style."""

    text: str
    style: str


def screen(status: Status, keys: str, width: int, height: int) -> list[Line]:
    """What to draw of `status` in at most `height` lines of `width` cells; `keys` is the last line."""
    texts = [*lines_of(status), keys]
    for number in (_BREATH, _HOLD):
        # The bar makes room for the words next to it, and disappears if there is no room for it.
        bar = max(0, min(BAR, BAR + width - cell_len(texts[number])))
        texts[number] = lines_of(status, bar)[number] if bar else " ".join(lines_of(status, 0)[number].split())
    texts[_COMING] = _with_volume(texts[_COMING], status, width)
    kept = set(range(len(texts)))
    if height < len(texts):
        # Lines that are empty now go first.
        kept = set([number for number in _MOST_NEEDED if texts[number]][: max(1, height)])
    texts[_HEAD] = _head(status, width, with_hold=_HOLD not in kept, with_volume=_COMING not in kept)
    return [Line(_cut(texts[number], width), _STYLES[number]) for number in sorted(kept)]


def _with_volume(coming: str, status: Status, width: int) -> str:
    """What comes next and, at every width, the volume."""
    for volume in (f"volume {percentage(status.volume)}", f"vol {percentage(status.volume)}"):
        room = width - cell_len(f" · {volume}")
        if room >= min(_FEWEST_OF_NAME, cell_len(coming)):
            return f"{_cut(coming, room)} · {volume}"
    return volume


def _head(status: Status, width: int, *, with_hold: bool, with_volume: bool) -> str:
    """The place and what must be seen next to it; the place is shortened first."""
    in_full, *shorter = tails = list(_tails(status, with_hold=with_hold, with_volume=with_volume))
    place = status.heading
    for before in (f"{place}  ({status.chapter_number}/{status.chapters})", place):
        if cell_len(line := f"{before} · {in_full}") <= width:
            return line
    for tail in shorter:
        if cell_len(line := f"{place} · {tail}") <= width:
            return line
    for tail in shorter:
        room = width - cell_len(f" · {tail}")
        if room >= _FEWEST_OF_NAME:
            return f"{_cut(place, room)} · {tail}"
        if cell_len(tail) <= width:
            return tail
    return tails[-1]


def _tails(status: Status, *, with_hold: bool, with_volume: bool) -> Iterator[str]:
    """What must be seen, in fewer and fewer characters."""
    left = clock(max(0.0, status.length_s - status.position_s))
    state = STATE[status.state]
    hold = left_of_hold(status) if with_hold else ""
    volume = percentage(status.volume) if with_volume else ""

    def joined(separator: str, *parts: str) -> str:
        return separator.join(part for part in parts if part)

    hold_left, hold_short = f"hold {hold} left" if hold else "", f"hold {hold}" if hold else ""
    volume_short = f"vol {volume}" if volume else ""
    yield joined(
        " · ", f"{left} left of {clock(status.length_s)}", state, hold_left, f"volume {volume}" if volume else ""
    )
    yield joined(" · ", f"{left} left", state, hold_short, volume_short)
    yield joined(" · ", left, state, hold_short, volume_short)
    yield joined(" ", left, state, hold_short.replace(" s", "s"), volume.replace(" ", ""))
    yield joined(" ", left, state, hold_short.replace(" s", "s"))
    yield joined(" ", left, state, hold.replace(" s", "s"))


def _cut(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…" if width > 1 else set_cell_size(text, width)
