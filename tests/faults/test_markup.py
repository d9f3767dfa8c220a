"""Text is only words: no engine, option parser or shell takes any part of it for markup, an option or a command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from voiceguide import session
from voiceguide.errors import SpeechError, UnknownNameError, UnspeakableError
from voiceguide.library.loader import Library
from voiceguide.speech.normalise import check_speakable, normalise
from voiceguide.speech.pyttsx3 import Pyttsx3Engine

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.harness import Program

MARKUP: Final = [
    "<speak>Hold.</speak>",
    "<audio src='file:///etc/passwd'/> Hold.",
    'Hold <break time="9999s"/> still.',
    "&lt;speak&gt;Hold.&lt;/speak&gt;",
    "Hold &amp; wait.",
    "[hold](/bæd/) still.",
    "[[h@l'oU]] there.",
    "[[volm 0.1]] Hold.",
    "{rate 10} Hold.",
    "\\pau=9000\\ Hold.",
    "Hold |still|.",
    "`touch x` Hold.",
    "$(touch x) Hold.",
    "Hold; touch x > y",
    "Hold\x00 still.",
    "Hold\x1b[31m still.",
    "\u202eHold.",
    "_Hold_ *still* #now.",
]
"""SSML, entities, hibari's own pronunciations, espeak's phonemes, commands of macOS and SAPI, of shells and of
terminals."""

INNOCENT: Final = ["-rf --voice x", "--help", "-o /etc/passwd", "; rm -rf x", "../../x", "Hold; then rest (slowly)."]
"""Odd texts of ordinary words and punctuation, which are spoken as they stand."""


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_refused_for_every_engine(text: str, tmp_path: Path) -> None:
    """This includes hibari's `[word](/phonemes/)`, which a routine might want: another engine would read it aloud."""
    for scripts in (None, frozenset({"LATIN"})):
        with pytest.raises(UnspeakableError, match=r"cannot be spoken: .*(is markup|has no sound)"):
            check_speakable(normalise(text), scripts)
    with pytest.raises(UnspeakableError):
        session.say(text, cache_dir=tmp_path)
    assert list(tmp_path.rglob("*.clip")) == []


@pytest.mark.parametrize("text", MARKUP[:7])
def test_markup_in_a_routine_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    head = 'id = "mine"\ntitle = "Mine"\ndescription = "x"\n[[items]]\nstretch = "cat-cow"\n[[close]]\nsay = '
    path.write_text(head + json.dumps(text) + "\n", encoding="utf-8")
    with pytest.raises(UnspeakableError, match="cannot be spoken"):
        session.plan(Library().routine(str(path)), cache_dir=tmp_path / "clips")


@pytest.mark.parametrize("text", INNOCENT)
def test_text_is_no_option_and_no_command(text: str, tmp_path: Path) -> None:
    """A real process of pyttsx3 speaks the text, which it gets over a pipe."""
    with Pyttsx3Engine("en-us") as engine:
        check_speakable(normalise(text), engine.scripts)
        assert len(engine.synthesize(normalise(text)).samples) > 5000
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("voice", ["--voices", "-c", "en-us; touch x", "$(touch x)", "../../en", "<en-us/>"])
def test_a_voice_is_no_option_and_no_command(voice: str, tmp_path: Path) -> None:
    """The voice is a positional argument of the process, so it is never read as an option."""
    with pytest.raises(UnknownNameError, match="no pyttsx3 voice is called"), Pyttsx3Engine(voice) as engine:
        engine.load()
    assert list(tmp_path.iterdir()) == []


def test_a_voice_that_is_longer_than_an_argument_may_be() -> None:
    with pytest.raises(SpeechError, match="Argument list too long"), Pyttsx3Engine("x" * 200_000) as engine:
        engine.load()


def test_a_text_that_begins_with_a_dash_on_the_command_line(program: Program, tmp_path: Path) -> None:
    """The text may begin with a dash after `--`, which ends the options."""
    ending = program.run("say", "-o", tmp_path / "x.wav", "--", "--version is what I say.")
    assert ending.exit_code == 0, ending
    assert (tmp_path / "x.wav").is_file()
    refused = program.run("say", "-o", tmp_path / "y.wav", "--version is what I say.")
    assert refused.exit_code == 2
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "hibari:../../x", "hibari:/etc/passwd", "os:system", "-x"])
def test_an_engine_is_a_name_from_a_list(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="is called"):
        session.say("Never said before.", voice=name, cache_dir=tmp_path)
