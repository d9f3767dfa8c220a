"""Where the control socket lies: in a folder that belongs to this user alone, and to one player at a time.

The folder is looked at through one descriptor: who owns it, its mode, and the lock on it are those of the very folder
that was opened, and no symbolic link is followed to it. Whoever holds the lock may put a socket there. The system lets
go of it however the player ends, so a socket without a lock is a dead player's.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from voiceguide.errors import RemoteUnavailableError

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator

SOCKET: Final = "control.sock"
_LONGEST_PATH: Final = 100
"""Bytes of a socket's path: 108 on Linux, 104 on macOS, with the closing zero."""
_OTHERS_MAY_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


class TakenError(RemoteUnavailableError):
    """Another player holds the folder."""


def control_paths() -> list[Path]:
    """Where the socket may be, the best place first; `voiceguide ctl` looks into all of them.

    The user's runtime folder comes first. Where the system has none, or somebody else has put a folder in its place,
    there is one under the user's own home, and for a home whose path is too long one among the temporary folders.
    """
    return [folder / SOCKET for folder in dict.fromkeys(_folders())]


def control_path() -> Path:
    """The best of `control_paths`."""
    return control_paths()[0]


def _folders() -> Iterator[Path]:
    import tempfile

    for base in (Path(os.environ.get("XDG_RUNTIME_DIR", "")), Path(f"/run/user/{os.geteuid()}")):
        if base.is_absolute() and base.is_dir():
            yield base / "voiceguide"
    if home := _state_folder():
        yield home
    yield Path(tempfile.gettempdir()) / f"voiceguide-{os.geteuid()}"


def _state_folder() -> Path | None:
    import platformdirs

    with contextlib.suppress(OSError, RuntimeError, KeyError):
        folder = Path(platformdirs.user_state_dir("voiceguide"))
        return folder if folder.is_absolute() else None
    return None


def claimed(folder: Path) -> int:
    """A descriptor of `folder`, made if need be, which is this user's alone; it holds the lock until it is closed.

    Raises TakenError where another player holds it, RemoteUnavailableError where it cannot be trusted, and OSError.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    _check_parent(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = _opened(folder)
    try:
        if os.fstat(descriptor).st_mode & 0o777 != 0o700:  # noqa: PLR2004 -- the mode of a private folder
            os.fchmod(descriptor, 0o700)
        _lock(descriptor)
        _check_still_there(descriptor, folder)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def check_trusted(folder: Path) -> None:
    """RemoteUnavailableError where somebody else could put a socket into `folder`, or a folder in its place.

    Raises OSError where there is none, or it may not be looked into.
    """
    _check_parent(folder.parent)
    os.close(_opened(folder))


def check_length(path: Path) -> None:
    """RemoteUnavailableError where the path is longer than that of a socket may be."""
    if len(os.fsencode(path)) > _LONGEST_PATH:
        message = f"voiceguide ctl does not work: the path {path} is too long for a socket"
        raise RemoteUnavailableError(message)


def _opened(folder: Path) -> int:
    """A descriptor of the folder, which is this user's."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError):
        raise
    except OSError as error:  # a link, or no folder at all
        raise _foreign(folder) from error
    if os.fstat(descriptor).st_uid != os.geteuid():
        os.close(descriptor)
        raise _foreign(folder)
    return descriptor


def _check_parent(folder: Path) -> None:
    """Whoever may rename what lies in `folder` is this user or root: others, only where it is sticky as /tmp is."""
    found = folder.lstat()
    is_private = not found.st_mode & _OTHERS_MAY_WRITE or found.st_mode & stat.S_ISVTX
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), 0} or not is_private:
        raise _foreign(folder)


def _check_still_there(descriptor: int, folder: Path) -> None:
    if not os.path.samestat(os.fstat(descriptor), folder.lstat()):
        raise FileNotFoundError(folder)


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise TakenError("another session is playing: voiceguide ctl controls that one") from error
    except OSError:
        return  # a file system without locks: then a socket that answers is all there is to go by


def _foreign(folder: Path) -> RemoteUnavailableError:
    return RemoteUnavailableError(f"voiceguide ctl does not work: {folder} belongs to somebody else")
