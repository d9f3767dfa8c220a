"""One face for every speech engine.

The base class owns what all share: loading once, on first use; refusing after `close`; translating a
library's errors. An adapter imports its own library inside its hooks, and nothing of the others.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Final, Self

import numpy as np
from msgspec import Struct

from voiceguide.errors import SpeechError, VoiceguideError
from voiceguide.log import logger

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from numpy.typing import NDArray


RATES_HZ: Final = range(4_000, 192_001)
"""Sample rates that speech comes at. At others its resampling would take all memory."""
LONGEST_TAKE_S: Final = 120
"""Five times what the longest text takes, said slowly."""
_log: Final = logger(__name__)


class Voice(Struct, frozen=True):
    """A voice that an engine can speak with."""

    engine: str
    name: str
    language: str
    description: str

    @property
    def spec(self) -> str:
        """As `--voice` takes it."""
        return f"{self.engine}:{self.name}"

    def speaks(self, language: str) -> bool:
        """Whether its language is `language`, in two letters, in whatever country."""
        return self.language_code == language

    @property
    def language_code(self) -> str:
        """Its language without the country: `de` of `de-DE` and of `de_AT`."""
        return self.language.replace("_", "-").partition("-")[0].lower()


class Take(Struct, frozen=True, eq=False):
    """What an engine gave for a text, as it came."""

    samples: NDArray[np.float32]
    """Mono, shape (n,), nominally in [-1, 1]."""
    rate_hz: int


class SpeechEngine(ABC):
    """An engine with one voice at one speed.

    Threads: every method may be called from any thread; `synthesize` from up to `parallel` at once.
    Ownership: a Take belongs to the caller. Errors: SpeechError for an engine that is missing, fails or
    hangs, UnknownNameError for a voice that it does not have. After `close`, `synthesize` raises
    SpeechError; `close` may be called again and does nothing.
    """

    name: ClassVar[str]
    parallel: ClassVar[int] = 1
    """How many threads may synthesize at once with profit."""
    scripts: ClassVar[frozenset[str] | None] = None
    """Unicode scripts that are spoken, as the first word of their letters' names; None for any."""

    def __init__(self, voice: str, speech_rate: float = 1.0) -> None:
        self.voice = voice
        self.speech_rate = speech_rate
        self._lock = threading.Lock()
        self._loaded = False
        self._closed = False

    @classmethod
    @abstractmethod
    def voices(cls) -> list[Voice]:
        """The voices that can be used on this machine now, without a network."""

    def language(self) -> str | None:
        """The language that the voice speaks, in two letters; None where that cannot be told. Nothing is loaded."""
        return next((voice.language_code for voice in self.voices() if voice.name == self.voice), None)

    @abstractmethod
    def fingerprint(self) -> Mapping[str, str]:
        """Everything but the text that the sound depends on. Cheap: nothing is loaded for it."""

    @abstractmethod
    def _load(self) -> None:
        """Load the voice. Called once, under the lock, before the first `_speak`."""

    @abstractmethod
    def _speak(self, text: str, take: int) -> Take:
        """Synthesize `text`; another `take` may come out differently."""

    def _phonemes(self, text: str) -> str | None:  # noqa: ARG002 -- for those that can tell
        """The sounds of `text` in the engine's own notation; None where it cannot tell. After `_load`."""
        return None

    def _unload(self) -> None:
        """Let go of what `_load` acquired."""
        return

    def load(self) -> None:
        """Load the voice now rather than at the first word."""
        with self._lock:
            if self._closed:
                message = f"the {self.name} engine has been closed"
                raise SpeechError(message)
            if not self._loaded:
                began_s = time.monotonic()
                try:
                    self._load()
                except VoiceguideError:
                    raise
                except Exception as error:
                    message = f"the {self.name} engine cannot start with voice {self.voice!r}: {error}"
                    raise SpeechError(message) from error
                self._loaded = True
                _log.info("%s is loaded in %.2f s, rate %g", self.name, time.monotonic() - began_s, self.speech_rate)

    def synthesize(self, text: str, take: int = 0) -> Take:
        """Speak `text`, which has been normalised and checked.

        The same text and `take` give the same sound on the same machine; a higher `take` is a retry.
        """
        self.load()
        try:
            result = self._speak(text, take)
        except VoiceguideError:
            raise
        except Exception as error:
            message = f"the {self.name} engine failed on {text!r}: {error}"
            raise SpeechError(message) from error
        if result.rate_hz not in RATES_HZ:
            message = f"the {self.name} engine returned sound of {result.rate_hz} samples a second for {text!r}"
            raise SpeechError(message)
        if len(result.samples) > LONGEST_TAKE_S * result.rate_hz:
            message = f"the {self.name} engine returned more than {LONGEST_TAKE_S} s of sound for {text!r}"
            raise SpeechError(message)
        if not np.isfinite(result.samples).all():
            message = f"the {self.name} engine returned no sound but garbage for {text!r}"
            raise SpeechError(message)
        return result

    def phonemes(self, text: str) -> str | None:
        """What will be said for `text`, which has been normalised and checked, in the engine's own notation.

        On one line, and without a sound; None where the engine cannot tell.
        """
        self.load()
        try:
            told = self._phonemes(text)
        except VoiceguideError:
            raise
        except Exception as error:
            message = f"the {self.name} engine cannot tell how it says {text!r}: {error}"
            raise SpeechError(message) from error
        return None if told is None else " ".join(told.split())

    def close(self) -> None:
        """Let go of the engine."""
        with self._lock:
            if self._loaded and not self._closed:
                self._unload()
            self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
