"""What a listener can ask of the player, from whatever remote."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from voiceguide.player.status import Status


class Action(StrEnum):
    """The values are what `voiceguide ctl` takes."""

    RESUME = "resume"
    PAUSE = "pause"
    TOGGLE = "toggle"
    NEXT = "next"
    PREVIOUS = "previous"
    """To the start of this chapter; within its first seconds to the one before."""
    REPEAT = "repeat"
    """To the start of this stretch."""
    SEEK_BY = "seek"
    """Seconds, forward or back."""
    SEEK_TO = "position"
    """Seconds from the start."""
    VOLUME_BY = "louder"
    """A step of the volume, which goes from 0 to 1."""
    QUIETER = "quieter"
    """The same step down."""
    VOLUME_TO = "volume"
    """From 0 to 1."""
    SLOWER = "slower"
    FASTER = "faster"
    ONE_MORE_BREATH = "breath"
    FEWER_WORDS = "fewer-words"
    STOP = "stop"


class Command(Struct, frozen=True):
    """An action, and how much of it."""

    action: Action
    amount: float = 0.0
    """Seconds or a share, as the action says; otherwise without meaning."""


class Controls(Protocol):
    """What a remote may use of the player. Every method may be called from any thread, and never blocks."""

    def send(self, command: Command) -> None:
        """Ask for something; it happens within a few hundredths of a second, or is not possible now."""

    def status(self) -> Status:
        """How things stand now."""
