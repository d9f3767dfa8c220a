"""Text as a terminal may be given it: nothing in it moves the cursor, changes a colour or turns the reading direction.

Titles, paths, names of voices and messages of other programs may hold anything. Two forms: `shown` quotes a text in a
message, with everything invisible spelt out, so that it can be found; `harmless` is for all that is printed, and leaves
what people write on purpose, such as the no-break space of French or the joiners of Persian and of emoji.
"""

from __future__ import annotations

_JOINERS = "\u200c\u200d"
_HARMLESS_CATEGORIES = frozenset({"Zs", "Co", "Cn"})
"""Spaces, private use (icons of fonts), and characters younger than this Python: a terminal draws them and no more."""
_FIRST_BYTE, _LAST_BYTE = "\udc80", "\udcff"
"""How Python holds the bytes of a file name that is not UTF-8 (PEP 383)."""


def shown(text: str) -> str:
    """`text` on one line, everything that cannot be seen spelt out."""
    return text if text.isprintable() else "".join(map(_spelt, text))


def harmless(text: str) -> str:
    """`text`, its line breaks kept, with control characters and what turns the reading direction spelt out."""
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
    import unicodedata  # only a few texts need it

    return unicodedata.category(character) in _HARMLESS_CATEGORIES
