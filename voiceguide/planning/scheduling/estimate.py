"""About how long a session will be, guessed from its texts before any of them has been spoken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.planning.scheduling.schedule import schedule
from voiceguide.units import to_frames

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiceguide.model.script import Script
    from voiceguide.model.timeline import Timeline


def estimate(script: Script, speech_rate: float) -> Timeline:
    """The Timeline with clip lengths guessed from the texts, for when nothing has been spoken yet."""
    return schedule(script, estimated_frames(script.texts(), speech_rate))


def estimated_frames(texts: Iterable[str], speech_rate: float) -> dict[str, int]:
    """About how long each text will be, in frames.

    The guess, 0.053 s a character less 0.05 s at the voice's natural rate, is a line fitted to the clips of every
    routine with the default voice at a rate of 0.8. Whole sessions come out within 2 % at that rate, and within
    4.3 % at others (measured): that voice's speed goes in steps.
    """
    return {text: to_frames(max(0.2, 0.053 * len(text) - 0.05) / speech_rate) for text in texts}
