"""Pieces of a dose in words, as `voiceguide show` prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voiceguide.language.phrasebook import Phrasebook
    from voiceguide.model.stretch import CountRange, SecondsRange


def counted_dose(forms: tuple[str, str], done: int, limits: CountRange, book: Phrasebook) -> str:
    """`6 breaths (5 to 8)`, in the phrasebook's two forms of what is counted."""
    return forms[done != 1].format(number=done) + limits_in_words(limits, done, book)


def limits_in_words(limits: CountRange | SecondsRange, done: float, book: Phrasebook) -> str:
    """What the data allows, in brackets; nothing if it allows only what is done."""
    if limits.min == limits.max == done:
        return ""
    if limits.min == limits.max:
        return f" ({book.in_digits(limits.min)})"
    low, high = book.in_digits(limits.min), book.in_digits(limits.max)
    return f" ({book.show.dose_to.format(low=low, high=high)})"
