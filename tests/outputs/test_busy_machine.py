"""A minute of sound on a machine whose every core is busy: no frame is lost, and none is heard twice."""

from __future__ import annotations

import contextlib
import importlib.util
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.outputs.output_contract import Feeder, signal
from tests.pulse import ALSA_SINK, RATE_HZ, SINK, Pulse
from voiceguide.outputs.opening import open_output

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 60
CORES = 2
BURN = [sys.executable, "-c", "while True: pass"]


@pytest.mark.alone
def test_a_minute_while_every_core_is_busy(pulse: Pulse, tmp_path: Path) -> None:
    names = {"miniaudio": SINK}
    if importlib.util.find_spec("simpleaudio") is not None:
        names["simpleaudio"] = ALSA_SINK
    recordings = {}
    with contextlib.ExitStack() as stack:
        for _ in range(CORES):
            burner = subprocess.Popen(BURN)
            stack.callback(burner.wait)
            stack.callback(burner.kill)
        feeders = []
        for name, sink in names.items():
            recordings[name] = stack.enter_context(pulse.recording(tmp_path / name, sink))
            stream = stack.enter_context(open_output(name).open(RATE_HZ))
            feeders.append(Feeder(stream))
        for feeder in feeders:
            feeder.fill(silence=RATE_HZ // 4)
            feeder.stream.start()
        until = time.monotonic() + SECONDS + 0.5
        while time.monotonic() < until:
            for feeder in feeders:
                feeder.fill()
                assert not feeder.stream.lost()
            time.sleep(0.02)
        assert [feeder.stream.underrun_frames for feeder in feeders] == [0] * len(feeders)
    for name, recording in recordings.items():
        heard = recording.frames()
        first, last = np.flatnonzero(heard)[[0, -1]]
        assert last - first >= SECONDS * RATE_HZ, name
        wrong = np.flatnonzero(heard[first : last + 1] != signal(0, last + 1 - first))
        assert not len(wrong), f"{name}: {len(wrong)} frames from {wrong[0] / RATE_HZ} s on"
        print(f"{name}: {last + 1 - first} frames equal")  # noqa: T201
