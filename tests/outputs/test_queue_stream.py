"""The queue that a pulling device takes from, tested without a device."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.outputs.output_contract import samples, signal
from voiceguide.errors import PlaybackError
from voiceguide.outputs.queue_stream import QueueStream

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE_HZ = 1000


class Stream(QueueStream):
    """A stream whose device takes frames when the test says so."""

    works = True

    def __init__(self, channels: int = 1) -> None:
        super().__init__(RATE_HZ, channels, "a test")
        self.did: list[str] = []

    def _start_device(self) -> None:
        self.did.append("start")
        if not self.works:
            raise PlaybackError("gone")

    def _stop_device(self) -> None:
        self.did.append("stop")

    def _close_device(self) -> None:
        self.did.append("close")


class Clock:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


def test_the_device_gets_every_frame_however_often_the_ring_wraps() -> None:
    stream = Stream()
    stream.start()
    got = []
    at = 0
    for wanted in (1, 64, 65, 700, 999, 1000, 333, 900, 1000):
        room = stream.room()
        stream.write(samples(at, room))
        at += room
        got.append(stream.take(wanted)[:, 0])
    heard: NDArray[np.int16] = np.concatenate(got)
    assert np.array_equal(heard, signal(0, len(heard)))
    assert stream.underrun_frames == 0


def test_where_there_is_nothing_the_device_gets_silence() -> None:
    stream = Stream()
    stream.write(samples(0, 300))
    assert not stream.take(100).any()  # it has not been started
    stream.start()
    out = stream.take(500)[:, 0]
    assert np.array_equal(out[:300], signal(0, 300))
    assert not out[300:].any()
    assert stream.underrun_frames == 200
    assert stream.take(0).shape == (0, 1)


def test_stereo_frames_stay_together() -> None:
    stream = Stream(channels=2)
    pair = np.stack([samples(0, 1000), -samples(0, 1000)], axis=1)
    stream.write(pair[:600])
    stream.start()
    stream.take(500)
    stream.write(pair[600:])
    assert np.array_equal(stream.take(500), np.stack([signal(500, 500), -signal(500, 500)], axis=1))


def test_a_volume_is_exact_at_its_ends_and_does_not_jump() -> None:
    stream = Stream()
    stream.write(np.full(1000, 0.5, np.float32))
    stream.start()
    assert (stream.take(100) == 16_384).all()
    stream.volume = 0.5
    part = stream.take(100)[:, 0]
    assert (part[20:] == 2048).all()
    assert np.abs(np.diff(part)).max() < 16_384 / 15
    stream.volume = 0.0
    stream.take(100)
    assert not stream.take(100).any()
    stream.volume = 1.0
    stream.take(100)
    assert (stream.take(100) == 16_384).all()


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("volume", [1.0, 0.5, 0.2, 0.0])
def test_a_headset_is_kept_awake_at_every_volume(volume: float, channels: int) -> None:
    """The signal is far below hearing, two steps of 16 bits, and sound is left as it is."""
    stream = Stream(channels)
    stream.volume = volume
    stream.keep_alive = True
    stream.start()
    silence = np.concatenate([stream.take(250) for _ in range(20)])
    level_dbfs = 20 * np.log10(np.sqrt(np.mean(np.square(silence / 32768))))
    assert -86 < level_dbfs < -82
    assert np.abs(silence).max() <= 4
    assert not np.array_equal(silence[:250], silence[250:500])
    sound = np.repeat(signal(0, 500)[:, None], channels, axis=1)
    stream.write((sound / 32768).astype(np.float32).reshape((500,) if channels == 1 else (500, channels)))
    heard = stream.take(500)
    assert np.abs(heard - sound * volume**3).max() <= (0.5 if volume else 4)
    stream.keep_alive = False
    stream.take(500)
    assert not stream.take(250).any()


def test_the_position_follows_a_device_that_fills_its_buffer_and_then_takes_what_has_sounded(clock: Clock) -> None:
    stream = Stream()
    stream.write(np.zeros(1000, np.float32))
    stream.start()
    stream.take(300)
    clock.now += 0.05
    stream.take(300)  # of 600 frames in its buffer 50 have sounded: 550 are left
    assert stream.pending() == pytest.approx(950, abs=1)
    for _ in range(20):
        clock.now += 0.3
        stream.take(300)
        stream.write(np.zeros(300, np.float32))
        assert stream.pending() == pytest.approx(950, abs=1)
        clock.now += 0.1
        assert stream.pending() == pytest.approx(850, abs=1)
        clock.now -= 0.1
    clock.now += 0.1
    assert stream.stop() == pytest.approx(870, abs=1)
    assert stream.pending() == 0


def test_a_device_that_stood_still_is_not_taken_for_one_that_went_on(clock: Clock) -> None:
    stream = Stream()
    for _ in range(2):
        stream.write(np.zeros(stream.room(), np.float32))
        stream.start()
        for wait in (0.0, 0.3, 0.3, 1.5, 0.3, 0.3, 0.3):  # for 1.2 s nothing sounded
            clock.now += wait
            stream.take(300)
            stream.write(np.zeros(stream.room(), np.float32))
        assert stream.pending() == pytest.approx(1000 + 300, abs=1)
        clock.now += 0.02
        assert stream.stop() == pytest.approx(1000 + 300, abs=1)


def test_silence_in_the_device_is_nothing_pending(clock: Clock) -> None:
    stream = Stream()
    stream.write(np.zeros(100, np.float32))
    stream.start()
    stream.take(300)
    assert stream.pending() == 100
    clock.now += 0.06
    assert stream.pending() == pytest.approx(40, abs=1)
    clock.now += 0.06
    assert (stream.pending(), stream.stop()) == (0, 0)


def test_a_device_that_stops_asking_is_lost(clock: Clock) -> None:
    stream = Stream()
    clock.now += 10
    assert not stream.lost()
    stream.start()
    clock.now += 2.9
    assert not stream.lost()  # a sink that was idle may take so long
    clock.now += 0.2
    assert stream.lost()
    stream.take(10)
    assert not stream.lost()
    clock.now += 0.9
    assert not stream.lost()
    clock.now += 0.2
    assert stream.lost()
    stream.stop()
    assert not stream.lost()


def test_a_device_that_is_gone_when_started_is_lost() -> None:
    stream = Stream()
    stream.works = False
    stream.start()
    assert stream.lost()
    stream.write(np.zeros(10, np.float32))
    assert stream.stop() == 10


def test_a_fault_in_the_callback_is_never_silence_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream()
    stream.write(samples(0, 1000))
    stream.start()
    assert len(stream.take(100)) == 100
    with monkeypatch.context() as patched:
        patched.setattr("voiceguide.outputs.queue_stream.np.zeros", None)
        assert len(stream.take(100)) == 0  # it never raises: the device would print the error, and stay silent
    assert stream.lost()
    stream.take(100)
    assert stream.lost()
    assert stream.stop() > 0


def test_what_the_device_is_told() -> None:
    with Stream() as stream:
        stream.stop()
        stream.start()
        stream.start()
        stream.stop()
        stream.stop()
        stream.start()
    stream.close()
    stream.start()
    assert stream.did == ["start", "stop", "start", "stop", "close"]


def test_a_device_that_opens_late_has_sounded_no_more_for_it(clock: Clock) -> None:
    stream = Stream()
    stream.write(samples(0, 1000))
    stream.start()
    clock.now += 0.06  # the device opens
    stream.take(400)
    clock.now += 0.2
    stream.take(200)
    clock.now += 0.1
    assert stream.pending() == 1000 - 300
