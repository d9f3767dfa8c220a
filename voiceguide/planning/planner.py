"""Planning as one call: from a Routine and a Pacing to a Timeline, given a way to speak the words."""

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
"""Speaks texts, and gives the length of each in frames."""


class Draft(Struct, frozen=True):
    """The words of a session."""

    routine: Routine
    """The routine with the chosen stretches, and with the doses that meet an exact length if one was asked for."""
    script: Script


def draft(routine: Routine, pacing: Pacing, phrasebook: Phrasebook, speak: Speak) -> Draft:
    """Put a session into words.

    `speak` is called only if an exact length is asked for, which depends on the length of every text.
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
    """Every text that planning may want spoken, before any of them is. Raises the errors of `selected`."""
    chosen = selected(routine, pacing)
    if pacing.length_s is None:
        return list(write_script(chosen, pacing, phrasebook).texts())
    return texts_for_fitting(chosen, pacing, phrasebook, round(pacing.length_s / 60))


def texts_of_any_length(routine: Routine, pacing: Pacing, phrasebook: Phrasebook) -> list[str]:
    """The texts of `texts_to_speak` that any exact length needs: the words of every possible dose."""
    return texts_of_doses(selected(routine, pacing), pacing, phrasebook)


def texts_of_length(routine: Routine, pacing: Pacing, phrasebook: Phrasebook) -> list[str]:
    """The texts of `texts_to_speak` that depend on the exact length of `pacing`."""
    minutes = round((pacing.length_s or 0.0) / 60)
    return texts_around(selected(routine, pacing), pacing, phrasebook, minutes)


def plan_timeline(routine: Routine, pacing: Pacing, phrasebook: Phrasebook, speak: Speak) -> Timeline:
    """The Timeline of a session.

    `speak` is called with every text. Unless an exact length is asked for, the lengths it gives decide only where the
    words are placed, not what they are.
    """
    script = draft(routine, pacing, phrasebook, speak).script
    return schedule(script, speak(script.texts()))


def write_script(routine: Routine, pacing: Pacing, phrasebook: Phrasebook) -> Script:
    """The Script of a session without an exact length. The welcome mentions its estimated length."""
    return phrase(routine, pacing, phrasebook, minutes=round(estimated_minutes(routine, pacing, phrasebook)))


def estimated_minutes(routine: Routine, pacing: Pacing, phrasebook: Phrasebook) -> float:
    """The estimated length of a session, for which nothing has to be spoken."""
    return estimate(phrase(routine, pacing, phrasebook), pacing.speech_rate).duration_s / 60


def expected_s(routine: Routine, pacing: Pacing, phrasebook: Phrasebook) -> float:
    """The estimated seconds of a session; the same for every voice, and whether it has been spoken or not."""
    if pacing.length_s is not None:
        return pacing.length_s
    return 60 * estimated_minutes(selected(routine, pacing), pacing, phrasebook)
