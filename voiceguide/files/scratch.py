"""A temporary folder or file for one process.

The process that makes one holds a lock on it, as on a temporary file (`whole_file`). So the next process recognises
what a killed one has left behind, and removes it. Windows cannot lock folders: there it stays.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import platform
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from voiceguide.errors import ExportError, disk_full, is_full
from voiceguide.files.lock import lock_now

if TYPE_CHECKING:
    from collections.abc import Iterator

_OWN_MODE: Final = 0o700
_LEAST_FREE_BYTES: Final = 4_000_000
"""Room for the longest text, spoken: 60 s at 22,050 Hz and 16 bit are 2.6 MB."""
_TRIES: Final = 100
"""Attempts at a folder. Before it is locked another process may take it for a leftover and remove it."""


class ScratchFolder:
    """An empty folder of this process, until `close`. Raises OSError if it cannot be made or the disk has no room."""

    def __init__(self) -> None:
        beside = Path(tempfile.gettempdir())
        # Some file systems are shared by computers that do not see each other's locks.
        ours = f"voiceguide-{hashlib.blake2b(platform.node().encode(), digest_size=4).hexdigest()}-"
        _clear_stale(beside, re.compile(rf"{ours}[a-z0-9_]{{8}}"))  # as tempfile calls them
        self._lock: int | None = None
        for _ in range(_TRIES):
            self.path = Path(tempfile.mkdtemp(prefix=ours, dir=beside))
            try:
                if sys.platform != "win32":
                    self._lock = _locked(self.path)
                _check_room(self.path)
            except BaseException as error:
                with contextlib.suppress(OSError):
                    self.path.rmdir()
                if not isinstance(error, BlockingIOError | FileNotFoundError):
                    raise
            else:
                return
        message = f"no folder in {beside} stays there"
        raise FileNotFoundError(message)

    def close(self) -> None:
        """Remove the folder and its contents, as far as possible."""
        try:
            shutil.rmtree(self.path, ignore_errors=True)
        finally:
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None


@contextlib.contextmanager
def scratch_file() -> Iterator[IO[bytes]]:
    """A file without a name, open for reading and writing until the block ends. Raises ExportError for a full disk."""
    beside = tempfile.gettempdir()
    try:
        # Not used as a context manager: closing flushes the file, and an error there has to be caught below.
        file = tempfile.TemporaryFile(prefix="voiceguide-", dir=beside)  # noqa: SIM115
        try:
            yield file
        finally:
            with contextlib.suppress(OSError):
                file.close()
    except OSError as error:
        if not is_full(error):
            raise
        message = f"{disk_full(beside)}: name another folder for temporary files in TMPDIR"
        raise ExportError(message) from error


def _check_room(folder: Path) -> None:
    if shutil.disk_usage(folder).free < _LEAST_FREE_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder.parent))


def _clear_stale(beside: Path, ours: re.Pattern[str]) -> None:
    """Remove the folders of processes that have ended. Raises nothing."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        for path in beside.iterdir():
            if ours.fullmatch(path.name):
                with contextlib.suppress(OSError):
                    _remove_if_stale(path)


if sys.platform != "win32":

    def _remove_if_stale(path: Path) -> None:
        lock = _locked(path)
        if lock is None:
            return  # without locks nobody can tell whether it is in use
        try:
            shutil.rmtree(path, ignore_errors=True)
        finally:
            os.close(lock)

    def _locked(path: Path) -> int | None:
        """A descriptor of our folder at `path`, locked; None if the file system has no locks.

        Raises BlockingIOError if another process holds the lock, and FileNotFoundError if the folder is gone.
        """
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            os.fchmod(descriptor, _OWN_MODE)  # whatever the mask of the process was
            if _flocked(descriptor):
                _check_still_ours(descriptor, path)
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        return None

    def _flocked(descriptor: int) -> bool:
        try:
            lock_now(descriptor)
        except BlockingIOError:
            raise
        except OSError:
            return False
        return True

    def _check_still_ours(descriptor: int, path: Path) -> None:
        held = os.fstat(descriptor)
        if held.st_uid != os.geteuid():
            raise PermissionError(path)
        if not os.path.samestat(held, path.lstat()):
            raise FileNotFoundError(path)
