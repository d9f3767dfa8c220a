"""Pico: small voices for German, Spanish, French, Italian and English that come inside their wheel.

SVOX Pico (Apache-2.0), through py-nanotts (Apache-2.0, an extra): voices of 2009, far clearer than espeak's. Its
library reads memory that it has not written: called from several threads, it leaves out pauses now and then
(measured). So it is never imported here, and runs in a process of its own (`pico_worker.py`), on one thread, whose
memory begins as zeros where the system can do that.
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
"""Frames of 50 ms."""
_FAINTEST: Final = 0.004
"""-48 dBFS: the faintest end of a word is at -44, the tick at -51 (measured)."""
_ZEROED: Final = {"MALLOC_PERTURB_": "255"}
"""glibc's malloc hands out zeroed memory then: what pico has not written it reads as zero, the same each time."""


class PicoEngine(WorkerEngine):
    """py-nanotts, 16 kHz mono. A text is the same bit for bit each time, in whatever order texts come."""

    name = "pico"
    scripts: ClassVar[frozenset[str] | None] = frozenset({"LATIN"})
    worker_command: Sequence[str] = command_for("pico_worker.py")
    """As in WorkerEngine; `VOICE SPEECH_RATE` is added."""

    def __init__(self, voice: str = _DEFAULT, speech_rate: float = 1.0) -> None:
        super().__init__(voice or _DEFAULT, speech_rate)

    @classmethod
    def voices(cls) -> list[Voice]:
        """All of them where the package is installed; else none."""
        if importlib.util.find_spec("py_nanotts") is None:
            return []
        return [Voice(cls.name, name, name, f"{language}, female") for name, language in _VOICES.items()]

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
            message = f"pico cannot be loaded ({reply.get('unavailable', 'its process answers nonsense')}): {_AGAIN}"
            raise SpeechError(message)
        return worker

    def _phonemes(self, text: str) -> str | None:  # noqa: ARG002 -- it does not tell
        return None

    def _take(self, data: bytes, text: str) -> Take:
        """The sound in a file. SpeechError where there is none."""
        whole = len(data) // _PCM16_BYTES * _PCM16_BYTES
        samples = np.frombuffer(data[:whole], "<i2").astype(np.float32) / _FULL_SCALE
        if not samples.any():
            message = f"pico has no sound for {text!r}"
            raise SpeechError(message)
        return Take(_without_tick(samples), RATE_HZ)


def _without_tick(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The sound up to the end of its last word: half a second behind a full stop there is a faint tick (measured)."""
    blocks = samples[: len(samples) // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
    loud = np.flatnonzero(np.sqrt(np.mean(np.square(blocks), axis=1)) > _FAINTEST)
    return samples[: (loud[-1] + 3) * _BLOCK] if len(loud) else samples


_AGAIN: Final = "pip install 'voiceguide[pico]' again"
