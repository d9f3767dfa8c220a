"""Notes where a session stands, in a thread of its own: the sound never waits for a slow disk."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from voiceguide.log import logger, without_words

if TYPE_CHECKING:
    from collections.abc import Callable

LAST_S: Final = 3.0
"""How long the end of a session waits for the last note."""
_log: Final = logger(__name__)


class Noter:
    """Calls `note` when it is asked to, one call at a time. If `note` raises, the note is lost and nothing else.

    If the system starts no more threads, `note` runs in the thread that asks.
    """

    def __init__(self, note: Callable[[], bool]) -> None:
        self.kept = False
        """Whether the last note was kept: whether `note` returned true."""
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
        """Note as soon as the note under way is done, without waiting for it."""
        if self._thread is None:
            self._take_down()
            return
        with self._condition:
            self._wanted = True
            self._condition.notify()

    def close(self) -> None:
        """Note once more, and wait for that for LAST_S at most."""
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
        # A history that cannot be kept, for whatever reason, does not end the session.
        try:
            self.kept = self._note()
        except BaseException as error:  # noqa: BLE001
            _log.warning("the position was not noted: %s", without_words(error))
