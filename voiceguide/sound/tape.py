"""A tape: pieces of one recording, spliced in an order that does not come round while anybody listens.

A loop is heard as one: after the third time everybody knows its drop that falls too early. Two loops of unequal length
repeat each for itself. So a recording is made of pieces that all begin and end with the same sound: each can follow
each, and they are played in an order that nobody can learn.
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
"""Pieces until a tape begins anew: at 7 s each four hours."""
_APART: Final = 2
"""Pieces that come between a piece and its return, at the least."""


class Tape(Struct, frozen=True, eq=False):
    """The order in which the pieces of a recording sound; behind the last the first again, for ever."""

    borders: tuple[int, ...]
    """The frames of the recording at which its pieces begin, rising from 0, and its length."""
    order: tuple[int, ...]
    """Numbers of the pieces, as they are played."""
    starts: NDArray[np.int64]
    """The frames of the tape at which they begin, and the length of the whole order."""
    before: int = 0
    """So many frames before any border the recording sounds as it does before any other, ..."""
    behind: int = 0
    """... and so many behind it."""

    @classmethod
    def of(cls, lengths: Sequence[int], order: Sequence[int], before: int = 0, behind: int = 0) -> Self:
        """A tape of pieces of those lengths, in frames, played in that order."""
        if len(lengths) == 1:
            behind = lengths[0]  # it is like itself
        borders = tuple(itertools.accumulate(lengths, initial=0))
        starts = np.concatenate([[0], np.cumsum([lengths[piece] for piece in order])]).astype(np.int64)
        return cls(borders, tuple(order), starts, before, behind)

    @classmethod
    def shuffled(cls, lengths: Sequence[int], before: int, behind: int) -> Self:
        """A tape of at least four pieces in an order of chance, the same every time.

        None comes again among the next two, and of the others the one that has followed these two the least often.
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
        """The pieces as they lie in the recording, round and round."""
        lengths = np.diff(self.borders).tolist()
        return Tape.of(lengths, range(len(lengths)), self.before, self.behind)

    def in_units(self, frames: int) -> Tape | None:
        """The same counted in units of so many frames; None where a piece is no whole number of them."""
        lengths = np.diff(self.borders)
        if (lengths % frames).any():
            return None
        return Tape.of((lengths // frames).tolist(), self.order, self.before // frames, self.behind // frames)

    def step_at(self, frame: int) -> int:
        """Which step of the tape, counted from 0 on and on, sounds at a frame of it."""
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
        """What sounds in `[start, end)` of the tape: its first frame there, and the span of the recording."""
        while start < end:
            step = self.step_at(start)
            first = self.borders[self.piece_of(step)] + start - self.start_of(step)
            stop = min(end, self.start_of(step + 1))
            yield start, first, first + stop - start
            start = stop
