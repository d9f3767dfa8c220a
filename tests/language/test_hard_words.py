"""Forty or more hard words of each language, with their phonemes in espeak-ng once `pronounce.toml` has respelt them.

Somebody has checked these phonemes one by one. A test fails if a respelling is dropped or changed, or if a word is no
longer in the sessions. Pico does not report phonemes: with it a respelt word has to sound like the word itself.
"""

# ruff: noqa: RUF001 -- the letters of the phonetic alphabet

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pytest

from voiceguide.library.words import DATA
from voiceguide.speech.normalise import normalise
from voiceguide.speech.pico import PicoEngine
from voiceguide.speech.pronouncing import pronunciations, shipped
from voiceguide.speech.pyttsx3 import Pyttsx3Engine

if TYPE_CHECKING:
    from collections.abc import Iterator

HARD: Final = {
    "de": {
        "Vierfüßlerstand": "fˈiːɾfˈyːslɜʃtˈant",
        "Atme": "ˈɑːtmə",
        "Nackenverletzung": "nˈakənfɛɾlˈɛtsʊŋ",
        "Arthritis": "ˈaɾtɾiːtˌɪs",
        "Osteoporose": "ˈɔsteːˌoːpoːrˌoːzə",
        "Wirbelsäule": "vˈɪɾbəlzˌɔølə",
        "Schulterblätter": "ʃˈʊltɜblˈɛtɜ",
        "Schulterkreisen": "ʃˈʊltɜkɾˈaɪzən",
        "Schulterhöhe": "ʃˈʊltɜhˈøːə",
        "schulterbreit": "ʃˈʊltɜbɾˈaɪt",
        "hüftbreit": "hˈʏftbɾaɪt",
        "Oberschenkel": "ˈoːbɜʃˌɛŋkəl",
        "Unterschenkel": "ˌʊntɜʃˈɛŋkəl",
        "Oberkörper": "ˈoːbɜkˈœɾpɜ",
        "Oberarm": "ˈoːbərˈaɾm",
        "Unterarme": "ˌʊntɜˈaɾmə",
        "Ellbogen": "ˈɛlboːɡən",
        "Handgelenke": "hˈantɡəlˌɛŋkə",
        "Handballen": "hˈantbˌalən",
        "Handfläche": "hˈantflˌɛçə",
        "Fußsohlen": "fˈuːszˈoːlən",
        "Fußdehnung": "fˈuːsdeːnˌʊŋ",
        "Knöchel": "knˈœçəl",
        "Ferse": "fˈɛɾzə",
        "Achsel": "ˈaksəl",
        "Gesäß": "ɡəzˈɛːs",
        "Steißbein": "ʃtˈaɪsbaɪn",
        "Brustbein": "bɾˈʊstbaɪn",
        "Brustkorb": "bɾˈʊstkɔɾp",
        "Schienbein": "ʃˈiːnbaɪn",
        "Trapezmuskel": "tɾapˈeːtsmˈʊskəl",
        "Wadendehnung": "vˈɑːdəndˈeːnʊŋ",
        "Wadenkrampf": "vˈɑdənkɾˌampf",
        "Bettkante": "bˈɛtkˈantə",
        "Gebetshaltung": "ɡəbˈeːtshaltˌʊŋ",
        "Ruhehaltung": "rˈuːəhˈaltʊŋ",
        "Scheibenwischer": "ʃˈaɪbənvˈɪʃɜ",
        "Sphinx": "sfˈɪnks",
        "Taille": "tˈaljə",
        "waagerecht": "vˈɑːɡərˈɛçt",
        "hintere": "hˈɪntərə",
        "behutsam": "bəhˈuːtzɑːm",
        "guttut": "ɡˈuːtuːt",
        "werden": "vˈeːɾdən",
        "Nadel": "nˈɑːdəl",
        "Sehstörungen": "zˈeːʃtøːrˌʊŋən",
        "Chirurg": "çˈiːrʊɐk",
        "Kopfschmerzen": "kˈɔpfʃmˈɛɾtsən",
        "Morgendehnung": "mˈɔɾɡəndˈeːnʊŋ",
        "griffbereit": "ɡɾˈɪfbərˈaɪt",
    },
    "es": {
        "omóplatos": "omˈoplatos",
        "coxis": "kˈoksis",
        "esternón": "ˌesteɾnˈon",
        "axila": "aksˈila",
        "espinilla": "ˌespinˈiʎa",
        "pantorrilla": "pˌantorˈiʎa",
        "talón": "talˈon",
        "muñeca": "muɲˈeka",
        "meñique": "meɲˈike",
        "nuca": "nˈuka",
        "mandíbula": "mandˈiβula",
        "barbilla": "baɾβˈiʎa",
        "ingles": "ˈiŋɡles",
        "costillas": "kostˈiʎas",
        "zona lumbar": "θˈona lumbˈaɾ",
        "pelvis": "pˈelβis",
        "trapecio": "tɾapˈeθjo",
        "torácica": "toɾˈaθika",
        "artritis reumatoide": "aɾtɾˈitis rˌeʊmatˈoɪðe",
        "osteoporosis": "ˌosteˌopoɾˈosis",
        "glaucoma": "ɡlaʊkˈoma",
        "prótesis": "pɾˈotesis",
        "cirujano": "θˌiɾuxˈano",
        "columna": "kolˈumna",
        "esterilla": "ˌesteɾˈiʎa",
        "respaldo": "respˈalðo",
        "cojín": "koxˈin",
        "toalla": "toˈaʎa",
        "a cuatro apoyos": "a kwˈatɾo apˈoʝos",
        "zancada": "θankˈaða",
        "limpiaparabrisas": "lˌimpjapˌaɾaβɾˈisas",
        "enhebrar": "ˌeneβɾˈaɾ",
        "aguja": "aɣˈuxa",
        "esfinge": "esfˈiŋxe",
        "inhala": "inˈala",
        "exhala": "eksˈala",
        "quédate": "kˈeðate",
        "hormiguea": "ˌoɾmiɣˈea",
        "náuseas": "nˈausˌeas",
        "calambre": "kalˈambɾe",
        "mariposa": "mˌaɾipˈosa",
        "extensión": "ˌekstensjˈon",
        "torsión": "toɾsjˈon",
        "vientre": "bjˈɛntɾe",
        "muslo": "mˈuslo",
        "tobillo": "toβˈiʎo",
        "respiraciones": "rˌespiɾaθjˈones",
    },
}
SAME_IN_PICO: Final = (
    "Atme",
    "Brusthöhe",
    "Ellbogen",
    "Fußdehnung",
    "Gebetshaltung",
    "Oberschenkel",
    "Ruhehaltung",
    "Schulterblätter",
    "Trapezmuskel",
    "hintere",
    "waagerecht",
    "werden",
)
"""Words that Pico says right as they are written; a respelling must not change that."""


