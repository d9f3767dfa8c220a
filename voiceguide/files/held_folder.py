"""A folder that is held open: whatever happens to its path meanwhile, all that is done in it is done there.

Other people can write to some folders, `/tmp` and shared ones, and plant links in them. So no path is resolved
first and used later. A path is walked folder by folder, each opened from the one before it. A link is followed only
where it was made by the user, by root or by the owner of the folder that it lies in, which is what Linux asks for in
folders like `/tmp` (`fs.protected_symlinks`). What the walk ends with is a descriptor, and files are opened, renamed,
linked and removed relative to it.

Where the system knows no such descriptors (Windows), paths are used.
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
    """A flag for `os.open`; 0 where the system has none by that name."""
    return int(getattr(os, name, 0))


_BY_DESCRIPTOR: Final = os.open in os.supports_dir_fd
"""POSIX has all of its family since 2008, Windows none."""
_O_PATH: Final = _flag("O_PATH")
"""Opens a thing without touching what is in it: a folder that may be entered and not read, or a link itself (Linux)."""
_NO_LINK: Final = _flag("O_NOFOLLOW")
_LISTING: Final = _flag("O_DIRECTORY")
_PASSING: Final = _LISTING | _O_PATH
_AT_ONCE: Final = _flag("O_NONBLOCK") | _flag("O_NOCTTY")
"""Opening a FIFO waits for somebody to write to it; opening a terminal may make it ours."""
_BYTES: Final = _flag("O_BINARY")
NOT_A_FILE: Final = frozenset({errno.EISDIR, errno.EINVAL, errno.ELOOP, errno.EMLINK, errno.ENOTDIR})
"""How `HeldFolder.open` refuses what is no ordinary file."""
_MOST_LINKS: Final = 40
"""As many as Linux follows."""
_NOT_A_FOLDER: Final = frozenset({errno.ENOTDIR, errno.ELOOP, errno.EMLINK})
"""How systems refuse to open a link as a folder; EMLINK is FreeBSD's."""
_CHUNK_BYTES: Final = 1_048_576
_CLOSED: Final = -1
"""A descriptor that nothing works with."""


