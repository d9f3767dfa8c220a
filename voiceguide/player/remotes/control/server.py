"""`voiceguide ctl`: control from another terminal, over a local socket that only the same user may open.

One JSON object a line: `{"action": "pause"}`, `{"action": "seek", "amount": 10}` or `{"action": "status"}`; the
answer is `{"ok": true, "status": {...}}` or `{"ok": false, "error": "..."}`. Amounts are numbers: seconds, and shares
of the volume up to 1. What people write in their place is the business of `player.amounts`.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import socket
import struct
import time
from typing import TYPE_CHECKING, Any, Final

from msgspec import to_builtins

from voiceguide.errors import RemoteUnavailableError
from voiceguide.model.volume import STEP
from voiceguide.player.commands import Action, Command
from voiceguide.player.remotes.control.loop import CLIENT_S, MOST_CLIENTS, ClientLoop, Due
from voiceguide.player.remotes.control.place import (
    TakenError,
    check_length,
    check_trusted,
    claimed,
    control_path,
    control_paths,
)
from voiceguide.player.remotes.remote import Remote, started

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping
    from pathlib import Path

    from voiceguide.player.commands import Controls

__all__ = ["MOST_CLIENTS", "ControlRemote", "ask", "control_path", "parse_request"]

STATUS: Final = "status"
REQUEST_LIMIT: Final = 4096
"""Bytes of a request."""
ANSWER_LIMIT: Final = 65_536
_BACKLOG: Final = 128
"""Clients that wait for their turn."""
_HOW_MUCH: Final[Mapping[str, str]] = {
    Action.SEEK_BY: "by how many seconds? seek 10, or seek -10",
    Action.SEEK_TO: "to how many seconds from the start? position 90",
    Action.VOLUME_TO: "to which share, from 0 to 1? volume 0.5",
    Action.VOLUME_BY: "by which share, up to 1? louder 0.1",
    Action.QUIETER: "by which share, up to 1? quieter 0.1",
}
"""What takes an amount, and what is asked where it is none."""
_USUAL: Final[Mapping[str, float]] = {Action.VOLUME_BY: STEP, Action.QUIETER: STEP}
"""What is taken where no amount is given."""
_SHARES: Final = frozenset({Action.VOLUME_TO, Action.VOLUME_BY, Action.QUIETER})
LARGEST_AMOUNT: Final = 1e6
_RETRY_S: Final = 0.05
_EFFECT_S: Final = 0.15
"""After a command, until the status that is sent back shows it."""


def parse_request(data: bytes) -> Command | None:
    """The command in a request; None for the wish for a status. ValueError, in words, for anything else."""
    try:
        request = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ValueError("this is no JSON") from error
    if not isinstance(request, dict) or not set(request) <= {"action", "amount"}:
        raise ValueError('a request is {"action": ..., "amount": ...}')
    action = request.get("action")
    if action == STATUS:
        return None
    if not isinstance(action, str) or action not in set(Action):
        names = ", ".join([*Action, STATUS])
        message = f"an action is one of {names}"
        raise ValueError(message)
    if action not in _HOW_MUCH and request.get("amount") is None:
        return Command(Action(action))
    amount = request.get("amount", _USUAL.get(action))
    largest = 1.0 if action in _SHARES else LARGEST_AMOUNT
    least = 0.0 if action == Action.VOLUME_TO else -largest
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not least <= amount <= largest:
        message = _HOW_MUCH.get(action, "an amount is a number of seconds, or a share")
        raise ValueError(message)
    return Command(Action(action), float(amount))


class ControlRemote(Remote):
    """Answers clients on the socket, all of them in one thread.

    `path` is where the socket is to lie; None looks for a place among `control_paths`.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._paths = None if path is None else [path]
        self._path: Path | None = None
        self._folder: int | None = None
        self._loop: ClientLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self, controls: Controls) -> None:
        """Begin to listen; RemoteUnavailableError where another session does, or no socket can be made."""
        if not hasattr(socket, "AF_UNIX"):
            raise RemoteUnavailableError("voiceguide ctl does not work: this system has no local sockets")
        server = self._listening()
        try:
            self._loop = ClientLoop(server, lambda data: _heeded(data, controls), _same_user, REQUEST_LIMIT)
            self._thread = started("control", self._loop.run)
        except (OSError, RemoteUnavailableError) as error:
            server.close()
            self.close()
            if isinstance(error, RemoteUnavailableError):
                raise
            message = f"voiceguide ctl does not work: {error.strerror or error}"
            raise RemoteUnavailableError(message) from error

    def close(self) -> None:
        """Stop listening, take the socket away, and let those who have asked have their answers."""
        loop, self._loop = self._loop, None
        thread, self._thread = self._thread, None
        path, self._path = self._path, None
        folder, self._folder = self._folder, None
        if loop:
            loop.close()
        if path:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        if thread:
            thread.join(CLIENT_S)
        elif loop:
            loop.run()  # no thread ever did: it closes what it holds, and returns
        if folder is not None:
            os.close(folder)  # and with it goes the lock

    def _listening(self) -> socket.socket:
        """A server at the first of the paths where there can be one; why there is none at the best of them."""
        why: RemoteUnavailableError | None = None
        for path in self._paths or control_paths():
            try:
                return self._listening_at(path)
            except TakenError:
                raise
            except RemoteUnavailableError as error:
                why = why or error
            except OSError as error:
                why = why or RemoteUnavailableError(f"voiceguide ctl does not work: {path}: {error.strerror or error}")
        assert why is not None  # noqa: S101 -- there is at least one path
        raise why

    def _listening_at(self, path: Path) -> socket.socket:
        check_length(path)
        folder = claimed(path.parent)
        server = socket.socket(socket.AF_UNIX)
        try:
            if os.path.lexists(path):
                _remove_stale(path)
            server.bind(str(path))
            # Nobody else reaches into the folder, so this is our socket still.
            path.chmod(0o600)
            server.listen(_BACKLOG)
        except BaseException:
            server.close()
            os.close(folder)
            raise
        self._folder, self._path = folder, path
        return server


