"""Invisible characters and unusual spaces, which come along with text from web pages."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from voiceguide.model.base import CueText, PlainText, Text
from voiceguide.model.characters import visible
from voiceguide.speech.normalise import check_speakable, normalise

INVISIBLE = [
    *"\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2060\u2063\u2066\u2067\u2068\u2069",
    *"\ufe0f\ufeff\U000e0001\U000e0041\U000e0100",
]
SPACES = ["\u00a0", "\u2002", "\u2009", "\u202f", "\u205f", "\u3000", "\u2800"]


@pytest.mark.parametrize("character", INVISIBLE, ids=ascii)
def test_what_nobody_sees_is_dropped(character: str) -> None:
    text = f"{character}Hold{character} st{character}ill{character}."
    assert visible(text) == "Hold still."
    assert normalise(text) == "Hold still."
    assert normalise(f"3{character}0{character}s") == "30 seconds"
    check_speakable(normalise(text), frozenset({"LATIN"}))
    for kind in (Text, PlainText, CueText):
        assert TypeAdapter(kind).validate_python(text) == "Hold still."
        with pytest.raises(ValidationError, match="nothing to see"):
            TypeAdapter(kind).validate_python(f"{character} {character}")


@pytest.mark.parametrize("character", SPACES, ids=ascii)
def test_every_space_is_a_space(character: str) -> None:
    assert normalise(f"Hold{character}30{character}s") == "Hold 30 seconds"
    assert TypeAdapter(CueText).validate_python(f"Hold{character}still.") == "Hold still."


@pytest.mark.parametrize("character", ["\u202d", "\u202e", "\u2028", "\x07", "\x9b"], ids=ascii)
def test_what_turns_or_breaks_a_line_is_still_refused(character: str) -> None:
    """A direction override shows letters in another order: if it were dropped, other words would be heard than seen."""
    with pytest.raises(ValidationError, match="cannot be spoken"):
        TypeAdapter(Text).validate_python(f"Hold{character}still.")


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("hip\u2010width, hip\u2011width, hip\u2012width", "hip-width, hip-width, hip-width"),
        ("\u2018soft\u2019 \u201cand\u201d \u201elow\u201c \u00abslow\u00bb", '\'soft\' "and" "low" "slow"'),
        ("child\u02bcs pose, child\u00b4s pose", "child's pose, child's pose"),
        ("\ufb01rm \ufb02oor", "firm floor"),
        ("\uff28\uff4f\uff4c\uff44\uff01", "Hold!"),
        ("\U0001d407\U0001d428\U0001d425\U0001d41d", "Hold"),
        ("\u2022 Lie down", "Lie down"),
        ("wait\u2026", "wait."),
        ("na\u00efve caf\u00e9", "na\u00efve caf\u00e9"),
        ("cafe\u0301", "caf\u00e9"),
    ],
)
def test_signs_that_are_typed_in_many_ways_become_one(text: str, spoken: str) -> None:
    assert normalise(text) == spoken
