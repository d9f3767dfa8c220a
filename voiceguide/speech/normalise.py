"""Text made ready for the voice, or refused where an engine would say something else.

Engines differ in what they make of `30s` or `3 x 10`; they all read words. Four steps: characters that are typed in
many ways become one (here), words that are said wrong are spelt as they sound (`pronouncing.py`), numbers become words
(by the rules of the language), and what may still be read wrong, or with silence or gibberish (nothing, emoji, another
script: measured with hibari), is refused with what to write instead.
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
"""Part of every clip's key. The normalised text is, too: a change that alters texts re-speaks just those, and this is
raised only where the same normalised text has to be spoken anew."""

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
"""Characters that are others drawn otherwise: full width, bold, ligatures, \u00bd. Not powers: their height counts."""
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
    """`text` as it will be given to an engine: `Hold 30s` becomes `Hold 30 seconds`.

    `words` are spelt as they sound, by default those of the shipped list; with that, twice is the same as once.
    """
    result = _plain(text)
    if len(result) > MAX_TEXT_CHARS:
        return result  # it is going to be refused
    words = words or pronunciations()
    rules = rules_for(words.language)
    # A word with a digit goes before the grammar of numbers, any other behind it: `sec` is one of its units.
    if _DIGIT.search(result) or "/" in result:
        result = rules.read_numbers(words.respelt(result, with_digits=True))
    # Before the words, which are told by what stands beside them, and behind: `sit/w/a strap`.
    result = rules.read_slashes(result, words.are_in_one)
    result = rules.read_numbers(words.respelt(result, with_digits=False))
    result = rules.read_slashes(result, words.are_in_one)
    return unicodedata.normalize("NFC", result)


def _plain(text: str) -> str:
    """`text` in the characters of a plain keyboard, as far as there are any for what it says."""
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
    """Raise UnspeakableError, with the reason, for a normalised text that would not be spoken as it is meant.

    `scripts` are the scripts that the engine reads, None for any. The message quotes what was `written`, by default
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
        # What the grammar has made of a part of it is nothing that anybody has written.
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
