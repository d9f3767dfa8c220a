"""Planning as one call: from a Routine and a Pacing to a Timeline, around whoever speaks the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.planning.fitting import fit, texts_for_fitting
from voiceguide.planning.phrasing import phrase
from voiceguide.planning.scheduling import estimate, schedule
from voiceguide.planning.selection import selected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from voiceguide.model.pacing import Pacing
    from voiceguide.model.phrasebook import Phrasebook
    from voiceguide.model.routine import Routine
    from voiceguide.model.script import Script
    from voiceguide.model.timeline import Timeline


def plan_timeline(
    routine: Routine,
    pacing: Pacing,
    phrasebook: Phrasebook,
    speak: Callable[[Iterable[str]], Mapping[str, int]],
) -> Timeline:
    """The Timeline of a session.

    `speak` is told every text and gives its length in frames. It is called once, between the two halves
    of planning: what is said does not depend on it, where it is placed does.
    """
    chosen = selected(routine, pacing)
    if pacing.length_s is None:
        script = write_script(chosen, pacing, phrasebook)
        return schedule(script, speak(script.texts()))
    minutes = round(pacing.length_s / 60)
    spoken = speak(texts_for_fitting(chosen, pacing, phrasebook, minutes))
    return schedule(fit(chosen, pacing, phrasebook, spoken, minutes), spoken)


def write_script(routine: Routine, pacing: Pacing, phrasebook: Phrasebook) -> Script:
    """The Script of a session as the preset has it, its length estimated for the welcome."""
    return phrase(routine, pacing, phrasebook, minutes=round(estimated_minutes(routine, pacing, phrasebook)))


def estimated_minutes(routine: Routine, pacing: Pacing, phrasebook: Phrasebook) -> float:
    """About how long a session would take, without speaking a word of it."""
    return estimate(phrase(routine, pacing, phrasebook), pacing.speech_rate).duration_s / 60
