"""Pico: small voices for German, Spanish, French, Italian and English that come inside their wheel.

SVOX Pico (Apache-2.0), through py-nanotts (Apache-2.0, an extra): voices of 2009, far clearer than espeak's and one
of each language. Nothing is loaded from anywhere else, and nothing is kept between two texts.
"""

from __future__ import annotations

import importlib.util
import threading
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from voiceguide.errors import SpeechError, UnknownNameError
from voiceguide.speech.engine import SpeechEngine, Take, Voice

if TYPE_CHECKING:
    from collections.abc import Mapping

RATE_HZ: Final = 16_000
_VOICES: Final[Mapping[str, str]] = {
    "de-DE": "German",
    "es-ES": "Spanish (Spain)",
    "fr-FR": "French",
    "it-IT": "Italian",
    "en-GB": "English (Great Britain)",
    "en-US": "English (America)",
}
_DEFAULT: Final = "en-GB"
_MISSING: Final = "pico is not installed: pip install 'voiceguide[pico]' (py-nanotts, Apache-2.0)"
_FASTEST: Final = 5.0
_VOLUME: Final = 0.5
"""At its own, longer sentences are clipped (measured); clips are levelled afterwards anyhow."""
_FULL_SCALE: Final = 32_768.0


class PicoEngine(SpeechEngine):
    """py-nanotts, 16 kHz mono. A text spoken twice differs by less than a thousandth of full scale (measured).

    Its library opens the voice anew for each text, and shares nothing between two of them; one speaks at a time all
    the same, for nobody promises that it may be called from several threads.
    """

    name = "pico"
    scripts: ClassVar[frozenset[str] | None] = frozenset({"LATIN"})
    _one_at_a_time: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, voice: str = _DEFAULT, speech_rate: float = 1.0) -> None:
        super().__init__(voice or _DEFAULT, speech_rate)
        self._tts: Any = None

    @classmethod
    def voices(cls) -> list[Voice]:
        """All of them where the package is installed; else none."""
        if importlib.util.find_spec("py_nanotts") is None:
            return []
        return [Voice(cls.name, name, name, f"{language}, female") for name, language in _VOICES.items()]

    def language(self) -> str | None:
        """The first letters of its name."""
        return self.voice.partition("-")[0].lower() or None

    def fingerprint(self) -> Mapping[str, str]:
        """The version of the package, which holds the voices, with voice and rate."""
        if importlib.util.find_spec("py_nanotts") is None:
            raise SpeechError(_MISSING)
        return {
            "engine": self.name,
            "version": version("py-nanotts"),
            "voice": self.voice,
            "speech_rate": f"{self.speech_rate:g}",
        }

    def _load(self) -> None:
        if self.voice not in _VOICES:
            raise UnknownNameError("pico voice", self.voice, _VOICES)
        try:
            from py_nanotts import NanoTTS
        except ImportError as error:
            raise SpeechError(_MISSING) from error
        self._tts = NanoTTS()

    def _speak(self, text: str, take: int) -> Take:  # noqa: ARG002 -- it has no other
        with self._one_at_a_time:
            data = self._tts.speak(text, voice=self.voice, speed=min(self.speech_rate, _FASTEST), volume=_VOLUME)
        samples = np.frombuffer(data, "<i2").astype(np.float32) / _FULL_SCALE
        if not samples.any():
            message = f"pico has no sound for {text!r}"
            raise SpeechError(message)
        return Take(samples, RATE_HZ)

    def _unload(self) -> None:
        self._tts = None
