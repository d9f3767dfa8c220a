"""Speaks every text of a batch once, before any file is made."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from voiceguide.batch.voice import Voice
from voiceguide.errors import NoHomeError, SpeechError, StoreError, VoiceguideError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from voiceguide.batch.catalogue import Order
    from voiceguide.batch.executor import Progress
    from voiceguide.speech.narrator import Narrator
    from voiceguide.speech.opening import CacheDir

_AT_ONCE: Final = 64
"""Texts passed to a narrator at once: it keeps their clips in memory until it has spoken all of them."""


def voice_of(order: Order) -> Voice:
    """The voice that speaks a job."""
    return Voice.of(order.job.voice, order.job.pacing.speech_rate, order.job.routine)


def unspoken(orders: Iterable[Order], cache_dir: CacheDir) -> dict[Voice, list[str]]:
    """The texts without a clip, by voice, each once and in the order of first use."""
    wanted: dict[Voice, dict[str, None]] = defaultdict(dict)
    for order in orders:
        wanted[voice_of(order)].update(dict.fromkeys(order.texts))
    missing = {}
    for voice, texts in wanted.items():
        with voice.narrator(cache_dir) as narrator:
            found = [text for text in texts if not narrator.stored([text])]
        if found:
            missing[voice] = found
    return missing


def voice_faults(voices: Iterable[Voice], cache_dir: CacheDir) -> dict[str, str]:
    """The voices that cannot speak on this machine, each with the reason. Each is loaded once, and closed again.

    Raises StoreError or NoHomeError if clips cannot be kept: the manifest is not at fault then.
    """
    faults = {}
    for voice in {voice.spec: voice for voice in sorted(voices)}.values():
        try:
            with voice.narrator(cache_dir) as narrator:
                narrator.warm_up()
        except (StoreError, NoHomeError):
            raise
        except VoiceguideError as error:
            faults[voice.spec] = str(error)
    return faults


def speak_all(
    missing: Mapping[Voice, list[str]],
    cache_dir: CacheDir,
    progress: Progress = None,
) -> dict[Voice, dict[str, str]]:
    """Speak every text into the clip store, and return the texts that could not be spoken, each with the reason.

    Raises StoreError if clips cannot be kept.
    """
    total = sum(map(len, missing.values()))
    done = itertools.count(1)
    failed: dict[Voice, dict[str, str]] = {}

    def count(_done: int, _total: int) -> None:
        if progress:
            progress(next(done), total)

    for voice, texts in missing.items():
        with voice.narrator(cache_dir) as narrator:
            failed[voice] = {}
            for start in range(0, len(texts), _AT_ONCE):
                failed[voice] |= _spoken(narrator, texts[start : start + _AT_ONCE], count)
    return failed


def _spoken(narrator: Narrator, texts: list[str], count: Callable[[int, int], None]) -> dict[str, str]:
    try:
        narrator.speak(texts, count)
    except SpeechError:
        # One text failed: the others are spoken now, or were already.
        failed = {}
        for text in texts:
            try:
                narrator.speak([text], count)
            except SpeechError as error:
                failed[text] = str(error)
        return failed
    return {}
