"""Measurements of the built-in beds: each is what its name says, a phone can play it, and none repeats.

They are made on what a listener hears: two minutes of the tape, and its channels added to mono.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from voiceguide.sound.ambience import ALIKE_BEFORE_S, ALIKE_BEHIND_S, AMBIENCES, BED_RATE_HZ
from voiceguide.sound.loudness import k_weighted
from voiceguide.sound.tape import Tape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from voiceguide.sound.ambience import Ambience

HEARD_S = 120
NAMES = tuple(AMBIENCES)


@pytest.fixture(scope="module")
def made() -> dict[str, Ambience]:
    return {name: make() for name, make in AMBIENCES.items()}


@pytest.fixture(scope="module")
def heard(made: dict[str, Ambience]) -> dict[str, NDArray[np.float32]]:
    return {name: played(ambience, HEARD_S * BED_RATE_HZ) for name, ambience in made.items()}


def played(ambience: Ambience, frames: int) -> NDArray[np.float32]:
    spans = [ambience.samples[first:last] for _, first, last in ambience.tape.parts(0, frames)]
    return np.concatenate(spans)


def power_db(samples: NDArray[np.float32]) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64))))


def levels_db(mono: NDArray[np.float32], seconds: float) -> NDArray[np.float64]:
    step = round(seconds * BED_RATE_HZ)
    rows = mono[: len(mono) // step * step].reshape(-1, step)
    return np.asarray(10 * np.log10(np.mean(np.square(rows, dtype=np.float64), axis=1) + 1e-20))


def octaves_db(mono: NDArray[np.float32], middles_hz: tuple[float, ...]) -> list[float]:
    """Return the power density in octaves around the given frequencies."""
    powers = np.abs(np.fft.rfft(mono)) ** 2
    bins = [(round(m / 2**0.5 * HEARD_S), round(m * 2**0.5 * HEARD_S)) for m in middles_hz]
    return [float(10 * np.log10(powers[low:high].mean())) for low, high in bins]


def slope_db(mono: NDArray[np.float32]) -> float:
    """Return the slope per octave, from 500 Hz to 8 kHz."""
    found = octaves_db(mono, (500.0, 1000.0, 2000.0, 4000.0, 8000.0))
    return float(np.polyfit(range(len(found)), found, 1)[0])


@pytest.mark.parametrize("name", NAMES)
def test_a_phone_with_one_loudspeaker_loses_nothing(name: str, heard: dict[str, NDArray[np.float32]]) -> None:
    """It loses less than 1 dB when both channels are added, and less than 4 dB without all that lies below 300 Hz."""
    stereo = heard[name]
    mono = stereo.mean(axis=1)
    assert power_db(mono) > power_db(stereo) - 1.0
    powers = np.abs(np.fft.rfft(mono)) ** 2
    assert 10 * np.log10(powers[300 * HEARD_S :].sum() / powers.sum()) > -4.0


@pytest.mark.parametrize("name", NAMES)
def test_nothing_comes_round(name: str, heard: dict[str, NDArray[np.float32]]) -> None:
    """The sound is correlated with itself later: two loops of unequal length would reach 0.5 at the length of each.

    A drone always resembles itself one period later, but it is the same after none.
    """
    mono = heard[name].mean(axis=1)
    powers = np.abs(np.fft.rfft(mono, 2 * len(mono))) ** 2
    likeness = np.fft.irfft(powers)[: len(mono)]
    likeness /= likeness[0] * (1.0 - np.arange(len(mono)) / len(mono))
    later = np.abs(likeness[3 * BED_RATE_HZ : 90 * BED_RATE_HZ])
    assert later.max() < (0.9 if name == "drone" else 0.4)
    old = round(32.4 * BED_RATE_HZ)
    assert np.abs(likeness[old - 200 : old + 200]).max() < (0.7 if name == "drone" else 0.1)


def test_rain_is_drops_and_no_fan(heard: dict[str, NDArray[np.float32]]) -> None:
    """The loudest 2 ms in a hundred stand 8 dB above the median (in noise: under 2.5), and the rain comes and goes."""
    mono = heard["rain"].mean(axis=1)
    moments = levels_db(mono, 0.002)
    assert np.percentile(moments, 99) - np.median(moments) > 8.0
    assert np.percentile(moments, 99.9) - np.median(moments) > 11.0
    noise = np.random.default_rng(1).standard_normal(len(mono)).astype(np.float32)
    assert np.percentile(levels_db(noise, 0.002), 99) - np.median(levels_db(noise, 0.002)) < 2.5
    assert 0.8 < levels_db(mono, 0.4).std() < 2.5
    assert -4.5 < slope_db(mono) < -2.0
    # It has no rumble, as a motor has.
    low, middle = octaves_db(mono, (90.0, 1000.0))
    assert low < middle - 10.0


def test_waves_are_deep_and_come_when_nobody_expects_them(heard: dict[str, NDArray[np.float32]]) -> None:
    mono = heard["waves"].mean(axis=1)
    for sound in (mono, np.asarray(k_weighted(mono, BED_RATE_HZ), np.float32)):
        level = np.convolve(levels_db(sound, 0.1), np.ones(12) / 12, mode="valid")
        crests, troughs = turns(level)
        depths = [level[crest] - level[trough] for trough, crest in zip(troughs, crests, strict=False)]
        assert min(depths) > 11.5
        assert max(depths) < 15.5
        assert 12.0 <= np.mean(depths) <= 15.0
        periods_s = np.diff(crests) / 10
        assert len(periods_s) >= 5
        assert periods_s.std() > 0.12 * periods_s.mean()
        assert 7.0 < periods_s.min() < periods_s.max() < 17.0
    assert -6.0 < slope_db(mono) < -2.5


def turns(level: NDArray[np.float64]) -> tuple[list[int], list[int]]:
    """Return where crests and troughs are; they alternate from a trough on, each 6 dB from the one before."""
    crests: list[int] = []
    troughs = [0]
    rising = True
    at = 0
    for now, value in enumerate(level):
        if rising:
            if not crests or len(crests) < len(troughs):
                at = at if level[at] >= value else now
            if level[at] - value > 6.0 and level[at] - level[troughs[-1]] > 6.0:
                crests.append(at)
                rising, at = False, now
        else:
            at = at if level[at] <= value else now
            if value - level[at] > 6.0:
                troughs.append(at)
                rising, at = True, now
    return crests, troughs


def test_a_drone_hardly_moves(heard: dict[str, NDArray[np.float32]]) -> None:
    level = levels_db(heard["drone"].mean(axis=1), 0.4)
    assert 0.1 < level.std() < 1.5
    assert np.abs(np.diff(level)).max() < 1.0


@pytest.mark.parametrize("name", NAMES)
def test_all_pieces_begin_and_end_alike(name: str, made: dict[str, Ambience]) -> None:
    """Any piece can follow any other, in an MP3 as well, and their order does not repeat."""
    ambience = made[name]
    *borders, length = ambience.tape.borders
    before, behind = (round(seconds * BED_RATE_HZ) for seconds in (ALIKE_BEFORE_S, ALIKE_BEHIND_S))
    assert length == len(ambience.samples)
    around = [np.roll(ambience.samples, before - border, axis=0)[: before + behind] for border in borders]
    for other in around[1:]:
        assert np.abs(other - around[0]).max() < 2e-4
    assert len(set(np.diff(ambience.tape.borders).tolist())) == len(borders)
    order = ambience.tape.order
    assert all(len(set(order[at : at + 3])) == 3 for at in range(len(order) - 2))
    assert not any(order[:40] == order[at : at + 40] for at in range(1, len(order) - 40))
    assert ambience.tape.starts[-1] > 3600 * BED_RATE_HZ


def test_a_tape_plays_its_pieces_in_order_from_any_frame() -> None:
    tape = Tape.of([3, 5, 2], [1, 0, 2, 1])
    whole = [*range(3, 8), *range(3), *range(8, 10), *range(3, 8)]
    for start in range(40):
        for end in range(start, 45):
            spans = list(tape.parts(start, end))
            assert [at for at, _, _ in spans[:1]] == [start] * (end > start)
            found = [frame for _, first, last in spans for frame in range(first, last)]
            assert found == [whole[at % 15] for at in range(start, end)]
    assert [tape.piece_of(step) for step in range(6)] == [1, 0, 2, 1, 1, 0]
    assert [tape.start_of(step) for step in range(6)] == [0, 5, 8, 10, 15, 20]
    assert tape.in_units(2) is None
    halved = Tape.of([4, 6], [0, 1, 0], before=2, behind=4).in_units(2)
    assert halved is not None
    assert (halved.borders, halved.order, halved.before, halved.behind) == ((0, 2, 5), (0, 1, 0), 1, 2)
    assert list(tape.in_a_row.parts(0, 12)) == [(0, 0, 3), (3, 3, 8), (8, 8, 10), (10, 0, 2)]
