"""Where the control socket lies, and who may use it: a folder of this user alone, held by one player at a time.

The folder is checked through one descriptor: its owner, its mode and its lock are those of the folder that was opened,
and no symbolic link is followed to it. The player that holds the lock may put a socket there. The system releases the
lock however the player ends, so a socket without a lock belonged to a player that is dead.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Final

from voiceguide.errors import RemoteUnavailableError
from voiceguide.files.lock import lock_now

if TYPE_CHECKING:
    from collections.abc import Iterator

SOCKET: Final = "control.sock"
_LONGEST_PATH: Final = 100
"""Bytes of a socket's path: 108 on Linux, 104 on macOS, with the closing zero."""
_OTHERS_MAY_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


class TakenError(RemoteUnavailableError):
    """Another player holds the folder."""


def control_paths() -> list[Path]:
    """The places where the socket may lie, the best first; `voiceguide ctl` looks into all of them.

    The user's runtime folder comes first. If the system has none, or somebody else has put a folder in its place, the
    next one is under the user's own home; if the path of that home is too long, the last is among the temporary
    folders.
    """
    return [folder / SOCKET for folder in dict.fromkeys(_folders())]


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
    """A descriptor of `folder`, which is created if necessary and belongs to this user alone.

    The descriptor holds the lock until it is closed. Raises TakenError if another player holds the lock,
    RemoteUnavailableError if the folder cannot be trusted, and OSError.
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
    """RemoteUnavailableError if somebody else could put a socket into `folder`, or another folder in its place.

    Raises OSError if the folder does not exist or cannot be opened.
    """
    _check_parent(folder.parent)
    os.close(_opened(folder))


def check_length(path: Path) -> None:
    """RemoteUnavailableError if the path is too long for a socket."""
    if len(os.fsencode(path)) > _LONGEST_PATH:
        message = f"voiceguide ctl does not work: the path {path} is too long for a socket"
        raise RemoteUnavailableError(message)


def is_same_user(connection: socket.socket) -> bool:
    """Whether this user is at the other end too.

    Not every system tells; on one that does not, the mode of the folder keeps other users out.
    """
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[1]) == os.geteuid()


def _opened(folder: Path) -> int:
    """A descriptor of the folder, which belongs to this user."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError):
        raise
    except OSError as error:  # a link, or a file
        raise _foreign(folder) from error
    if os.fstat(descriptor).st_uid != os.geteuid():
        os.close(descriptor)
        raise _foreign(folder)
    return descriptor


def _check_parent(folder: Path) -> None:
    """RemoteUnavailableError unless only this user and root can rename what lies in `folder`.

    Others may write to it if it is sticky, as /tmp is.
    """
    found = folder.lstat()
    is_private = not found.st_mode & _OTHERS_MAY_WRITE or found.st_mode & stat.S_ISVTX
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), 0} or not is_private:
        raise _foreign(folder)


def _check_still_there(descriptor: int, folder: Path) -> None:
    if not os.path.samestat(os.fstat(descriptor), folder.lstat()):
        raise FileNotFoundError(folder)


def _lock(descriptor: int) -> None:
    try:
        lock_now(descriptor)
    except BlockingIOError as error:
        raise TakenError("another session is playing: voiceguide ctl controls that one") from error
    except OSError:
        return  # a file system without locks: whether a socket answers must be enough


def _foreign(folder: Path) -> RemoteUnavailableError:
    return RemoteUnavailableError(f"voiceguide ctl does not work: {folder} belongs to somebody else")
