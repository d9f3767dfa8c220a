"""`voiceguide ctl`: control from another terminal, over a local socket that only the same user may open.

One JSON object a line: `{"action": "pause"}`, `{"action": "seek", "amount": 10}` or `{"action": "status"}`; the
answer is `{"ok": true, "status": {...}}` or `{"ok": false, "error": "..."}`.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import socket
import stat
import struct
import threading
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import to_builtins

from voiceguide.errors import RemoteUnavailableError
from voiceguide.player.commands import Action, Command
from voiceguide.player.remotes.remote import Remote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voiceguide.player.commands import Controls

STATUS: Final = "status"
REQUEST_LIMIT: Final = 4096
"""Bytes of a request."""
ANSWER_LIMIT: Final = 65_536
CLIENT_S: Final = 2.0
"""How long a client may take, from its first byte to its last."""
_LAST_ANSWERS_S: Final = 0.5
"""How long `close` waits for answers that are under way: to `stop`, for one."""
MOST_CLIENTS: Final = 8
_BACKLOG: Final = 64
"""Clients that wait for their turn."""
_HOW_MUCH: Final[Mapping[str, str]] = {
    Action.SEEK_BY: "by how many seconds? seek 10, or seek -- -10",
    Action.SEEK_TO: "to how many seconds from the start? position 90",
    Action.VOLUME_TO: "to which share, from 0 to 1? volume 0.5",
    Action.VOLUME_BY: "by which share? louder 0.1, or louder -- -0.1",
}
"""What needs an amount, and what is asked where there is none."""
LARGEST_AMOUNT: Final = 1e6
_LONGEST_PATH: Final = 100
"""Bytes of a socket's path: 108 on Linux, 104 on macOS, with the closing zero."""
_RETRY_S: Final = 0.1
_EFFECT_S: Final = 0.15
"""After a command, until the status that is sent back shows it."""


def control_path() -> Path:
    """Where the socket is: in the user's own runtime folder."""
    import platformdirs

    with warnings.catch_warnings():
        # Where the system has no such folder, one of our own is made and looked at as closely.
        warnings.simplefilter("ignore")
        return Path(platformdirs.user_runtime_dir("voiceguide")) / "control.sock"


def parse_request(data: bytes) -> Command | None:
    """The command in a request; None for the wish for a status. ValueError, in words, for anything else."""
    try:
        request = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ValueError("this is no JSON") from error
    if not isinstance(request, dict) or not set(request) <= {"action", "amount"}:
        raise ValueError('a request is {"action": ..., "amount": ...}')
    action, amount = request.get("action"), request.get("amount")
    if action == STATUS:
        return None
    if not isinstance(action, str) or action not in set(Action):
        names = ", ".join([*Action, STATUS])
        message = f"an action is one of {names}"
        raise ValueError(message)
    if amount is None and action not in _HOW_MUCH:
        return Command(Action(action))
    if (
        isinstance(amount, bool)
        or not isinstance(amount, int | float)
        or not -LARGEST_AMOUNT <= amount <= LARGEST_AMOUNT
    ):
        message = _HOW_MUCH.get(action, "an amount is a number of seconds, or a share")
        raise ValueError(message)
    return Command(Action(action), float(amount))


