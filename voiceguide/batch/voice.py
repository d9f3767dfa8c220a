"""The voice of a job: everything that decides how a text is spoken."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from voiceguide.speech.opening import narrator_for

if TYPE_CHECKING:
    from voiceguide.model.routine import Routine
    from voiceguide.speech.narrator import Narrator
    from voiceguide.speech.opening import CacheDir

Words = tuple[tuple[str, str], ...]
"""Words and how to pronounce them, in alphabetical order."""


class Voice(NamedTuple):
    """A voice at a speed, with the words that it is told how to pronounce."""

    spec: str
    """The voice, as `ENGINE:NAME`."""
    speech_rate: float
    language: str
    words: Words

    def narrator(self, cache_dir: CacheDir = None) -> Narrator:
        """The narrator that speaks like this; see `narrator_for`."""
        return narrator_for(self.spec, self.speech_rate, cache_dir, pronounce=dict(self.words), language=self.language)

    @classmethod
    def of(cls, spec: str, speech_rate: float, routine: Routine) -> Voice:
        """The voice that speaks a routine."""
        return cls(spec, speech_rate, routine.language, tuple(sorted(routine.pronounce.items())))