class HeldFolder:
    """A folder, held until `close` or until nobody refers to it any more.

    Names are those of things directly in it, and a link by that name is never followed. Everything raises OSError. May
    be used from any number of threads.
    """

    def __init__(self, path: Path, descriptor: int | None, name: str = "") -> None:
        self._asked_for = path
        self._name = name
        self._descriptor = descriptor

    @property
    def path(self) -> Path:
        """What it was asked for by: for messages, and for systems without descriptors."""
        return self._asked_for / self._name

    @classmethod
    def at(cls, path: Path) -> HeldFolder:
        """The folder at `path`.

        FileNotFoundError, NotADirectoryError, and PermissionError for a link that somebody else has made.
        """
        if not _BY_DESCRIPTOR:
            os.listdir(path)  # noqa: PTH208 -- says at once what is wrong with it
            return cls(path, None)
        return cls(path, _walked(*path.parts, ".")[0])

    @classmethod
    def made(cls, path: Path, mode: int | None = None) -> HeldFolder:
        """The folder at `path`, made with those above it where they are missing.

        What is made has exactly the permissions `mode`, whatever the process's mask is at that moment; None leaves
        them to the mask.
        """
        if not _BY_DESCRIPTOR:
            path.mkdir(parents=True, exist_ok=True)
            return cls(path, None)
        return cls(path, _walked(*path.parts, ".", make=True, mode=mode)[0])

    @classmethod
    def leading_to(cls, path: Path) -> tuple[HeldFolder, str]:
        """The folder in which a file at `path` really lies, or would lie, and its name there.

        Links are followed to their end, a dangling one to what it would be. Where links go round in a circle it is the
        first of them.
        """
        if not _BY_DESCRIPTOR:
            real = Path(os.path.realpath(path))
            if not real.parent.is_dir():
                raise system_error(errno.ENOENT, real.parent)
            return cls(real.parent, None), real.name
        descriptor, name, where = _walked(*path.parts)
        return cls(where, descriptor), name

    def folder(self, name: str) -> HeldFolder:
        """The folder `name` in this one."""
        if self._descriptor is None:
            if (self.path / name).is_symlink():
                raise system_error(errno.ENOTDIR, self.path / name)
            return HeldFolder.at(self.path / name)
        # Paths are put together where somebody asks for them: a plan opens a hundred folders.
        try:
            return HeldFolder(self.path, os.open(name, _PASSING | _NO_LINK, dir_fd=self._descriptor), name)
        except OSError as error:
            error.filename = str(self.path / name)
            raise

    def made_folder(self, name: str, mode: int | None = None) -> HeldFolder:
        """The folder `name` in this one, made where it is missing; `mode` as for `made`."""
        if self._descriptor is None:
            (self.path / name).mkdir(exist_ok=True)
            return self.folder(name)
        try:
            return self.folder(name)
        except FileNotFoundError:
            return HeldFolder(self.path / name, _made(name, self._descriptor, mode))

    def open(self, name: str, flags: int, mode: int = 0o600) -> int:
        """A descriptor of the ordinary file `name`, which is never waited for.

        IsADirectoryError for a folder, and another OSError for a link, a pipe, a device or a socket.
        """
        try:
            return _opened(self._at(name), flags | _NO_LINK, mode, folder=self._descriptor)
        except OSError as error:
            error.filename = str(self.path / name)
            raise

    def read(self, name: str, most_bytes: int) -> bytes:
        """What is in the ordinary file `name`, up to `most_bytes`; errors as for `open`."""
        descriptor = self.open(name, os.O_RDONLY)
        try:
            return read_up_to(descriptor, most_bytes)
        finally:
            os.close(descriptor)

    def names(self) -> list[str]:
        """The names of all that is in it."""
        if self._descriptor is None:
            return os.listdir(self.path)  # noqa: PTH208 -- names are wanted
        listing = self.reopened()
        try:
            return os.listdir(listing)  # noqa: PTH208 -- the folder that is held, whatever its path is now
        finally:
            os.close(listing)

    def reopened(self) -> int:
        """Another descriptor of the folder, which may be listed and locked. Not on Windows."""
        return os.open(self._at("."), _LISTING, dir_fd=self._descriptor)

    def stat(self, name: str = ".") -> os.stat_result:
        """What is known of `name`, of a link itself; of the folder where no name is given."""
        return os.stat(self._at(name), dir_fd=self._descriptor, follow_symlinks=False)

    def holds(self, name: str) -> bool:
        """Whether there is anything by that name."""
        try:
            self.stat(name)
        except FileNotFoundError:
            return False
        return True

    def is_writable(self) -> bool:
        """Whether this user may make files in it."""
        return os.access(self._at("."), os.W_OK, dir_fd=self._descriptor)

    def is_gone(self) -> bool:
        """Whether the folder was removed since it was opened."""
        if self._descriptor is None:
            return not self.path.is_dir()
        return os.fstat(self._descriptor).st_nlink == 0

    def unlink(self, name: str) -> None:
        """Remove the name of a file, of a link itself."""
        try:
            os.unlink(self._at(name), dir_fd=self._descriptor)
        except OSError as error:
            error.filename = str(self.path / name)
            raise

    def rmdir(self, name: str) -> None:
        """Remove an empty folder."""
        os.rmdir(self._at(name), dir_fd=self._descriptor)

    def rmtree(self, name: str) -> None:
        """Remove a folder and all that is in it, as far as that can be removed."""
        shutil.rmtree(self._at(name), ignore_errors=True, dir_fd=self._descriptor)

    def rename(self, name: str, to: str, *, out_of: HeldFolder | None = None) -> None:
        """Give `name`, of this folder or of `out_of`, the name `to` in this one, in place of what has it."""
        source = out_of or self
        os.replace(source._at(name), self._at(to), src_dir_fd=source._descriptor, dst_dir_fd=self._descriptor)  # noqa: SLF001 -- of the same class

    def link(self, name: str, to: str) -> None:
        """Give the file `name` a second name; FileExistsError where there is something by that name."""
        os.link(
            self._at(name),
            self._at(to),
            src_dir_fd=self._descriptor,
            dst_dir_fd=self._descriptor,
            # Somebody may have put a link in the place of `name`. Windows cannot be told, and is not asked to.
            **({} if self._descriptor is None else {"follow_symlinks": False}),
        )

    def touch(self, name: str, descriptor: int) -> None:
        """Set the time of the last change of `name`, open as `descriptor`, to now."""
        os.utime(descriptor if os.utime in os.supports_fd else self._at(name))

    def close(self) -> None:
        """Let go of it."""
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
    """A descriptor of the ordinary file at `path`, to be read; links are followed as the system does.

    Nothing is waited for. IsADirectoryError for a folder, another OSError for a pipe, a device or a socket.
    """
    return _opened(str(path), os.O_RDONLY)


def read_file(path: Path, most_bytes: int) -> bytes:
    """What is in the ordinary file at `path`, up to `most_bytes`; errors as for `open_file`."""
    descriptor = open_file(path)
    try:
        return read_up_to(descriptor, most_bytes)
    finally:
        os.close(descriptor)


def read_up_to(descriptor: int, most_bytes: int) -> bytes:
    """What there is to read in an ordinary file, up to `most_bytes`."""
    parts = []
    while part := os.read(descriptor, min(most_bytes, _CHUNK_BYTES)):
        parts.append(part)
        most_bytes -= len(part)
    return b"".join(parts)


