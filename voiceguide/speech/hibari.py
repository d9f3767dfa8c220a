"""The default voice: hibari, a small neural English voice that comes inside its wheel."""

from __future__ import annotations

import importlib.util
import os
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, ClassVar

from voiceguide.errors import SpeechError, UnknownNameError
from voiceguide.private import quieten_onnxruntime
from voiceguide.speech.engine import SpeechEngine, Take, Voice

if TYPE_CHECKING:
    from collections.abc import Mapping

RATE_HZ = 24_000
BUNDLED = "heart"


class HibariEngine(SpeechEngine):
    """hibari-tts, Apache-2.0, 24 kHz mono.

    Threads may share one instance. With one onnxruntime thread and a fixed seed, the sound is the same bit for bit in
    every process. More threads, or scipy's FFT instead of numpy's, change it: the number of threads is fixed here, and
    the FFT is part of the fingerprint.
    """

    name = "hibari"
    parallel = min(4, os.cpu_count() or 1)
    scripts: ClassVar[frozenset[str] | None] = frozenset({"LATIN"})

    def __init__(self, voice: str = BUNDLED, speech_rate: float = 1.0) -> None:
        super().__init__(voice or BUNDLED, speech_rate)
        self._tts: Any = None

    @classmethod
    def voices(cls) -> list[Voice]:
        """The bundled voice, and those that the user has fetched."""
        from pathlib import Path

        from hibari.voices import VOICES, voice_path

        found = []
        for name, about in VOICES.items():
            try:
                here = Path(voice_path(name, download_missing=False)).exists()
            except FileNotFoundError:
                here = False
            if here:
                found.append(Voice(cls.name, name, about["language"], f"{about['accent']}, {about['gender']}, neural"))
        return found

    def language(self) -> str | None:
        """English, the only language of hibari."""
        return "en"

    def fingerprint(self) -> Mapping[str, str]:
        """The versions of the package, the runtime and the FFT, with voice and rate."""
        return {
            "engine": self.name,
            "version": version("hibari-tts"),
            "onnxruntime": version("onnxruntime"),
            "fft": f"scipy {version('scipy')}" if importlib.util.find_spec("scipy") else f"numpy {version('numpy')}",
            "voice": self.voice,
            "speech_rate": f"{self.speech_rate:g}",
        }

    def _load(self) -> None:
        quieten_onnxruntime()
        from hibari import Hibari
        from hibari.g2p import G2P
        from hibari.voices import VOICES, voice_path

        names = [voice.name for voice in self.voices()]
        if self.voice not in names:
            # The library would download it. Only `voices get` does that here.
            raise UnknownNameError("hibari voice on this machine", self.voice, names)
        path = voice_path(self.voice, download_missing=False)
        # Load the dictionaries (0.37 s, in Python) and the model (0.17 s, outside of it) at the same time.
        with ThreadPoolExecutor(1) as pool:
            model = pool.submit(Hibari, voice=self.voice, model=path, threads=1, g2p=False)
            phonemes = G2P(british=VOICES[self.voice]["british"])
            self._tts = model.result()
        self._tts._g2p = phonemes  # noqa: SLF001 -- the constructor takes only one that is ready

    def _speak(self, text: str, take: int) -> Take:
        samples = self._tts(text, speed=self.speech_rate, seed=take)
        if not len(samples):
            message = f"hibari has no sound for {text!r}"
            raise SpeechError(message)
        return Take(samples, RATE_HZ)

    def _phonemes(self, text: str) -> str | None:
        return " ".join(self._tts.phonemize(text))

    def _unload(self) -> None:
        self._tts = None
