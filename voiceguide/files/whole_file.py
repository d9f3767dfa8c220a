"""A file that appears whole or not at all: written under a temporary name, then renamed.

The process that writes a temporary file holds a lock on it, which the system releases however the process ends. So the
leftovers of a killed process can be told from a file in progress, without clocks or process numbers. They are removed
before the same file is written again.
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
"""Longest part of the target's name in that of the temporary file: file systems allow 255 bytes."""
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""Error numbers of file systems without hard links, such as FAT."""
_OTHERS: Final = 0o077
"""Permissions of the group and of others."""


def check_writable(path: Path, *, force: bool) -> None:
    """Raise before any work is done if `path` could not be written, and remove what killed runs left beside it.

    Raises RequestError for a folder, or an existing file without `force`, and ExportError for a folder that is not
    writable or a link that somebody else has made.
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
        message = f"{path} is not an ordinary file: name another"
        raise RequestError(message)
    _clear_stale(folder, name)
    if mode is not None and not force:
        raise _there_already(path)
    if not folder.is_writable():
        message = f"{path} cannot be written: the folder {folder.path} is not writable"
        raise ExportError(message)


@contextlib.contextmanager
def whole_file(path: Path, *, force: bool) -> Iterator[IO[bytes]]:
    """A file to fill, as from `replacing`, for something that the user asked for.

    The contents are on the disk before the file gets its name. Without `force`, a file that has appeared at `path`
    meanwhile stays, and RequestError is raised. System errors become ExportError; our errors pass through.
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
    """An empty, seekable file open for reading and writing, which becomes `path` when the block ends.

    If `path` is a symbolic link, its target is replaced and the link stays. Raises PermissionError if somebody else has
    made that link or another one on the way (`held_folder`). Otherwise works like `replacing_in`.
    """
    folder, name = HeldFolder.leading_to(path)
    with folder, replacing_in(folder, name, mode=mode, durable=durable, force=force) as file:
        yield file


@contextlib.contextmanager
def replacing_in(
    folder: HeldFolder, name: str, *, mode: int = 0o600, durable: bool = False, force: bool = True
) -> Iterator[IO[bytes]]:
    """An empty, seekable file open for reading and writing, which becomes `name` in `folder` when the block ends.

    Until then it lies beside its target under a hidden temporary name. If anything goes wrong in the block, even an
    interrupt, nothing is left behind and `name` stays as it was. A link by that name is replaced; so is a hard link,
    and the file's other names keep the old contents. The mask of the process applies to `mode` if others may read the
    file; otherwise the file has exactly that mode. `durable` waits for the disk. Raises OSError, and FileExistsError
    for an existing file without `force`.
    """
    names: list[str] = []
    try:
        with _locked(folder, name, mode, names) as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
            if sys.platform != "win32":
                # Still locked, so that nobody takes it for a leftover before it has its name.
                _name(folder, names[-1], name, force=force)
        if sys.platform == "win32":  # Windows cannot rename an open file
            _name(folder, names[-1], name, force=force)
    finally:
        for each in names:
            with contextlib.suppress(OSError):
                folder.unlink(each)


def clear_stale(folder: Path | HeldFolder, name: str | None = None) -> int:
    """Remove the temporary files in `folder` whose processes have ended, and return their number.

    With `name`, remove only those for that file. Files in progress stay, and so do other programs' files and everything
    on a file system without locks. Raises nothing.
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
            folder.unlink(name)  # Windows refuses this for a folder and for an open file
            return True
        import fcntl

        if not stat.S_ISREG(folder.stat(name).st_mode):
            return False  # not opened: some devices act when they are
        descriptor = folder.open(name, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            folder.unlink(name)
        finally:
            os.close(descriptor)
        return True
    return False


def _locked(folder: HeldFolder, target: str, mode: int, names: list[str]) -> IO[bytes]:
    """Create and lock a temporary file for `target`; every name is added to `names` before it is tried."""
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
            return file  # no locks here: then clear_stale leaves the file alone, too
        # Before it was locked another process may have removed it as a leftover.
        if os.fstat(descriptor).st_nlink:
            return file
        file.close()


def _name(folder: HeldFolder, temporary: str, target: str, *, force: bool) -> None:
    """Give the file its name. Without `force` the file system decides whether the name is free."""
    if not force:
        try:
            # Python has no rename that refuses to replace. The clean-up removes the temporary name.
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
    return RequestError(f"{path} is there already: `force=True` replaces it")
