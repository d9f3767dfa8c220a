"""Words that voices say wrong, spelt as they sound: the shipped list, as real voices say it, and the rules."""
# ruff: noqa: RUF001 -- phonemes are letters, too

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from piper.phonemize_espeak import EspeakPhonemizer

from tests.speech.fakes import ToneEngine
from voiceguide.errors import UnspeakableError
from voiceguide.speech.hibari import HibariEngine
from voiceguide.speech.narrator import Narrator
from voiceguide.speech.normalise import check_speakable, normalise
from voiceguide.speech.pronouncing import Pronunciations, pronunciations, shipped
from voiceguide.speech.store import ClipStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SHIPPED = shipped()

HIBARI = [
    ("tai chi", "tˈI ʧˈi"),
    ("Tai Chi.", "tˈI ʧˈi."),
    ("TAI-CHI", "tˈI ʧˈi"),
    ("PSIS", "pˌiˌɛsˌIˈɛs"),
    ("ASIS", "ˌAˌɛsˌIˈɛs"),
    ("ROM", "ˌɑɹˌOˈɛm"),
    ("SI joint", "ˌɛsˈI ʤˈYnt"),
    ("the IT band", "ði ˌI tˈi bˈænd"),
    ("ab", "ˈæb"),
    ("abs", "ˈæbz"),
    ("an ab's edge", "ɐn ˈæbz ˈɛʤ"),
    ("bow forward", "bˈW fˈɔɹwəɹd"),
    ("Now bow to the floor.", "nˈW bˈW tə ðə flˈɔɹ."),
    ("bow pose", "bˈO pˈOz"),
    ("a rotator cuff tear", "ɐ ɹˈOtˌATəɹ kˈʌf tˈɛɹ"),
    ("wind-down", "wˈInd dˌWn"),
    ("Close your eyes.", "klˈOz jʊɹ ˈIz."),
    ("close to the wall", "klˈOs tə ðə wˈɔl"),
    ("alternate legs", "ˈɔltəɹnˌAt lˈɛɡz"),
    ("alternate nostril", "ˈɔltəɹnət nˈɑstɹᵊl"),
    ("Say no.", "sˈA nˈO."),
    ("Salute the Sun.", "səlˈut ðə sˈʌn."),
    ("One last Rep.", "wˈʌn lˈæst ɹˈɛp."),
    ("a few secs", "ɐ fjˈu sˈɛkəndz"),
    ("Chaturanga", "ʧˈʌTə ɹˈʌŋ ɡˈɑ"),
    ("savasana", "ʃˈʌv ˈɑsɪnə"),
    ("Śavāsana", "ʃˈʌv ˈɑsɪnə"),
    ("asanas", "ˈɑsɪnəz"),
    ("Adho Mukha Svanasana", "ˈɑdO mˈʊkə svˈɑn ˈɑsɪnə"),
    ("trikonasana", "tɹˈi kˈOn ˈɑsɪnə"),
    ("qigong", "ʧˈi ɡˈɔŋ"),
    ("ujjayi", "ˈu ʤˈɑ jˈi"),
    ("mula bandha", "mˈulə bˈʌndə"),
    ("brachialis", "bɹˈAki ˈælɪs"),
    ("quadratus lumborum", "kwˈɑd ɹˈATəs lʌmbˈɔɹəm"),
    ("Warrior II", "wˈɔɹiəɹ tˈu"),
    ("CO2", "sˌiˈO tˈu"),
    ("trapezius", "tɹəpˈiziəs"),
    ("psoas", "sˈOəs"),
    ("PTs", "pˌitˈiz"),
]
ESPEAK = [
    ("tai chi", "taɪ tʃiː"),
    ("PSIS", "piːɛsaɪɛs"),
    ("ASIS", "eɪɛsaɪɛs"),
    ("ROM", "ɑːɹɹoʊɛm"),
    ("bow forward", "baʊ fɔːɹwɚd"),
    ("close your eyes", "kloʊz jʊɹ aɪz"),
    ("use a strap", "juːz ɐ stɹæp"),
    ("savasana", "ʃʌv ɑːsɪnə"),
    ("asana", "ɑːsɪnə"),
    ("qigong", "tʃiː ɡɔŋ"),
    ("sciatic", "saɪ æɾɪk"),
    ("separate the feet", "sɛpɐɹeɪt ðə fiːt"),
]


