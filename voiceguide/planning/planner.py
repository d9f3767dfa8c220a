"""Planning as one call: from a Routine and a Pacing to a Timeline, around whoever speaks the words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from voiceguide.planning.fitting.fit import UnreachableError, fit, texts_around, texts_for_fitting, texts_of_doses
from voiceguide.planning.fitting.reach import refusal
from voiceguide.planning.phrasing.script import phrase
from voiceguide.planning.scheduling.estimate import estimate
from voiceguide.planning.scheduling.schedule import schedule
from voiceguide.planning.selection import selected

if TYPE_CHECKING:
    from voiceguide.language.phrasebook import Phrasebook
    from voiceguide.model.pacing import Pacing
    from voiceguide.model.routine import Routine
    from voiceguide.model.script import Script
    from voiceguide.model.timeline import Timeline

Speak = Callable[[Iterable[str]], Mapping[str, int]]
"""Gives the length of each text in frames."""


class Draft(Struct, frozen=True):
    """A session in words."""

    routine: Routine
    """With the stretches that were chosen, and the doses that meet a length where one was asked for."""
    script: Script


def draft(routine: Routine, pacing: Pacing, phrasebook: Phrasebook, speak: Speak) -> Draft:
    """The words of a session.

    Only an exact length needs to know how long every text is: `speak` is called for that, and for
    nothing else.
    """
    chosen = selected(routine, pacing)
    if pacing.length_s is None:
        return Draft(chosen, write_script(chosen, pacing, phrasebook))
    minutes = round(pacing.length_s / 60)
    spoken = speak(texts_for_fitting(chosen, pacing, phrasebook, minutes))
    try:
        fitted = fit(chosen, pacing, phrasebook, spoken, minutes)
    except UnreachableError as error:
        raise refusal(chosen, pacing, phrasebook, spoken, speak) from error
    return Draft(fitted.routine, fitted.script)


def texts_to_speak(routine: Routine, pacing: Pacing, phrasebook: Phrasebook) -> list[str]:
    """Every text that planning may want spoken, known before a word is. Raises what selecting stretches does."""
    chosen = selected(routine, pacing)
    if pacing.length_s is None:
        return list(write_script(chosen, pacing, phrasebook).texts())
    return texts_for_fitting(chosen, pacing, phrasebook, round(pacing.length_s / 60))


def texts_of_any_length(routine: Routine, pacing: Pacing, phrasebook: Phrasebook) -> list[str]:
    """What `texts_to_speak` gives whatever the exact length: the words of every dose there may be."""
    return texts_of_doses(selected(routine, pacing), pacing, phrasebook)


def texts_of_length(routine: Routine, pacing: Pacing, phrasebook: Phrasebook) -> list[str]:
    """What `texts_to_speak` gives for the exact length of `pacing`, beside the texts of any length."""
    minutes = round((pacing.length_s or 0.0) / 60)
    return texts_around(selected(routine, pacing), pacing, phrasebook, minutes)


def plan_timeline(routine: Routine, pacing: Pacing, phrasebook: Phrasebook, speak: Speak) -> Timeline:
    """The Timeline of a session.

    `speak` is told every text and gives its length in frames: what is said does not depend on it, where
    it is placed does.
    """
    script = draft(routine, pacing, phrasebook, speak).script
    return schedule(script, speak(script.texts()))


def write_script(routine: Routine, pacing: Pacing, phrasebook: Phrasebook) -> Script:
    """The Script of a session as the preset has it, its length estimated for the welcome."""
    return phrase(routine, pacing, phrasebook, minutes=round(estimated_minutes(routine, pacing, phrasebook)))


def estimated_minutes(routine: Routine, pacing: Pacing, phrasebook: Phrasebook) -> float:
    """About how long a session would take, without speaking a word of it."""
    return estimate(phrase(routine, pacing, phrasebook), pacing.speech_rate).duration_s / 60


def expected_s(routine: Routine, pacing: Pacing, phrasebook: Phrasebook) -> float:
    """About how many seconds a session will take; the same whoever speaks it, and whether it has been spoken or not."""
    if pacing.length_s is not None:
        return pacing.length_s
    return 60 * estimated_minutes(selected(routine, pacing), pacing, phrasebook)
