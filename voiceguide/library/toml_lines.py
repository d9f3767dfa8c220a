"""Finds the line of each field in a TOML text: tomllib keeps no positions, and a mistake has to be shown where it is.

tomllib has parsed the text before, so it is known to be valid. A single pass from the first character to the last takes
time in proportion to the length, whatever the text holds.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

Field = tuple[str | int, ...]
"""The path to a value: keys, and positions in lists counted from 0."""

MOST_PARTS: Final = 20
"""Deeper fields have the line of the field that holds them. Our files are not half as deep; deep ones cost memory."""


def field_lines(text: str) -> Mapping[Field, int]:
    """The line, from 1, on which each field of a TOML text begins.

    Every key has a line, in inline tables too. An item of a list has one unless it begins on the line of the list.
    """
    return _Lines(text)


class _Lines(Mapping[Field, int]):
    """The lines, found when the first one is asked for: few files hold mistakes."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __getitem__(self, field: Field) -> int:
        return self._lines[field]

    def __iter__(self) -> Iterator[Field]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    @functools.cached_property
    def _lines(self) -> dict[Field, int]:
        return _Scan(self._text).lines()


class _Scan:
    """A scan of a text, token by token, that never goes back."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line, self._counted_to = 1, 0
        self._lines: dict[Field, int] = {}
        self._last_items: dict[Field, int] = {}
        """The position of the latest item in each list of `[[tables]]`."""
        self._patterns = _patterns()

    def lines(self) -> dict[Field, int]:
        table: Field = ()
        while self._next():
            if self._here("["):
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _header(self) -> Field:
        """The field of a `[table]` or of the next `[[table]]`, inside the latest items of the lists above it."""
        line = self._current_line()
        is_list = self._text.startswith("[[", self._at)
        self._at += 1 + is_list
        keys = self._keys()
        self._next()
        self._at += 1 + is_list
        field: Field = ()
        for key in keys[:-1]:
            field = (*field, key)
            if field in self._last_items:
                field = (*field, self._last_items[field])
        field = (*field, keys[-1])
        if is_list:
            self._last_items[field] = self._last_items.get(field, -1) + 1
            field = (*field, self._last_items[field])
        for length in range(1, len(field) + 1):
            self._note(field[:length], line)
        return field

    def _pair(self, field: Field) -> None:
        """Scan `key = value` in the table `field`."""
        line = self._current_line()
        for key in self._keys():
            field = (*field, key)
            self._note(field, line)
        self._at += 1  # the equals sign
        self._value(field)

    def _value(self, field: Field) -> None:
        self._next()
        if self._here("["):
            self._items(field)
        elif self._here("{"):
            self._at += 1
            while self._next() and not self._here("}"):
                self._pair(field)
                self._pass_comma()
            self._at += 1
        else:
            self._take("string" if self._here("\"'") else "scalar")

    def _items(self, field: Field) -> None:
        first_line, number = self._current_line(), 0
        self._at += 1
        while self._next() and not self._here("]"):
            line = self._current_line()
            if line != first_line:
                self._note((*field, number), line)
            self._value((*field, number))
            self._pass_comma()
            number += 1
        self._at += 1

    def _keys(self) -> list[str]:
        """A key, or the parts of a dotted key."""
        keys = []
        while True:
            self._take("blank")
            if self._here("\"'"):
                keys.append(_unquoted(self._take("string")))
            else:
                keys.append(self._take("bare"))
            self._take("blank")
            if not self._here("."):
                return keys
            self._at += 1

    def _pass_comma(self) -> None:
        self._next()
        if self._here(","):
            self._at += 1

    def _next(self) -> bool:
        """Skip blanks, line breaks and comments. Returns whether a token follows."""
        self._take("space")
        return self._at < len(self._text)

    def _here(self, characters: str) -> bool:
        return self._text[self._at : self._at + 1] in tuple(characters)

    def _take(self, kind: str) -> str:
        found = self._patterns[kind].match(self._text, self._at)
        if found is None:
            message = f"no {kind} at character {self._at}"
            raise ValueError(message)
        self._at = found.end()
        return found[0]

    def _note(self, field: Field, line: int) -> None:
        if len(field) <= MOST_PARTS:
            self._lines.setdefault(field, line)

    def _current_line(self) -> int:
        self._line += self._text.count("\n", self._counted_to, self._at)
        self._counted_to = self._at
        return self._line


@functools.cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    """The tokens. All repetitions are possessive (`*+`): without backtracking none can take long."""
    strings = (
        r'"""(?:[^"\\]++|\\[\s\S]|"(?!""))*+"{3,5}',
        r"'''(?:[^']++|'(?!''))*+'{3,5}",
        r'"(?:[^"\\\n]++|\\.)*+"',
        r"'[^'\n]*+'",
    )
    return {
        "blank": re.compile(r"[ \t]*+"),
        "space": re.compile(r"(?:[ \t\n]++|#[^\n]*+)*+"),
        "bare": re.compile(r"[A-Za-z0-9_-]++"),
        "scalar": re.compile(r"[^,\]}#\n]++"),
        "string": re.compile("|".join(strings)),
    }


def _unquoted(key: str) -> str:
    # Only double-quoted keys can hold escapes, and few do.
    return tomllib.loads(f"key = {key}")["key"] if "\\" in key else key[1:-1]
