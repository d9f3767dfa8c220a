"""Engines by name. Built-in ones register as strangers do: the entry points `voiceguide.engines`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from voiceguide import registry
from voiceguide.errors import SpeechError, UnknownNameError
from voiceguide.speech.engine import SpeechEngine

if TYPE_CHECKING:
    from voiceguide.speech.engine import Voice

DEFAULT_VOICE: Final = "hibari:heart"
_GROUP: Final = "voiceguide.engines"


def engine_names() -> list[str]:
    """Every engine that is registered, whether it works here or not."""
    return registry.names(_GROUP)


def engine_class(name: str) -> type[SpeechEngine]:
    """The class of an engine; UnknownNameError where there is none of that name."""
    loaded = registry.found(_GROUP, name)
    if loaded is None:
        raise UnknownNameError("speech engine", name, engine_names())
    if not (isinstance(loaded, type) and issubclass(loaded, SpeechEngine)):
        message = f"what registers as the speech engine {name!r} is none: {loaded!r}"
        raise SpeechError(message)
    return loaded


def open_engine(spec: str, speech_rate: float) -> SpeechEngine:
    """The engine for `ENGINE:NAME`, or `ENGINE` for its default voice. Nothing is loaded yet."""
    engine, _, voice = spec.partition(":")
    return engine_class(engine)(voice, speech_rate)


def available_voices() -> list[Voice]:
    """Every voice of every engine that can be used on this machine."""
    return [voice for name in engine_names() for voice in engine_class(name).voices()]
