"""Re-pacing: what "slower", "faster" and "fewer words" mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from voiceguide.model.pacing import PACED, Pacing

if TYPE_CHECKING:
    from collections.abc import Mapping

STEP: Final = 1.2
"""Pauses of one step. A judgement: heard at once, and three steps are the way from brisk to gentle."""
BREATH_STEP: Final = 1.1
"""A breath takes less stretching than a pause."""
_FEWER: Final[Mapping[str, str]] = {"full": "brief", "brief": "minimal", "minimal": "minimal"}


def slower(pacing: Pacing) -> Pacing:
    """More time for every change, longer pauses, a longer breath.

    The voice keeps its speed (below about 0.85 it sounds dragged) and holds keep their length. An exact
    length that was asked for is given up. At its limits the pacing comes back as it is.
    """
    return _scaled(pacing, STEP, BREATH_STEP)


def faster(pacing: Pacing) -> Pacing:
    """The reverse of `slower`."""
    return _scaled(pacing, 1 / STEP, 1 / BREATH_STEP)


def fewer_words(pacing: Pacing) -> Pacing:
    """One step from full over brief to minimal."""
    return pacing.model_copy(update={"words": _FEWER[pacing.words], "length_s": None})


def _scaled(pacing: Pacing, factor: float, breath_factor: float) -> Pacing:
    values = {name: getattr(pacing, name) for name in PACED}
    changed = {name: round(value * factor, 3) for name, value in values.items() if value is not None}
    changed["breath_scale"] = round(pacing.breath_scale * breath_factor, 3)
    try:
        return Pacing.model_validate({**pacing.model_dump(), **changed, "length_s": None})
    except ValidationError:  # one of them would leave its limits
        return pacing
