"""The first half of planning as one call: a Script whose welcome knows how long the session is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.planning.phrasing import phrase
from voiceguide.planning.scheduling import estimate
from voiceguide.planning.selection import selected

if TYPE_CHECKING:
    from voiceguide.model.pacing import Pacing
    from voiceguide.model.phrasebook import Phrasebook
    from voiceguide.model.routine import Routine
    from voiceguide.model.script import Script


def write_script(routine: Routine, pacing: Pacing, phrasebook: Phrasebook) -> Script:
    """The Script of a session, its length estimated for the welcome."""
    chosen = selected(routine, pacing)
    return phrase(chosen, pacing, phrasebook, minutes=round(estimated_minutes(chosen, pacing, phrasebook)))


def estimated_minutes(routine: Routine, pacing: Pacing, phrasebook: Phrasebook) -> float:
    """About how long a session would take, without speaking a word of it."""
    return estimate(phrase(routine, pacing, phrasebook), pacing.speech_rate).duration_s / 60
