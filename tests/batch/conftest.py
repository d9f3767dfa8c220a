"""A speech engine that records the texts it is asked for, registered like a third party's, and small manifests."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[[str], Path]
ROOT = Path(__file__).parents[2]

_ENGINE = """
import json, os
from voiceguide.errors import SpeechError
from tests.speech.fakes import ToneEngine

class CountingEngine(ToneEngine):
    name = "counting"

    def _speak(self, text, take):
        if os.environ.get("UNSPEAKABLE") in {text}:
            raise SpeechError(f"counting:{self.voice} does not get {text!r} right")
        with open(os.environ["COUNTED"], "a") as file:
            file.write(json.dumps([self.speech_rate, text]) + "\\n")
        return super()._speak(text, take)
"""

SMALL = """
[defaults]
voices = ["counting:sine"]
formats = ["wav"]
only = ["cat-cow"]
repetitions = 2
words = "brief"

[[sessions]]
routines = ["upper-back"]
paces = ["gentle", "steady", "brisk"]
"""
"""A manifest of three files of about a minute each, which take a tenth of a second to make."""


class Counted:
    """The requests that the counting engine has received."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def texts(self) -> list[tuple[float, str]]:
        """Return the speech rate and the text of each request, in order."""
        if not self._path.exists():
            return []
        return [(rate, text) for rate, text in map(json.loads, self._path.read_text("utf-8").splitlines())]


@pytest.fixture
def counted(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Install the voice `counting:sine` for this process and for every process that it starts."""
    site = tmp_path_factory.mktemp("site")
    (site / "counting_engine.py").write_text(_ENGINE)
    about = site / "counting_engine-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: counting-engine\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[voiceguide.engines]\ncounting = counting_engine:CountingEngine\n")
    monkeypatch.setenv("COUNTED", str(site / "counted"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), str(ROOT)]))
    monkeypatch.delitem(sys.modules, "counting_engine", raising=False)
    monkeypatch.syspath_prepend(site)
    return Counted(site / "counted")


@pytest.fixture
def manifest(tmp_path: Path) -> Write:
    """Return a function that writes a manifest and returns its path."""

    def write(text: str) -> Path:
        path = tmp_path / "catalogue.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write