def ask(action: str, amount: float | None = None, *, path: Path | None = None) -> dict[str, Any]:
    """Ask the session that is playing; gives its status afterwards.

    Raises RemoteUnavailableError where none is playing, or it does not answer.
    """
    if not hasattr(socket, "AF_UNIX"):
        raise RemoteUnavailableError("voiceguide ctl does not work: this system has no local sockets")
    if amount is not None and not math.isfinite(amount):
        raise RemoteUnavailableError("an amount is a number of seconds, or a share")
    request = {"action": str(action), **({} if amount is None else {"amount": amount})}
    try:
        with _connected(control_paths() if path is None else [path], must_trust=path is not None) as client:
            client.sendall(json.dumps(request).encode() + b"\n")
            answer = _answer(_line(client, ANSWER_LIMIT))
    except (OSError, ValueError) as error:
        message = f"the session that is playing does not answer: {error}"
        raise RemoteUnavailableError(message) from error
    if not answer.get("ok"):
        message = f"the session that is playing refuses: {answer.get('error')}"
        raise RemoteUnavailableError(message)
    status: dict[str, Any] = answer["status"]
    return status


def _connected(paths: list[Path], *, must_trust: bool) -> socket.socket:
    """A connection to the first session that listens at one of `paths`; RemoteUnavailableError where none does.

    A place that somebody else could have put a socket into is passed over, for no session of this user's is there.
    With `must_trust` it is an error. Raises OSError.
    """
    for path in paths:
        try:
            check_length(path)
            check_trusted(path.parent)
            client = _connected_at(path)
        except (FileNotFoundError, ConnectionRefusedError, PermissionError, NotADirectoryError):
            continue
        except RemoteUnavailableError:
            if must_trust:
                raise
            continue
        if _same_user(client):
            return client
        client.close()
    raise RemoteUnavailableError("no session is playing: start one with voiceguide play ROUTINE")


def _connected_at(path: Path) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(CLIENT_S)
    due_s = time.monotonic() + CLIENT_S
    while True:
        try:
            client.connect(str(path))
        except BlockingIOError:  # more clients are waiting than the system lets wait
            if time.monotonic() >= due_s:
                client.close()
                raise
            time.sleep(_RETRY_S)
        except BaseException:
            client.close()
            raise
        else:
            return client


def _answer(data: bytes) -> dict[str, Any]:
    """An answer, of whoever listens there. ValueError for anything that no player gives."""
    try:
        answer = json.loads(data)
    except RecursionError as error:
        raise ValueError("this is no answer") from error
    if isinstance(answer, dict) and (isinstance(answer.get("status"), dict) or not answer.get("ok")):
        return answer
    raise ValueError("this is no answer")


def _heeded(data: bytes, controls: Controls) -> Due:
    """Do what a request asks for, and say when its answer is due."""
    try:
        command = parse_request(data)
    except ValueError as error:
        refusal = {"ok": False, "error": str(error)}
        return Due(0.0, lambda: _written(refusal))
    if command:
        controls.send(command)
    return Due(_EFFECT_S if command else 0.0, lambda: _written({"ok": True, "status": to_builtins(controls.status())}))


def _written(answer: dict[str, Any]) -> bytes:
    # A name that is no UTF-8 may stand in a message.
    return json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


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


def _remove_stale(path: Path) -> None:
    """Remove the socket of a player that was killed; TakenError where it lives, on a file system without locks."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(CLIENT_S)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
    raise TakenError("another session is playing: voiceguide ctl controls that one")


def _same_user(connection: socket.socket) -> bool:
    """Whether the other end is of this user, where the system tells; the folder's mode says so everywhere."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[1]) == os.geteuid()
