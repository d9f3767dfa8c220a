"""A tape: the pieces of a recording, spliced in an order that does not repeat while anybody listens.

A loop is heard as a loop: after the third time everybody knows the drop that falls too early. Two loops of unequal
length only repeat separately. So a recording is made of pieces that all begin and end with the same sound. Each can
follow any other, and they are played in an order that nobody can learn.
"""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING, Final, Self

import numpy as np
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

_STEPS: Final = 2048
"""Pieces until a tape repeats: four hours, at 7 s each."""
_APART: Final = 2
"""The least number of pieces between a piece and its return."""


class Tape(Struct, frozen=True, eq=False):
    """The order in which the pieces of a recording are played, over and over."""

    borders: tuple[int, ...]
    """The frames of the recording at which its pieces begin, ascending from 0, and its length."""
    order: tuple[int, ...]
    """The numbers of the pieces in the order of playing."""
    starts: NDArray[np.int64]
    """The frames of the tape at which they begin, and the length of the tape."""
    before: int = 0
    """All pieces sound alike for so many frames before their borders, ..."""
    behind: int = 0
    """... and for so many behind them."""

    @classmethod
    def of(cls, lengths: Sequence[int], order: Sequence[int], before: int = 0, behind: int = 0) -> Self:
        """A tape of pieces of these lengths, in frames, played in this order."""
        if len(lengths) == 1:
            behind = lengths[0]  # a single piece is like itself throughout
        borders = tuple(itertools.accumulate(lengths, initial=0))
        starts = np.concatenate([[0], np.cumsum([lengths[piece] for piece in order])]).astype(np.int64)
        return cls(borders, tuple(order), starts, before, behind)

    @classmethod
    def shuffled(cls, lengths: Sequence[int], before: int, behind: int) -> Self:
        """A tape of at least four pieces in a random order, the same one every time.

        No piece returns among the next two. Of the others, the next is one that has followed the last two least often.
        """
        random = np.random.default_rng(len(lengths))
        order: list[int] = []
        followed: Counter[tuple[int, ...]] = Counter()
        for chance in random.random((_STEPS, len(lengths))).tolist():
            last = tuple(order[-_APART:])
            others = [piece for piece in range(len(lengths)) if piece not in last]
            chosen = min(others, key=lambda piece: (followed[*last, piece], followed[piece,], chance[piece]))
            followed.update([(*last, chosen), (chosen,)])
            order.append(chosen)
        return cls.of(lengths, order, before, behind)

    @property
    def in_a_row(self) -> Tape:
        """The tape that plays the recording in a loop."""
        lengths = np.diff(self.borders).tolist()
        return Tape.of(lengths, range(len(lengths)), self.before, self.behind)

    def in_units(self, frames: int) -> Tape | None:
        """The same tape in units of `frames`; None if a piece is not a whole number of units."""
        lengths = np.diff(self.borders)
        if (lengths % frames).any():
            return None
        return Tape.of((lengths // frames).tolist(), self.order, self.before // frames, self.behind // frames)

    def step_at(self, frame: int) -> int:
        """The step that sounds at a frame of the tape. Steps count on when the tape repeats."""
        times, frame = divmod(frame, int(self.starts[-1]))
        return times * len(self.order) + int(np.searchsorted(self.starts, frame, side="right")) - 1

    def start_of(self, step: int) -> int:
        """The frame of the tape at which a step begins."""
        times, step = divmod(step, len(self.order))
        return times * int(self.starts[-1]) + int(self.starts[step])

    def piece_of(self, step: int) -> int:
        """The number of the piece that a step plays."""
        return self.order[step % len(self.order)]

    def parts(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """The parts of `[start, end)` of the tape: the first frame of each, and its span of the recording."""
        while start < end:
            step = self.step_at(start)
            first = self.borders[self.piece_of(step)] + start - self.start_of(step)
            stop = min(end, self.start_of(step + 1))
            yield start, first, first + stop - start
            start = stop