@pytest.fixture(scope="module", params=HARD)
def espeak(request: pytest.FixtureRequest) -> Iterator[Pyttsx3Engine]:
    with Pyttsx3Engine(request.param) as engine:
        yield engine


def spelt(word: str, language: str) -> str:
    return normalise(word, pronunciations({}, language))


def texts(data: Any) -> Iterator[str]:  # noqa: ANN401
    match data:
        case dict():
            for value in data.values():
                yield from texts(value)
        case list():
            for value in data:
                yield from texts(value)
        case str():
            yield data


def test_hard_words_are_said_right(espeak: Pyttsx3Engine) -> None:
    language = str(espeak.language())
    expected = HARD[language]
    assert len(expected) >= 40
    assert {word: espeak.phonemes(spelt(word, language)) for word in expected} == expected


def test_every_respelling_changes_what_is_said(espeak: Pyttsx3Engine) -> None:
    words = shipped(str(espeak.language()))
    assert words
    assert [word for word in words if espeak.phonemes(word) == espeak.phonemes(words[word])] == []


@pytest.mark.parametrize("language", HARD)
def test_hard_words_are_words_of_the_sessions(language: str) -> None:
    files = [path for path in (DATA / language).rglob("*.toml") if path.name != "pronounce.toml"]
    said = " ".join(text for path in files for text in texts(tomllib.loads(path.read_text(encoding="utf-8"))))
    assert [word for word in HARD[language] if not re.search(rf"\b{word}\b", said, re.IGNORECASE)] == []


def test_pico_says_a_respelt_word_as_it_says_the_word() -> None:
    with PicoEngine("de-DE") as pico:
        for word in SAME_IN_PICO:
            respelt = spelt(word, "de")
            assert respelt != word
            assert np.array_equal(pico.synthesize(word).samples, pico.synthesize(respelt).samples), word
