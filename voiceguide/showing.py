"""Makes text safe for a terminal: nothing in it moves the cursor, changes a colour or turns the reading direction.

Titles, paths, names of voices and messages of other programs may hold anything. `shown` quotes a text in a message and
escapes everything invisible, so that the user can find it. `harmless` is for everything that is printed, and keeps what
people write on purpose, such as the no-break space of French or the joiners of Persian and of emoji.
"""

from __future__ import annotations

_JOINERS = "\u200c\u200d"
_HARMLESS_CATEGORIES = frozenset({"Zs", "Co", "Cn"})
"""Spaces, private use (icons of fonts), and characters newer than this Python: a terminal only draws them."""
_FIRST_BYTE, _LAST_BYTE = "\udc80", "\udcff"
"""The characters that stand for the bytes of a file name that is not UTF-8 (PEP 383)."""


def shown(text: str) -> str:
    """`text` on one line, with everything invisible escaped."""
    return text if text.isprintable() else "".join(map(_spelt, text))


def harmless(text: str) -> str:
    """`text` with its line breaks, and with control characters and marks of reading direction escaped."""
    return "\n".join(
        line if line.isprintable() else "".join(each if _is_harmless(each) else _spelt(each) for each in line)
        for line in text.split("\n")
    )


def _spelt(character: str) -> str:
    if character.isprintable():
        return character
    if _FIRST_BYTE <= character <= _LAST_BYTE:
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode()


def _is_harmless(character: str) -> bool:
    if character.isprintable() or character in _JOINERS:
        return True
    import unicodedata  # few texts need it

    return unicodedata.category(character) in _HARMLESS_CATEGORIES
