"""What a file is known again by, and how much of one is left after a fault."""

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
    """What only a file with the same bytes has. RequestError where it cannot be read."""
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
    """The digest of the whole file, read from where it stands, and short ones of its beginnings.

    Those are of one byte, of 2, of 4 and so on. OSError where it cannot be read.
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
    """Whether a shorter file may be the beginning of another one, by the short digests of both.

    At least half of it is what the other one begins with.
    """
    return tuple(found) == tuple(whole[: len(found)])


def is_beginning(shorter: int, whole: int) -> bool:
    """Whether one file is the beginning of another one, or all of it. Both are read from where they stand."""
    with open(shorter, "rb", closefd=False) as one, open(whole, "rb", closefd=False) as other:
        while part := one.read(_CHUNK_BYTES):
            if part != other.read(len(part)):
                return False
    return True
