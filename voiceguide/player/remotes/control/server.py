"""The server: a remote that listens on the control socket while a session plays."""

from __future__ import annotations

import contextlib
import os
import socket
from typing import TYPE_CHECKING, Final

from voiceguide.errors import RemoteUnavailableError
from voiceguide.player.protocol import REQUEST_LIMIT, format_refusal, format_status, parse_request
from voiceguide.player.remotes.control.loop import CLIENT_S, ClientLoop, Due
from voiceguide.player.remotes.control.place import TakenError, check_length, claimed, control_paths, is_same_user
from voiceguide.player.remotes.remote import Remote, started

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from voiceguide.player.commands import Controls
    from voiceguide.player.remotes.remote import LiveSession

_BACKLOG: Final = 128
"""Clients that the system lets wait for their turn."""
_EFFECT_S: Final = 0.15
"""The time that a command takes to show in the status: the answer waits for it."""


class ControlRemote(Remote):
    """Answers clients on the socket, all of them in one thread.

    The socket lies at `path`, or at the first of `control_paths` that can be used.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._paths = None if path is None else [path]
        self._path: Path | None = None
        self._folder: int | None = None
        self._loop: ClientLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self, session: LiveSession) -> None:
        """Begin to listen; RemoteUnavailableError if another session does, or if no socket can be made."""
        if not hasattr(socket, "AF_UNIX"):
            raise RemoteUnavailableError("voiceguide ctl does not work: this system has no local sockets")
        server = self._listening()
        try:
            self._loop = ClientLoop(server, lambda data: _obeyed(data, session), is_same_user, REQUEST_LIMIT)
            self._thread = started("control", self._loop.run)
        except (OSError, RemoteUnavailableError) as error:
            server.close()
            self.close()
            if isinstance(error, RemoteUnavailableError):
                raise
            message = f"voiceguide ctl does not work: {error.strerror or error}"
            raise RemoteUnavailableError(message) from error

    def close(self) -> None:
        """Stop listening, remove the socket, and give every client that has asked its answer."""
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
            loop.run()  # no thread ever ran it: now it closes what it holds, and returns
        if folder is not None:
            os.close(folder)  # this releases the lock too

    def _listening(self) -> socket.socket:
        """A server at the first path that can be used; otherwise the error is the one of the best path."""
        first: RemoteUnavailableError | None = None
        for path in self._paths or control_paths():
            try:
                return self._listening_at(path)
            except TakenError:
                raise
            except RemoteUnavailableError as error:
                first = first or error
            except OSError as error:
                reason = error.strerror or error
                first = first or RemoteUnavailableError(f"voiceguide ctl does not work: {path}: {reason}")
        assert first is not None  # noqa: S101 -- there is at least one path
        raise first

    def _listening_at(self, path: Path) -> socket.socket:
        check_length(path)
        folder = claimed(path.parent)
        server = socket.socket(socket.AF_UNIX)
        try:
            if os.path.lexists(path):
                _remove_stale(path)
            server.bind(str(path))
            # Nobody else can write to the folder, so this is still our socket.
            path.chmod(0o600)
            server.listen(_BACKLOG)
        except BaseException:
            server.close()
            os.close(folder)
            raise
        self._folder, self._path = folder, path
        return server


def _obeyed(data: bytes, controls: Controls) -> Due:
    """Carry out a request, and say when to answer it."""
    try:
        command = parse_request(data)
    except ValueError as error:
        refusal = format_refusal(str(error))
        return Due(0.0, lambda: refusal)
    if command:
        controls.send(command)
    return Due(_EFFECT_S if command else 0.0, lambda: format_status(controls.status()))


def _remove_stale(path: Path) -> None:
    """Remove the socket of a player that was killed; TakenError if it is alive, on a file system without locks."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(CLIENT_S)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
    raise TakenError("another session is playing: voiceguide ctl controls that one")
