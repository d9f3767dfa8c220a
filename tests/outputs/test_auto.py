"""The output for users who name none."""

from __future__ import annotations

import pytest

from tests.pulse import RATE_HZ
from voiceguide.errors import PlaybackError, UnknownNameError
from voiceguide.outputs.miniaudio import MiniaudioOutput
from voiceguide.outputs.null import NullOutput
from voiceguide.outputs.opening import DEFAULT_OUTPUT, open_output, output_names
from voiceguide.outputs.simpleaudio import SimpleaudioOutput


def refuse(self: object, rate_hz: int, channels: int = 1) -> None:
    message = f"not on this machine: {type(self).__name__} {rate_hz} {channels}"
    raise PlaybackError(message)


def test_it_is_the_default_and_no_device() -> None:
    assert open_output().name == DEFAULT_OUTPUT == "auto"
    assert set(output_names()) >= {"miniaudio", "null", "simpleaudio"}
    assert "auto" not in output_names()
    with pytest.raises(UnknownNameError, match="auto"):
        open_output("nonesuch")


@pytest.mark.usefixtures("pulse")
def test_it_takes_the_first() -> None:
    with open_output().open(RATE_HZ) as stream:
        assert stream.device == "miniaudio (PulseAudio)"
    assert open_output().check() == "miniaudio (PulseAudio)"


def test_it_takes_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MiniaudioOutput, "open", refuse)
    monkeypatch.setattr(SimpleaudioOutput, "open", lambda _self, rate_hz, _channels: NullOutput().open(rate_hz))
    assert open_output("auto").check() == "simpleaudio (silence)"


def test_it_says_what_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MiniaudioOutput, "open", refuse)
    monkeypatch.setattr(SimpleaudioOutput, "open", refuse)
    with pytest.raises(PlaybackError, match=r"machine: MiniaudioOutput 24000 1 \(tried miniaudio, simpleaudio\)"):
        open_output("auto").open(RATE_HZ)