def strangers_in(folder: HeldFolder, *, may_be_sticky: bool = False) -> str | None:
    """How somebody else could put things into `folder`, and what to do about it; None where nobody could.

    Root is nobody else. Nor is a group that only this user is in: many systems give every user one, and let it
    write. With `may_be_sticky` a folder like `/tmp` passes, where everybody has things of their own.
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
    """Whether only this user, or root, is in a group, as far as it can be known."""
    import grp
    import pwd

    if group == 0:
        return True
    try:
        user = pwd.getpwuid(os.geteuid())
        found = grp.getgrgid(group)
    except KeyError:
        return False
    # The other users whose first group it is are not asked for: that can take seconds where users are many.
    return group == user.pw_gid and found.gr_name == user.pw_name and set(found.gr_mem) <= {user.pw_name}


def system_error(number: int, path: Path) -> OSError:
    """What the system would raise, of the class that goes with its number."""
    return OSError(number, os.strerror(number), str(path))


def _opened(path: str, flags: int, mode: int = 0o600, *, folder: int | None = None) -> int:
    """As `os.open` for ordinary files; OSError in words for everybody where it is none."""
    try:
        descriptor = os.open(path, flags | _AT_ONCE | _BYTES, mode, dir_fd=folder)
    except OSError as error:
        if error.errno in {errno.ENXIO, errno.ENODEV}:  # a socket, or a device that is not there
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
    """A descriptor of the folder that the parts of a path lead to, the last name that remains, and where the folder is.

    Of the path of a folder itself the last part is `.`.
    """
    with contextlib.closing(_Walk(names)) as walk:
        descriptor, name, where = walk.end(make=make, mode=mode)
        return os.dup(descriptor), name, where


class _Walk:
    """Goes along a path, and holds the folder that it has come to."""

    def __init__(self, names: Sequence[str]) -> None:
        self._todo = list(reversed(names))
        self._links = 0
        self._where = Path()
        self._folder = os.open(".", _PASSING)
        self._first: tuple[int, str, Path] | None = None
        """Where the first link at the end of the path is: where links go round in a circle, it stands for itself."""

    def end(self, *, make: bool, mode: int | None) -> tuple[int, str, Path]:
        """The folder at the end, the name that remains, and where the folder is; valid until `close`."""
        while self._todo:
            name = self._todo.pop()
            if self._enter(name, make=make, mode=mode):
                continue
            target = _target(self._folder, name, self._where)
            if target is None and not self._todo:
                return self._folder, name, self._where
            if circle := self._counted(name):
                return circle
            # A link that was replaced meanwhile is looked at again.
            self._todo += [name] if target is None else reversed(PurePath(target).parts)
        return self._folder, ".", self._where

    def _enter(self, name: str, *, make: bool, mode: int | None) -> bool:
        """Go into the folder `name`. False for a link, and for the last name of all."""
        if not self._todo:
            return False
        entered = _entered(self._folder, name, self._where, make=make, mode=mode)
        if entered is None:
            return False
        os.close(self._folder)
        self._folder, self._where = entered, self._where / name
        return True

    def _counted(self, name: str) -> tuple[int, str, Path] | None:
        """Count a link; beyond all measure, the first one at the end of the path. OSError where that is none."""
        self._links += 1
        if not self._todo and self._first is None:
            self._first = os.dup(self._folder), name, self._where
        if self._links <= _MOST_LINKS:
            return None
        if self._first is None:
            raise system_error(errno.ELOOP, self._where / name)
        return self._first

    def close(self) -> None:
        """Let go of what is held."""
        os.close(self._folder)
        if self._first is not None:
            os.close(self._first[0])


def _entered(folder: int, name: str, where: Path, *, make: bool, mode: int | None) -> int | None:
    """A descriptor of the folder `name`; None where it is a link."""
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
            # Not by its name, which somebody may have given to something else.
            descriptor = os.open(name, _LISTING | _NO_LINK, dir_fd=folder)
            with contextlib.suppress(OSError):  # file systems without modes; the mask has taken some away, added none
                os.fchmod(descriptor, mode)
            return descriptor
    return os.open(name, _PASSING | _NO_LINK, dir_fd=folder)


def _target(folder: int, name: str, where: Path) -> str | None:
    """What the link `name` points to; None where there is no link. PermissionError for one not to be followed."""
    try:
        found, target = _link(folder, name)
    except FileNotFoundError:
        return None
    if target is None:
        return None
    holding = os.fstat(folder)
    trusted = found.st_uid in {os.geteuid(), holding.st_uid, 0}
    # In a folder that only its owner can write to, links are its owner's, whomever they are said to belong to.
    if not trusted and holding.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        message = f"{where / name} is a link that somebody else has made"
        raise PermissionError(errno.EACCES, message)
    return target


def _link(folder: int, name: str) -> tuple[os.stat_result, str | None]:
    """Whose a thing is, and what it points to where it is a link: both of the very same thing."""
    if not _O_PATH:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISLNK(found.st_mode):
            return found, None
        target = os.readlink(name, dir_fd=folder)
        again = os.stat(name, dir_fd=folder, follow_symlinks=False)
        # A link cannot be changed, only replaced by another one.
        if (found.st_ino, found.st_ctime_ns) != (again.st_ino, again.st_ctime_ns):
            raise PermissionError(errno.EACCES, f"{name} is being replaced")
        return found, target
    itself = os.open(name, _O_PATH | _NO_LINK, dir_fd=folder)
    try:
        found = os.fstat(itself)
        return found, os.readlink("", dir_fd=itself) if stat.S_ISLNK(found.st_mode) else None
    finally:
        os.close(itself)
