"""Respells words that voices mispronounce, so that every voice says them right.

The spellings are plain letters, because every engine reads letters, while each has its own notation for phonemes.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import TYPE_CHECKING, Final

from voiceguide.library.toml_file import read_model
from voiceguide.library.words import DATA
from voiceguide.model.pronounce import PronounceFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TOKEN: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SENTENCE_ENDS: Final = re.compile(r"\s*$|\s+[^\W\d_a-z]")
_ENDINGS: Final = ("'s", "s")
"""Possessive and plural. A listed word is also recognised with one of these; other endings are not touched."""


class Pronunciations:
    """Lists of words with their sounds. An earlier list takes precedence over a later one.

    A word in lower case matches any case; a word with a capital matches only itself.
    """

    def __init__(self, *lists: Mapping[str, str], language: str = "en") -> None:
        self.language = language
        self._layers = [{_unhyphenated(word): sound for word, sound in words.items()} for words in lists]
        keys = [key for words in self._layers for key in words]
        self._with_slash = {key.lower() for key in keys if "/" in key}
        first = {match[0].lower() for key in keys if (match := _TOKEN.match(key))}
        self._first = first | {word + ending for word in first for ending in _ENDINGS}
        self._longest = max((len(_TOKEN.findall(key)) for key in keys), default=0)

    def respelt(self, text: str, *, with_digits: bool) -> str:
        """`text` with listed words respelt: only words with a digit in them, or only words without one.

        At each place the longest phrase is taken. What was put in is not looked at again.
        """
        tokens = list(_TOKEN.finditer(text))
        parts, done = [], 0
        for index, token in enumerate(tokens):
            # Most words begin no listed phrase: skip them early.
            if token.start() < done or not self._begins(token[0]):
                continue
            for end in self._ends(tokens[index : index + self._longest]):
                phrase = text[token.start() : end]
                sound = self._sound(phrase)
                if sound is not None and any(map(str.isdecimal, phrase)) is with_digits:
                    parts += [text[done : token.start()], _in_place(sound, phrase, text[end:])]
                    done = end
                    break
        return "".join([*parts, text[done:]])

    def are_in_one(self, words: str) -> bool:
        """Whether a listed phrase contains `words`, which have a slash between them."""
        return any(words.lower() in key for key in self._with_slash)

    def _begins(self, word: str) -> bool:
        lower = word.lower()
        return lower in self._first or (not word.isascii() and _plain(lower) in self._first)

    @staticmethod
    def _ends(tokens: list[re.Match[str]]) -> Iterator[int]:
        """The ends of the phrases that begin with the first token, longest first; some include a dot or a slash."""
        for last in reversed(tokens):
            yield last.end() + 1
            yield last.end()

    def _sound(self, phrase: str) -> str | None:
        """The sound of a listed phrase, also in its plural or possessive; None if it is not listed."""
        for ending in ("", *_ENDINGS):
            if phrase.lower().endswith(ending):
                sound = self._known(_unhyphenated(phrase[: len(phrase) - len(ending)]))
                if sound is not None:
                    return sound + ending
        return None

    def _known(self, phrase: str) -> str | None:
        lower = phrase.lower()
        for words in self._layers:
            if phrase in words:
                return words[phrase]
            sound = words.get(lower) or (None if phrase.isascii() else words.get(_plain(lower)))
            if sound is not None:
                # Keep a capital: some voices tell by it where a sentence begins.
                return sound[:1].upper() + sound[1:] if phrase[:1].isupper() else sound
        return None


def _in_place(sound: str, phrase: str, behind: str) -> str:
    """`sound` to put in place of `phrase`, followed by the text `behind`. A sentence keeps its one full stop."""
    if phrase.endswith("/") and behind[:1].isalnum():
        return f"{sound} "  # `w/strap`
    if behind.startswith("."):
        return sound.removesuffix(".")
    ends = phrase.endswith(".") and _SENTENCE_ENDS.match(behind)
    return f"{sound}." if ends and not sound.endswith(".") else sound


def _plain(phrase: str) -> str:
    """Without accents: `savasana` for `\u015bav\u0101sana`."""
    return "".join(c for c in unicodedata.normalize("NFKD", phrase) if not unicodedata.combining(c))


def _unhyphenated(phrase: str) -> str:
    return phrase.replace("-", " ")


@functools.cache
def shipped(language: str = "en") -> Mapping[str, str]:
    """The shipped list of a language (two letters); empty if the language has none."""
    path = DATA / language / "pronounce.toml"
    return read_model(path, PronounceFile).pronounce if path.is_file() else {}


@functools.lru_cache(maxsize=64)
def _laid_over(language: str, own: tuple[tuple[str, str], ...]) -> Pronunciations:
    return Pronunciations(dict(own), shipped(language), language=language)


def pronunciations(own: Mapping[str, str] | None = None, language: str = "en") -> Pronunciations:
    """The shipped list of a language, with `own` words taking precedence. Equal words give the same object."""
    return _laid_over(language, tuple(sorted((own or {}).items())))
