"""What a player shows: a few live lines in a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final, Self, TextIO

from voiceguide.player.status import State
from voiceguide.units import clock

if TYPE_CHECKING:
    from types import TracebackType

    from voiceguide.player.status import Stage, Status

_BAR: Final = 24
"""Characters of a bar; a narrow terminal has fewer."""
_BAR_WORDS: Final = 18
"""Characters beside it."""
_DUMB: Final = {"dumb", "unknown"}
"""Terminals that cannot go back to a line."""
_BREATH: Final = {"inhale": "in", "exhale": "out", "retain": "pause"}
_STATE: Final = {State.PAUSED: "paused", State.WAITING: "waiting", State.ENDED: "ended", State.PLAYING: ""}


class Display(ABC):
    """Shows Statuses, from one thread."""

    @abstractmethod
    def show(self, status: Status) -> None:
        """Show how things stand now; called several times a second."""

    @abstractmethod
    def note(self, text: str) -> None:
        """Show a line beside the status."""

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
    """A line for every chapter, everything said and every message, as they come."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._seen = ("", "", "")

    def show(self, status: Status) -> None:
        """Write what has changed."""
        place, doing, message = place_of(status), status.doing, status.message or _STATE[status.state]
        before_place, before_doing, before_message = self._seen
        if place != before_place:
            self._line(status, f"== {place}")
        if doing != before_doing and doing:
            self._line(status, doing)
        if message != before_message and message:
            self._line(status, f"[{message}]")
        self._seen = (place, doing, message)

    def note(self, text: str) -> None:
        """Write the line."""
        self._file.write(f"{text}\n")
        self._file.flush()

    def close(self) -> None:
        """Nothing is to be undone."""

    def _line(self, status: Status, text: str) -> None:
        self.note(f"{clock(status.position_s):>6}  {text}")


class LiveDisplay(Display):
    """The stretch, the side, what to do, the breath, the hold, what comes next and what is left, in place."""

    def __init__(self, keys: str) -> None:
        from rich.live import Live

        from voiceguide.drawing import DrawingConsole

        self._keys = keys
        self._live = Live(console=DrawingConsole(), auto_refresh=False, transient=True)
        self._shown: list[str] = []
        self._live.start()

    def show(self, status: Status) -> None:
        """Draw again, where anything has changed that can be seen."""
        bar = min(_BAR, max(1, self._live.console.width - _BAR_WORDS))
        lines = [*lines_of(status, bar), self._keys]
        if lines == self._shown:
            return
        from rich.text import Text

        styles = ("bold", "", "cyan", "cyan", "dim", "yellow", "dim")
        body = Text("\n").join(Text(line, style) for line, style in zip(lines, styles, strict=True))
        body.no_wrap, body.overflow = True, "ellipsis"
        self._live.update(body, refresh=True)
        self._shown = lines

    def note(self, text: str) -> None:
        """Print the line above."""
        self._live.console.print(text, markup=False, highlight=False)

    def close(self) -> None:
        """Take the lines away again, and give the cursor back."""
        self._live.stop()


def display_for(stream: TextIO, plain: TextIO, keys: str) -> Display:
    """A live display where `stream` is a terminal that can draw; plain lines to `plain` where it is none."""
    if stream.isatty() and os.environ.get("TERM") not in _DUMB:
        return LiveDisplay(keys)
    return PlainDisplay(plain)


def lines_of(status: Status, bar: int = _BAR) -> list[str]:
    """The live display as text, with bars of so many characters: place, words, breath, hold, what comes, message."""
    left = f"{clock(max(0.0, status.length_s - status.position_s))} left of {clock(status.length_s)}"
    state = f" · {_STATE[status.state]}" if _STATE[status.state] else ""
    coming = f"next: {status.coming}" if status.coming else "the last part"
    return [
        f"{place_of(status)}  ({status.chapter_number}/{status.chapters}) · {left}{state}",
        status.doing,
        f"breath  {_bar(status.breath, bar)} {_BREATH[status.breath.kind]}" if status.breath else "",
        f"hold    {_bar(status.hold, bar)} {max(0.0, status.hold.seconds - status.hold.elapsed_s):.0f} s left"
        if status.hold
        else "",
        coming,
        status.message,
    ]


def place_of(status: Status) -> str:
    """The chapter and the side."""
    return f"{status.chapter}, {status.side} side" if status.side else status.chapter


def _bar(stage: Stage, length: int) -> str:
    """As full as the lungs: an exhale empties it; a hold fills up."""
    share = min(1.0, max(0.0, stage.elapsed_s / stage.seconds))
    if stage.kind == "exhale":
        share = 1.0 - share
    full = round(share * length)
    return "█" * full + "░" * (length - full)
