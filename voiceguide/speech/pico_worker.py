"""Pico's part of the process that `worker.py` runs: one voice at one rate. Imports nothing from voiceguide.

The arguments are the voice and the rate. If there is no Pico, the reply is `{"unavailable": reason}`.
Samples have 16 bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from queue import SimpleQueue

_FASTEST: Final = 5.0
_VOLUME: Final = 0.5
"""At its default, longer sentences clip (measured). Clips are brought to their level later."""


def load(
    arguments: list[str],
    requests: SimpleQueue[bytes],  # noqa: ARG001 -- the arguments name the voice
    reply: Callable[..., None],
) -> _Speaker | None:
    """Load the voice."""
    voice, speech_rate = arguments
    try:
        return _Speaker(voice, float(speech_rate))
    except ImportError as error:
        reply(unavailable=f"{error}")
        return None


class _Speaker:
    """One voice at one rate."""

    suffix = ".s16"

    def __init__(self, voice: str, speech_rate: float) -> None:
        from py_nanotts import NanoTTS

        self._engine = NanoTTS()
        self._voice = voice
        self._speed = min(speech_rate, _FASTEST)

    def speak(self, text: str, path: Path) -> None:
        """Write the sound of `text` to `path`, as samples of 16 bit."""
        path.write_bytes(self._engine.speak(text, voice=self._voice, speed=self._speed, volume=_VOLUME))

    def phonemes(self, text: str) -> str | None:  # noqa: ARG002 -- Pico cannot tell
        """None: Pico cannot tell."""
        return None

    def reason(self, error: Exception) -> str:
        """The type and the message of the error."""
        return f"{type(error).__name__}: {error}"
