"""One face for every way to control the player."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Final, Protocol, Self

from voiceguide.errors import RemoteUnavailableError
from voiceguide.log import logger, without_words
from voiceguide.player.commands import Controls

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_log: Final = logger(__name__)


class LiveSession(Controls, Protocol):
    """The session that is playing, as a remote sees it. Every method may be called from any thread."""

    def show(self, text: str) -> None:
        """Print `text` above the display, unless it can still be seen there."""

    def draw_cover(self) -> bytes:
        """Draw the cover of the session, as a PNG. This takes a moment."""


class Remote(ABC):
    """Listens somewhere, in a thread of its own, and hands commands to the player.

    `start` is called once. If the remote cannot work (no session bus, no socket), `start` raises
    RemoteUnavailableError, and the session goes on without it. After `start` a remote raises nothing.
    """

    hint: ClassVar[str] = ""
    """What the display shows while this remote listens, such as its keys."""

    @classmethod
    def suits_here(cls) -> bool:
        """Whether this machine and terminal have what the remote listens to; if not, it is left out silently."""
        return True

    @abstractmethod
    def start(self, session: LiveSession) -> None:
        """Begin to listen, and return at once."""

    @abstractmethod
    def close(self) -> None:
        """Stop listening, and leave everything as it was found. May be called again, and without `start`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def started(name: str, run: Callable[[], None]) -> threading.Thread:
    """A thread that runs `run` for a remote; RemoteUnavailableError if the system starts no more threads.

    An exception in `run` ends this remote alone: the session goes on, and no traceback reaches the terminal.
    """

    def safely() -> None:
        try:
            run()
        except Exception as error:  # noqa: BLE001
            _log.warning("the remote %s has failed: %s", name, without_words(error))

    thread = threading.Thread(target=safely, name=name, daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        message = f"one of the remote controls does not work ({name}): the system starts no more threads"
        raise RemoteUnavailableError(message) from error
    return thread
