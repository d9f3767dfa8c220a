"""Packages register outputs, engines and the like by name; a registration that cannot be used is reported."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import pytest

from voiceguide.errors import RegistrationError, UnknownNameError
from voiceguide.export.exporter import exporter_suffixes
from voiceguide.outputs.auto import AutoOutput
from voiceguide.outputs.null import NullOutput
from voiceguide.outputs.opening import open_output, output_names
from voiceguide.outputs.output import AudioOutput
from voiceguide.player.remotes.remote import Remote
from voiceguide.registry import Registry
from voiceguide.speech.voices import engine_names

if TYPE_CHECKING:
    from pathlib import Path

OUTPUTS: Final = Registry("voiceguide.outputs", "audio output", AudioOutput)  # type: ignore[type-abstract]
REMOTES: Final = Registry("voiceguide.remotes", "remote control", Remote)  # type: ignore[type-abstract]

MODULE = """
from voiceguide.outputs.null import NullOutput

class Fine(NullOutput):
    pass

number = 7
"""
POINTS = """
[voiceguide.outputs]
fine = stranger:Fine
number = stranger:number
path = pathlib:Path
missing = stranger:Missing
nowhere = no_such_module:Output
broken = broken_stranger:Output
"""


@pytest.fixture
def _stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a third-party package that registers a good output and several that cannot be used."""
    (tmp_path / "stranger.py").write_text(MODULE)
    (tmp_path / "broken_stranger.py").write_text("raise RuntimeError('no licence was found')")
    about = tmp_path / "stranger-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1\n")
    (about / "entry_points.txt").write_text(POINTS)
    monkeypatch.delitem(sys.modules, "stranger", raising=False)
    monkeypatch.syspath_prepend(tmp_path)


def test_the_built_in_ones_are_registered() -> None:
    assert {"miniaudio", "null", "simpleaudio"} <= set(output_names())
    assert {"hibari", "piper", "pyttsx3"} <= set(engine_names())
    assert {"mp3", "wav", "flac"} <= set(exporter_suffixes())
    assert {"control", "keys", "mpris", "nowplaying", "smtc"} <= set(REMOTES.names())
    for name in REMOTES.names():
        assert issubclass(REMOTES.load(name), Remote)
    assert OUTPUTS.load("null") is NullOutput


@pytest.mark.usefixtures("_stranger")
def test_a_stranger_registers_as_the_built_in_ones_do() -> None:
    assert type(open_output("fine")).__name__ == "Fine"
    assert "fine" in output_names()


@pytest.mark.usefixtures("_stranger")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("number", "registered as stranger:number, but it is not a subclass of AudioOutput"),
        ("path", "registered as pathlib:Path, but it is not a subclass of AudioOutput"),
        ("missing", r"registered as stranger:Missing, but it cannot be imported \(AttributeError: .*Missing"),
        (
            "nowhere",
            r"registered as no_such_module:Output, but it cannot be imported \(ModuleNotFoundError: .*no_such_module",
        ),
        (
            "broken",
            r"registered as broken_stranger:Output, but it cannot be imported \(RuntimeError: no licence was found\)",
        ),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(name: str, reason: str) -> None:
    with pytest.raises(
        RegistrationError, match=rf"^the audio output '{name}' is {reason}.*: update or remove its package$"
    ):
        open_output(name)


@pytest.mark.usefixtures("_stranger")
def test_auto_passes_over_an_output_that_cannot_be_used() -> None:
    def find(name: str) -> AudioOutput:
        return open_output({"miniaudio": "broken", "simpleaudio": "null"}[name])

    assert AutoOutput(find).check() == "simpleaudio (silence)"


def test_an_unknown_name_is_told_with_those_there_are() -> None:
    assert OUTPUTS.find("nonesuch") is None
    with pytest.raises(UnknownNameError, match="no audio output is called 'nul': did you mean null"):
        OUTPUTS.load("nul")
