"""A real sound server gets exactly the samples that the miniaudio output was given, to the bit."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.outputs.output_contract import AudibleContract
from voiceguide import session
from voiceguide.errors import PlaybackError
from voiceguide.model.pcm import to_pcm16
from voiceguide.outputs.miniaudio import MiniaudioOutput

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pulse import Pulse
    from voiceguide.outputs.output import AudioOutput

SAY = [sys.executable, "-c", "from voiceguide.cli.main import run; run()", "say"]
TEXT = "Slowly lift the head, and lower the hand."


@pytest.mark.usefixtures("pulse")
class TestMiniaudio(AudibleContract):
    @pytest.fixture
    def output(self) -> AudioOutput:
        return MiniaudioOutput()


def test_say_plays_the_clip_to_the_bit(pulse: Pulse, tmp_path: Path, clip_cache: Path) -> None:
    with pulse.recording(tmp_path / "recording.raw") as recording:
        said = subprocess.run(
            [*SAY, TEXT, "--cache-dir", str(clip_cache)], capture_output=True, timeout=60, check=False
        )
    assert (said.returncode, said.stderr, said.stdout) == (0, b"", b"")
    heard = recording.frames()
    clip = to_pcm16(session.say(TEXT, cache_dir=clip_cache).samples).astype(np.int64)
    first = int(np.flatnonzero(heard)[0]) - int(np.flatnonzero(clip)[0])
    assert np.array_equal(heard[first : first + len(clip)], clip)
    assert not heard[first + len(clip) :].any()


@pytest.mark.usefixtures("pulse")
def test_doctor_names_the_device() -> None:
    doctor = subprocess.run([*SAY[:-1], "doctor"], capture_output=True, text=True, timeout=60, check=False)
    assert "ok       audio output miniaudio: PulseAudio" in doctor.stdout
    assert "audio output simpleaudio" in doctor.stdout
    assert "output null" not in doctor.stdout


def test_without_a_device_there_is_one_clear_line(
    tmp_path: Path, clip_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with pytest.raises(PlaybackError, match="no sound device"):
        MiniaudioOutput().open(24_000)
    said = subprocess.run(
        [*SAY, TEXT, "--cache-dir", str(clip_cache)],
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said.returncode == 1
    [line] = said.stderr.splitlines()
    assert "no sound device" in line
    assert "(tried miniaudio, simpleaudio)" in line
