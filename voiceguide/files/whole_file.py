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
from typing import IO, TYPE_CHECKING, Final

from voiceguide.errors import ExportError, RequestError, reason
from voiceguide.files.held_folder import HeldFolder, system_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TEMPORARY: Final = re.compile(r"\.(?P<target>.*)\.voiceguide-[0-9a-f]{16}\.part", re.DOTALL)
_MOST_NAME_BYTES: Final = 200
"""Of the target's name in the temporary's: file systems end at 255."""
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""How file systems without hard links, FAT for one, refuse them."""
_OTHERS: Final = 0o077
"""What the group and everybody else may do."""


def check_writable(path: Path, *, force: bool) -> None:
    """Raise before any work is done where `path` could not be written; clear what killed runs left beside it.

    RequestError for a folder, or a file that is there and not to be replaced; ExportError for a folder
    that cannot be written to, and for a link that somebody else has made.
    """
    try:
        folder, name = _leading_to(path)
        with folder:
            _check_place(path, folder, name, force=force)
    except OSError as error:  # a name that is too long, a folder that may not be looked into
        message = f"{path} cannot be written: {error.strerror}"
        raise ExportError(message) from error
    except ValueError as error:
        message = f"{str(path)!r} cannot name a file"
        raise RequestError(message) from error


def _leading_to(path: Path) -> tuple[HeldFolder, str]:
    try:
        return HeldFolder.leading_to(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        message = f"{path} cannot be written: there is no folder {error.filename}"
        raise ExportError(message) from error


def _check_place(path: Path, folder: HeldFolder, name: str, *, force: bool) -> None:
    mode = folder.stat(name).st_mode if folder.holds(name) else None
    if mode is not None and stat.S_ISDIR(mode):
        message = f"{path} is a folder: name a file in it"
        raise RequestError(message)
    if mode is not None and not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        message = f"{path} is no ordinary file: name another"
        raise RequestError(message)
    _clear_stale(folder, name)
    if mode is not None and not force:
        raise _there_already(path)
    if not folder.is_writable():
        message = f"{path} cannot be written: the folder {folder.path} is not writable"
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
    except FileExistsError as error:
        raise _there_already(path) from error
    except OSError as error:
        message = f"{path} was not written: {reason(error)}"
        raise ExportError(message) from error


@contextlib.contextmanager
def replacing(path: Path, *, mode: int = 0o600, durable: bool = False, force: bool = True) -> Iterator[IO[bytes]]:
    """An empty file, seekable and open for reading and writing, that becomes `path` when the block is left.

    Where `path` is a symbolic link, what it points to is replaced and the link stays; PermissionError where somebody
    else has made that link, or another one on the way (`held_folder`). The rest as for `replacing_in`.
    """
    folder, name = HeldFolder.leading_to(path)
    with folder, replacing_in(folder, name, mode=mode, durable=durable, force=force) as file:
        yield file


@contextlib.contextmanager
def replacing_in(
    folder: HeldFolder, name: str, *, mode: int = 0o600, durable: bool = False, force: bool = True
) -> Iterator[IO[bytes]]:
    """An empty file, seekable and open for reading and writing, that becomes `name` in `folder` when the block is left.

    It stands beside its target under a hidden temporary name; whatever goes wrong in the block, an
    interrupt included, leaves nothing behind and `name` as it was. A link by that name is replaced, and so is one of
    several names of a file: what is reached by others stays as it is. `mode` is less the process's mask where it lets
    others read, else the file has exactly that. `durable` waits for the disk.
    Raises OSError, FileExistsError where there is something by that name and `force` is not given.
    """
    names: list[str] = []
    try:
        with _locked(folder, name, mode, names) as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
            if sys.platform != "win32":
                # Still locked: nobody takes it for a dead process's before it has its name.
                _name(folder, names[-1], name, force=force)
        if sys.platform == "win32":  # which renames no open file
            _name(folder, names[-1], name, force=force)
    finally:
        for each in names:
            with contextlib.suppress(OSError):
                folder.unlink(each)


def clear_stale(folder: Path | HeldFolder, name: str | None = None) -> int:
    """Remove the temporary files in `folder` whose processes are gone; count them.

    Only those for the file `name`, where given. What a running process is writing stays, as does everything
    on a file system that knows no locks, and every file that is not ours. Raises nothing.
    """
    if isinstance(folder, HeldFolder):
        return _clear_stale(folder, name)
    with contextlib.suppress(OSError), HeldFolder.at(folder) as held:
        return _clear_stale(held, name)
    return 0


def _clear_stale(folder: HeldFolder, name: str | None) -> int:
    removed = 0
    with contextlib.suppress(OSError):
        wanted = None if name is None else _shortened(name)
        for each in folder.names():
            match = _TEMPORARY.fullmatch(each)
            if match and wanted in {None, match["target"]}:
                removed += _removed_if_stale(folder, each)
    return removed


def _removed_if_stale(folder: HeldFolder, name: str) -> bool:
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            folder.unlink(name)  # refused for a folder, and while the file is open, which is lock enough
            return True
        import fcntl

        if not stat.S_ISREG(folder.stat(name).st_mode):
            return False  # not opened at all: some devices act when they are
        descriptor = folder.open(name, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            folder.unlink(name)
        finally:
            os.close(descriptor)
        return True
    return False


def _locked(folder: HeldFolder, target: str, mode: int, names: list[str]) -> IO[bytes]:
    """A new file for `target`, locked; every name that was tried goes into `names` before it is."""
    while True:
        names.append(f".{_shortened(target)}.voiceguide-{os.urandom(8).hex()}.part")
        descriptor = folder.open(names[-1], os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
        file = open(descriptor, "w+b")  # noqa: PTH123, SIM115 -- a descriptor; the caller closes it
        if sys.platform == "win32":
            return file
        import fcntl

        if not mode & _OTHERS:
            with contextlib.suppress(OSError):  # file systems without modes
                os.fchmod(descriptor, mode)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:
            return file  # no locks here: clear_stale gets none either, and leaves it alone
        # Between its creation and its lock somebody may have taken it for a dead process's.
        if os.fstat(descriptor).st_nlink:
            return file
        file.close()


def _name(folder: HeldFolder, temporary: str, target: str, *, force: bool) -> None:
    """Give the file its name; without `force` only if nobody else has it, decided by the file system."""
    if not force:
        try:
            # Python has no rename that refuses. The temporary name goes with the clean-up.
            folder.link(temporary, target)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if folder.holds(target):
                raise system_error(errno.EEXIST, folder.path / target) from error
        else:
            return
    folder.rename(temporary, target)


def _shortened(name: str) -> str:
    return os.fsencode(name)[:_MOST_NAME_BYTES].decode(sys.getfilesystemencoding(), "ignore")


def _there_already(path: Path) -> RequestError:
    return RequestError(f"{path} is there already: --force replaces it")
