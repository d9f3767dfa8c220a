"""The folder that a batch fills, and what it remembers there.

`.voiceguide-batch/` in it holds a journal (which job each file came of, its size and digest), a lock, and
the place where files are made. A file gets its name after the journal knows it: whenever the program is
killed, the next run tells its own files from those of others, and finds no half of one.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from enum import StrEnum
from typing import IO, TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.structs import asdict

from voiceguide.batch.job import file_digest
from voiceguide.errors import ExportError, RequestError
from voiceguide.whole_file import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from voiceguide.batch.catalogue import Order
    from voiceguide.batch.job import Made

FORMAT: Final = "voiceguide.batch-journal/1"
CONTROL: Final = ".voiceguide-batch"
_JOURNAL: Final = "journal.json"
_LOCK: Final = "lock"
_STAGING: Final = "staging"
_MAX_JOURNAL_BYTES: Final = 20_000_000


class State(StrEnum):
    """How a job's files stand before the run."""

    MISSING = "missing"
    """Not all of them are there, or they are another job's or damaged: to be made."""
    KEPT = "kept"
    """All are there as they were made, by the same job."""
    FOREIGN = "foreign"
    """Something is there that no batch made."""


class Record(Struct, frozen=True):
    """What the journal knows of a file."""

    job: str
    """The digest of the job that it came of."""
    size_bytes: int
    digest: str
    duration_s: float


def folder_fault(folder: Path) -> str | None:
    """Why nothing could be written to `folder`, which need not exist where the one that holds it does."""
    if os.path.lexists(folder) and not folder.is_dir():
        return "is a file, not a folder: name a folder with --output"
    if (folder / CONTROL).is_symlink():
        return f"holds a link {CONTROL}, which batch did not make: remove it"
    above = folder if folder.is_dir() else folder.absolute().parent
    if not above.is_dir():
        return f"cannot be made: there is no folder {above}"
    if not os.access(above, os.W_OK | os.X_OK):
        return f"cannot be written to: {above} is not writable"
    return None


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Folder]:
    """The folder, made where it is missing, and nobody else's until the block is left.

    What killed runs left unfinished is removed. Raises RequestError where another batch is at work in it, and
    ExportError where it cannot be written to.
    """
    control = folder / CONTROL
    is_new = not folder.exists()
    try:
        folder.mkdir(exist_ok=True)
        control.mkdir(exist_ok=True)
        lock = (control / _LOCK).open("ab")
    except OSError as error:
        message = f"{folder} cannot be written to: {error.strerror}"
        raise ExportError(message) from error
    with lock:
        if not _locked(lock):
            message = f"another batch is at work in {folder}: wait for its end, or name another folder with --output"
            raise RequestError(message)
        _remove_all_but(control, {_JOURNAL, _LOCK})
        try:
            yield Folder(folder)
        finally:
            _remove_all_but(control, {_JOURNAL, _LOCK})
            if not (control / _JOURNAL).exists():
                with contextlib.suppress(OSError):
                    (control / _LOCK).unlink()
                    control.rmdir()
                    if is_new:
                        folder.rmdir()


class Folder:
    """An output folder that is ours for now. Used from one thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._control = path / CONTROL
        self._journal = self._read()

    @property
    def staging(self) -> Path:
        """Where files are made, on the same file system; emptied when a run begins and ends."""
        return self._control / _STAGING

    def state(self, order: Order) -> State:
        """How the files of `order` stand; reads all of them."""
        names = order.job.names()
        if any(os.path.lexists(self.path / name) and name not in self._journal for name in names):
            return State.FOREIGN
        if all(self._is_kept(name, order.digest) for name in names):
            return State.KEPT
        return State.MISSING

    def record(self, name: str) -> Record:
        """What the journal knows of a file; KeyError where it was not made by a batch."""
        return self._journal[name]

    def take(self, order: Order, made: Made, staged: Path, *, force: bool) -> None:
        """Give the files that were made in `staged` their names.

        Raises RequestError for a file that has come to be there meanwhile, unless `force`; ExportError where
        the disk fails.
        """
        for file in made.files:
            if os.path.lexists(self.path / file.name) and file.name not in self._journal and not force:
                message = f"{self.path / file.name} is there already: --force replaces it"
                raise RequestError(message)
        known = {file.name: Record(order.digest, file.size_bytes, file.digest, made.duration_s) for file in made.files}
        self._write(self._journal | known)
        for file in made.files:
            target = self.path / file.name
            try:
                (staged / file.name).replace(target)
            except OSError as error:
                message = f"{target} was not written: {error.strerror}"
                raise ExportError(message) from error

    def _is_kept(self, name: str, digest: str) -> bool:
        known = self._journal.get(name)
        path = self.path / name
        if not known or known.job != digest or path.is_symlink() or not path.is_file():
            return False
        try:
            if path.stat().st_size != known.size_bytes:
                return False
            return file_digest(path) == known.digest
        except (OSError, RequestError):
            return False

    def _read(self) -> dict[str, Record]:
        path = self._control / _JOURNAL
        try:
            if path.stat().st_size > _MAX_JOURNAL_BYTES:
                raise _damaged(path)
            data: Any = json.loads(path.read_bytes())
            if data["format"] != FORMAT:
                raise _damaged(path)
            return {str(name): _record(fields) for name, fields in data["files"].items()}
        except FileNotFoundError:
            return {}
        except OSError as error:
            message = f"{path} cannot be read: {error.strerror}"
            raise ExportError(message) from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise _damaged(path) from error

    def _write(self, journal: dict[str, Record]) -> None:
        data = {"format": FORMAT, "files": {name: asdict(record) for name, record in journal.items()}}
        with whole_file(self._control / _JOURNAL, force=True) as file:
            file.write(json.dumps(data, indent=0).encode())
        self._journal = journal


def _record(fields: Mapping[str, Any]) -> Record:
    record = Record(**fields)
    if not (isinstance(record.size_bytes, int) and isinstance(record.duration_s, float)):
        raise TypeError
    return record


def _damaged(path: Path) -> RequestError:
    return RequestError(f"{path} is damaged: remove it; files that are there are then replaced only with --force")


def _remove_all_but(folder: Path, names: set[str]) -> None:
    for path in folder.iterdir():
        if path.name in names:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink()


def _locked(file: IO[bytes]) -> bool:
    """Whether the file is locked for us now: until it is closed, or this process ends however it may."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
