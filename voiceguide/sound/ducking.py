"""Ducking by automation: the timeline is known, so a sound steps aside before the word comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from voiceguide.units import to_frames

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Ducking:
    """How a sound steps back under speech."""

    depth_db: float
    """Its level under a word; negative."""
    fade_s: float
    """On the way down, which ends `before_s` ahead of the word."""
    before_s: float
    hold_s: float
    """How long it stays down after the word."""
    release_s: float
    """On the way up."""
    least_gap_s: float
    """In a gap between two words shorter than this it does not rise: it would pump."""

    def gains(self, speech: Sequence[tuple[int, int]], start: int, end: int, rate_hz: int) -> NDArray[np.float32]:
        """The gain of each frame in `[start, end)`, shape (end - start,), for spans of speech in order.

        The same frame gets the same gain whatever span is asked for: `speech` must be the same.
        """
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
        if not points:
            return np.ones(end - start, np.float32)
        frames, levels_db = zip(*points, strict=True)
        curve_db = np.interp(np.arange(start, end), frames, levels_db)
        return np.asarray(10.0 ** (curve_db / 20.0), dtype=np.float32)

    def _merged(self, speech: Sequence[tuple[int, int]], rate_hz: int) -> list[tuple[int, int]]:
        """Spans with the gaps closed that are too short to rise in."""
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
    """A breath tone under its own word: quick, because the tone has only a few seconds."""
    return Ducking(depth_db, fade_s=0.15, before_s=0.1, hold_s=0.1, release_s=0.4, least_gap_s=0.0)
