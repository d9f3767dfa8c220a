"""Ducking by automation: the timeline is known, so a sound can step back before the word begins."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final, Self

import numpy as np
from msgspec import Struct

from voiceguide.units import to_frames, to_gain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray


SILENT_DB: Final = -60.0
"""The level at which a fade starts or ends, relative to the sound: inaudible."""


class GainCurve(Struct, frozen=True, eq=False):
    """A gain over the frames of a session: linear in decibels between its points, constant beyond them.

    A frame has the same gain whatever span is asked for.
    """

    frames: NDArray[np.int64]
    """The positions of the points, ascending."""
    levels_db: NDArray[np.float64]

    @classmethod
    def through(cls, points: Sequence[tuple[int, float]]) -> Self:
        """The curve through points of frame and level; without points, a gain of 1 everywhere."""
        frames, levels_db = zip(*(points or [(0, 0.0)]), strict=True)
        return cls(np.array(frames, np.int64), np.array(levels_db, np.float64))

    def plus(self, other: GainCurve) -> GainCurve:
        """The product of both gains."""
        frames = np.union1d(self.frames, other.frames)
        levels_db = np.interp(frames, self.frames, self.levels_db) + np.interp(frames, other.frames, other.levels_db)
        return GainCurve(frames, levels_db)

    def pieces(self, start: int, end: int) -> Iterator[tuple[int, int, np.float32 | NDArray[np.float32]]]:
        """The gain over `[start, end)` in pieces: first frame, end, and the gain.

        The gain is one number where it is constant, and otherwise an array with one number per frame.
        """
        low, high = np.searchsorted(self.frames, (start, end), side="right")
        edges = [start, *(frame for frame in self.frames[low:high].tolist() if frame < end), end]
        for index, (first, last) in enumerate(itertools.pairwise(edges)):
            behind = low + index
            around = slice(max(0, behind - 1), behind + 1)
            levels_db = self.levels_db[around]
            if (levels_db == levels_db[0]).all():
                yield first, last, np.float32(to_gain(levels_db[0]))
            else:
                curve_db = np.interp(np.arange(first, last), self.frames[around], levels_db)
                yield first, last, (10.0 ** (curve_db / 20.0)).astype(np.float32)

    def spans_at(self, level_db: float) -> NDArray[np.int64]:
        """The spans `[first, end)` over which the curve is constant at exactly that level, shape (n, 2)."""
        at = self.levels_db == level_db
        stays = np.flatnonzero(at[:-1] & at[1:])
        return np.stack([self.frames[stays], self.frames[stays + 1]], axis=1)

    def gains(self, start: int, end: int) -> NDArray[np.float32]:
        """The gain of every frame in `[start, end)`."""
        gains = np.empty(end - start, np.float32)
        for first, last, gain in self.pieces(start, end):
            gains[first - start : last - start] = gain
        return gains


class Ducking(Struct, frozen=True):
    """How a sound is lowered under speech."""

    depth_db: float
    """The change of its level under a word; negative."""
    fade_s: float
    """The time to fall, which ends `before_s` ahead of the word."""
    before_s: float
    hold_s: float
    """How long it stays low after the word."""
    release_s: float
    """The time to rise again."""
    least_gap_s: float
    """It stays low through any gap between words shorter than this: it would pump."""

    def curve(self, speech: Sequence[tuple[int, int]], rate_hz: int) -> GainCurve:
        """The gain for spans of speech, which are in frames and in order."""
        points: list[tuple[int, float]] = []
        for first, last in self._merged(speech, rate_hz):
            down = first - to_frames(self.before_s, rate_hz)
            up = last + to_frames(self.hold_s, rate_hz)
            points += [
                (down - to_frames(self.fade_s, rate_hz), 0.0),
                (down, self.depth_db),
                (up, self.depth_db),
                (up + to_frames(self.release_s, rate_hz), 0.0),
            ]
        return GainCurve.through(points)

    def _merged(self, speech: Sequence[tuple[int, int]], rate_hz: int) -> list[tuple[int, int]]:
        """The spans, merged across gaps that are too short to rise in."""
        turn_s = self.before_s + self.fade_s + self.hold_s + self.release_s
        least = to_frames(max(self.least_gap_s, turn_s), rate_hz)
        merged: list[tuple[int, int]] = []
        for first, last in speech:
            if merged and first - merged[-1][1] < least:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        return merged


def breath_under_speech(depth_db: float) -> Ducking:
    """Ducking of a breath tone under its own word: quick, because the tone lasts only a few seconds."""
    return Ducking(depth_db, fade_s=0.15, before_s=0.1, hold_s=0.1, release_s=0.4, least_gap_s=0.0)


def bed_under_speech(depth_db: float) -> Ducking:
    """Ducking of a bed under the voice: it begins to fall 0.45 s ahead of a word, and returns slowly."""
    return Ducking(depth_db, fade_s=0.25, before_s=0.2, hold_s=0.5, release_s=1.2, least_gap_s=3.0)
