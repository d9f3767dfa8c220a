"""How a listener wants to be played to: the `[player]` table of the configuration."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from voiceguide.model.base import Model


class Playing(Model):
    """Settings of the player, as distinct from the pacing of the session."""

    output: str = "auto"
    """`auto` takes the first that works; else the name of an output."""
    volume: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0
    wake_s: Annotated[float, Field(ge=0.0, le=5.0)] = 0.3
    """Length of the low signal that wakes a headset before the first sound; 0 leaves it out."""
    keep_alive: bool = True
    """Whether digital silence is filled with noise far below hearing, so that headsets stay awake."""
    previous: Literal["restart", "chapter"] = "restart"
    """What `previous` does: restart the chapter (in its first 3 s: the one before), or always the one before."""
