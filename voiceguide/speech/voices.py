"""Engines by name. Built-in ones register as strangers do: the entry points `voiceguide.engines`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from voiceguide.errors import RequestError, SpeechError
from voiceguide.registry import Registry
from voiceguide.speech.engine import SpeechEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.speech.engine import Voice

DEFAULT_VOICE: Final = "hibari:heart"
_BEST_FIRST: Final = ("hibari", "kokoro", "pico", "piper", "pyttsx3")
"""By what they sound like (docs/voices.md); engines of strangers come behind them."""
_MOST_NAMED: Final = 4
_ENGINES: Final = Registry("voiceguide.engines", "speech engine", SpeechEngine)  # type: ignore[type-abstract]


def engine_names() -> list[str]:
    """Every engine that is registered, whether it works here or not."""
    return _ENGINES.names()


def engine_class(name: str) -> type[SpeechEngine]:
    """The class of an engine; UnknownNameError if no engine has that name."""
    return _ENGINES.load(name)


def open_engine(spec: str, speech_rate: float) -> SpeechEngine:
    """The engine for `ENGINE:NAME`, or `ENGINE` for its default voice. Nothing is loaded yet."""
    engine, _, voice = spec.partition(":")
    return engine_class(engine)(voice, speech_rate)


def available_voices(language: str | None = None) -> list[Voice]:
    """Every voice that can be used on this machine, with `language` (two letters) those that speak it.

    The best engine for a language comes first: the neural ones, then what the system has.
    """
    return [voice for voice in _voices() if language is None or voice.speaks(language)]


def voice_for(language: str) -> str:
    """The best voice on this machine for a language, as `ENGINE:NAME`. SpeechError, with the way out, where none is."""
    if language == "en":
        return DEFAULT_VOICE
    if best := next((voice for voice in _voices() if voice.speaks(language)), None):
        return best.spec
    raise no_voice(language)


def no_voice(language: str) -> SpeechError:
    """What to raise where no voice on this machine speaks a language, with the way out."""
    return SpeechError(
        f"no voice on this machine speaks {language!r}: pip install 'voiceguide[pico]' (German, Spanish, French, "
        "Italian), or install espeak-ng; `voiceguide voices` shows what is there"
    )


def _voices() -> Iterator[Voice]:
    """Of the best engine first. One engine after the other: to list what the system has takes a process."""
    for name in sorted(engine_names(), key=lambda name: (*_BEST_FIRST, name).index(name)):
        yield from engine_class(name).voices()


def fallback_voices(language: str) -> list[str]:
    """A voice of each engine that speaks a language here, the best first."""
    found: dict[str, str] = {}
    for voice in available_voices(language):
        found.setdefault(voice.engine, voice.spec)
    return list(found.values())


def check_language(engine: SpeechEngine, language: str) -> None:
    """Raise RequestError, with the voices that could, where the voice of an engine speaks another language."""
    spoken = engine.language()
    if spoken in {None, language}:
        return
    able = [voice.spec for voice in available_voices(language)]
    shown = ", ".join(able[:_MOST_NAMED]) + (" and more" if len(able) > _MOST_NAMED else "")
    way_out = (
        f"`voiceguide voices --language {language}` lists those that do: {shown}"
        if able
        else ("none on this machine does: pip install 'voiceguide[pico]', or install espeak-ng")
    )
    message = f"the voice {engine.name}:{engine.voice} speaks {spoken!r}, and the session is in {language!r}; {way_out}"
    raise RequestError(message)
