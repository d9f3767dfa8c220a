"""The commands that a listener gives the player, from any remote."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from voiceguide.player.status import Status


class Action(StrEnum):
    """What the player can do. The values are the words of `voiceguide ctl` and of the control protocol."""

    RESUME = "resume"
    PAUSE = "pause"
    TOGGLE = "toggle"
    NEXT = "next"
    PREVIOUS = "previous"
    """To the start of this chapter or, within its first seconds, to the one before."""
    REPEAT = "repeat"
    """To the start of this stretch."""
    SEEK_BY = "seek"
    """By seconds, forward or back."""
    SEEK_TO = "position"
    """To seconds from the start."""
    VOLUME_BY = "louder"
    """By a share of the volume, which goes from 0 to 1."""
    QUIETER = "quieter"
    """By the same share down."""
    VOLUME_TO = "volume"
    """To a share, from 0 to 1."""
    SLOWER = "slower"
    FASTER = "faster"
    ONE_MORE_BREATH = "breath"
    FEWER_WORDS = "fewer-words"
    STOP = "stop"


class Command(Struct, frozen=True):
    """An action and its amount."""

    action: Action
    amount: float = 0.0
    """Seconds or a share, as the action says; without meaning for other actions."""


class Controls(Protocol):
    """What controls a player. Every method may be called from any thread, and never blocks."""

    def send(self, command: Command) -> None:
        """Ask for something. It happens within a few hundredths of a second, unless it is not possible now."""

    def status(self) -> Status:
        """Where the session stands now."""
