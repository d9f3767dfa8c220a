"""The log has what a bug report needs, and never the user's words."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from voiceguide import session
from voiceguide.errors import SpeechError
from voiceguide.log import logged_to, logger, without_words
from voiceguide.outputs.null import NullOutput
from voiceguide.player.commands import Action, Command
from voiceguide.speech.hibari import HibariEngine
from voiceguide.speech.opening import Understudy

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from voiceguide.speech.engine import Take

MARKED = "Zyzzyva"
ROUTINE = f"""
id = "{MARKED.lower()}"
title = "{MARKED} in the morning"
description = "{MARKED} and more."
[[items]]
stretch = "upper-trapezius"
"""
RUN = [sys.executable, "-c", "from voiceguide.cli.main import run; run()"]


@pytest.fixture
def marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a routine with the marked word in its title, which is spoken, and in its file name; return its path."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    path = tmp_path / f"{MARKED.lower()}.toml"
    path.write_text(ROUTINE)
    return path


def test_a_session_leaves_no_word_of_it_in_the_log(
    marked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "voiceguide")
    planned = session.plan(str(marked), cache_dir=tmp_path / "clips")
    assert any(MARKED in cue.text for cue in planned.timeline.cues)
    planned.export(tmp_path / f"{MARKED}.wav")
    monkeypatch.setattr(session, "open_output", lambda _name: NullOutput(speed=200))
    with session.player(str(marked), cache_dir=tmp_path / "clips") as player:
        player.send(Command(Action.SEEK_TO, 5.0))
        thread = threading.Thread(target=player.run)
        thread.start()
        thread.join(60)
    assert player.ended.is_set()
    for fact in (
        "hibari is loaded in",
        "texts spoken in",
        ".wav of",
        "silence is open: 24000 Hz",
        "position 5",
        "ended",
    ):
        assert fact in caplog.text
    assert MARKED.lower() not in caplog.text.lower()
    assert "upper" not in caplog.text.lower()


def test_neither_does_a_voice_that_fails_on_it(
    marked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(_engine: HibariEngine, text: str, take: int) -> Take:
        message = f"{take}: {text} cannot be said"
        raise RuntimeError(message)

    def understudy(_self: object, texts: Iterable[str]) -> None:
        message = f"nor does another say {MARKED}: {list(texts)}"
        raise RuntimeError(message)

    caplog.set_level(logging.DEBUG, "voiceguide")
    monkeypatch.setattr(HibariEngine, "_speak", failing)
    monkeypatch.setattr(Understudy, "__call__", understudy)
    monkeypatch.setattr(session, "open_output", lambda _name: NullOutput(speed=20))
    with session.player(str(marked), cache_dir=tmp_path / "clips") as player, pytest.raises(SpeechError, match=MARKED):
        player.run()
    assert "a voice failed, another goes on: SpeechError < engine.py:" in caplog.text
    assert "a voice failed, none goes on: RuntimeError < test_log.py:" in caplog.text
    assert MARKED.lower() not in caplog.text.lower()
    assert "cannot be said" not in caplog.text


def test_it_is_silent_unless_somebody_asks_for_it() -> None:
    program = "from voiceguide.log import logger; logger('voiceguide.player').error('the device burns')"
    quiet = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (quiet.stdout, quiet.stderr) == ("", "")
    asked = f"import logging; logging.basicConfig(); {program}"
    heard = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert "the device burns" in heard.stderr


def test_debug_shows_it_and_nothing_else_does(clip_cache: Path, tmp_path: Path) -> None:
    def said(*options: str) -> str:
        command = [*RUN, *options, "say", "Ready.", "-o", str(tmp_path / "a.wav"), "--cache-dir", str(clip_cache)]
        (tmp_path / "a.wav").unlink(missing_ok=True)
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stderr

    assert said() == ""
    [*_, last] = said("--debug").splitlines()
    assert "s  export.exporter: .wav of" in last
    assert "Ready" not in last


def test_lines_carry_seconds_and_a_stream_that_is_gone_stops_nothing() -> None:
    lines: list[str] = []
    with logged_to(lines.append):
        logger("voiceguide.player.feed").debug("underrun: %d frames", 3)
    logger("voiceguide.player.feed").error("nobody listens any more")
    assert [line.split(maxsplit=2)[1:] for line in lines] == [["s", "player.feed: underrun: 3 frames"]]

    def gone(_line: str) -> None:
        raise BrokenPipeError

    with logged_to(gone):
        logger("voiceguide.player.feed").error("it goes on")


def test_an_error_is_its_type_and_its_places() -> None:
    def inner() -> None:
        raise KeyError(MARKED)

    with pytest.raises(KeyError) as raised:
        inner()
    words = without_words(raised.value)
    assert words.startswith("KeyError < test_log.py:")
    assert MARKED not in words
