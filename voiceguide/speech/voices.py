"""Engines and voices by name. Built-in engines and those of other packages register as entry points alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from voiceguide.errors import RequestError, SpeechError
from voiceguide.registry import Registry
from voiceguide.speech.engine import SpeechEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.speech.engine import Voice

DEFAULT_VOICE: Final = "hibari:heart"
_BEST_FIRST: Final = ("hibari", "kokoro", "piper", "pico", "pyttsx3")
"""By how they sound (docs/speech.md). Engines that come from other packages follow."""
_MOST_NAMED: Final = 4
_ENGINES: Final = Registry("voiceguide.engines", "speech engine", SpeechEngine)  # type: ignore[type-abstract]


def engine_names() -> list[str]:
    """The names of all registered engines, whether they work here or not."""
    return _ENGINES.names()


def engine_class(name: str) -> type[SpeechEngine]:
    """The class of the engine `name`. UnknownNameError if no engine has that name."""
    return _ENGINES.load(name)


def open_engine(spec: str, speech_rate: float) -> SpeechEngine:
    """The engine for `ENGINE:NAME`, or for `ENGINE` with its default voice. Loads nothing yet."""
    engine, _, voice = spec.partition(":")
    return engine_class(engine)(voice, speech_rate)


def available_voices(language: str | None = None) -> list[Voice]:
    """The voices that work on this machine; with `language` (two letters), only those that speak it.

    The voices of the best engine come first: neural engines, then the system's own.
    """
    return [voice for voice in _voices() if language is None or voice.speaks(language)]


def voice_for(language: str) -> str:
    """The best voice on this machine for a language, as `ENGINE:NAME`. SpeechError, with a way out, if none is here."""
    if language == "en":
        return DEFAULT_VOICE
    if best := next((voice for voice in _voices() if voice.speaks(language)), None):
        return best.spec
    raise no_voice(language)


def no_voice(language: str) -> SpeechError:
    """The error to raise when no voice on this machine speaks a language. It says what to do."""
    return SpeechError(
        f"no voice on this machine speaks {language!r}: pip install 'voiceguide[pico]' (German, Spanish, French, "
        "Italian), or install espeak-ng; `voices()` lists what is there"
    )


def _best_first() -> list[str]:
    return sorted(engine_names(), key=lambda name: (*_BEST_FIRST, name).index(name))


def _voices() -> Iterator[Voice]:
    """Every voice, those of the best engine first. An engine is asked when its turn comes, which may take a process."""
    for name in _best_first():
        yield from engine_class(name).voices()


def fallback_voices(language: str) -> Iterator[str]:
    """One voice for a language from each engine that keeps up with a session that plays, the best engine first.

    An engine is asked when its turn comes.
    Of several voices it is the one that is named like the language, which is its plain form, or else the first.
    """
    for name in _best_first():
        engine = engine_class(name)
        able = [voice for voice in engine.voices() if voice.speaks(language)] if engine.keeps_up else []
        if able:
            yield next((voice for voice in able if voice.name == language), able[0]).spec


def check_language(engine: SpeechEngine, language: str) -> None:
    """Raise RequestError if the voice of an engine speaks another language. It names the voices that could do it."""
    spoken = engine.language()
    if spoken in {None, language}:
        return
    able = [voice.spec for voice in available_voices(language)]
    shown = ", ".join(able[:_MOST_NAMED]) + (" and more" if len(able) > _MOST_NAMED else "")
    way_out = (
        f"`voices({language!r})` lists those that do: {shown}"
        if able
        else ("no voice on this machine does: pip install 'voiceguide[pico]', or install espeak-ng")
    )
    message = f"the voice {engine.name}:{engine.voice} speaks {spoken!r}, and the session is in {language!r}; {way_out}"
    raise RequestError(message)
