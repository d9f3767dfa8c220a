"""Neural voices for many languages that the user has as files, through piper-tts."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from voiceguide.errors import RequestError, SpeechError
from voiceguide.speech.engine import SpeechEngine, Take, Voice

if TYPE_CHECKING:
    from collections.abc import Mapping

_SEED: Final = 0
_HEADROOM: Final = 0.5
"""Piper cuts off what exceeds full scale; clips are brought to their level later."""
_EXPECTED: Final = "--voice piper:/path/to/VOICE.onnx, with VOICE.onnx.json beside it"
_MISSING: Final = "piper is not installed: pip install 'voiceguide[piper]' (mind that piper-tts is GPL-3.0-or-later)"


class PiperEngine(SpeechEngine):
    """piper-tts, GPL-3.0-or-later, at the rate of the voice. `voice` is the path of its `.onnx` file.

    Threads may share it, with no profit: one text already keeps every core busy (measured with a medium
    voice on two cores: 17x real time from one thread, 16x from two; alike with noise off, bit for bit).

    A text spoken twice differs: the model draws noise, with the scales in the voice's file, from a
    generator inside onnxruntime that goes on from text to text and can be set only before the voice is
    loaded. It is set then, so that a fresh engine given the same texts in the same order, one at a time,
    says the same.
    """

    name = "piper"

    def __init__(self, voice: str = "", speech_rate: float = 1.0) -> None:
        super().__init__(voice, speech_rate)
        self._voice: Any = None

    @classmethod
    def voices(cls) -> list[Voice]:
        """None: a voice is a file that the user names."""
        return []

    def fingerprint(self) -> Mapping[str, str]:
        """Versions, digests of both files of the voice, and rate. RequestError where a file is missing."""
        model, config = self._files()
        try:
            versions = {"version": version("piper-tts"), "onnxruntime": version("onnxruntime")}
        except PackageNotFoundError as error:
            raise SpeechError(_MISSING) from error
        return {
            "engine": self.name,
            **versions,
            "model": _digest(model),
            "config": _digest(config),
            "speech_rate": f"{self.speech_rate:g}",
        }

    def _files(self) -> tuple[Path, Path]:
        """The model and its description."""
        if not self.voice:
            message = f"piper needs the file of a voice: {_EXPECTED}"
            raise RequestError(message)
        model = Path(self.voice).expanduser()
        config = Path(f"{model}.json")
        for path in (model, config):
            if not path.is_file():
                message = f"there is no file {path}: a piper voice is named as {_EXPECTED}"
                raise RequestError(message)
        return model, config

    def _load(self) -> None:
        model, _ = self._files()
        try:
            import onnxruntime
            from piper import PiperVoice
        except ImportError as error:
            raise SpeechError(_MISSING) from error
        # For the whole process, but only for models loaded from here on; hibari's draws no noise.
        onnxruntime.set_seed(_SEED)
        try:
            voice = PiperVoice.load(model)
        except Exception as error:
            message = f"{model} is not a piper voice ({error}): expected is {_EXPECTED}"
            raise RequestError(message) from error
        if voice.config.phoneme_type.value == "pinyin":
            # Piper would download it on first use; voiceguide never opens the network by itself.
            voice.download_dir = model.parent
            wanted = model.parent / "g2pW" / "g2pw.onnx"
            if not wanted.is_file():
                message = f"{model} is a Chinese voice and needs {wanted}: download g2pW as piper's documentation says"
                raise RequestError(message)
        self._voice = voice

    def _speak(self, text: str, take: int) -> Take:  # noqa: ARG002 -- every take of piper's is another
        from piper import SynthesisConfig

        voice = self._voice
        config = SynthesisConfig(
            length_scale=voice.config.length_scale / self.speech_rate,
            # As the model gives it: normalised, each sentence would get a gain of its own, and silence noise.
            normalize_audio=False,
            volume=_HEADROOM,
        )
        parts = [np.atleast_1d(chunk.audio_float_array) for chunk in voice.synthesize(text, config)]
        if not parts:
            message = f"piper has no sound for {text!r}: does the voice {self.voice} speak its language?"
            raise SpeechError(message)
        return Take(np.concatenate(parts), voice.config.sample_rate)

    def _phonemes(self, text: str) -> str | None:
        return " ".join("".join(sentence) for sentence in self._voice.phonemize(text))

    def _unload(self) -> None:
        self._voice = None


def _digest(path: Path) -> str:
    """The sha256 of a file, remembered while its size and time stay as they are."""
    try:
        state = path.stat()
        return _digest_of(path, state.st_size, state.st_mtime_ns)
    except OSError as error:
        message = f"{path} cannot be read ({error.strerror}): a piper voice is named as {_EXPECTED}"
        raise RequestError(message) from error


@lru_cache(maxsize=16)
def _digest_of(path: Path, _size: int, _mtime_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
