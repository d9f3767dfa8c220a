"""The settings of the player: the `[player]` table of the configuration."""

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
    """How the player plays, as opposed to how the session is paced."""

    output: str = AUTO_OUTPUT
    """The name of an output, or `auto` for the first that works."""
    volume: Annotated[float, BeforeValidator(_volume), Field(ge=0.0, le=1.0)] = 1.0
    """From 0 to 1, written as a share or as a percentage."""
    wake_s: Annotated[float, Field(ge=0.0, le=5.0)] = 0.3
    """The length of the low signal that wakes a headset before the first sound; 0 leaves it out."""
    keep_alive: bool = True
    """Whether digital silence becomes noise far below hearing, so that headsets stay awake."""
    previous: Previous = "restart"
    """`restart` goes to the start of the chapter, or in its first 3 s to the one before; `chapter` always to that."""


class PlayerChanges(TypedDict, total=False):
    """The settings of the player as keyword arguments, for type checkers; None leaves a setting as it is."""

    output: str | None
    volume: float | str | None
    wake_s: float | None
    keep_alive: bool | None
    previous: Previous | None
