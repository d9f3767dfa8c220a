"""simpleaudio, through ALSA's plugin for PulseAudio."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import sys
import time
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest

from tests.outputs.output_contract import AudibleContract, Feeder, signal
from tests.pulse import ALSA_SINK, RATE_HZ, Pulse
from voiceguide.errors import PlaybackError
from voiceguide.outputs import simpleaudio
from voiceguide.outputs.simpleaudio import SimpleaudioOutput

if TYPE_CHECKING:
    from pathlib import Path

    from voiceguide.outputs.output import AudioOutput


@pytest.fixture
def _installed() -> None:
    if importlib.util.find_spec("simpleaudio") is None:
        if os.environ.get("VOICEGUIDE_TEST_TOOLS") == "required":
            pytest.fail("simpleaudio is not installed, and this run requires it")
        pytest.skip("simpleaudio is not installed (VOICEGUIDE_TEST_EXTRAS=simpleaudio scripts/test)")


@pytest.mark.usefixtures("_installed", "pulse")
class TestSimpleaudio(AudibleContract):
    sink: ClassVar[str] = ALSA_SINK
    silent_s: ClassVar[float] = 0.2
    """ALSA plays what it holds to the end."""

    @pytest.fixture
    def output(self) -> AudioOutput:
        return SimpleaudioOutput()

    def test_a_new_buffer_follows_one_that_is_used_up(
        self, output: AudioOutput, pulse: Pulse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(simpleaudio, "BUFFER_BYTES", 2 * 2 * RATE_HZ)
        with pulse.recording(tmp_path / "heard.raw", self.sink) as recording, output.open(RATE_HZ) as stream:
            feeder = Feeder(stream)
            feeder.fill(silence=RATE_HZ // 10)
            stream.start()
            until = time.monotonic() + 3.5
            while time.monotonic() < until:
                feeder.fill()
                assert not stream.lost()
                time.sleep(0.02)
            stream.stop()
        heard = recording.frames()
        sounding = np.flatnonzero(heard)
        assert np.array_equal(heard[sounding], signal(0, len(sounding)))
        [gap] = [size for size in np.diff(sounding) if size > 1]
        assert 0.1 * RATE_HZ < gap < 0.8 * RATE_HZ

    def test_a_change_of_volume_does_not_jump(self, output: AudioOutput, pulse: Pulse, tmp_path: Path) -> None:
        with pulse.recording(tmp_path / "heard.raw", self.sink) as recording, output.open(RATE_HZ) as stream:
            stream.write(np.zeros(RATE_HZ // 10, np.float32))
            stream.write(np.full(RATE_HZ // 10, 0.5, np.float32))
            stream.volume = 0.0
            stream.write(np.full(RATE_HZ // 10, 0.5, np.float32))
            stream.start()
            time.sleep(0.6)
        heard = recording.frames()
        assert heard.max() == 16_384
        assert np.diff(heard).min() > -100

    def test_it_refuses_a_rate_that_it_does_not_know(self, output: AudioOutput) -> None:
        with pytest.raises(PlaybackError, match="23456 Hz"):
            output.open(23_456)


@pytest.mark.usefixtures("_installed")
def test_without_a_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "nothing.conf"))
    with pytest.raises(PlaybackError, match="no sound device"):
        SimpleaudioOutput().open(RATE_HZ)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("distributions", "python", "what"),
    [
        ([], (3, 11), r"not installed: pip install 'voiceguide\[simpleaudio\]'"),
        ([], (3, 13), "not installed: pip install"),
        (["simpleaudio"], (3, 12), r"crashes Python 3.12: .* pip install 'voiceguide\[simpleaudio\]'"),
        (["simpleaudio"], (3, 13), "crashes Python 3.13"),
    ],
)
def test_it_is_not_imported_where_that_would_crash(
    distributions: list[str], python: tuple[int, int], what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(name: str) -> str:
        if name not in distributions:
            raise importlib.metadata.PackageNotFoundError(name)
        return "1.0.4"

    monkeypatch.setattr(simpleaudio, "version", version)
    monkeypatch.setattr(sys, "version_info", python)
    monkeypatch.setitem(sys.modules, "simpleaudio", None)
    with pytest.raises(PlaybackError, match=what):
        SimpleaudioOutput().open(RATE_HZ)


def test_the_patched_package_is_welcome_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simpleaudio, "version", lambda _name: "1.0.5")
    monkeypatch.setattr(sys, "version_info", (3, 13))
    monkeypatch.setitem(sys.modules, "simpleaudio", None)
    with pytest.raises(PlaybackError, match="cannot be loaded"):  # the import was tried
        SimpleaudioOutput().open(RATE_HZ)
