"""Whom a job is spoken by: what texts have in common that are spoken alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from voiceguide import session

if TYPE_CHECKING:
    from voiceguide.model.routine import Routine
    from voiceguide.speech.narrator import Narrator

Words = tuple[tuple[str, str], ...]
"""Words with how they sound, in alphabetical order."""


class Voice(NamedTuple):
    """A voice at a speed, with the words that it is told how to say."""

    spec: str
    """As `ENGINE:NAME`."""
    speech_rate: float
    language: str
    words: Words

    def narrator(self, cache_dir: session.CacheDir = None) -> Narrator:
        """The narrator that speaks so; see `session.narrator_for`."""
        return session.narrator_for(
            self.spec, self.speech_rate, cache_dir, pronounce=dict(self.words), language=self.language
        )

    @classmethod
    def of(cls, spec: str, speech_rate: float, routine: Routine) -> Voice:
        """The voice that speaks a routine."""
        return cls(spec, speech_rate, routine.language, tuple(sorted(routine.pronounce.items())))
