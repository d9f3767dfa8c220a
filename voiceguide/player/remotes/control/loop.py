"""Serves the clients of a local socket, all in one thread: each sends one line and gets one.

No client can keep the others out: a slow one is cut off and, when too many are connected, the one that has taken
longest over its request makes room for the next.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_CLIENTS: Final = 64
CLIENT_S: Final = 2.0
"""How long a client may take, from its first byte to its last; and as long again to take its answer."""
LAST_ANSWERS_S: Final = 0.5
"""How long clients are still served while the server closes: the one that sent `stop` waits for its answer."""
_RETRY_S: Final = 0.1
_PART_BYTES: Final = 65_536


class Due(Struct, frozen=True):
    """An answer, and the delay until it is made."""

    seconds: float
    make: Callable[[], bytes]


class _Client(Struct, eq=False):
    connection: socket.socket
    until_s: float
    """When the client is cut off, by time.monotonic()."""
    request: bytes = b""
    due_s: float | None = None
    """When the answer is made; None until the request is complete."""
    make: Callable[[], bytes] | None = None
    answer: bytes = b""
    """What is left to send."""


class ClientLoop:
    """Serves the clients of `server`, a listening socket that it owns. `run` takes a thread of its own.

    `obey` is called with each request, of at most `limit` bytes, and returns its answer. `is_welcome` says whether a
    client may ask at all.
    """

    def __init__(
        self,
        server: socket.socket,
        obey: Callable[[bytes], Due],
        is_welcome: Callable[[socket.socket], bool],
        limit: int,
    ) -> None:
        self._server = server
        self._obey = obey
        self._is_welcome = is_welcome
        self._limit = limit
        self._clients: list[_Client] = []
        """Longest connected first."""
        self._deaf_until_s: float | None = None
        self._over_s: float | None = None
        self._selector = selectors.DefaultSelector()
        self._ours, self._theirs = socket.socketpair()
        server.setblocking(False)
        self._selector.register(server, selectors.EVENT_READ)
        self._selector.register(self._theirs, selectors.EVENT_READ)

    def close(self) -> None:
        """Make `run` return within LAST_ANSWERS_S. May be called from any thread, and again."""
        with contextlib.suppress(OSError):
            self._ours.send(b".")

    def run(self) -> None:
        """Serve until `close`."""
        try:
            while self._over_s is None or (self._clients and time.monotonic() < self._over_s):
                for key, _ in self._selector.select(self._patience_s()):
                    self._see(key)
                self._look_at_the_clock()
        finally:
            for client in self._clients:
                client.connection.close()
            for each in (self._server, self._ours, self._theirs):
                each.close()
            self._selector.close()

    def _see(self, key: selectors.SelectorKey) -> None:
        if key.fileobj is self._server:
            self._accept()
        elif key.fileobj is self._theirs:
            self._selector.unregister(self._theirs)
            self._stop_listening()
            self._over_s = time.monotonic() + LAST_ANSWERS_S
        elif key.data in self._clients:  # it may have made room for another client in this very round
            self._serve(key.data)

    def _accept(self) -> None:
        try:
            connection, _ = self._server.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError:
            # No more files may be opened: drop the slowest client or, if there is none, wait a little.
            if self._clients:
                self._make_room()
            else:
                self._stop_listening()
                self._deaf_until_s = time.monotonic() + _RETRY_S
            return
        connection.setblocking(False)
        if not self._is_welcome(connection):
            connection.close()
            return
        if len(self._clients) >= MOST_CLIENTS:
            self._make_room()
        client = _Client(connection, time.monotonic() + CLIENT_S)
        self._clients.append(client)
        self._selector.register(connection, selectors.EVENT_READ, client)

    def _make_room(self) -> None:
        asking = [client for client in self._clients if client.due_s is None]
        self._drop((asking or self._clients)[0])

    def _serve(self, client: _Client) -> None:
        # A fault of one client, or of its request, must not affect the others.
        try:
            if client.due_s is None:
                self._read(client)
            elif client.answer:
                self._write(client)
        except BlockingIOError:
            return
        except Exception:  # noqa: BLE001
            self._drop(client)

    def _read(self, client: _Client) -> None:
        part = client.connection.recv(min(_PART_BYTES, self._limit - len(client.request)))
        client.request += part
        if part and b"\n" not in client.request and len(client.request) < self._limit:
            return
        due = self._obey(client.request.partition(b"\n")[0])
        client.due_s, client.make = time.monotonic() + due.seconds, due.make
        self._selector.unregister(client.connection)

    def _write(self, client: _Client) -> None:
        client.answer = client.answer[client.connection.send(client.answer) :]
        if not client.answer:
            self._drop(client)

    def _look_at_the_clock(self) -> None:
        now = time.monotonic()
        if self._deaf_until_s is not None and now >= self._deaf_until_s and self._over_s is None:
            self._deaf_until_s = None
            self._selector.register(self._server, selectors.EVENT_READ)
        for client in list(self._clients):
            # When the server closes, the player has already done what was asked.
            if client.make and client.due_s is not None and (now >= client.due_s or self._over_s is not None):
                self._answer(client, now)
            elif client.make is None and now >= client.until_s:
                self._drop(client)

    def _answer(self, client: _Client, now: float) -> None:
        try:
            assert client.make is not None  # noqa: S101 -- narrows the type
            client.answer, client.make = client.make(), None
            client.until_s = now + CLIENT_S
            self._selector.register(client.connection, selectors.EVENT_WRITE, client)
        except Exception:  # noqa: BLE001 -- as in `_serve`
            self._drop(client)

    def _patience_s(self) -> float | None:
        moments = [client.until_s if client.make is None else client.due_s or 0.0 for client in self._clients]
        moments += [moment for moment in (self._deaf_until_s, self._over_s) if moment is not None]
        return max(0.0, min(moments) - time.monotonic()) if moments else None

    def _stop_listening(self) -> None:
        with contextlib.suppress(KeyError):
            self._selector.unregister(self._server)

    def _drop(self, client: _Client) -> None:
        self._clients.remove(client)
        with contextlib.suppress(KeyError):
            self._selector.unregister(client.connection)
        client.connection.close()
