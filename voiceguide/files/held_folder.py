"""A folder that is held open: every operation happens in that folder, whatever becomes of its path.

Other people can write to some folders, such as `/tmp`, and plant links in them. So a path is never resolved first and
used later. It is walked folder by folder, each opened from the one before it. A link is followed only if the user, root
or the owner of its folder made it, as Linux demands in folders like `/tmp` (`fs.protected_symlinks`). The walk ends
with a descriptor, and files are opened, renamed, linked and removed relative to it.

Windows has no such descriptors: there, paths are used.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import sys
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType


def _flag(name: str) -> int:
    """A flag for `os.open`; 0 if the system does not have it."""
    return int(getattr(os, name, 0))


_BY_DESCRIPTOR: Final = os.open in os.supports_dir_fd
"""POSIX has had this whole family of calls since 2008; Windows has none of it."""
_O_PATH: Final = _flag("O_PATH")
"""Opens a folder that may be entered but not read, or a link itself, without touching the contents (Linux)."""
_NO_LINK: Final = _flag("O_NOFOLLOW")
_LISTING: Final = _flag("O_DIRECTORY")
_PASSING: Final = _LISTING | _O_PATH
_AT_ONCE: Final = _flag("O_NONBLOCK") | _flag("O_NOCTTY")
"""Opening a FIFO would wait for a writer; opening a terminal may make it the controlling one."""
_BYTES: Final = _flag("O_BINARY")
NOT_A_FILE: Final = frozenset({errno.EISDIR, errno.EINVAL, errno.ELOOP, errno.EMLINK, errno.ENOTDIR})
"""Error numbers with which `HeldFolder.open` refuses anything but an ordinary file."""
_MOST_LINKS: Final = 40
"""The limit of Linux."""
_NOT_A_FOLDER: Final = frozenset({errno.ENOTDIR, errno.ELOOP, errno.EMLINK})
"""Error numbers with which systems refuse to open a link as a folder; EMLINK is that of FreeBSD."""
_CHUNK_BYTES: Final = 1_048_576
_CLOSED: Final = -1
"""An invalid descriptor."""


class HeldFolder:
    """A folder that is held open until `close`, or until nothing refers to this object.

    Names are those of entries directly in it, and a link by that name is never followed. Every method raises OSError.
    Any number of threads may use it.
    """

    def __init__(self, path: Path, descriptor: int | None, name: str = "") -> None:
        self._asked_for = path
        self._name = name
        self._descriptor = descriptor

    @property
    def path(self) -> Path:
        """The path that it was opened by, for messages and for systems without descriptors."""
        return self._asked_for / self._name

    @classmethod
    def at(cls, path: Path) -> HeldFolder:
        """Open the folder at `path`.

        Raises FileNotFoundError, NotADirectoryError, and PermissionError for a link that somebody else has made.
        """
        if not _BY_DESCRIPTOR:
            os.listdir(path)  # noqa: PTH208 -- says at once what is wrong with it
            return cls(path, None)
        return cls(path, _walked(*path.parts, ".")[0])

    @classmethod
    def made(cls, path: Path, mode: int | None = None) -> HeldFolder:
        """Open the folder at `path`, and make it and its parents if they are missing.

        New folders have exactly the permissions `mode`, whatever the mask of the process; None leaves them to the mask.
        """
        if not _BY_DESCRIPTOR:
            path.mkdir(parents=True, exist_ok=True)
            return cls(path, None)
        return cls(path, _walked(*path.parts, ".", make=True, mode=mode)[0])

    @classmethod
    def leading_to(cls, path: Path) -> tuple[HeldFolder, str]:
        """Open the folder in which a file at `path` really lies, or would lie, and return its name there.

        Links are followed to their end, even a dangling one. Of links that form a circle, the first one is meant.
        """
        if not _BY_DESCRIPTOR:
            real = Path(os.path.realpath(path))
            if not real.parent.is_dir():
                raise system_error(errno.ENOENT, real.parent)
            return cls(real.parent, None), real.name
        descriptor, name, where = _walked(*path.parts)
        return cls(where, descriptor), name

    def folder(self, name: str) -> HeldFolder:
        """Open the folder `name` in this one."""
        if self._descriptor is None:
            if (self.path / name).is_symlink():
                raise system_error(errno.ENOTDIR, self.path / name)
            return HeldFolder.at(self.path / name)
        # Paths are joined only when they are asked for: planning opens a hundred folders.
        try:
            return HeldFolder(self.path, os.open(name, _PASSING | _NO_LINK, dir_fd=self._descriptor), name)
        except OSError as error:
            error.filename = str(self.path / name)
            raise

    def made_folder(self, name: str, mode: int | None = None) -> HeldFolder:
        """Open the folder `name` in this one, and make it if it is missing; `mode` as for `made`."""
        if self._descriptor is None:
            (self.path / name).mkdir(exist_ok=True)
            return self.folder(name)
        try:
            return self.folder(name)
        except FileNotFoundError:
            return HeldFolder(self.path / name, _made(name, self._descriptor, mode))

    def open(self, name: str, flags: int, mode: int = 0o600) -> int:
        """Open the ordinary file `name` without ever waiting, and return its descriptor.

        Raises IsADirectoryError for a folder, and another OSError for a link, a pipe, a device or a socket.
        """
        try:
            return _opened(self._at(name), flags | _NO_LINK, mode, folder=self._descriptor)
        except OSError as error:
            error.filename = str(self.path / name)
            raise

    def read(self, name: str, most_bytes: int) -> bytes:
        """Read the ordinary file `name`, up to `most_bytes`; errors as for `open`."""
        descriptor = self.open(name, os.O_RDONLY)
        try:
            return read_up_to(descriptor, most_bytes)
        finally:
            os.close(descriptor)

    def names(self) -> list[str]:
        """The names of its entries."""
        if self._descriptor is None:
            return os.listdir(self.path)  # noqa: PTH208 -- names are wanted
        listing = self.reopened()
        try:
            return os.listdir(listing)  # noqa: PTH208 -- the folder that is held, whatever its path is now
        finally:
            os.close(listing)

    def reopened(self) -> int:
        """Another descriptor of the folder, which can be listed and locked. Not on Windows."""
        return os.open(self._at("."), _LISTING, dir_fd=self._descriptor)

    def stat(self, name: str = ".") -> os.stat_result:
        """The status of `name`, by default of the folder itself; a link is not followed."""
        return os.stat(self._at(name), dir_fd=self._descriptor, follow_symlinks=False)

    def holds(self, name: str) -> bool:
        """Whether it has an entry by that name."""
        try:
            self.stat(name)
        except FileNotFoundError:
            return False
        return True

    def is_writable(self) -> bool:
        """Whether this user may create files in it."""
        return os.access(self._at("."), os.W_OK, dir_fd=self._descriptor)

    def is_gone(self) -> bool:
        """Whether the folder was removed after it was opened."""
        if self._descriptor is None:
            return not self.path.is_dir()
        return os.fstat(self._descriptor).st_nlink == 0

    def unlink(self, name: str) -> None:
        """Remove a file; of a link, the link itself."""
        try:
            os.unlink(self._at(name), dir_fd=self._descriptor)
        except OSError as error:
            error.filename = str(self.path / name)
            raise

    def rmdir(self, name: str) -> None:
        """Remove an empty folder."""
        os.rmdir(self._at(name), dir_fd=self._descriptor)

    def rmtree(self, name: str) -> None:
        """Remove a folder and its contents, as far as possible."""
        shutil.rmtree(self._at(name), ignore_errors=True, dir_fd=self._descriptor)

    def rename(self, name: str, to: str, *, out_of: HeldFolder | None = None) -> None:
        """Move `name`, from this folder or `out_of`, to the name `to` in this one, and replace what is there."""
        source = out_of or self
        os.replace(source._at(name), self._at(to), src_dir_fd=source._descriptor, dst_dir_fd=self._descriptor)  # noqa: SLF001 -- of the same class

    def link(self, name: str, to: str) -> None:
        """Give the file `name` a second name. Raises FileExistsError if the name is taken."""
        os.link(
            self._at(name),
            self._at(to),
            src_dir_fd=self._descriptor,
            dst_dir_fd=self._descriptor,
            # Somebody may have replaced `name` by a link. Windows has no such parameter.
            **({} if self._descriptor is None else {"follow_symlinks": False}),
        )

    def touch(self, name: str, descriptor: int) -> None:
        """Set the modification time of `name`, open as `descriptor`, to now."""
        os.utime(descriptor if os.utime in os.supports_fd else self._at(name))

    def close(self) -> None:
        """Close it."""
        descriptor = self._descriptor
        if descriptor is not None and descriptor != _CLOSED:
            self._descriptor = _CLOSED
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def _at(self, name: str) -> str:
        return name if self._descriptor is not None else str(self.path / name)


def open_file(path: Path) -> int:
    """Open the ordinary file at `path` for reading, without waiting, and return its descriptor.

    Links are followed as usual. Raises IsADirectoryError for a folder, another OSError for a pipe, a device or a
    socket.
    """
    return _opened(str(path), os.O_RDONLY)


def read_file(path: Path, most_bytes: int) -> bytes:
    """Read the ordinary file at `path`, up to `most_bytes`; errors as for `open_file`."""
    descriptor = open_file(path)
    try:
        return read_up_to(descriptor, most_bytes)
    finally:
        os.close(descriptor)


def read_up_to(descriptor: int, most_bytes: int) -> bytes:
    """Read an ordinary file, up to `most_bytes`."""
    parts = []
    while part := os.read(descriptor, min(most_bytes, _CHUNK_BYTES)):
        parts.append(part)
        most_bytes -= len(part)
    return b"".join(parts)


def strangers_in(folder: HeldFolder, *, may_be_sticky: bool = False) -> str | None:
    """Say how somebody else could put files into `folder`, and what to do about it; None if nobody could.

    Root does not count as somebody else, nor does a group whose only member is this user: many systems give every user
    one, and let it write. With `may_be_sticky` a folder like `/tmp` passes, where everybody has files of their own.
    """
    if sys.platform == "win32":
        return None
    found = folder.stat()
    if found.st_uid not in {os.geteuid(), 0}:
        return "it belongs to somebody else: make one of your own"
    if may_be_sticky and found.st_mode & stat.S_ISVTX:
        return None
    if found.st_mode & stat.S_IWOTH or (found.st_mode & stat.S_IWGRP and not _is_private(found.st_gid)):
        return f"others can write to {folder.path}: chmod go-w '{folder.path}'"
    return None


def _is_private(group: int) -> bool:
    """Whether only this user, or root, is in a group, as far as can be known."""
    import grp
    import pwd

    if group == 0:
        return True
    try:
        user = pwd.getpwuid(os.geteuid())
        found = grp.getgrgid(group)
    except KeyError:
        return False
    # Users who have it as their primary group are not searched for: with many users that takes seconds.
    return group == user.pw_gid and found.gr_name == user.pw_name and set(found.gr_mem) <= {user.pw_name}


def system_error(number: int, path: Path) -> OSError:
    """The OSError that the system would raise for an error number."""
    return OSError(number, os.strerror(number), str(path))


def _opened(path: str, flags: int, mode: int = 0o600, *, folder: int | None = None) -> int:
    """Like `os.open`, but only for ordinary files. Raises OSError in plain words for anything else."""
    try:
        descriptor = os.open(path, flags | _AT_ONCE | _BYTES, mode, dir_fd=folder)
    except OSError as error:
        if error.errno in {errno.ENXIO, errno.ENODEV}:  # a socket, or a device that does not exist
            raise _not_ordinary(path) from error
        raise
    found = os.fstat(descriptor).st_mode
    if stat.S_ISREG(found):
        return descriptor
    os.close(descriptor)
    raise system_error(errno.EISDIR, Path(path)) if stat.S_ISDIR(found) else _not_ordinary(path)


def _not_ordinary(path: str) -> OSError:
    return OSError(errno.EINVAL, "Not an ordinary file", path)


def _walked(*names: str, make: bool = False, mode: int | None = None) -> tuple[int, str, Path]:
    """Walk the parts of a path: return a descriptor of the folder, the last name, and the path of the folder.

    The path of a folder itself ends in the part `.`.
    """
    with contextlib.closing(_Walk(names)) as walk:
        descriptor, name, where = walk.end(make=make, mode=mode)
        return os.dup(descriptor), name, where


class _Walk:
    """Walks along a path, and holds the folder that it has reached."""

    def __init__(self, names: Sequence[str]) -> None:
        self._todo = list(reversed(names))
        self._links = 0
        self._where = Path()
        self._folder = os.open(".", _PASSING)
        self._first: tuple[int, str, Path] | None = None
        """The first link at the end of the path: in a circle of links, this one is meant itself."""

    def end(self, *, make: bool, mode: int | None) -> tuple[int, str, Path]:
        """The folder at the end, the last name, and the path of the folder; valid until `close`."""
        while self._todo:
            name = self._todo.pop()
            if self._enter(name, make=make, mode=mode):
                continue
            target = _target(self._folder, name, self._where)
            if target is None and not self._todo:
                return self._folder, name, self._where
            if circle := self._counted(name):
                return circle
            # A link that was replaced meanwhile is examined again.
            self._todo += [name] if target is None else reversed(PurePath(target).parts)
        return self._folder, ".", self._where

    def _enter(self, name: str, *, make: bool, mode: int | None) -> bool:
        """Enter the folder `name`. Returns False for a link, and for the last name of the path."""
        if not self._todo:
            return False
        entered = _entered(self._folder, name, self._where, make=make, mode=mode)
        if entered is None:
            return False
        os.close(self._folder)
        self._folder, self._where = entered, self._where / name
        return True

    def _counted(self, name: str) -> tuple[int, str, Path] | None:
        """Count a link. Beyond the limit, return the first link at the end of the path; OSError without one."""
        self._links += 1
        if not self._todo and self._first is None:
            self._first = os.dup(self._folder), name, self._where
        if self._links <= _MOST_LINKS:
            return None
        if self._first is None:
            raise system_error(errno.ELOOP, self._where / name)
        return self._first

    def close(self) -> None:
        """Close the folders that are held."""
        os.close(self._folder)
        if self._first is not None:
            os.close(self._first[0])


def _entered(folder: int, name: str, where: Path, *, make: bool, mode: int | None) -> int | None:
    """A descriptor of the folder `name`; None if it is a link."""
    try:
        return os.open(name, _PASSING | _NO_LINK, dir_fd=folder)
    except OSError as error:
        if make and isinstance(error, FileNotFoundError):
            return _made(name, folder, mode)
        if error.errno in _NOT_A_FOLDER and stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            return None
        error.filename = str(where / name)
        raise


def _made(name: str, folder: int, mode: int | None) -> int:
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, 0o777 if mode is None else mode, dir_fd=folder)
        if mode is not None:
            # Not by its name, which may belong to something else by now.
            descriptor = os.open(name, _LISTING | _NO_LINK, dir_fd=folder)
            with contextlib.suppress(OSError):  # file systems without modes; the mask has only removed permissions
                os.fchmod(descriptor, mode)
            return descriptor
    return os.open(name, _PASSING | _NO_LINK, dir_fd=folder)


def _target(folder: int, name: str, where: Path) -> str | None:
    """The target of the link `name`; None if it is not a link. Raises PermissionError for a link of somebody else."""
    try:
        found, target = _link(folder, name)
    except FileNotFoundError:
        return None
    if target is None:
        return None
    holding = os.fstat(folder)
    trusted = found.st_uid in {os.geteuid(), holding.st_uid, 0}
    # In a folder that only its owner can write to, every link is the owner's, whoever it seems to belong to.
    if not trusted and holding.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        message = f"{where / name} is a link that somebody else has made"
        raise PermissionError(errno.EACCES, message)
    return target


def _link(folder: int, name: str) -> tuple[os.stat_result, str | None]:
    """The status of an entry and, if it is a link, its target: both of the very same entry."""
    if not _O_PATH:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISLNK(found.st_mode):
            return found, None
        target = os.readlink(name, dir_fd=folder)
        again = os.stat(name, dir_fd=folder, follow_symlinks=False)
        # A link cannot be changed, only replaced.
        if (found.st_ino, found.st_ctime_ns) != (again.st_ino, again.st_ctime_ns):
            raise PermissionError(errno.EACCES, f"{name} is being replaced")
        return found, target
    itself = os.open(name, _O_PATH | _NO_LINK, dir_fd=folder)
    try:
        found = os.fstat(itself)
        return found, os.readlink("", dir_fd=itself) if stat.S_ISLNK(found.st_mode) else None
    finally:
        os.close(itself)
