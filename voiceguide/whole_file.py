"""A file that appears whole or not at all: written under a temporary name, then renamed.

Who writes a temporary file holds a lock on it, and the system lets go of it however the process ends. So
what a killed process left behind is told from what another one is writing, without a clock and without
process numbers, and is cleared before the same file is written again.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from voiceguide.errors import ExportError, RequestError, VoiceguideError

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEMPORARY: Final = re.compile(r"\.(?P<target>.+)\.voiceguide-[0-9a-f]{16}\.part", re.DOTALL)
_MOST_NAME_BYTES: Final = 200
"""Of the target's name in the temporary's: file systems end at 255."""
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""How file systems without hard links, FAT for one, refuse them."""


def check_writable(path: Path, *, force: bool) -> None:
    """Raise before any work is done where `path` could not be written; clear what killed runs left beside it.

    RequestError for a folder, or a file that is there and not to be replaced; ExportError for a folder
    that cannot be written to.
    """
    try:
        target = _pointed_to(path)
        _check_place(path, target, force=force)
    except OSError as error:  # a name that is too long, a folder that may not be looked into
        message = f"{path} cannot be written: {error.strerror}"
        raise ExportError(message) from error
    except ValueError as error:
        message = f"{str(path)!r} cannot name a file"
        raise RequestError(message) from error


def _check_place(path: Path, target: Path, *, force: bool) -> None:
    if target.is_dir():
        message = f"{path} is a folder: name a file in it"
        raise RequestError(message)
    if target.exists() and not target.is_file():
        message = f"{path} is no ordinary file: name another"
        raise RequestError(message)
    folder = target.parent
    if not folder.is_dir():
        message = f"{path} cannot be written: there is no folder {folder}"
        raise ExportError(message)
    clear_stale(folder, target.name)
    if os.path.lexists(target) and not force:
        raise _there_already(path)
    if not os.access(folder, os.W_OK | os.X_OK):
        message = f"{path} cannot be written: the folder {folder} is not writable"
        raise ExportError(message)


@contextlib.contextmanager
def whole_file(path: Path, *, force: bool) -> Iterator[IO[bytes]]:
    """A file to fill, as `replacing` gives it, for something that the user asked for.

    What was written is on the disk before it gets its name. Without `force` a file that has appeared at
    `path` meanwhile stays, and RequestError is raised. Errors of the system become ExportError; ours pass
    through.
    """
    try:
        with replacing(path, mode=0o666, durable=True, force=force) as file:
            yield file
    except VoiceguideError:
        raise
    except FileExistsError as error:
        raise _there_already(path) from error
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        reason = "the disk is full" if full else error.strerror or str(error)
        message = f"{path} was not written: {reason}"
        raise ExportError(message) from error


@contextlib.contextmanager
def replacing(path: Path, *, mode: int = 0o600, durable: bool = False, force: bool = True) -> Iterator[IO[bytes]]:
    """An empty file, seekable and open for reading and writing, that becomes `path` when the block is left.

    It stands beside its target under a hidden temporary name; whatever goes wrong in the block, an
    interrupt included, leaves nothing behind and `path` as it was. Where `path` is a symbolic link, what it
    points to is replaced and the link stays. `mode` is less the user's mask. `durable` waits for the disk.
    Raises OSError, FileExistsError where there is something at `path` and `force` is not given.
    """
    target = _pointed_to(path)
    names: list[Path] = []
    try:
        with _locked(target, mode, names) as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
            if sys.platform != "win32":
                # Still locked: nobody takes it for a dead process's before it has its name.
                _name(names[-1], target, force=force)
        if sys.platform == "win32":  # which renames no open file
            _name(names[-1], target, force=force)
    finally:
        for name in names:
            with contextlib.suppress(OSError):
                name.unlink(missing_ok=True)


def clear_stale(folder: Path, name: str | None = None) -> int:
    """Remove the temporary files in `folder` whose processes are gone; count them.

    Only those for the file `name`, where given. What a running process is writing stays, as does everything
    on a file system that knows no locks, and every file that is not ours. Raises nothing.
    """
    removed = 0
    with contextlib.suppress(OSError):
        wanted = None if name is None else _shortened(name)
        for path in folder.iterdir():
            match = _TEMPORARY.fullmatch(path.name)
            if match and wanted in {None, match["target"]}:
                removed += _removed_if_stale(path)
    return removed


def _removed_if_stale(path: Path) -> bool:
    with contextlib.suppress(OSError):
        if not stat.S_ISREG(path.lstat().st_mode):
            return False
        if sys.platform == "win32":
            path.unlink()  # refused while the file is open, which is lock enough
            return True
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
        finally:
            os.close(descriptor)
        return True
    return False


def _locked(target: Path, mode: int, names: list[Path]) -> IO[bytes]:
    """A new file beside `target`, locked; every name that was tried goes into `names` before it is."""
    while True:
        names.append(target.with_name(f".{_shortened(target.name)}.voiceguide-{os.urandom(8).hex()}.part"))
        file = open(names[-1], "x+b", opener=lambda name, flags: os.open(name, flags, mode))  # noqa: SIM115 -- the caller closes it
        if sys.platform == "win32":
            return file
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:
            return file  # no locks here: clear_stale gets none either, and leaves it alone
        # Between its creation and its lock somebody may have taken it for a dead process's.
        if os.fstat(file.fileno()).st_nlink:
            return file
        file.close()


def _name(temporary: Path, target: Path, *, force: bool) -> None:
    """Give the file its name; without `force` only if nobody else has it, decided by the file system."""
    if not force:
        try:
            # Python has no rename that refuses. The temporary name goes with the clean-up.
            os.link(temporary, target)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if os.path.lexists(target):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from error
        else:
            return
    temporary.replace(target)


def _pointed_to(path: Path) -> Path:
    """Where a file of that name really goes: through symbolic links, absolute."""
    return Path(os.path.realpath(path))


def _shortened(name: str) -> str:
    return os.fsencode(name)[:_MOST_NAME_BYTES].decode(sys.getfilesystemencoding(), "ignore")


def _there_already(path: Path) -> RequestError:
    return RequestError(f"{path} is there already: --force replaces it")
