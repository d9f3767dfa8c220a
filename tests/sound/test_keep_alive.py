"""The signal that wakes a headset and keeps it awake lies under the session, and moves nothing in it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.export.measure import decoded
from voiceguide.sound.keep_alive import KEEP_ALIVE_DBFS, LONGEST_WAKE_S, WAKE_DBFS, KeepAliveNoise, KeepAliveSource
from voiceguide.sound.source import Silence
from voiceguide.units import SoundFrame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from voiceguide import session
    from voiceguide.sound.source import AudioSource

RATE_HZ = 24_000


class Pause(Silence):
    """A source that is nothing but one pause."""

    background = None

    def pauses(self, least_frames: int) -> Iterator[tuple[int, int]]:
        return iter([(0, self.length)] if self.length >= least_frames else [])


def heard(source: AudioSource, start: int, frames: int) -> NDArray[np.float32]:
    out = np.full(frames, 9.0, np.float32)
    source.render(start, out)
    return out


def level_dbfs(samples: NDArray[np.floating]) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))))


def test_before_the_first_word_it_is_loud_enough_to_wake_and_then_hardly_there() -> None:
    awake = KeepAliveSource(Pause(RATE_HZ, 1, 60 * RATE_HZ), SoundFrame(RATE_HZ))
    sound = heard(awake, 0, awake.length + 100)
    assert level_dbfs(sound[2400:21_600]) == pytest.approx(WAKE_DBFS, abs=1.0)
    assert level_dbfs(sound[RATE_HZ : 60 * RATE_HZ]) == pytest.approx(KEEP_ALIVE_DBFS, abs=0.5)
    # The signal begins and ends without a click, and the session is as long as before.
    assert np.abs(sound[:24]).max() < 3e-4
    assert not sound[awake.length :].any()
    assert list(awake.pauses(1000)) == [(RATE_HZ, 60 * RATE_HZ)]
    assert list(KeepAliveSource(Pause(RATE_HZ, 1, RATE_HZ), SoundFrame(RATE_HZ - 999)).pauses(1000)) == []
    late = KeepAliveSource(Pause(RATE_HZ, 1, 60 * RATE_HZ), SoundFrame(30 * RATE_HZ))
    assert next(late.pauses(1))[0] == LONGEST_WAKE_S * RATE_HZ


def test_any_blocks_from_anywhere_give_the_same_frames(upper_back: session.Session) -> None:
    awake = KeepAliveSource(upper_back.source, SoundFrame(36_000))
    whole = heard(awake, 0, 400_000)
    for block in (997, 36_000, 100_000):
        parts = [heard(awake, at, min(block, 400_000 - at)) for at in range(0, 400_000, block)]
        assert np.array_equal(np.concatenate(parts), whole)
    plain = heard(upper_back.source, 0, 400_000)
    assert np.abs(whole - plain).max() < 2 * 10 ** (WAKE_DBFS / 20)
    for start, end in awake.pauses(RATE_HZ):
        assert np.array_equal(heard(awake, start, end - start), heard(awake.background, start, end - start))


def test_a_session_over_a_bed_is_awake_by_itself() -> None:
    with pytest.raises(ValueError, match="never silent"):
        KeepAliveSource(Pause(48_000, 2, 100), SoundFrame(10))


def test_noise_that_nobody_hears_goes_on_for_as_long_as_it_is_wanted() -> None:
    noise = KeepAliveNoise(RATE_HZ, 200_000)
    sound = heard(noise, 0, 200_000)
    assert np.array_equal(sound[72_000:144_000], sound[:72_000])
    assert np.array_equal(heard(noise.recording, 0, 144_000), sound[:144_000])
    assert noise.is_inaudible


@pytest.mark.parametrize("suffix", ["wav", "flac", "m4b", "opus", "mp3"])
def test_no_file_has_a_silence_that_a_headset_sleeps_through(
    suffix: str, upper_back: session.Session, tmp_path: Path, tool: Callable[[str], str]
) -> None:
    path = tmp_path / f"x.{suffix}"
    upper_back.export(path)
    command = [
        tool("ffmpeg"),
        "-v",
        "error",
        "-i",
        str(path),
        "-t",
        "90",
        "-f",
        "s16le",
        "-ac",
        "1",
        "-ar",
        "24000",
        "-",
    ]
    raw = subprocess.run(command, check=True, capture_output=True, timeout=120).stdout
    sound = np.frombuffer(raw, "<i2").astype(np.float64) / 32768
    assert np.diff(np.flatnonzero(sound)).max() < 0.2 * RATE_HZ
    first_word = next(upper_back.timeline.speech()).start
    assert first_word >= RATE_HZ


def test_whoever_wants_silence_gets_it(upper_back: session.Session, tmp_path: Path, tool: Callable[[str], str]) -> None:
    upper_back.export(tmp_path / "x.wav", keep_alive=False)
    sound = decoded(tool("ffmpeg"), tmp_path / "x.wav")
    start, end = next(upper_back.source.pauses(RATE_HZ))
    assert not sound[start:end].any()
