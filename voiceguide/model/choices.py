"""The settings that are one of a few words, each listed once for the data, the configuration and the command line.

This module loads almost nothing, so that the command line can offer the choices without loading the models.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

Pace = Literal["gentle", "steady", "brisk"]
"""The presets."""
DEFAULT_PACE: Final = "steady"

Words = Literal["full", "brief", "minimal"]
"""How much is said."""

Tones = Literal["off", "soft", "full"]
"""How loud the breath tones and chimes are; `off` leaves the breath tones out."""

Previous = Literal["restart", "chapter"]
"""What `previous` does: restart the chapter (in its first 3 s, go to the one before), or always go to that one."""

Look = Literal["auto", "plain", "none"]
"""How a session is shown while it plays: drawn where there is a terminal, line by line, or not at all."""

AUTO_OUTPUT: Final = "auto"
"""Stands for the first output that works on this machine."""


class Level(StrEnum):
    """How far a stretch goes."""

    EASIER = "easier"
    USUAL = "usual"
    HARDER = "harder"


class Side(StrEnum):
    """The listener's own side."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.LEFT if self is Side.RIGHT else Side.RIGHT
