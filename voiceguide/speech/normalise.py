"""Text made ready for the voice, or refused where an engine would go silent.

Engines differ in what they make of `30s` or `3 x 10`; they all read words. What they would answer with
silence or gibberish (nothing, emoji, another script: measured with hibari) is refused with a reason.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import TYPE_CHECKING, Final

from voiceguide.errors import UnspeakableError
from voiceguide.model.base import MAX_TEXT_CHARS

if TYPE_CHECKING:
    from collections.abc import Callable

NORMALISER_VERSION: Final = 2
"""Part of every clip's key: raise it with any change that alters a text."""

_UNITS = {
    "s": "second",
    "sec": "second",
    "secs": "second",
    "min": "minute",
    "mins": "minute",
    "h": "hour",
    "hr": "hour",
}
_FRACTIONS = {"1/2": "a half", "1/3": "a third", "2/3": "two thirds", "1/4": "a quarter", "3/4": "three quarters"}
_VULGAR = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4"}


def _counted(number: str, unit: str) -> str:
    return f"{number} {unit}" if number == "1" else f"{number} {unit}s"


def _duration(match: re.Match[str]) -> str:
    return _counted(match[1], _UNITS[match[2].casefold()])


def _clock(match: re.Match[str]) -> str:
    minutes, seconds = int(match[1]), int(match[2])
    parts = [_counted(str(minutes), "minute")] if minutes else []
    parts += [_counted(str(seconds), "second")] if seconds or not minutes else []
    return " ".join(parts)


def _fraction(match: re.Match[str]) -> str:
    words = _FRACTIONS.get(match[2])
    if words is None:
        return match[0]
    return f"{match[1].strip()} and {words}" if match[1] else words


_RULES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"\b(\d{1,3}):([0-5]\d)\b"), _clock),
    (re.compile(r"\b(\d+) ?[x×] ?(?=\d+\b)", re.IGNORECASE), r"\1 times "),  # noqa: RUF001 -- the sign people type
    # The dot of an abbreviation goes with it, the one that ends a sentence stays.
    (re.compile(r"\b(\d+)[ -]?(secs?|s|mins?|hr|h)\b(?:\.(?=\s+(?-i:[a-z])))?", re.IGNORECASE), _duration),
    (re.compile(r"(?<![\d/])(\d+ )?(\d+/\d+)\b(?!/)"), _fraction),
    (re.compile(r"(\d)/(?=\d)"), r"\1 over "),
    (re.compile(r"(\d) ?°"), r"\1 degrees"),
    (re.compile(r"(\d) ?%"), r"\1 percent"),
    (re.compile(r"\bIT band\b", re.IGNORECASE), "I T band"),
    (re.compile(r"(\d) ?[-–] ?(?=\d)"), r"\1 to "),  # noqa: RUF001 -- the dash people type
    (re.compile(r" & "), " and "),
)
_QUOTES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2026": "."})
_ALLOWED_MARKS = frozenset(" .,;:!?'\"-()–—/")  # noqa: RUF001
_MARKUP = frozenset("[]{}<>\\|`^~_*#@=+")


@functools.lru_cache(maxsize=1024)
def normalise(text: str) -> str:
    """`text` as it will be given to an engine: `Hold 30s` becomes `Hold 30 seconds`. Twice is the same as once."""
    result = " ".join(text.translate(_QUOTES).split())
    # One rule may bring about what another waits for. Each makes a text longer and takes a sign out of it, so
    # there is an end; what is too long already is going to be refused.
    before = ""
    while result != before and len(result) <= MAX_TEXT_CHARS:
        before, result = result, _ruled(result)
    return result


def _ruled(text: str) -> str:
    for sign, fraction in _VULGAR.items():
        if sign in text:
            text = re.sub(rf"(\d){sign}", rf"\1 {fraction}", text).replace(sign, fraction)
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return unicodedata.normalize("NFC", text)


def check_speakable(text: str, scripts: frozenset[str] | None) -> None:
    """Raise UnspeakableError, with the reason, for a normalised text that would not be spoken.

    `scripts` are the scripts that the engine reads, None for any.
    """
    if not text:
        message = "there is nothing to say: the text is empty"
        raise UnspeakableError(message)
    if len(text) > MAX_TEXT_CHARS:
        message = f"{text[:40]!r}… has {len(text)} characters: say at most {MAX_TEXT_CHARS} at once"
        raise UnspeakableError(message)
    for character in text:
        if reason := _refusal(character, scripts):
            message = f"{text!r} cannot be spoken: {reason}"
            raise UnspeakableError(message)
    if not any(character.isalnum() for character in text):
        message = f"{text!r} cannot be spoken: it holds neither letters nor digits"
        raise UnspeakableError(message)


@functools.lru_cache(maxsize=1024)
def _refusal(character: str, scripts: frozenset[str] | None) -> str | None:
    if character in _MARKUP:
        return f"{character!r} is markup, not a word"
    category = unicodedata.category(character)
    if category[0] in "LM":
        script = unicodedata.name(character, "UNKNOWN").split()[0]
        if scripts is not None and category[0] == "L" and script not in scripts:
            return f"{character!r} is {script.title()} script, which this voice does not read"
        return None
    if category == "Nd" or character in _ALLOWED_MARKS:
        return None
    return f"{character!r} ({unicodedata.name(character, category).lower()}) has no sound"
