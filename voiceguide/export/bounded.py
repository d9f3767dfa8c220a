"""Texts for fields of limited size."""

from __future__ import annotations


def at_most_bytes(text: str, limit: int) -> str:
    """As much of `text` as fits into `limit` bytes of UTF-8.

    It is cut between characters as readers see them: a letter keeps its accents, an emoji its parts. Only a single
    character that exceeds the limit is cut between its code points.
    """
    if len(text.encode()) <= limit:
        return text
    import wcwidth  # imported here, because it is hardly ever needed

    size = end = 0
    for character in wcwidth.iter_graphemes(text):
        size += len(character.encode())
        if size > limit:
            break
        end += len(character)
    return text[:end].rstrip() or text.encode()[:limit].decode(errors="ignore")
