"""The device: what it is given is what a real sound server gets, to the bit."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

from tests.outputs.conftest import Pulse, recorded
from voiceguide import session
from voiceguide.model.segment import to_pcm16

if TYPE_CHECKING:
    from pathlib import Path

SAY = [sys.executable, "-c", "from voiceguide.cli.main import run; run()", "say"]
TEXT = "Slowly lift the head, and lower the hand."


def test_say_plays_the_clip_to_the_bit(pulse: Pulse, tmp_path: Path, clip_cache: Path) -> None:
    target = tmp_path / "recording.raw"
    recorder = pulse.recorder(target)
    time.sleep(0.5)
    said = subprocess.run(
        [*SAY, TEXT, "--cache-dir", str(clip_cache)],
        env=pulse.surroundings,
        capture_output=True,
        timeout=60,
        check=False,
    )
    time.sleep(0.3)
    recorder.terminate()
    recorder.wait(10)
    assert (said.returncode, said.stderr, said.stdout) == (0, b"", b"")
    heard = recorded(target)
    clip = to_pcm16(session.say(TEXT, cache_dir=clip_cache).samples).astype(np.int64)
    first = int(np.flatnonzero(heard)[0]) - int(np.flatnonzero(clip)[0])
    assert np.array_equal(heard[first : first + len(clip)], clip)
    assert not heard[first + len(clip) :].any()


def test_doctor_names_the_device(pulse: Pulse) -> None:
    doctor = subprocess.run(
        [*SAY[:-1], "doctor"], env=pulse.surroundings, capture_output=True, text=True, timeout=60, check=False
    )
    assert "ok       audio output miniaudio: PulseAudio" in doctor.stdout


def test_without_a_device_there_is_one_clear_line(tmp_path: Path, clip_cache: Path) -> None:
    surroundings = {**os.environ, "PULSE_SERVER": f"unix:{tmp_path}/nobody", "XDG_RUNTIME_DIR": str(tmp_path)}
    said = subprocess.run(
        [*SAY, TEXT, "--cache-dir", str(clip_cache)],
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said.returncode == 1
    [line] = said.stderr.splitlines()
    assert "no sound device" in line
