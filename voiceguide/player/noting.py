"""Noting where a session stands, in a thread of its own: a slow disk never keeps the sound waiting."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

LAST_S: Final = 3.0
"""How long the end of a session waits for its last note."""


class Noter:
    """Calls `note` when it is asked to, with at most one call under way. Whatever `note` raises is a note less.

    Where the system starts no more threads it is called by whoever asks.
    """

    def __init__(self, note: Callable[[], bool]) -> None:
        self.kept = False
        """Whether the last note was kept: `note` has returned true."""
        self._note = note
        self._wanted = False
        self._closed = False
        self._condition = threading.Condition()
        self._thread: threading.Thread | None = threading.Thread(target=self._run, name="noter", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:
            self._thread = None

    def ask(self) -> None:
        """Note as soon as the note that is under way is done. Does not wait."""
        if self._thread is None:
            self._take_down()
            return
        with self._condition:
            self._wanted = True
            self._condition.notify()

    def close(self) -> None:
        """Note once more, and wait for it, LAST_S at most."""
        self.ask()
        with self._condition:
            self._closed = True
            self._condition.notify()
        if self._thread:
            self._thread.join(LAST_S)
            if self._thread.is_alive():
                self.kept = False

    def _run(self) -> None:
        while self._is_asked():
            self._take_down()

    def _is_asked(self) -> bool:
        with self._condition:
            self._condition.wait_for(lambda: self._wanted or self._closed)
            asked, self._wanted = self._wanted, False
            return asked

    def _take_down(self) -> None:
        self.kept = False
        # A history that cannot be kept, for whatever reason, ends no session.
        with contextlib.suppress(BaseException):
            self.kept = self._note()
