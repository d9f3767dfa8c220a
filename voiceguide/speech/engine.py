"""The interface of every speech engine.

The base class does what all engines share: it loads once, on first use, refuses to work after `close`, and translates
a library's errors. An adapter imports its library inside its hooks, and nothing from other adapters.
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
"""Sample rates that are accepted. Resampling from any other could take all memory."""
LONGEST_TAKE_S: Final = 120
"""Five times as long as the longest text takes when it is spoken slowly."""
_log: Final = logger(__name__)


def code_of(language: str) -> str:
    """The language without the country: `de` for `de-DE` and for `de_AT`."""
    return language.replace("_", "-").partition("-")[0].lower()


class Voice(Struct, frozen=True):
    """A voice that an engine can speak with."""

    engine: str
    name: str
    language: str
    description: str

    @property
    def spec(self) -> str:
        """The voice as `--voice` takes it."""
        return f"{self.engine}:{self.name}"

    def speaks(self, language: str) -> bool:
        """Whether the voice speaks `language` (two letters), of whatever country."""
        return self.language_code == language

    @property
    def language_code(self) -> str:
        """Its language in two letters."""
        return code_of(self.language)


class Take(Struct, frozen=True, eq=False):
    """The sound that an engine made of a text, unchanged."""

    samples: NDArray[np.float32]
    """Mono, shape (n,), nominally in [-1, 1]."""
    rate_hz: int


class SpeechEngine(ABC):
    """An engine with one voice at one speed.

    Threads: any thread may call any method, and up to `parallel` threads may call `synthesize` at once.
    Ownership: a Take belongs to the caller. Errors: SpeechError if the engine is missing, fails or hangs,
    UnknownNameError if it does not have the voice. After `close`, `synthesize` raises SpeechError; closing again
    does nothing.
    """

    name: ClassVar[str]
    parallel: ClassVar[int] = 1
    """How many threads can usefully synthesize at once."""
    carried_words: ClassVar[int] = 0
    """Texts of up to this many words are unclear by themselves, and are spoken behind a carrier phrase."""
    keeps_up: ClassVar[bool] = True
    """Whether it speaks far faster than one listens, so that it can take over in the middle of a session."""
    scripts: ClassVar[frozenset[str] | None] = None
    """The Unicode scripts that the engine reads, each as the first word of its letters' names; None means any."""

    def __init__(self, voice: str, speech_rate: float = 1.0) -> None:
        self.voice = voice
        self.speech_rate = speech_rate
        self._lock = threading.Lock()
        self._loaded = False
        self._closed = False

    @classmethod
    @abstractmethod
    def voices(cls) -> list[Voice]:
        """The voices that work on this machine now, without a network."""

    def language(self) -> str | None:
        """The language of the voice in two letters, or None if it is not known. Loads nothing."""
        return next((voice.language_code for voice in self.voices() if voice.name == self.voice), None)

    @abstractmethod
    def fingerprint(self) -> Mapping[str, str]:
        """Everything that the sound depends on, except the text. Cheap: loads nothing."""

    @abstractmethod
    def _load(self) -> None:
        """Load the voice. Called once, with the lock held, before the first `_speak`."""

    @abstractmethod
    def _speak(self, text: str, take: int) -> Take:
        """Synthesize `text`. Another `take` may sound different."""

    def _phonemes(self, text: str) -> str | None:  # noqa: ARG002 -- for engines that can tell
        """The sounds of `text` in the engine's own notation, or None if it cannot tell. Called after `_load`."""
        return None

    def _unload(self) -> None:
        """Release what `_load` acquired."""
        return

    def load(self) -> None:
        """Load the voice now instead of at the first text."""
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
        """Speak `text`, which the caller has normalised and checked.

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
            message = f"the {self.name} engine returned garbage instead of sound for {text!r}"
            raise SpeechError(message)
        return result

    def phonemes(self, text: str) -> str | None:
        """How the engine will say `text`, in its own notation on one line, or None if it cannot tell.

        The caller has normalised and checked the text. Makes no sound.
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
        """Release the engine."""
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
