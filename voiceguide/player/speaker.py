"""The speaker: speaks ahead of the player in a thread of its own, the most urgent texts first."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from voiceguide.errors import SpeechError, VoiceguideError
from voiceguide.log import logger, without_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from voiceguide.model.clip import Clip

    Speak = Callable[[Iterable[str]], Mapping[str, Clip]]

BATCH: Final = 8
"""Texts that are spoken together: enough for two threads to share, and few enough to be ready soon."""
_log: Final = logger(__name__)


class Speaker:
    """Speaks the texts that are missing, and delivers their clips.

    `voices` are used in order: when one fails, the next takes over for good. `deliver` is called in the speaker's
    thread with each batch, and `complain` once for every voice that fails, with whether another one goes on.
    SpeechError if the system starts no thread.
    """

    def __init__(
        self,
        voices: Sequence[Speak],
        deliver: Callable[[Mapping[str, Clip]], None],
        complain: Callable[[VoiceguideError, bool], None],
    ) -> None:
        self._voices = list(voices)
        self._deliver = deliver
        self._complain = complain
        self._wanted: list[str] = []
        self._condition = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)
        try:
            self._thread.start()
        except RuntimeError as error:
            raise SpeechError("nothing can be spoken while it plays: the system starts no more threads") from error

    def want(self, texts: Iterable[str]) -> None:
        """Set what is missing now, the most urgent first, in place of what was wanted before. Any thread."""
        with self._condition:
            self._wanted = list(texts)
            self._condition.notify()

    def close(self) -> None:
        """Stop after the batch that is being spoken, without waiting for it."""
        with self._condition:
            self._closed = True
            self._condition.notify()

    def _run(self) -> None:
        while batch := self._next():
            self._speak(batch)

    def _next(self) -> list[str]:
        with self._condition:
            self._condition.wait_for(lambda: self._closed or bool(self._wanted))
            batch, self._wanted = self._wanted[:BATCH], self._wanted[BATCH:]
            return [] if self._closed else batch

    def _speak(self, batch: list[str]) -> None:
        while not self._closed:
            try:
                clips = self._voices[0](batch)
                spoken = {text: clips[text] for text in batch}
            except Exception as error:  # noqa: BLE001 -- without this thread the player would wait for ever
                goes_on = len(self._voices) > 1
                _log.warning("a voice failed, %s goes on: %s", "another" if goes_on else "none", without_words(error))
                self._complain(_as_ours(error), goes_on)
                if not goes_on:
                    return  # asked again when the listener resumes
                del self._voices[0]
            else:
                self._deliver(spoken)
                return


def _as_ours(error: Exception) -> VoiceguideError:
    if isinstance(error, VoiceguideError):
        return error
    return SpeechError(f"the voice has failed: this is a fault of voiceguide: {type(error).__name__}: {error}")
