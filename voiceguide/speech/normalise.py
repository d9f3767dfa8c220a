"""Prepares text for the voice, or refuses it if an engine would say something else.

Engines differ in how they read `30s` or `3 x 10`, but they all read words. There are four steps: variants of a
character become one (here), words that voices mispronounce are respelt (`pronouncing.py`), numbers become words (by the
rules of the language), and whatever an engine may still read wrong, or answer with silence or gibberish (an empty text,
emoji, another script: measured with hibari), is refused, with advice on what to write instead.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import TYPE_CHECKING, Final

from voiceguide.errors import UnspeakableError
from voiceguide.language.rules import rules_for
from voiceguide.model.base import MAX_TEXT_CHARS
from voiceguide.model.characters import visible
from voiceguide.speech.pronouncing import pronunciations

if TYPE_CHECKING:
    from voiceguide.speech.pronouncing import Pronunciations

NORMALISER_VERSION: Final = 2
"""Part of every clip's key, as is the normalised text. A text whose normalised form changes is spoken again anyway, so
raise this only if texts with an unchanged form must be spoken again."""

_SIGNS: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u02b9\u2032\u00b4\u2039\u203a", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u301d\u301e", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2212\u2043\u02d7\ufe63", "-"),
        "\u2015": "\u2014",
        "\u2026": ".",
        "\u2044": "/",
        "\u2215": "/",
        "\u2236": ":",
        "\u223c": "~",
        "\u2715": "\u00d7",
        "\u2716": "\u00d7",
        "\u2a2f": "\u00d7",
        "\u2116": "#",
    }
)
_ELLIPSIS_OF_NUMBERS: Final = re.compile("(?<=[0-9])\u2026(?=[0-9])")
_SAME_LETTER: Final = frozenset({"<wide>", "<narrow>", "<font>", "<compat>", "<fraction>"})
"""Kinds of characters that only look different: full width, bold, ligatures, \u00bd. Powers are not: they mean more."""
_VULGAR: Final = re.compile("(?<=[0-9]) ?([\u00bc-\u00be\u2150-\u215e])")
_DEGREE: Final = re.compile("(?<=[0-9]) ?[\u00ba\u02da](?!\\w)")
_KEYCAP: Final = re.compile("(?<=[0-9])\u20e3")
_BULLET: Final = re.compile("^[\u2022\u25e6\u25aa\u2023\u25cf\u25cb\u25a0\u25b8\u25ba\u2713\u2714\u2610] *")
_DIGIT: Final = re.compile(r"\d")
_ALLOWED_MARKS: Final = frozenset(" .,;:!?'\"-()–—/")  # noqa: RUF001
_MARKUP: Final = frozenset("[]{}<>\\|`^~_*#@=+")
_IN_WORDS: Final = {
    "+": "plus",
    "=": "is",
    "<": "less than",
    ">": "more than",
    "~": "about",
    "@": "at",
    "#": "number",
    "°": "degrees",
    "%": "percent",
    "±": "plus or minus",
    "→": "to",
}


@functools.lru_cache(maxsize=1024)
def normalise(text: str, words: Pronunciations | None = None) -> str:
    """`text` as an engine will get it: `Hold 30s` becomes `Hold 30 seconds`.

    Respells `words`, by default the shipped list. With that list, normalising twice is the same as once.
    """
    result = _plain(text)
    if len(result) > MAX_TEXT_CHARS:
        return result  # it will be refused
    words = words or pronunciations()
    rules = rules_for(words.language)
    # Respell words with a digit before reading numbers, and others after it: `sec` is a unit of numbers.
    if _DIGIT.search(result) or "/" in result:
        result = rules.read_numbers(words.respelt(result, with_digits=True))
    # Slashes both before and after the words, which may depend on their neighbours: `sit/w/a strap`.
    result = rules.read_slashes(result, words.are_in_one)
    result = rules.read_numbers(words.respelt(result, with_digits=False))
    result = rules.read_slashes(result, words.are_in_one)
    return unicodedata.normalize("NFC", result)


def _plain(text: str) -> str:
    """`text` in the characters of a plain keyboard, as far as possible."""
    if not text.isascii():
        text = visible(text)
        text = _ELLIPSIS_OF_NUMBERS.sub("...", text).translate(_SIGNS)
        text = _VULGAR.sub(r" \1", _KEYCAP.sub("", text))
        text = " ".join("".join(map(_same_letter, unicodedata.normalize("NFC", text))).split())
        text = _DEGREE.sub("°", _BULLET.sub("", text))
    return " ".join(text.split())


@functools.lru_cache(maxsize=1024)
def _same_letter(character: str) -> str:
    if unicodedata.decomposition(character).partition(" ")[0] not in _SAME_LETTER:
        return character
    plain = unicodedata.normalize("NFKC", character)
    return character if plain.startswith(" ") else plain.replace("\u2044", "/")


def check_speakable(
    text: str, scripts: frozenset[str] | None, written: str | None = None, language: str = "en"
) -> None:
    """Raise UnspeakableError, with the reason, if a normalised text would not be spoken as it is meant.

    `scripts` are the scripts that the engine reads; None means any. The message quotes what was `written`, by default
    the normalised text.
    """
    written = written or text
    if not text:
        message = "there is nothing to say: the text is empty"
        raise UnspeakableError(message)
    if len(text) > MAX_TEXT_CHARS:
        message = f"{written[:40]!r}… has {len(text)} characters: say at most {MAX_TEXT_CHARS} at once"
        raise UnspeakableError(message)
    for character in text:
        if reason := _refusal(character, scripts):
            message = f"{written!r} cannot be spoken: {reason}"
            raise UnspeakableError(message)
    if not any(character.isalnum() for character in text):
        message = f"{written!r} cannot be spoken: it holds neither letters nor digits"
        raise UnspeakableError(message)
    if found := rules_for(language).doubt(text):
        what, how = found
        # Quote the user's own words, not what the normaliser made of them.
        meant = f"what {what!r} means" if what in _plain(written) else "what its numbers mean"
        message = f"{written!r} cannot be spoken: {meant} is not clear; {how}"
        raise UnspeakableError(message)


@functools.lru_cache(maxsize=1024)
def _refusal(character: str, scripts: frozenset[str] | None) -> str | None:
    instead = f"; write {_IN_WORDS[character]!r}" if character in _IN_WORDS else ""
    if character in _MARKUP:
        return f"{character!r} is markup, not a word{instead}"
    category = unicodedata.category(character)
    if category[0] in {"L", "M"}:
        script = unicodedata.name(character, "UNKNOWN").split()[0]
        if scripts is not None and category[0] == "L" and script not in scripts:
            return f"{character!r} is {script.title()} script, which this voice does not read"
        return None
    if category == "Nd":
        foreign = scripts is not None and not character.isascii()
        return f"{character!r} is a digit that this voice does not read; write it as 0 to 9" if foreign else None
    if character in _ALLOWED_MARKS:
        return None
    return f"{character!r} ({unicodedata.name(character, category).lower()}) has no sound{instead}"
