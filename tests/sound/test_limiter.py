"""The limiter, compared with a slow version of its definition: every gain of every sample."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from voiceguide.sound.limiter import limiting_gains
from voiceguide.sound.spectrum import spectrum_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE_HZ = 1000
REACH = 5
"""Samples in the 5 ms over which the gain falls and rises."""


_DISTANCES = [step - 0.5 for step in range(-5, 7)]
_WEIGHTS = np.array(
    [math.sin(math.pi * d) / (math.pi * d) * math.cos(0.5 * math.pi * d / 6.5) ** 2 for d in _DISTANCES]
)


def between(doubled: NDArray[np.floating], at: int) -> float:
    """Return the sound half-way between two of its points, from twelve points weighted by a windowed sinc."""
    points = np.concatenate([np.zeros(5), doubled, np.zeros(6)])[at : at + 12]
    return float(_WEIGHTS @ points) / float(_WEIGHTS.sum())


def defined(doubled: NDArray[np.floating], highest: float, reach: int) -> NDArray[np.float64]:
    """Return each sample's gain: the least that peaks in the window need, and then the window's weighted mean of it."""
    length = len(doubled) // 2
    needed = [1.0] * (length + 1)
    for at in range(len(doubled)):
        peak = max(abs(float(doubled[at])), abs(between(doubled, at)))
        for sample in (at // 2, at // 2 + 1):
            needed[sample] = min(needed[sample], highest / peak if peak > highest else 1.0)
    least = [min(needed[max(0, at - reach) : at + reach + 1]) for at in range(length)]
    window = [0.5 - 0.5 * math.cos(math.pi * (at + 1) / (reach + 1)) for at in range(2 * reach + 1)]
    gains = []
    for at in range(length):
        around = [least[min(max(0, at + step), length - 1)] for step in range(-reach, reach + 1)]
        gains.append(np.dot(window, around) / sum(window))
    return np.array(gains)


def noise(samples: int, seed: int, loud: float = 0.3) -> NDArray[np.float32]:
    return (np.random.default_rng(seed).standard_normal(samples) * loud).astype(np.float32)


def assert_as_defined(doubled: NDArray[np.floating], ceiling_dbtp: float, gain: float, rate_hz: int) -> None:
    gains = limiting_gains(doubled, ceiling_dbtp, rate_hz, gain=gain)
    assert gains is not None
    assert gains.dtype == np.float32
    reach = max(1, round(0.005 * rate_hz))
    assert gains == pytest.approx(defined(doubled, 10 ** (ceiling_dbtp / 20) / gain, reach), abs=2e-6)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("ceiling_dbtp", "gain", "rate_hz"), [(-6.0, 1.0, 1000), (-2.5, 2.0, 1000), (-1.0, 1.5, 3000)])
def test_every_gain_is_what_the_definition_says(seed: int, ceiling_dbtp: float, gain: float, rate_hz: int) -> None:
    """The noise has peaks everywhere, up to the highest possible frequency."""
    assert_as_defined(spectrum_of(noise(200, seed)).doubled(), ceiling_dbtp, gain, rate_hz)


@pytest.mark.parametrize("frame", [0, 1, 4, 5, 11, 150, 288, 298, 299])
def test_one_click_is_turned_down_around_itself_and_nothing_else_is(frame: int) -> None:
    """This holds at both ends of a word too, where the gain has no room to fall or rise."""
    doubled = np.zeros(600, np.float32)
    doubled[2 * frame] = 1.0
    assert_as_defined(doubled, -6.0, 1.0, RATE_HZ)
    gains = limiting_gains(doubled, -6.0, RATE_HZ, gain=1.0)
    assert gains is not None
    assert gains[frame] == pytest.approx(10**-0.3, abs=1e-6)
    touched = np.flatnonzero(gains < 1.0)
    assert touched[0] >= frame - 1 - 2 * REACH
    assert touched[-1] <= frame + 1 + 2 * REACH


@pytest.mark.parametrize("apart", [1, 2, 9, 10, 11, 20, 21, 22, 23, 24, 40, 41, 42, 43, 44, 100])
def test_two_clicks_are_turned_down_each_as_far_as_it_needs(apart: int) -> None:
    """However near they are, the quieter click is not turned down for a louder one that is out of reach."""
    doubled = np.zeros(600, np.float32)
    doubled[200], doubled[200 + 2 * apart] = 1.0, 0.7
    assert_as_defined(doubled, -6.0, 1.0, RATE_HZ)
    assert_as_defined(doubled[::-1].copy(), -6.0, 1.0, RATE_HZ)


@pytest.mark.parametrize("degrees", range(0, 90, 15))
def test_a_peak_between_two_points_is_heard_whatever_the_points_beside_it_are(degrees: int) -> None:
    """At the highest possible frequency, with four points a cycle, one point beside a peak may be soft, or both 0.71.

    A limiter that looked at loud points only would let the peak through, and the listener would hear it crackle.
    """
    turn = np.arange(600) * (np.pi / 2) + math.radians(degrees)
    doubled = (np.sin(turn) * np.hanning(600)).astype(np.float32)
    peak = max(abs(between(doubled, 298)), abs(between(doubled, 299)))
    for share in (0.9, 0.95, 0.99):
        assert_as_defined(doubled, 20 * math.log10(share * peak), 1.0, RATE_HZ)


def test_a_sound_just_below_the_ceiling_is_left_as_it_is() -> None:
    calm = np.zeros(600, np.float32)
    calm[300] = 0.5
    assert limiting_gains(calm, 20 * math.log10(0.500001), RATE_HZ, gain=1.0) is None
    assert limiting_gains(calm, 20 * math.log10(0.499999), RATE_HZ, gain=1.0) is not None
    # The ceiling holds for what is heard: the sound times its gain.
    assert limiting_gains(calm, 20 * math.log10(1.000001), RATE_HZ, gain=2.0) is None
    assert limiting_gains(calm, 20 * math.log10(0.999999), RATE_HZ, gain=2.0) is not None


def test_the_slowest_rate_has_a_window_too() -> None:
    doubled = np.zeros(40, np.float32)
    doubled[20] = 1.0
    assert_as_defined(doubled, -6.0, 1.0, 50)
