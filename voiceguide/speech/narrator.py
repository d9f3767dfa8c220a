"""The narrator turns texts into clips. It takes them from the store, or has an engine speak them."""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING, Final, Self

from voiceguide.errors import SpeechError, StoreError
from voiceguide.language.rules import rules_for
from voiceguide.speech.conditioning import CONDITIONING_VERSION, conditioned, faults, session_rate
from voiceguide.speech.normalise import NORMALISER_VERSION, check_speakable, normalise
from voiceguide.speech.pronouncing import pronunciations
from voiceguide.speech.store import clip_key
from voiceguide.units import SESSION_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

    import numpy as np
    from numpy.typing import NDArray

    from voiceguide.model.clip import Clip
    from voiceguide.speech.engine import SpeechEngine
    from voiceguide.speech.store import ClipStore, StoreUse

TAKES: Final = 2
"""How many takes of the bare text are tried before a carrier phrase is."""
_CARRIER_PAUSE_MS: Final = 90


class Narrator:
    """One engine and one store. Call `speak` from one thread at a time; it uses several itself.

    With `must_keep` false, a clip that the store cannot take, for example because the disk is full, is used all the
    same: playback goes on. `pronounce` are the user's own words with their sounds; they take precedence over the
    shipped ones of the `language`.
    """

    def __init__(
        self,
        engine: SpeechEngine,
        store: ClipStore,
        *,
        must_keep: bool = True,
        pronounce: Mapping[str, str] | None = None,
        language: str = "en",
    ) -> None:
        self.engine = engine
        self.store = store
        self._must_keep = must_keep
        self._use: StoreUse | None = None
        self._kept_some = False
        self._words = pronunciations(pronounce, language)

    def spelt(self, text: str) -> str:
        """`text` as the engine will get it, not yet checked."""
        return normalise(text, self._words)

    def phonemes(self, text: str) -> str | None:
        """How the engine will say `text`, in its own notation, or None if it cannot tell.

        Raises UnspeakableError as `speak` does, and SpeechError if the engine cannot start.
        """
        self.check([text])
        return self.engine.phonemes(self.spelt(text))

    @functools.cached_property
    def fingerprint(self) -> dict[str, str]:
        """Everything that the sound of a clip depends on, except its text. Cheap: loads nothing."""
        return {
            **self.engine.fingerprint(),
            "normaliser": str(NORMALISER_VERSION),
            "conditioning": str(CONDITIONING_VERSION),
            "rate_hz": str(SESSION_RATE_HZ),
        }

    def keys(self, texts: Iterable[str]) -> dict[str, str]:
        """The key of each text's clip in the store."""
        return {text: clip_key(self.spelt(text), self.fingerprint) for text in texts}

    def check(self, texts: Iterable[str]) -> None:
        """Raise UnspeakableError for a text that the engine would say wrong, or not at all."""
        for text in texts:
            check_speakable(self.spelt(text), self.engine.scripts, text, self._words.language)

    def stored(self, texts: Iterable[str]) -> dict[str, Clip]:
        """The clips of the texts that have been spoken before. Needs no engine."""
        self._use = self._use or self.store.in_use()
        return {text: clip for text, key in self.keys(texts).items() if (clip := self.store.get(key))}

    def warm_up(self) -> None:
        """Load the engine now, and check that the store can be written to if clips must be kept."""
        if self._must_keep:
            self.store.check_usable()
        self.engine.load()

    def speak(self, texts: Iterable[str], progress: Callable[[int, int], None] | None = None) -> dict[str, Clip]:
        """A clip for every text.

        `progress` gets how many new clips are done, and how many there are. Raises UnspeakableError before anything is
        spoken, SpeechError if no take of a text is good enough, StoreError if the store fails.
        """
        wanted = list(dict.fromkeys(texts))
        self.check(wanted)
        keys = self.keys(wanted)
        clips = self.stored(wanted)
        missing = [text for text in wanted if text not in clips]
        if not missing:
            return clips
        if self._must_keep:
            self.store.check_usable()
        self.engine.load()

        # Start with the longest, so that no thread is left with a long text at the end.
        missing.sort(key=len, reverse=True)
        pool = ThreadPoolExecutor(self.engine.parallel, thread_name_prefix="speak")
        try:
            speaking = {pool.submit(self._fresh, self.spelt(text)): text for text in missing}
            for done, spoken in enumerate(as_completed(speaking), start=1):
                text, clip = speaking[spoken], spoken.result()
                clips[text] = clip
                # Write in this thread, so that the speaking ones need not wait: a file takes as long as half a word.
                self._keep(keys[text], text, clip)
                if progress:
                    progress(done, len(missing))
        finally:
            # After Ctrl-C or a failure: drop the texts that wait, and wait for those that are being spoken.
            pool.shutdown(cancel_futures=True)
        return clips

    def _keep(self, key: str, text: str, clip: Clip) -> None:
        try:
            self.store.put(key, text, clip)
            self._kept_some = True
            self._use = self._use or self.store.in_use()
        except StoreError:
            if self._must_keep:
                raise

    def _fresh(self, text: str) -> Clip:
        """Speak until a take passes the quality gate: the bare text twice, then behind a carrier phrase.

        The carrier phrase comes first for a short text of an engine that is unclear on those.
        """
        carried_first = len(text.split()) <= self.engine.carried_words
        if carried_first and (clip := self._carried(text)):
            return clip
        found: list[str] = []
        for take in range(TAKES):
            samples = session_rate(self.engine.synthesize(text, take))
            found = faults(samples, text, self.engine.speech_rate)
            if not found:
                return conditioned(samples)
        if not carried_first and (clip := self._carried(text)):
            return clip
        message = f"{self.engine.name}:{self.engine.voice} does not say {text!r} right: {', '.join(found)}"
        raise SpeechError(message)

    def _carried(self, text: str) -> Clip | None:
        """`text` cut out from behind a carrier phrase; None if that does not pass the gate either."""
        carrier = rules_for(self._words.language).carrier
        carried = _behind_pause(session_rate(self.engine.synthesize(carrier + text, 0))) if carrier else None
        if carried is None or faults(carried, text, self.engine.speech_rate):
            return None
        return conditioned(carried)

    def close(self) -> None:
        """Release the engine and the store. The store returns to its limit if clips were added."""
        self.engine.close()
        if self._use:
            self._use.end(kept_some=self._kept_some)
            self._use = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _behind_pause(samples: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """The sound after the first pause, as pydub finds it, or None if there is no pause."""
    # Imported late: pydub takes 5 ms of every start.
    from voiceguide.model.segment import detect_nonsilent, samples_from, segment_from

    segment = segment_from(samples, SESSION_RATE_HZ)
    said = detect_nonsilent(segment, _CARRIER_PAUSE_MS, silence_thresh=segment.dBFS - 22, seek_step=5)
    if len(said) < 2:  # noqa: PLR2004 -- the carrier and the text
        return None
    return samples_from(segment[said[0][1] + _CARRIER_PAUSE_MS // 2 :])
