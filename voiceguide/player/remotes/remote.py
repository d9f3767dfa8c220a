"""One face for every way to control the player."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
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
