"""The silent output keeps time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest

from tests.outputs.output_contract import OutputContract
from tests.pulse import RATE_HZ
from voiceguide.outputs.null import NullOutput

if TYPE_CHECKING:
    from voiceguide.outputs.output import AudioOutput


class TestNull(OutputContract):
    @pytest.fixture
    def output(self) -> AudioOutput:
        return NullOutput()


class TestFastNull(OutputContract):
    speed: ClassVar[float] = 60.0

    @pytest.fixture
    def output(self) -> AudioOutput:
        return NullOutput(speed=60)


def test_what_it_returns_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    with NullOutput().open(RATE_HZ) as stream:
        stream.write(np.zeros(1000, np.float32))
        stream.start()
        now += 1 / 64
        assert (stream.pending(), stream.room(), stream.underrun_frames) == (625, RATE_HZ - 625, 0)
        now += 1 / 64
        assert stream.stop() == 250
        now += 1.0
        stream.write(np.zeros(300, np.float32))
        stream.start()
        now += 1 / 64
        assert (stream.pending(), stream.underrun_frames) == (0, 75)
