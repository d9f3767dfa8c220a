"""How a listener wants to be played to: the `[player]` table of the configuration."""

from __future__ import annotations

from typing import Annotated, TypedDict

from pydantic import BeforeValidator, Field

from voiceguide.errors import RequestError
from voiceguide.model.base import Model
from voiceguide.model.choices import AUTO_OUTPUT, Previous
from voiceguide.model.volume import parse_volume, share_of


def _volume(value: object) -> object:
    """A volume as written in `config.toml`. Raises ValueError, as validators do, for anything else."""
    try:
        if isinstance(value, str):
            wish = parse_volume(value)
            if wish.is_change:
                raise ValueError("a change needs a volume that it changes: write 0.5 or 50% here")
            return wish.amount
        if isinstance(value, bool):
            return str(value)  # refused as text: pydantic would take true for 1
        if isinstance(value, int | float) and value > 1.0:
            return share_of(value)
    except RequestError as error:
        raise ValueError(str(error)) from error
    return value


class PlayerSettings(Model):
    """Settings of the player, as distinct from the pacing of the session."""

    output: str = AUTO_OUTPUT
    """`auto` takes the first that works; else the name of an output."""
    volume: Annotated[float, BeforeValidator(_volume), Field(ge=0.0, le=1.0)] = 1.0
    """From 0 to 1; written as a share or as a percentage."""
    wake_s: Annotated[float, Field(ge=0.0, le=5.0)] = 0.3
    """Length of the low signal that wakes a headset before the first sound; 0 leaves it out."""
    keep_alive: bool = True
    """Whether digital silence is filled with noise far below hearing, so that headsets stay awake."""
    previous: Previous = "restart"
    """What `previous` does: restart the chapter (in its first 3 s: the one before), or always the one before."""


class PlayerChanges(TypedDict, total=False):
    """The settings of the player as keyword arguments, for type checkers; None leaves a setting as it is."""

    output: str | None
    volume: float | str | None
    wake_s: float | None
    keep_alive: bool | None
    previous: Previous | None
