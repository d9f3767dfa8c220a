"""Texts for fields that hold only so many bytes."""

from __future__ import annotations


def at_most_bytes(text: str, limit: int) -> str:
    """`text`, or as much of its beginning as fits into `limit` bytes of UTF-8.

    It ends after a whole character as readers see one: a letter keeps its accents, an emoji its parts. Only a single
    character that is longer than the limit is cut between its code points.
    """
    if len(text.encode()) <= limit:
        return text
    import wcwidth  # here: titles are hardly ever that long

    size = end = 0
    for character in wcwidth.iter_graphemes(text):
        size += len(character.encode())
        if size > limit:
            break
        end += len(character)
    return text[:end].rstrip() or text.encode()[:limit].decode(errors="ignore")