@pytest.fixture(scope="module")
def hibari() -> Iterator[HibariEngine]:
    with HibariEngine() as engine:
        yield engine


@pytest.mark.parametrize(("written", "sounds"), HIBARI)
def test_the_default_voice_says_it_right(hibari: HibariEngine, written: str, sounds: str) -> None:
    assert hibari.phonemes(normalise(written)) == sounds


@pytest.mark.parametrize(("written", "sounds"), ESPEAK)
def test_the_voices_of_espeak_say_it_right(written: str, sounds: str) -> None:
    """Piper's own phonemizer gives the sounds; where it puts the stress is left out."""
    [found] = EspeakPhonemizer().phonemize("en-us", normalise(written))
    assert re.sub("[ˈˌʲ.]", "", "".join(found)) == sounds


def test_the_shipped_list_changes_every_word_once_and_for_all() -> None:
    words = pronunciations()
    for word, sound in SHIPPED.items():
        for text in (word, sound):
            check_speakable(normalise(text), frozenset({"LATIN"}))
        assert normalise(normalise(word)) == normalise(word)
        once = words.respelt(sound, with_digits=False)
        assert once == words.respelt(once, with_digits=False)


@given(st.lists(st.sampled_from([*SHIPPED, "Hold", "the", ".", ",", "-", "'s", "30s"]), max_size=8).map(" ".join))
def test_texts_of_such_words_are_stable(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("absent, cab, tabs and Abby", "absent, cab, tabs and Abby"),
        ("rom, Romans, from", "rom, Romans, from"),
        ("Improve your ROM.", "Improve your R.O.M."),
        ("your ROM, slowly", "your R.O.M., slowly"),
        ("10 ea. Then rest.", "10 each. Then rest."),
        ("10 ea. side", "10 each side"),
        ("approx. 5 min", "approximately 5 minutes"),
        ("w/ a strap, b/w the knees", "with a strap, between the knees"),
        ("Asana's name", "Ahsinna's name"),
        ("the ab-wheel", "the abb-wheel"),
        ("no. 3, or no.", "number 3, or know."),
        ("a nose", "a nose"),
    ],
)
def test_only_whole_words_are_replaced(text: str, spoken: str) -> None:
    assert normalise(text) == spoken


def test_own_words_count_before_the_shipped_ones_and_before_the_grammar_of_numbers() -> None:
    own = pronunciations(
        {"tai chi": "ty jee", "4K": "four K", "90/90": "the nineties", "rom": "romm", "asana": "asana"}
    )
    assert normalise("Tai chi in 4K, 90/90, ROM and rom, asana", own) == (
        "Ty jee in four K, the nineties, Romm and romm, asana"
    )
    assert normalise("tai chi", pronunciations({})) == normalise("tai chi")


def test_what_was_put_in_is_not_looked_up_again() -> None:
    swapped = Pronunciations({"in": "out", "out": "in"})
    assert swapped.respelt("in and out", with_digits=False) == "out and in"


def test_capitals_stand_for_themselves_and_lower_case_for_any() -> None:
    words = Pronunciations({"PT": "P.T.", "mat": "matt"})
    assert words.respelt("a PT, a pt, a Mat, a MAT", with_digits=False) == "a P.T., a pt, a Matt, a Matt"


def test_the_longest_phrase_wins() -> None:
    words = Pronunciations({"chi": "chee", "tai chi": "tie chee", "tai chi chuan": "tie chee chwan"})
    assert words.respelt("tai chi chuan, tai chi, chi", with_digits=False) == "tie chee chwan, tie chee, chee"


