"""Where a session stands: what displays and remotes show."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct

from voiceguide.model.script import with_side

FINISHED_WITHIN_S: Final = 5.0
"""A listener who stops while the end chime rings out has done the whole session."""


class State(StrEnum):
    """What the player is doing."""

    PLAYING = "playing"
    PAUSED = "paused"
    WAITING = "waiting"
    """The device is gone or the voice is not ready. The session goes on by itself; `message` says what it waits for."""
    ENDED = "ended"


class Stage(Struct, frozen=True):
    """A phase of the breath or a hold that is going on."""

    kind: str
    """`inhale`, `exhale`, `retain` or `hold`."""
    elapsed_s: float
    seconds: float


class Status(Struct, frozen=True):
    """A moment of a session."""

    state: State
    routine: str
    title: str
    """The title of the session."""
    chapter: str
    """The title of the chapter: a stretch, Welcome or Close."""
    chapter_number: int
    """Counted from 1."""
    chapters: int
    stretch: str | None
    side: str | None
    """`left` or `right`."""
    doing: str
    """What is being said, or was said last."""
    coming: str | None
    """The title of the next chapter."""
    position_s: float
    length_s: float
    """The length of the whole session; an estimate while later parts are still being spoken."""
    volume: float
    """From 0 to 1."""
    pace: str
    words: str
    breath: Stage | None = None
    hold: Stage | None = None
    message: str = ""
    """What the listener should know: a lost device, a failed voice, a change of pace."""

    @property
    def heading(self) -> str:
        """The chapter, and the side if there is one."""
        return with_side(self.chapter, self.side)

    @property
    def is_finished(self) -> bool:
        """Whether the session has been played to its end, or almost."""
        return self.position_s >= self.length_s - FINISHED_WITHIN_S