class ControlRemote(Remote):
    """Answers clients on the socket, a thread for each and no more than MOST_CLIENTS at once."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._server: socket.socket | None = None
        self._slots = threading.BoundedSemaphore(MOST_CLIENTS)

    def start(self, controls: Controls) -> None:
        """Begin to listen; RemoteUnavailableError where another session does, or no socket can be made."""
        if not hasattr(socket, "AF_UNIX"):
            raise RemoteUnavailableError("voiceguide ctl does not work: this system has no local sockets")
        path = self._path = self._path or control_path()
        try:
            _private_folder(path.parent)
            _check_length(path)
            if os.path.lexists(path):
                _remove_stale(path)
            server = socket.socket(socket.AF_UNIX)
            mask = os.umask(0o177)
            try:
                server.bind(str(path))
            finally:
                os.umask(mask)
            server.listen(_BACKLOG)
        except OSError as error:
            message = f"voiceguide ctl does not work: {path}: {error.strerror or error}"
            raise RemoteUnavailableError(message) from error
        self._server = server
        threading.Thread(target=self._accept, args=(server, controls), name="control", daemon=True).start()

    def close(self) -> None:
        """Stop listening, take the socket away, and let those who have asked have their answers."""
        if self._server is None:
            return
        server, self._server = self._server, None
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
        if self._path:
            self._path.unlink(missing_ok=True)
        due_s = time.monotonic() + _LAST_ANSWERS_S
        for _ in range(MOST_CLIENTS):
            self._slots.acquire(timeout=max(0.0, due_s - time.monotonic()))

    def _accept(self, server: socket.socket, controls: Controls) -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                if self._server is None:
                    return
                # No more files may be opened, or the client has left already: neither lasts.
                threading.Event().wait(_RETRY_S)
                continue
            if not self._slots.acquire(blocking=False):
                client.close()
                continue
            threading.Thread(target=self._serve, args=(client, controls), name="control-client", daemon=True).start()

    def _serve(self, client: socket.socket, controls: Controls) -> None:
        try:
            with client, contextlib.suppress(OSError):
                if not _same_user(client):
                    return
                answer = _answered(_line(client, REQUEST_LIMIT), controls)
                client.settimeout(CLIENT_S)
                client.sendall(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
        finally:
            self._slots.release()


def ask(action: str, amount: float | None = None, *, path: Path | None = None) -> dict[str, Any]:
    """Ask the session that is playing; gives its status afterwards.

    Raises RemoteUnavailableError where none is playing, or it does not answer.
    """
    path = path or control_path()
    if not hasattr(socket, "AF_UNIX"):
        raise RemoteUnavailableError("voiceguide ctl does not work: this system has no local sockets")
    if amount is not None and not math.isfinite(amount):
        raise RemoteUnavailableError("an amount is a number of seconds, or a share")
    request = {"action": str(action), **({} if amount is None else {"amount": amount})}
    try:
        _check_length(path)
        _check_owner(path.parent)
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(CLIENT_S)
            client.connect(str(path))
            client.sendall(json.dumps(request).encode() + b"\n")
            answer = _answer(_line(client, ANSWER_LIMIT))
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise RemoteUnavailableError("no session is playing: start one with voiceguide play ROUTINE") from error
    except (OSError, ValueError) as error:
        message = f"the session that is playing does not answer: {error}"
        raise RemoteUnavailableError(message) from error
    if not answer.get("ok"):
        message = f"the session that is playing refuses: {answer.get('error')}"
        raise RemoteUnavailableError(message)
    status: dict[str, Any] = answer["status"]
    return status


def _answer(data: bytes) -> dict[str, Any]:
    """An answer, of whoever listens there. ValueError for anything that `_answered` does not give."""
    try:
        answer = json.loads(data)
    except RecursionError as error:
        raise ValueError("this is no answer") from error
    if isinstance(answer, dict) and (isinstance(answer.get("status"), dict) or not answer.get("ok")):
        return answer
    raise ValueError("this is no answer")


def _answered(data: bytes, controls: Controls) -> dict[str, Any]:
    try:
        command = parse_request(data)
    except ValueError as error:
        return {"ok": False, "error": str(error)}
    if command:
        controls.send(command)
        threading.Event().wait(_EFFECT_S)
    return {"ok": True, "status": to_builtins(controls.status())}


def _line(connection: socket.socket, limit: int) -> bytes:
    """What comes up to the end of a line, or of the connection; cut at `limit`. TimeoutError after CLIENT_S."""
    data = b""
    due_s = time.monotonic() + CLIENT_S
    while len(data) < limit and b"\n" not in data:
        # For all of it: a byte a second would keep a place taken for an hour.
        connection.settimeout(max(0.001, due_s - time.monotonic()))
        part = connection.recv(limit - len(data))
        if not part:
            break
        data += part
    return data.partition(b"\n")[0]


def _private_folder(folder: Path) -> None:
    """Make the folder for this user alone; refuse one that somebody else could have put there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_owner(folder)
    if folder.lstat().st_mode & 0o077:
        folder.chmod(0o700)


def _check_owner(folder: Path) -> None:
    """RemoteUnavailableError where somebody else could put another socket there: in the folder, or in its place."""
    for place, owners in ((folder, {os.getuid()}), (folder.parent, {os.getuid(), 0})):
        found = place.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
            message = f"voiceguide ctl does not work: {place} belongs to somebody else"
            raise RemoteUnavailableError(message)


def _remove_stale(path: Path) -> None:
    """Remove the socket of a player that was killed; RemoteUnavailableError where it lives."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(CLIENT_S)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
    raise RemoteUnavailableError("another session is playing: voiceguide ctl controls that one")


def _check_length(path: Path) -> None:
    if len(os.fsencode(path)) > _LONGEST_PATH:
        message = f"voiceguide ctl does not work: the path {path} is too long for a socket"
        raise RemoteUnavailableError(message)


def _same_user(client: socket.socket) -> bool:
    """Whether the client is of this user, where the system tells; the socket's mode says so everywhere."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[1]) == os.getuid()
