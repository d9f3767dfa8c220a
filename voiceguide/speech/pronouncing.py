"""Words that voices say wrong, and how they are spelt so that every voice says them right.

Plain letters and no phonemes: every engine has a notation of its own for those, and all of them read letters.
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
"""A word is known with these behind it, too: possessive and plural. What else stands behind it stays."""


class Pronunciations:
    """Lists of words with how they sound, the one that counts most first.

    A word in lower case stands for any case; one with a capital only for itself.
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
        """`text` with the words of the lists as they sound; those that hold a digit, or those that do not.

        Each place once, and the longest phrase that begins there: what was put in is not looked at again.
        """
        tokens = list(_TOKEN.finditer(text))
        parts, done = [], 0
        for index, token in enumerate(tokens):
            # Most words begin nothing, and are not looked at further.
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
        """Whether the lists hold a word or a phrase with these `words`, which stand around a slash."""
        return any(words.lower() in key for key in self._with_slash)

    def _begins(self, word: str) -> bool:
        lower = word.lower()
        return lower in self._first or (not word.isascii() and _plain(lower) in self._first)

    @staticmethod
    def _ends(tokens: list[re.Match[str]]) -> Iterator[int]:
        """Where the phrases end that begin with the first token, the longest first: some end with a dot or a slash."""
        for last in reversed(tokens):
            yield last.end() + 1
            yield last.end()

    def _sound(self, phrase: str) -> str | None:
        """How a phrase of the lists sounds, be it in the plural or possessive; None for any other."""
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
                # With a capital where there was one, for voices that listen to where a sentence begins.
                return sound[:1].upper() + sound[1:] if phrase[:1].isupper() else sound
        return None


def _in_place(sound: str, phrase: str, behind: str) -> str:
    """`sound` in the place of `phrase`, before the text `behind`; the dot of a sentence stays, and stays one."""
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
    """The list of a language, by its two letters; empty for one that has none."""
    path = DATA / language / "pronounce.toml"
    return read_model(path, PronounceFile).pronounce if path.is_file() else {}


@functools.lru_cache(maxsize=64)
def _laid_over(language: str, own: tuple[tuple[str, str], ...]) -> Pronunciations:
    return Pronunciations(dict(own), shipped(language), language=language)


def pronunciations(own: Mapping[str, str] | None = None, language: str = "en") -> Pronunciations:
    """The shipped list of a language with `own` words over it. The same for the same words."""
    return _laid_over(language, tuple(sorted((own or {}).items())))
