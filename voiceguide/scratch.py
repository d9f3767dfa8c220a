"""A folder for what a process needs for a while, among the system's temporary ones.

Who makes one holds a lock on it, as on a temporary file (`whole_file`). So the next process that makes one tells what
a killed process has left behind, and clears it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from types import TracebackType

_NAME: Final = re.compile(r"voiceguide-[0-9a-f]{16}")


class ScratchFolder:
    """An empty folder of this process's own, until `close`. OSError where none can be made."""

    def __init__(self) -> None:
        beside = Path(tempfile.gettempdir())
        _clear_stale(beside)
        self._lock: int | None = None
        while True:
            self.path = beside / f"voiceguide-{os.urandom(8).hex()}"
            self.path.mkdir(mode=0o700)
            if sys.platform == "win32":
                return  # which locks no folders
            try:
                self._lock = _locked(self.path)
            except (FileNotFoundError, BlockingIOError):
                continue  # between the two somebody has taken it for a dead process's
            except OSError:
                pass  # no locks here: nobody gets one either, and leaves it alone
            return

    def close(self) -> None:
        """Remove the folder and what is in it, as far as it can be removed."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _clear_stale(beside: Path) -> None:
    """Remove the folders whose processes are gone. Where the system knows no locks, none. Raises nothing."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        for path in beside.iterdir():
            if _NAME.fullmatch(path.name):
                with contextlib.suppress(OSError):
                    lock = _locked(path)
                    shutil.rmtree(path, ignore_errors=True)
                    os.close(lock)


if sys.platform != "win32":

    def _locked(path: Path) -> int:
        """A descriptor of our folder at `path`, with a lock on it.

        BlockingIOError where another process holds that, FileNotFoundError where the folder has gone.
        """
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _check_still_ours(descriptor, path)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _check_still_ours(descriptor: int, path: Path) -> None:
        held = os.fstat(descriptor)
        if held.st_uid != os.geteuid():
            raise PermissionError(path)
        if not os.path.samestat(held, path.lstat()):
            raise FileNotFoundError(path)
