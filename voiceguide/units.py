"""Frames, seconds and decibels, and the only conversions between them.

Inside a Timeline and the mixer, time is a whole number of *frames*, so that sums are exact and two sides can be equal.
Durations that people write are seconds.
"""

from __future__ import annotations

import math
from typing import NewType

SESSION_RATE_HZ = 24_000
"""The rate of every plan. It is the rate of the default voice, which is therefore never resampled."""


PlanFrame = NewType("PlanFrame", int)
"""A moment of a session as it was planned: a number of frames at the session's rate."""
SoundFrame = NewType("SoundFrame", int)
"""A moment of a session as it sounds. Over a bed the sound has a higher rate than the plan, and other numbers.

Only `sound.arrangement` turns one into the other. Differences, which are lengths, are plain numbers.
"""


def to_frames(seconds: float, rate_hz: int = SESSION_RATE_HZ) -> int:
    """The whole number of frames nearest to `seconds`."""
    return round(seconds * rate_hz)


def to_gain(level_db: float) -> float:
    """The factor on amplitude for a level in decibels."""
    return float(10.0 ** (level_db / 20.0))


def to_db(gain: float) -> float:
    """The level in decibels for a factor on amplitude; -inf for 0."""
    return 20.0 * math.log10(gain) if gain > 0.0 else -math.inf


def counted(number: float, one: str, many: str) -> str:
    """A number with the noun that it counts: `1 round`, `2 rounds`."""
    return f"{number:g} {one if number == 1 else many}"


def clock(seconds: float, decimals: int = 0) -> str:
    """Minutes and seconds as people read them: `9:50`, or `9:50.3` with one decimal."""
    minutes, rest = _rounded(seconds, decimals)
    return f"{minutes}:{_digits(rest, decimals)}"


def timestamp(seconds: float, point: str = ".") -> str:
    """Hours, minutes, seconds and milliseconds, as captions and chapters have them: `00:09:50.300`."""
    minutes, rest = _rounded(seconds, 3)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{_digits(rest, 3, point)}"


def _rounded(seconds: float, decimals: int) -> tuple[int, int]:
    """Whole minutes, and the rest in the smallest unit shown; rounded first, so that the rest is never 60 s."""
    parts: int = 10**decimals
    return divmod(round(seconds * parts), 60 * parts)


def _digits(rest: int, decimals: int, point: str = ".") -> str:
    whole, part = divmod(rest, 10**decimals)
    return f"{whole:02d}{point}{part:0{decimals}d}" if decimals else f"{whole:02d}"
