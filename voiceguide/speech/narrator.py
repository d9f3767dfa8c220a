"""The narrator: a text in, a fit clip out, from the store where it has been spoken before."""

from __future__ import annotations

import functools
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING, Final, Self

from voiceguide.errors import SpeechError, StoreError
from voiceguide.language.rules import rules_for
from voiceguide.log import logger
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
"""How often a text is spoken as it is before a carrier phrase is tried."""
_CARRIER_PAUSE_MS: Final = 90
_log: Final = logger(__name__)


class Narrator:
    """One engine, one store. `speak` from one thread at a time; it uses several itself.

    Who plays while it is spoken goes on with `must_keep` false: a clip that the store cannot take, because the
    disk is full for one, is heard all the same. `pronounce` are words of the user's own with how they sound; they
    count before the shipped ones of the `language`.
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
        """`text` as it is given to the engine; not yet checked."""
        return normalise(text, self._words)

    def phonemes(self, text: str) -> str | None:
        """What the engine will say, in its own notation; None where it cannot tell.

        Raises UnspeakableError as `speak` does, SpeechError where the engine cannot start.
        """
        self.check([text])
        return self.engine.phonemes(self.spelt(text))

    @functools.cached_property
    def fingerprint(self) -> dict[str, str]:
        """Everything but its text that the sound of a clip depends on. Cheap: nothing is loaded for it."""
        return {
            **self.engine.fingerprint(),
            "normaliser": str(NORMALISER_VERSION),
            "conditioning": str(CONDITIONING_VERSION),
            "rate_hz": str(SESSION_RATE_HZ),
        }

    def keys(self, texts: Iterable[str]) -> dict[str, str]:
        """The address in the store of what each text will sound like."""
        return {text: clip_key(self.spelt(text), self.fingerprint) for text in texts}

    def check(self, texts: Iterable[str]) -> None:
        """Raise UnspeakableError for a text that the engine would say otherwise than it is meant, or not at all."""
        for text in texts:
            check_speakable(self.spelt(text), self.engine.scripts, text, self._words.language)

    def stored(self, texts: Iterable[str]) -> dict[str, Clip]:
        """The clips of those texts that have been spoken before; no engine is needed."""
        self._use = self._use or self.store.in_use()
        return {text: clip for text, key in self.keys(texts).items() if (clip := self.store.get(key))}

    def warm_up(self) -> None:
        """Load the engine now, and make sure that clips can be kept where they must be."""
        if self._must_keep:
            self.store.check_usable()
        self.engine.load()

    def speak(self, texts: Iterable[str], progress: Callable[[int, int], None] | None = None) -> dict[str, Clip]:
        """A clip for every text.

        `progress` is told how many of how many are done. Raises UnspeakableError before anything is
        spoken, SpeechError for what no take makes fit, StoreError where the store fails.
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

        # The longest first, so that no thread is left with a long one at the end.
        missing.sort(key=len, reverse=True)
        began_s, stored = time.monotonic(), len(clips)
        pool = ThreadPoolExecutor(self.engine.parallel, thread_name_prefix="speak")
        try:
            speaking = {pool.submit(self._fresh, self.spelt(text)): text for text in missing}
            for done, spoken in enumerate(as_completed(speaking), start=1):
                text, clip = speaking[spoken], spoken.result()
                clips[text] = clip
                # Here, where nobody waits for the disk but this thread: a new file takes it as long as half a word.
                self._keep(keys[text], text, clip)
                if progress:
                    progress(done, len(missing))
            _log.info("%d texts spoken in %.2f s, %d from the store", len(missing), time.monotonic() - began_s, stored)
        finally:
            # Ctrl-C or a failure: what waits is dropped, what runs is waited for.
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
        """Speak until a take passes the gate: as it is, again, then behind a carrier phrase."""
        found: list[str] = []
        for take in range(TAKES):
            samples = session_rate(self.engine.synthesize(text, take))
            found = faults(samples, text, self.engine.speech_rate)
            if not found:
                return conditioned(samples)
            _log.info("take %d of a text of %d characters is refused", take + 1, len(text))
        carrier = rules_for(self._words.language).carrier
        carried = _behind_pause(session_rate(self.engine.synthesize(carrier + text, 0))) if carrier else None
        if carried is not None and not faults(carried, text, self.engine.speech_rate):
            return conditioned(carried)
        message = f"{self.engine.name}:{self.engine.voice} does not get {text!r} right: {', '.join(found)}"
        raise SpeechError(message)

    def close(self) -> None:
        """Let go of the engine and of the store, which is brought back to its limit where clips were kept."""
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
    """What is said behind the first pause, found by pydub; None where there is no pause."""
    # pydub is imported where it is needed: it costs 5 ms of every start.
    from voiceguide.model.segment import detect_nonsilent, samples_from, segment_from

    segment = segment_from(samples, SESSION_RATE_HZ)
    said = detect_nonsilent(segment, _CARRIER_PAUSE_MS, silence_thresh=segment.dBFS - 22, seek_step=5)
    if len(said) < 2:  # noqa: PLR2004 -- the carrier and the text
        return None
    return samples_from(segment[said[0][1] + _CARRIER_PAUSE_MS // 2 :])
