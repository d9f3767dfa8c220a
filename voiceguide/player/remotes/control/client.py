"""The client: asks the session that is playing, from another process."""

from __future__ import annotations

import math
import socket
import time
from typing import TYPE_CHECKING, Any, Final

from voiceguide.errors import RemoteUnavailableError
from voiceguide.player.protocol import ANSWER_LIMIT, format_request, parse_answer
from voiceguide.player.remotes.control.loop import CLIENT_S
from voiceguide.player.remotes.control.place import check_length, check_trusted, control_paths, is_same_user

if TYPE_CHECKING:
    from pathlib import Path

_RETRY_S: Final = 0.05


def ask(action: str, amount: float | None = None, *, path: Path | None = None) -> dict[str, Any]:
    """Ask the session that is playing for `action`, and return its status afterwards.

    RemoteUnavailableError if no session is playing, or if it does not answer.
    """
    if not hasattr(socket, "AF_UNIX"):
        raise RemoteUnavailableError("voiceguide ctl does not work: this system has no local sockets")
    if amount is not None and not math.isfinite(amount):
        raise RemoteUnavailableError("an amount is a number of seconds, or a share")
    try:
        with _connected(control_paths() if path is None else [path], must_trust=path is not None) as connection:
            connection.sendall(format_request(action, amount))
            answer = parse_answer(_line(connection, ANSWER_LIMIT))
    except (OSError, ValueError) as error:
        message = f"the session that is playing does not answer: {error}"
        raise RemoteUnavailableError(message) from error
    if not answer.get("ok"):
        message = f"the session that is playing refuses: {answer.get('error')}"
        raise RemoteUnavailableError(message)
    status: dict[str, Any] = answer["status"]
    return status


def _connected(paths: list[Path], *, must_trust: bool) -> socket.socket:
    """A connection to the first session that listens at one of `paths`; RemoteUnavailableError if none does.

    A place where somebody else could have put a socket is skipped: no session of this user listens there. With
    `must_trust` it is an error. Raises OSError.
    """
    for path in paths:
        try:
            check_length(path)
            check_trusted(path.parent)
            connection = _connected_at(path)
        except (FileNotFoundError, ConnectionRefusedError, PermissionError, NotADirectoryError):
            continue
        except RemoteUnavailableError:
            if must_trust:
                raise
            continue
        if is_same_user(connection):
            return connection
        connection.close()
    raise RemoteUnavailableError("no session is playing: start one with `play(...)`")


def _connected_at(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(CLIENT_S)
    due_s = time.monotonic() + CLIENT_S
    while True:
        try:
            connection.connect(str(path))
        except BlockingIOError:  # the system's queue of waiting clients is full
            if time.monotonic() >= due_s:
                connection.close()
                raise
            time.sleep(_RETRY_S)
        except BaseException:
            connection.close()
            raise
        else:
            return connection


def _line(connection: socket.socket, limit: int) -> bytes:
    """What arrives up to the end of the line or of the connection, cut at `limit`. TimeoutError after CLIENT_S."""
    data = b""
    due_s = time.monotonic() + CLIENT_S
    while len(data) < limit and b"\n" not in data:
        # One deadline for the whole line: a byte a second would keep us here for an hour.
        connection.settimeout(max(0.001, due_s - time.monotonic()))
        part = connection.recv(limit - len(data))
        if not part:
            break
        data += part
    return data.partition(b"\n")[0]
