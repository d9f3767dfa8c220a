"""One face for every way to control the player."""

from __future__ import annotations

import contextlib
import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Self

from voiceguide.errors import RemoteUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from voiceguide.player.commands import Controls


class Remote(ABC):
    """Listens somewhere, in a thread of its own, and hands commands to the player.

    `start` is called once. Where a remote cannot work (no session bus, no terminal) `start` raises
    RemoteUnavailableError, and the session goes on without it; after `start` nothing is raised any more.
    """

    @abstractmethod
    def start(self, controls: Controls) -> None:
        """Begin to listen; returns at once."""

    @abstractmethod
    def close(self) -> None:
        """Stop listening and leave everything as it was found; may be called again, and without `start`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def started(name: str, run: Callable[[], None]) -> threading.Thread:
    """A thread that runs `run` for a remote; RemoteUnavailableError where the system starts no more of them.

    Whatever `run` raises ends this remote alone: the session goes on, and no traceback reaches the terminal.
    """

    def safely() -> None:
        with contextlib.suppress(Exception):
            run()

    thread = threading.Thread(target=safely, name=name, daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        message = f"one of the remote controls does not work ({name}): the system starts no more threads"
        raise RemoteUnavailableError(message) from error
    return thread
