"""History: what was played when, and where it stopped. One small file a session, written whole each time.

A file is renamed into place every few seconds while its session plays, so that a computer that dies loses
no more than those seconds, and two players at once do not disturb each other.

Entries go by the order in which they were written, whatever the clock said: a file's name begins with a number, and
whoever writes takes one more than the highest there is. Files of earlier versions have a date in its place, and come
before all others.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from voiceguide.errors import RequestError, StoreError
from voiceguide.files.held_folder import NOT_A_FILE, HeldFolder
from voiceguide.files.whole_file import clear_stale, replacing_in
from voiceguide.history.entry import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

SUFFIX: Final = ".json"
_NUMBERED: Final = re.compile(rf"(?P<number>\d{{10,18}})-(?P<start>[^-]+){re.escape(SUFFIX)}", re.ASCII)
KEPT: Final = 1000
"""Sessions that are remembered."""
_LIMIT: Final = 100_000
_OWN_MODE: Final = 0o700


class History:
    """The entries in a folder. Raises StoreError where it cannot be read or written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, entry: Entry) -> None:
        """Write an entry, in place of the one with the same start, as the last one that was written."""
        start = f"{entry.started.astimezone(dt.UTC):%Y%m%dT%H%M%S%f}"
        try:
            with HeldFolder.made(self._folder, _OWN_MODE) as folder:
                names = _newest_first(folder.names())
                own = [name for name in names if _start_of(name) == start]
                # Its own name while nobody else has written since: two players at once take turns.
                name = own[0] if own[:1] == names[:1] != [] else f"{_next_number(names):010}-{start}{SUFFIX}"
                with replacing_in(folder, name) as file:
                    file.write(entry.model_dump_json(indent=1).encode())
                for old in own:
                    if old != name:
                        with contextlib.suppress(FileNotFoundError):
                            folder.unlink(old)
        except OSError as error:
            raise self._unusable(error) from error

    def entries(self) -> list[Entry]:
        """Every entry, the last one that was written first; a file that is no entry is passed over."""
        return list(self._read())

    def unfinished(self, routine: str | None = None) -> Entry:
        """The last entry that was written, of `routine` where given.

        RequestError where that session was played to its end, or there is none.
        """
        newest = next((entry for entry in self._read() if routine in {None, entry.routine}), None)
        if newest is None:
            played = "no session has been played yet" if routine is None else f"{routine} has not been played yet"
            message = f"nothing to resume: {played}"
            raise RequestError(message)
        if newest.finished:
            message = f"{newest.routine} was played to its end: start it again with `play({newest.routine!r})`"
            raise RequestError(message)
        return newest

    def forget_old(self) -> None:
        """Remove the oldest entries beyond KEPT, and what killed players left behind."""
        with contextlib.suppress(OSError), HeldFolder.at(self._folder) as folder:
            clear_stale(folder)
            for name in _newest_first(folder.names())[KEPT:]:
                with contextlib.suppress(FileNotFoundError):
                    folder.unlink(name)

    def _read(self) -> Iterator[Entry]:
        """Each session once, though a player that was killed may have left it under two names."""
        seen = set()
        try:
            with HeldFolder.at(self._folder) as folder:
                for name in _newest_first(folder.names()):
                    entry = self._entry(folder, name)
                    if entry and entry.started not in seen:
                        seen.add(entry.started)
                        yield entry
        except FileNotFoundError:
            return
        except NotADirectoryError as error:
            if os.path.lexists(self._folder):
                raise self._unusable(error) from error
            return  # something above it is no folder: `HOME=/dev/null` is what services are given
        except OSError as error:
            raise self._unusable(error) from error

    @staticmethod
    def _entry(folder: HeldFolder, name: str) -> Entry | None:
        """None for what is no entry: damaged, too large, or no ordinary file."""
        try:
            data = folder.read(name, _LIMIT + 1)
            return Entry.model_validate_json(data) if len(data) <= _LIMIT else None
        except (ValidationError, FileNotFoundError):
            return None
        except OSError as error:
            if error.errno in NOT_A_FILE:
                return None
            raise

    def _unusable(self, error: OSError) -> StoreError:
        reason = error.strerror or os.fsdecode(str(error))
        return StoreError(f"the history in {self._folder} cannot be used: {reason}")


def _newest_first(names: Iterable[str]) -> list[str]:
    """The names of entries, the last one that was written first."""
    return sorted((name for name in names if name.endswith(SUFFIX) and name[0] != "."), key=_order, reverse=True)


def _order(name: str) -> tuple[int, str]:
    found = _NUMBERED.fullmatch(name)
    return (int(found["number"]), name) if found else (0, name)


def _start_of(name: str) -> str:
    """The start of a session, as the names of its files have it."""
    found = _NUMBERED.fullmatch(name)
    return found["start"] if found else name.removesuffix(SUFFIX)


def _next_number(newest_first: Sequence[str]) -> int:
    return _order(newest_first[0])[0] + 1 if newest_first else 1
