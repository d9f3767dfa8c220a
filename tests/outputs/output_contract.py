"""The promises of every output; inherit them, and return the output to be tested from the fixture `output`."""

from __future__ import annotations

import signal as signals
import subprocess
import sys
import time
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest

from tests.pulse import RATE_HZ, SINK, Pulse
from voiceguide.errors import PlaybackError
from voiceguide.outputs.queue_stream import QueueStream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from voiceguide.outputs.output import AudioOutput, OutputStream


def signal(start: int, count: int) -> NDArray[np.int64]:
    """Return frames of a saw: no value occurs twice within two seconds, and none is zero."""
    saw: NDArray[np.int64] = np.arange(start, start + count) * 7919 % 60_013
    return saw - 30_000 + (saw >= 30_000)


def samples(start: int, count: int) -> NDArray[np.float32]:
    return (signal(start, count) / 32_768).astype(np.float32)


class Feeder:
    """Keeps a stream filled with the signal, as the player does."""

    def __init__(self, stream: OutputStream) -> None:
        self.stream = stream
        self.at = 0

    def fill(self, silence: int = 0) -> None:
        """Fill the stream's queue, first with some silence: a device that wakes may swallow it."""
        if silence:
            self.stream.write(np.zeros(silence, np.float32))
        room = self.stream.room()
        self.stream.write(samples(self.at, room))
        self.at += room

    def run(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.fill()
            time.sleep(0.02)


class Saw:
    """The signal as a source."""

    rate_hz = RATE_HZ
    channels = 1
    ground = None

    def __init__(self, length: int) -> None:
        self.length = length

    def render(self, start: int, out: NDArray[np.float32]) -> None:
        out[:] = samples(start, len(out))
        out[max(0, self.length - start) :] = 0.0

    def rests(self, least_frames: int) -> Iterator[tuple[int, int]]:  # noqa: ARG002 -- there are none
        return iter(())


class Failing(Saw):
    def render(self, start: int, out: NDArray[np.float32]) -> None:
        if start > RATE_HZ // 4:
            message = "the speech failed"
            raise RuntimeError(message)
        super().render(start, out)


class OutputContract:
    speed: ClassVar[float] = 1.0
    """How many times as fast as real time the output's clock runs."""

    @pytest.fixture
    def output(self) -> AudioOutput:
        raise NotImplementedError

    def test_it_says_what_it_is(self, output: AudioOutput) -> None:
        with output.open(RATE_HZ) as stream:
            assert stream.device
            assert output.check() == stream.device
            assert (stream.rate_hz, stream.channels, stream.volume) == (RATE_HZ, 1, 1.0)

    def test_the_queue_holds_about_a_second_and_no_more(self, output: AudioOutput) -> None:
        with output.open(RATE_HZ) as stream:
            assert stream.room() == stream.capacity
            assert 0.9 * self.speed * RATE_HZ <= stream.capacity <= 1.5 * self.speed * RATE_HZ
            stream.write(np.zeros(stream.capacity - 100, np.float32))
            assert stream.room() == 100
            with pytest.raises(ValueError, match="101"):
                stream.write(np.zeros(101, np.float32))
            with pytest.raises(ValueError, match="shape"):
                stream.write(np.zeros((50, 2), np.float32))
            stream.write(np.zeros(100, np.float32))
            assert (stream.room(), stream.pending()) == (0, stream.capacity)
            stream.write(np.zeros(0, np.float32))
            time.sleep(0.1)
            assert (stream.pending(), stream.underrun_frames, stream.lost()) == (stream.capacity, 0, False)
            assert stream.stop() == stream.capacity
            assert (stream.room(), stream.pending()) == (stream.capacity, 0)

    def test_stereo(self, output: AudioOutput) -> None:
        with output.open(RATE_HZ, 2) as stream:
            with pytest.raises(ValueError, match="shape"):
                stream.write(np.zeros(50, np.float32))
            stream.write(np.zeros((stream.room(), 2), np.float32))
            assert stream.pending() == stream.capacity
            stream.start()
            time.sleep(0.4)
            assert stream.pending() < stream.capacity - 0.3 * self.speed * RATE_HZ
            assert stream.stop() > 0

    def test_pending_follows_the_clock(self, output: AudioOutput) -> None:
        with output.open(RATE_HZ) as stream:
            feeder = Feeder(stream)
            feeder.fill()
            stream.start()
            began = time.monotonic()
            feeder.run(0.6)
            for _ in range(12):
                feeder.fill()
                before = time.monotonic() - began
                pending = stream.pending()
                after = time.monotonic() - began
                heard = (feeder.at - pending) / RATE_HZ / self.speed
                assert before - 0.08 <= heard <= after + 0.03
                time.sleep(0.05)
            assert stream.underrun_frames == 0
            assert not stream.lost()

    def test_an_empty_queue_gives_silence_and_is_counted(self, output: AudioOutput) -> None:
        with output.open(RATE_HZ) as stream:
            stream.write(samples(0, round(0.2 * self.speed * RATE_HZ)))
            stream.start()
            time.sleep(1.0)
            assert stream.pending() == 0
            assert 0.5 * self.speed * RATE_HZ <= stream.underrun_frames <= 1.7 * self.speed * RATE_HZ
            assert stream.stop() == 0
            before = stream.underrun_frames
            time.sleep(0.2)
            assert stream.underrun_frames == before

    def test_what_was_not_heard_can_be_said_again(self, output: AudioOutput) -> None:
        with output.open(RATE_HZ) as stream:
            feeder = Feeder(stream)
            for _ in range(3):
                feeder.fill()
                stream.start()
                stream.start()
                feeder.run(0.5)
                pending = stream.pending()
                unheard = stream.stop()
                assert pending - 0.13 * self.speed * RATE_HZ <= unheard <= pending + 0.03 * self.speed * RATE_HZ
                assert (stream.pending(), stream.room()) == (0, stream.capacity)
                assert stream.stop() == 0
                feeder.at -= unheard
            assert 1.4 <= feeder.at / RATE_HZ / self.speed <= 1.9
            assert not stream.lost()

    def test_a_volume_is_from_0_to_1(self, output: AudioOutput) -> None:
        with output.open(RATE_HZ) as stream:
            for volume in (0.0, 0.5, 1.0):
                stream.volume = volume
                assert stream.volume == volume
            for volume in (-0.1, 1.1, float("nan")):
                with pytest.raises(ValueError, match="volume"):
                    stream.volume = volume
            assert stream.volume == 1.0

    def test_closing_twice_is_fine(self, output: AudioOutput) -> None:
        with output.open(RATE_HZ) as stream:
            Feeder(stream).fill()
            stream.start()
            stream.close()
        assert not stream.lost()
        assert output.check()

    def test_a_fault_in_the_callback_makes_the_device_lost_and_the_next_stream_sounds(
        self, output: AudioOutput, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        with output.open(RATE_HZ) as stream:
            if not isinstance(stream, QueueStream):
                pytest.skip("it has no callback")
            feeder = Feeder(stream)
            feeder.fill()
            stream.start()
            feeder.run(0.3)
            assert not stream.lost()

            def failing(frames: int) -> NDArray[np.int16]:
                message = f"no {frames} frames"
                raise RuntimeError(message)

            with monkeypatch.context() as patched:
                patched.setattr(stream, "_taken", failing)
                failed = time.monotonic()
                while not stream.lost():
                    assert time.monotonic() - failed < 1.0
                    time.sleep(0.02)
            assert stream.lost()  # for good, whatever the callback does from now on
            assert stream.stop() > 0
        assert "the callback failed: RuntimeError < output_contract.py:" in caplog.text
        assert " frames" not in caplog.text  # messages of errors may hold the user's words
        assert output.check()
        output.play(Saw(RATE_HZ // 10))

    def test_play_returns_when_all_has_sounded(self, output: AudioOutput) -> None:
        began = time.monotonic()
        output.play(Saw(round(self.speed * RATE_HZ)))
        assert 1.0 <= time.monotonic() - began <= 3.5

    def test_play_passes_on_what_rendering_raises(self, output: AudioOutput) -> None:
        with pytest.raises(RuntimeError, match="the speech failed"):
            output.play(Failing(round(3 * self.speed * RATE_HZ)))
        assert output.check()


class AudibleContract(OutputContract):
    """The promises of outputs that play on a device, which `pulse` provides."""

    sink: ClassVar[str] = SINK
    silent_s: ClassVar[float] = 0.05
    """Seconds for which sound may go on after a stop."""

    def test_a_stop_silences_and_a_start_goes_on(self, output: AudioOutput, pulse: Pulse, tmp_path: Path) -> None:
        lead = RATE_HZ // 10
        turns = []
        with pulse.recording(tmp_path / "heard.raw", self.sink) as recording, output.open(RATE_HZ) as stream:
            feeder = Feeder(stream)
            for seconds in (2.3, 1.21, 2.77):
                begin = feeder.at
                feeder.fill(silence=lead)
                started = time.monotonic()
                stream.start()
                feeder.run(seconds)
                stopped = time.monotonic()
                unheard = stream.stop()
                assert time.monotonic() - stopped < 0.05
                feeder.at -= unheard
                turns.append((begin, started, stopped, feeder.at))
                time.sleep(0.6)
            assert stream.underrun_frames == 0
        heard = recording.frames()
        sounding = np.flatnonzero(heard)
        runs = np.split(sounding, np.flatnonzero(np.diff(sounding) > RATE_HZ // 10) + 1)
        assert len(runs) == len(turns)
        for run, (begin, started, stopped, claimed) in zip(runs, turns, strict=True):
            # Every frame of the signal is there, from the one that was due, and none of those dropped before.
            assert np.array_equal(heard[run[0] : run[-1] + 1], signal(begin, len(run)))
            late_s = recording.at(int(run[-1])) - stopped
            begun_s = recording.at(int(run[0])) - lead / RATE_HZ - started
            repeated_s = (begin + len(run) - claimed) / RATE_HZ
            print(f"silent {late_s * 1e3:.0f} ms, began {begun_s * 1e3:.0f} ms, repeats {repeated_s * 1e3:.0f} ms")  # noqa: T201
            assert late_s <= self.silent_s
            assert begun_s <= 0.4
            assert 0 <= repeated_s <= 0.05

    @pytest.mark.usefixtures("pulse")
    @pytest.mark.parametrize("ending", ["", "os.kill(os.getpid(), signal.SIGINT); time.sleep(5)"])
    def test_the_interpreter_ends_though_nobody_closed_the_stream(self, output: AudioOutput, ending: str) -> None:
        program = (
            "import os, signal, time\n"
            "from voiceguide.outputs.opening import open_output\n"
            f"stream = open_output({output.name!r}).open({RATE_HZ})\n"
            f"stream.start()\ntime.sleep(0.5)\n{ending}"
        )
        ended = subprocess.run([sys.executable, "-c", program], stderr=subprocess.DEVNULL, timeout=20, check=False)
        assert ended.returncode == (-signals.SIGINT if ending else 0)

    def test_volume(self, output: AudioOutput, pulse: Pulse, tmp_path: Path) -> None:
        with pulse.recording(tmp_path / "heard.raw", self.sink) as recording, output.open(RATE_HZ) as stream:
            feeder = Feeder(stream)
            stream.volume = 0.5
            stream.write(np.zeros(RATE_HZ // 10, np.float32))
            stream.write(samples(0, RATE_HZ // 2))
            stream.start()
            time.sleep(1.2)
            stream.stop()
            stream.volume = 0.0
            feeder.fill()
            stream.start()
            time.sleep(0.4)
            stream.stop()
        heard = recording.frames()
        sounding = np.flatnonzero(heard)
        part = heard[sounding[-1] - RATE_HZ // 4 : sounding[-1] + 1]
        expected = np.rint(signal(0, RATE_HZ // 2) / 8)
        last = int(np.flatnonzero(expected)[-1])
        assert np.abs(part - expected[last - RATE_HZ // 4 : last + 1]).max() <= 1

    def test_a_lost_device(self, output: AudioOutput, pulse: Pulse, tmp_path: Path) -> None:
        with output.open(RATE_HZ) as stream:
            feeder = Feeder(stream)
            feeder.fill()
            stream.start()
            feeder.run(3.2)
            assert not stream.lost()
            pulse.kill()
            killed = time.monotonic()
            while not stream.lost():
                assert time.monotonic() - killed < 1.5
                feeder.fill()
                time.sleep(0.02)
            print(f"lost {(time.monotonic() - killed) * 1e3:.0f} ms after it was killed")  # noqa: T201
            with pytest.raises(PlaybackError, match="no sound device"):
                output.check()
            began = time.monotonic()
            assert 0 < stream.stop() < feeder.at
            stream.start()
            assert stream.lost()
        assert time.monotonic() - began < 1.0
        pulse.start()
        with pulse.recording(tmp_path / "heard.raw", self.sink) as recording:
            output.play(Saw(RATE_HZ // 2))
        assert np.count_nonzero(recording.frames()) == RATE_HZ // 2

    def test_play_says_that_the_device_is_gone(self, output: AudioOutput, pulse: Pulse) -> None:
        class Killing(Saw):
            def render(self, start: int, out: NDArray[np.float32]) -> None:
                super().render(start, out)
                if start > 3 * RATE_HZ:
                    pulse.kill()

        with pytest.raises(PlaybackError, match="gone"):
            output.play(Killing(8 * RATE_HZ))
