"""An engine whose every sample is known beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from voiceguide.errors import UnknownNameError
from voiceguide.speech.engine import SpeechEngine, Take, Voice

if TYPE_CHECKING:
    from collections.abc import Mapping

RATE_HZ: Final = 24_000
SILENCE_FRAMES: Final = RATE_HZ // 5
"""Silence before the tone, and after it."""
TONE_HZ: Final = 400
AMPLITUDE: Final = 0.25


class ToneEngine(SpeechEngine):
    """Gives for every text a tone of exactly `frames_for(text)` frames between two silences; all takes are alike."""

    name = "tone"
    parallel = 2
    scripts: ClassVar[frozenset[str] | None] = frozenset({"LATIN"})

    def __init__(self, voice: str = "sine", speech_rate: float = 1.0) -> None:
        super().__init__(voice or "sine", speech_rate)
        self.spoken: list[tuple[str, int]] = []
        """The texts and takes that were asked for, in order."""

    @classmethod
    def voices(cls) -> list[Voice]:
        return [Voice(cls.name, "sine", "en-US", "a tone")]

    def fingerprint(self) -> Mapping[str, str]:
        return {"engine": self.name, "voice": self.voice, "speech_rate": f"{self.speech_rate:g}"}

    def frames_for(self, text: str) -> int:
        """Return how long the tone for `text` is: about as long as a voice takes."""
        return round((0.15 + 0.06 * len(text)) / self.speech_rate * RATE_HZ)

    def _load(self) -> None:
        names = [voice.name for voice in self.voices()]
        if self.voice not in names:
            raise UnknownNameError("tone voice", self.voice, names)

    def _speak(self, text: str, take: int) -> Take:
        self.spoken.append((text, take))
        samples = np.zeros(2 * SILENCE_FRAMES + self.frames_for(text), dtype=np.float32)
        # A cosine: the tone is there from its first frame on.
        tone = AMPLITUDE * np.cos(2 * np.pi * TONE_HZ / RATE_HZ * np.arange(self.frames_for(text)))
        samples[SILENCE_FRAMES:-SILENCE_FRAMES] = tone
        return Take(samples, RATE_HZ)