def test_a_word_re_speaks_only_the_texts_that_hold_it(tmp_path: Path) -> None:
    texts = ["Hold.", "A jooj here.", "Breathe in."]

    def narrator(pronounce: dict[str, str]) -> tuple[Narrator, ToneEngine]:
        engine = ToneEngine()
        return Narrator(engine, ClipStore(tmp_path), pronounce=pronounce), engine

    before, _ = narrator({})
    before.speak(texts)
    after, engine = narrator({"jooj": "zhoozh"})
    assert [text for text in texts if before.keys([text]) != after.keys([text])] == ["A jooj here."]
    after.speak(texts)
    assert engine.spoken == [("A zhoozh here.", 0)]


@pytest.mark.parametrize(
    "sound", ["[hold](/bæd/)", "<speak>", "[[h@l]]", "{side}", "tie_chee", "3 times", "\u202etie", ""]
)
def test_markup_cannot_be_smuggled_in_behind_a_word(sound: str, make_pronounced: Callable[[str], str]) -> None:
    with pytest.raises((UnspeakableError, ValueError)):
        check_speakable(make_pronounced(sound), None)


@pytest.fixture
def make_pronounced() -> Callable[[str], str]:
    """A function that gives a text with `mat` spelt as it is told, by way of the model that reads users' files."""
    from voiceguide.model.pronounce import PronounceFile

    def pronounced(sound: str) -> str:
        return normalise("a mat", pronunciations(PronounceFile(pronounce={"mat": sound}).pronounce))

    assert pronounced("matt") == "a matt"
    return pronounced


def test_each_language_has_a_list_of_its_own() -> None:
    """`ab` is a muscle in English, and a part of many German verbs."""
    assert "ab" in shipped("en")
    assert "ab" not in shipped("de")
    assert shipped("fr") == {}
    assert normalise("Leg die Arme ab.", pronunciations({"Arme": "Arrme"}, "de")) == "Leg die Arrme ab."


def test_a_word_that_is_not_ascii_is_found_as_it_is_and_without_its_accents() -> None:
    words = Pronunciations({"fa\u00e7on": "fassohn", "ole": "olay"})
    assert words.respelt("fa\u00e7on, ol\u00e9, Ol\u00e9, OL\u00c9S", with_digits=False) == "fassohn, olay, Olay, Olays"
    assert words.respelt("facon", with_digits=False) == "facon"


def test_plurals_and_possessives_are_said_like_the_word() -> None:
    words = Pronunciations({"mat": "matt", "tai chi": "tie chee", "Ab.": "Abb"})
    assert words.respelt("mats, mat's, MATS', mats' ends, tai chi's", with_digits=False) == (
        "matts, matt's, Matts', matts' ends, tie chee's"
    )
    assert words.respelt("matt's mate's", with_digits=False) == "matt's mate's"


def test_hyphens_and_spaces_are_alike_and_a_phrase_ends_at_any_other_sign() -> None:
    words = Pronunciations({"tai-chi": "tie chee"})
    assert words.respelt("tai chi, tai-chi, tai, chi, tai_chi", with_digits=False) == (
        "tie chee, tie chee, tai, chi, tai_chi"
    )


def test_a_word_with_a_digit_goes_first_and_alone() -> None:
    words = Pronunciations({"4K": "four K", "mat": "matt", "mat 5": "mat the fifth"})
    assert words.respelt("4K mat 5, mat", with_digits=True) == "four K mat the fifth, mat"
    assert words.respelt("4K mat 5, mat", with_digits=False) == "4K matt 5, matt"


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("an ab.", "an abb."),
        ("incl. a mat", "including a mat"),
        ("a mat incl.", "a mat including."),
        ("a mat incl. Then rest", "a mat including. Then rest"),
        ("a mat incl. 3 rests", "a mat including 3 rests"),
        ("ROM. Then", "R.O.M. Then"),
        ("w/ a strap", "with a strap"),
        ("w/tai chi", "with tie chee"),
        ("(w/)", "(with)"),
    ],
)
def test_a_dot_and_a_slash_that_belong_to_a_word_go_with_it(text: str, spoken: str) -> None:
    assert normalise(text) == spoken


def test_a_list_that_holds_nothing_changes_nothing() -> None:
    assert pronunciations({}, "de").respelt("ab, tai chi", with_digits=False) == "ab, tai chi"
    assert shipped("en") == shipped() != {}
