"""How words sound, as an author writes it down: `"tai chi" = "tie chee"`."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from voiceguide.model.base import Model
from voiceguide.model.characters import visible

MAX_WORD_CHARS: Final = 60
MAX_SOUND_CHARS: Final = 100
MAX_WORDS: Final = 1000

_WORD: Final = re.compile(r"[^\W_](?:.*[^\W_])?[./]?")
_SOUND: Final = re.compile(r"(?=.*[^\W\d_])(?:[^\W\d_]|[ '.,-])+")


def _word(text: str) -> str:
    text = " ".join(visible(text).split())
    if not text.isprintable() or not _WORD.fullmatch(text):
        message = "a word or a phrase begins and ends with a letter or a digit"
        raise ValueError(message)
    return text


def _sound(text: str) -> str:
    text = " ".join(visible(text).split())
    if not _SOUND.fullmatch(text):
        message = "write how it sounds with letters alone, as in 'tie chee' for tai chi; digits and signs are spelt out"
        raise ValueError(message)
    return text


Pronounce = Annotated[
    dict[
        Annotated[str, Field(min_length=1, max_length=MAX_WORD_CHARS), AfterValidator(_word)],
        Annotated[str, Field(min_length=1, max_length=MAX_SOUND_CHARS), AfterValidator(_sound)],
    ],
    Field(max_length=MAX_WORDS),
]
"""Words and phrases with how they sound in plain letters. Small letters match either case, capitals only themselves."""


class PronounceFile(Model):
    """The content of `library/<language>/pronounce.toml`."""

    pronounce: Pronounce
