"""The words that a file has about its pacing are for listeners: plain, and with some for every knob."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import pacings
from voiceguide.language.phrasebook import PacingWords
from voiceguide.library.loader import Library
from voiceguide.library.words import languages
from voiceguide.model.pacing import UNMENTIONED, Pacing
from voiceguide.model.stretch import Breath
from voiceguide.planning.pacing_words import pacing_in_words
from voiceguide.planning.presets import PRESETS, paced, pacing_with
from voiceguide.sound.ambience import AMBIENCES

BOOKS = {language: Library(language).phrasebook for language in languages()}
BOOK = BOOKS["en"]
CHANGES = {
    "speech_rate": (0.9, "the voice at 0.9 of its natural speed"),
    "sentence_gap_s": (1.2, "1.2 s between sentences"),
    "hold_s": (30, "holds of 30 s"),
    "repetitions": (1, "1 repetition"),
    "rounds": (2, "2 rounds"),
    "breath": ({"in_s": 4, "out_s": 6.5}, "breath in 4 s, out 6.5 s"),
    "breath_scale": (1.2, "breaths 1.2 times as long"),
    "breath_cues": (False, "no breath words"),
    "tones": ("off", "no tones"),
    "countdown": (3, "the last 3 s of a hold counted down"),
    "bed": ("/home/me/my private song.mp3", "sound from a file under the voice"),
    "sleep": (True, "soft tones, ends in sleep"),
    "first_side": ("left", "left side first"),
    "level": ("easier", "easier ways to do them"),
    "walk_s": (9, "9 s to walk from one place to another"),
    "transition_s": (0, "0 s for every change of position"),
    "same_posture_s": (4, "4 s for a change within a position"),
    "switch_s": (12, "12 s to change sides"),
    "change_s": (11, "11 s between sitting and hands and knees"),
    "floor_s": (20, "20 s to the floor and up from it"),
    "settle_scale": (2, "2 times as long to settle"),
    "enter_s": (6, "6 s into a hold"),
    "leave_s": (7, "7 s out of a hold"),
    "round_rest_s": (9, "9 s of rest between rounds"),
    "length_s": (600, "10:00 in all"),
    "only": (("cat-cow", "child-pose"), "only cat cow and child pose"),
    "skip": (("upper-trapezius",), "without upper trapezius"),
}


@pytest.mark.parametrize("knob", CHANGES)
def test_every_change_is_said_plainly(knob: str) -> None:
    value, words = CHANGES[knob]
    assert pacing_in_words(pacing_with({knob: value}), BOOK) == f"steady, full words, {words}"


def test_no_knob_is_without_words() -> None:
    assert set(Pacing.model_fields) == {*CHANGES, "pace", "words", "bed_level_db", *UNMENTIONED}
    assert pacing_in_words(paced(bed="rain", bed_level_db=-30), BOOK).endswith("rain under the voice, 30 dB below it")
    assert pacing_in_words(paced(bed_level_db=-30), BOOK) == "steady, full words"
    whole = paced(breath=Breath(in_s=4, hold_in_s=1, out_s=6, hold_out_s=2))
    assert pacing_in_words(whole, BOOK).endswith("breath in 4 s, hold 1 s, out 6 s, hold 2 s")


def test_the_phrasebook_has_words_for_every_knob_and_every_bed() -> None:
    with_words_elsewhere = {"pace", "words", *UNMENTIONED, "repetitions", "rounds"}
    assert set(PacingWords.model_fields) == set(Pacing.model_fields) - with_words_elsewhere | {"breath_held"}
    for book in BOOKS.values():
        assert set(book.pacing.bed) == {*AMBIENCES, "file"}


@pytest.mark.parametrize("language", [language for language in BOOKS if language != "en"])
@pytest.mark.parametrize("knob", CHANGES)
def test_every_change_is_said_in_the_language(language: str, knob: str) -> None:
    pacing = pacing_with({knob: CHANGES[knob][0]})
    said, in_english = pacing_in_words(pacing, BOOKS[language]), pacing_in_words(pacing, BOOK)
    assert said.count(", ") >= 2
    assert not set(said.split(", ")) & set(in_english.split(", "))
    assert not re.search(r"\d\.\d|[{}]", said)


def test_a_german_comment_is_german() -> None:
    pacing = paced("gentle", speech_rate=0.8, hold_s=30, repetitions=1, only=("cat-cow", "knee-hug", "sphinx"))
    assert pacing_in_words(pacing, BOOKS["de"]) == (
        "sanft, alle Ansagen, die Stimme mit 0,8 ihrer eigenen Geschwindigkeit, Haltezeiten von 30 s, "
        "1 Wiederholung, nur cat cow, knee hug und sphinx"
    )


@pytest.mark.parametrize("pace", PRESETS)
def test_what_a_pace_brings_with_it_is_not_said_again(pace: str) -> None:
    assert pacing_in_words(PRESETS[pace], BOOK) == f"{pace}, full words"


@given(pacings, st.sampled_from(sorted(BOOKS)))
def test_no_internal_name_shows(pacing: Pacing, language: str) -> None:
    said = pacing_in_words(pacing, BOOKS[language])
    assert not re.search(r"_|None|True|False|[\[\]{}()]", said)
    assert not any(name in said.split() for name in Pacing.model_fields if "_" in name)


def test_stretches_are_named_in_the_language() -> None:
    """A title in the language is said instead of the id, which is English."""
    said = pacing_in_words(paced(skip=("cat-cow", "sphinx")), BOOKS["de"], {"cat-cow": "Katze und Kuh"})
    assert said.endswith(", ohne Katze und Kuh und sphinx")
