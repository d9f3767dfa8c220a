"""Recognises files by digests, and finds out how much of a file a fault has left."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Final

from voiceguide.errors import RequestError
from voiceguide.files.held_folder import open_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_DIGEST_BYTES: Final = 20
_BEGINNING_DIGEST_BYTES: Final = 4
_FIRST_BYTES: Final = 1
_CHUNK_BYTES: Final = 1 << 18


def file_digest(path: Path) -> str:
    """The digest of a file. Raises RequestError if the file cannot be read."""
    try:
        descriptor = open_file(path)
        try:
            return open_file_digest(descriptor)[0]
        finally:
            os.close(descriptor)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise RequestError(message) from error


def open_file_digest(descriptor: int) -> tuple[str, tuple[str, ...]]:
    """The digest of an open file from its current position, and short digests of its first 1, 2, 4 ... bytes.

    Raises OSError if it cannot be read.
    """
    hasher = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    beginnings = []
    read, next_at = 0, _FIRST_BYTES
    while part := os.read(descriptor, min(_CHUNK_BYTES, next_at - read)):
        hasher.update(part)
        read += len(part)
        if read == next_at:
            beginnings.append(hasher.copy().hexdigest()[: 2 * _BEGINNING_DIGEST_BYTES])
            next_at *= 2
    return hasher.hexdigest(), tuple(beginnings)


def may_be_cut(found: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether a shorter file may be the beginning of a longer one, by the short digests of both.

    If so, at least half of it is equal to the beginning of the longer one.
    """
    return tuple(found) == tuple(whole[: len(found)])


def is_beginning(shorter: int, whole: int) -> bool:
    """Whether one file is the beginning of another, or all of it. Both are read from their current positions."""
    with open(shorter, "rb", closefd=False) as one, open(whole, "rb", closefd=False) as other:
        while part := one.read(_CHUNK_BYTES):
            if part != other.read(len(part)):
                return False
    return True
