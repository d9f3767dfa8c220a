"""Pico: small voices for German, Spanish, French, Italian and English that come inside their wheel.

SVOX Pico (Apache-2.0), through py-nanotts (Apache-2.0, an extra): voices from 2009, far clearer than espeak's. The
library reads memory that it has not written, and called from several threads it drops a pause now and then (measured).
So it is never imported here. It runs on one thread of a process of its own (`pico_worker.py`), with memory that starts
as zeros where the system can do that.
"""

from __future__ import annotations

import importlib.util
from importlib.metadata import version
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from voiceguide.errors import SpeechError, UnknownNameError
from voiceguide.speech.engine import Take, Voice
from voiceguide.speech.process import Worker, WorkerEngine, command_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

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
_FULL_SCALE: Final = 32_768.0
_PCM16_BYTES: Final = 2
_BLOCK: Final = 800
"""How many frames 50 ms have."""
_FAINTEST: Final = 0.004
"""-48 dBFS. The faintest end of a word is at -44 dBFS, and the tick at -51 (measured)."""
_ZEROED: Final = {"MALLOC_PERTURB_": "255"}
"""Makes glibc's malloc hand out zeroed memory, so that pico reads the same zeros each time."""


class PicoEngine(WorkerEngine):
    """py-nanotts, 16 kHz mono. A text sounds the same bit for bit each time, whatever was spoken before it."""

    name = "pico"
    scripts: ClassVar[frozenset[str] | None] = frozenset({"LATIN"})
    worker_command: Sequence[str] = command_for("pico_worker.py")
    """As in WorkerEngine. `VOICE SPEECH_RATE` is appended."""

    def __init__(self, voice: str = _DEFAULT, speech_rate: float = 1.0) -> None:
        super().__init__(voice or _DEFAULT, speech_rate)

    @classmethod
    def voices(cls) -> list[Voice]:
        """All of them if the package is installed, otherwise none."""
        if importlib.util.find_spec("py_nanotts") is None:
            return []
        return [Voice(cls.name, name, name, f"{language}, female") for name, language in _VOICES.items()]

    def fingerprint(self) -> Mapping[str, str]:
        """The version of the package, which contains the voices, with voice and rate."""
        if importlib.util.find_spec("py_nanotts") is None:
            raise SpeechError(_MISSING)
        return {
            "engine": self.name,
            "version": version("py-nanotts"),
            "voice": self.voice,
            "speech_rate": f"{self.speech_rate:g}",
        }

    def _started(self) -> Worker:
        if self.voice not in _VOICES:
            raise UnknownNameError("pico voice", self.voice, _VOICES)
        if importlib.util.find_spec("py_nanotts") is None:
            raise SpeechError(_MISSING)
        worker = Worker(self.name, [*self.worker_command, self.voice, f"{self.speech_rate:g}"], _ZEROED)
        try:
            reply = worker.reply(self.start_timeout_s)
        except BaseException:
            worker.close()
            raise
        if "ready" not in reply:
            worker.close()
            reason = reply.get("unavailable", "its process answers nonsense")
            message = f"pico cannot be loaded ({reason}): pip install 'voiceguide[pico]' again"
            raise SpeechError(message)
        return worker

    def _phonemes(self, text: str) -> str | None:  # noqa: ARG002 -- pico cannot tell
        return None

    def _take(self, data: bytes, text: str) -> Take:
        """The sound in a file. SpeechError if it is silent."""
        whole = len(data) // _PCM16_BYTES * _PCM16_BYTES
        samples = np.frombuffer(data[:whole], "<i2").astype(np.float32) / _FULL_SCALE
        if not samples.any():
            message = f"pico has no sound for {text!r}"
            raise SpeechError(message)
        return Take(_without_tick(samples), RATE_HZ)


def _without_tick(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The sound up to the end of its last word. Half a second after a full stop there is a faint tick (measured)."""
    blocks = samples[: len(samples) // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
    loud = np.flatnonzero(np.sqrt(np.mean(np.square(blocks), axis=1)) > _FAINTEST)
    return samples[: (loud[-1] + 3) * _BLOCK] if len(loud) else samples
