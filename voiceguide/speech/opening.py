"""Opening what a session speaks with: the clip store, a narrator, and a stand-in for a voice that fails."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from voiceguide.errors import NoHomeError, SpeechError, VoiceguideError
from voiceguide.model.keeping import DEFAULT_LIMIT_BYTES
from voiceguide.model.voice_choice import VoiceOfLanguage, WantedVoice
from voiceguide.speech.homeless import HomelessStore
from voiceguide.speech.narrator import Narrator
from voiceguide.speech.store import ClipStore, default_directory
from voiceguide.speech.voices import check_language, fallback_voices, open_engine, voice_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from voiceguide.model.clip import Clip

CacheDir = str | Path | ClipStore | None
"""Where clips are kept: a folder, a store that `open_store` returned, or None for the usual folder."""


def open_store(cache_dir: CacheDir = None, limit_bytes: int | None = DEFAULT_LIMIT_BYTES) -> ClipStore:
    """Open the clip store in `cache_dir`, by default in `default_directory`. A store is returned as it is.

    When a session that has spoken ends, the clips that were not used for the longest time are removed until the rest
    takes at most `limit_bytes`; None keeps all of them. For a user without a home folder the store keeps nothing, and
    raises NoHomeError where clips have to be kept.
    """
    if isinstance(cache_dir, ClipStore):
        return cache_dir
    try:
        return ClipStore(Path(cache_dir) if cache_dir else default_directory(), limit_bytes)
    except NoHomeError as error:
        return HomelessStore(error)


def narrator_for(
    voice: WantedVoice,
    speech_rate: float,
    cache_dir: CacheDir = None,
    *,
    must_keep: bool = True,
    pronounce: Mapping[str, str] | None = None,
    language: str = "en",
) -> Narrator:
    """Open the narrator that `session.plan` speaks with. Close it when done; it loads nothing yet.

    `voice` names one voice, or one for each language; it defaults to VOICEGUIDE_VOICE, or to the best voice for
    `language`. With `must_keep` false the narrator speaks even where clips cannot be kept. `pronounce` holds words and
    how to pronounce them, besides the shipped ones of the language. Raises UnknownNameError for an engine that is not
    registered, and RequestError for a voice of another language.
    """
    named = voice.of(language) if isinstance(voice, VoiceOfLanguage) else voice
    spec = named or os.environ.get("VOICEGUIDE_VOICE") or voice_for(language)
    engine = open_engine(spec, speech_rate)
    check_language(engine, language)
    return Narrator(engine, open_store(cache_dir), must_keep=must_keep, pronounce=pronounce, language=language)


class Understudy:
    """Speaks when the first voice fails: the best voice of another engine that can, found once it is needed."""

    def __init__(self, failed: str, language: str, open_narrator: Callable[[str], Narrator]) -> None:
        self._failed_engine = failed.partition(":")[0]
        self._language = language
        self._open_narrator = open_narrator
        self._narrator: Narrator | None = None

    def __call__(self, texts: Iterable[str]) -> dict[str, Clip]:
        """Speak `texts`. Raises SpeechError with the reason of every voice that was tried."""
        texts = list(texts)
        if self._narrator:
            return self._narrator.speak(texts)
        reasons = []
        for spec in fallback_voices(self._language):
            if spec.partition(":")[0] == self._failed_engine:
                continue
            narrator = self._open_narrator(spec)
            try:
                clips = narrator.speak(texts)
            except VoiceguideError as error:
                reasons.append(str(error))
            else:
                self._narrator = narrator
                return clips
        raise SpeechError("; ".join(reasons) or f"no other engine here can take over from {self._failed_engine}")
