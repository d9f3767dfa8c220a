"""Checks of the texts of a file, by language: sides are tokens, nothing is promised, and every brace is filled."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from voiceguide.model.base import TOKEN, Token, spoken_texts
from voiceguide.model.characters import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from voiceguide.language.phrasebook import Phrasebook
    from voiceguide.library.reading import Reading
    from voiceguide.library.toml_lines import Field


def note_sides(reading: Reading, book: Phrasebook) -> None:
    """Note where a stretch names a side in plain words, or asks for a form that the language does not have.

    A side in plain words would be wrong for every other listener.
    """
    for at, text in spoken_texts(reading.data):
        if at[0] != "stretches" and "movement" not in reading.data:
            continue  # the texts of a routine name no sides of the body
        # As it will be heard: without invisible characters, and with wide letters as plain ones.
        plain = unicodedata.normalize("NFKC", visible(TOKEN.sub("", text)))
        if word := book.rules.side_word(plain, book.side_words):
            reading.note(
                at,
                f"write the side as a token, {{side}}, {{other}} or {{felt}}, not as {word!r}: only then both sides "
                f"get the same words{_HARMLESS if book.language == 'en' else ''}",
            )
        for written in TOKEN.findall(text):
            token = Token.of(written)
            forms = set(book.sides.left) - {"plain"} if token and token.name != "count" else book.rules.number_forms
            if token and token.form and token.form not in forms:
                known = ", ".join(f"{{{token.name}_{form}}}" for form in sorted(forms))
                there = f"there is {{{token.name}}}, {known}" if known else f"there is {{{token.name}}} alone"
                reading.note(at, f"{book.name} has no {{{written}}}: {there}")


_HARMLESS = " (other senses of the words are fine: a right angle, all right, left over)"


def note_promises(reading: Reading, book: Phrasebook) -> None:
    """Note where a text promises what no session may promise."""
    if not book.promises:
        return
    words = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in book.promises)
    promise = re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for at, text in spoken_texts(reading.data):
        if found := promise.search(unicodedata.normalize("NFKC", visible(text))):
            reading.note(at, f"{found[0]!r} promises what stretching cannot keep: say what is done, or felt, instead")


def note_braces(reading: Reading, book: Phrasebook, first: Phrasebook) -> None:
    """Note the braces of a phrasebook that nothing fills, since `first` does not have them in the same field."""
    forms = {*book.rules.number_forms, *book.sides.left}
    known: dict[Field, dict[str, None]] = {}
    for at, text in _texts(first.model_dump(by_alias=True)):
        known.setdefault(_field(at), {}).update(dict.fromkeys(map(_unformed, TOKEN.findall(text))))
    for at, text in _texts(book.model_dump(by_alias=True)):
        allowed = known.get(_field(at), {})
        unknown = [name for name in TOKEN.findall(text) if not _is_filled(name, allowed, forms)]
        if unknown or "{" in TOKEN.sub("", text) or "}" in TOKEN.sub("", text):
            there = ", ".join(f"{{{name}}}" for name in allowed)
            has = f"there is {there}" if there else "there is nothing to fill in"
            reading.note(at, f"{''.join(f'{{{name}}}' for name in unknown[:1]) or 'a brace'} stands for nothing: {has}")


def _texts(data: Mapping[str, Any], at: Field = ()) -> Iterator[tuple[Field, str]]:
    for name, value in data.items():
        if isinstance(value, str):
            yield (*at, name), value
        elif isinstance(value, dict):
            yield from _texts(value, (*at, name))
        else:
            yield from (((*at, name, index), text) for index, text in enumerate(value))


def _field(at: Field) -> Field:
    """The field without the position in a list: all wordings of a sentence share their braces."""
    return at[:-1] if isinstance(at[-1], int) else at


def _unformed(name: str) -> str:
    """The name without its capital: `count` for `Count`."""
    return name[:1].lower() + name[1:]


def _is_filled(name: str, known: Mapping[str, None], forms: set[str]) -> bool:
    plain, _, form = _unformed(name).partition("_")
    return _unformed(name) in known or (plain in known and form in forms)
