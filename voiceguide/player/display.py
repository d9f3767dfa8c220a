"""The display of a session: a few live lines in a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import os
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final, Self, TextIO

from voiceguide.model.volume import percentage
from voiceguide.player.status_lines import STATE
from voiceguide.units import clock

if TYPE_CHECKING:
    from types import TracebackType

    from voiceguide.player.screen import Line
    from voiceguide.player.status import Status

_DUMB: Final = {"dumb", "unknown"}
"""Terminals that cannot draw over a line."""


class Display(ABC):
    """Shows the status from one thread, and notes from any thread."""

    printed: int = 0
    """Lines printed so far that stay on the screen; the status lines that are drawn in place do not count."""

    @abstractmethod
    def show(self, status: Status) -> None:
        """Show the status; called several times a second."""

    @abstractmethod
    def note(self, text: str) -> None:
        """Print a line that stays, next to the status."""

    @abstractmethod
    def close(self) -> None:
        """Leave the terminal as it was found."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class PlainDisplay(Display):
    """Prints a line for every chapter, sentence, change of volume and message, as they come."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._seen = ("", "", "")
        self._volume: float | None = None

    def show(self, status: Status) -> None:
        """Print what has changed."""
        place, doing, message = status.heading, status.doing, status.message or STATE[status.state]
        before_place, before_doing, before_message = self._seen
        if place != before_place:
            self._line(status, f"== {place}")
        if doing != before_doing and doing:
            self._line(status, doing)
        if self._volume not in {None, status.volume}:
            self._line(status, f"[volume {percentage(status.volume)}]")
        if message != before_message and message:
            self._line(status, f"[{message}]")
        self._seen, self._volume = (place, doing, message), status.volume

    def note(self, text: str) -> None:
        """Print the line."""
        self._file.write(f"{text}\n")
        self._file.flush()
        self.printed += text.count("\n") + 1

    def close(self) -> None:
        """Do nothing: plain lines stay."""

    def _line(self, status: Status, text: str) -> None:
        self.note(f"{clock(status.position_s):>6}  {text}")


class SilentDisplay(Display):
    """Shows nothing at all."""

    def show(self, status: Status) -> None:
        """Show nothing."""

    def note(self, text: str) -> None:
        """Show nothing."""

    def close(self) -> None:
        """Do nothing."""


class LiveDisplay(Display):
    """Draws in place the stretch, the side, what to do, the breath, the hold, what comes next and the time left.

    If the terminal is gone, for example because its window was closed, nothing is drawn and the session goes on.
    """

    def __init__(self, keys: str) -> None:
        from rich.live import Live

        from voiceguide.drawing import DrawingConsole

        self._keys = keys
        self._live = Live(console=DrawingConsole(), auto_refresh=False, transient=True)
        self._shown: list[Line] = []
        self._live.start()

    def show(self, status: Status) -> None:
        """Draw the lines again if they look different."""
        from voiceguide.player.screen import screen

        size = self._live.console.size
        lines = screen(status, self._keys, size.width, size.height)
        if lines == self._shown:
            return
        from rich.text import Text

        self._shown = lines
        body = Text("\n").join(Text(line.text, line.style) for line in lines)
        body.no_wrap, body.overflow = True, "crop"
        with contextlib.suppress(OSError):
            self._live.update(body, refresh=True)

    def note(self, text: str) -> None:
        """Print the line above the status."""
        with contextlib.suppress(OSError):
            self._live.console.print(text, markup=False, highlight=False)
        self.printed += text.count("\n") + 1

    def close(self) -> None:
        """Remove the lines, and show the cursor again."""
        with contextlib.suppress(OSError):
            self._live.stop()


def display_for(stream: TextIO, plain: TextIO, keys: str) -> Display:
    """A live display if `stream` is a terminal that can draw; otherwise plain lines to `plain`."""
    if stream.isatty() and os.environ.get("TERM") not in _DUMB:
        return LiveDisplay(keys)
    return PlainDisplay(plain)
