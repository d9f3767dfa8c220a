"""Piper's part of the process that `worker.py` runs: one voice. Imports nothing from voiceguide.

The first request is `{"model": path, "config": {...}, "resources": folder, "speech_rate": x, "most_s": seconds}`, with
the configuration as it stands in the voice's file. If there is no voice, the reply is `{"unavailable": reason}` when
piper does not work, or `{"refused": reason}` when the voice does not. Samples are floats of 32 bit. Reasons are in our
own words; onnxruntime's messages, which few people understand, go to stderr.
"""

from __future__ import annotations

import json
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from queue import SimpleQueue

SEED: Final = 0
HEADROOM: Final = 0.5
"""Piper clips what exceeds full scale. Clips are brought to their level later."""
_SILENT_LOG: Final = 4
"""Only onnxruntime's fatal errors, which end the process, are logged."""
_TOO_LARGE: Final = "it takes more memory than a voice may"


def load(
    arguments: list[str],  # noqa: ARG001 -- a request names the voice, because JSON can hold any path
    requests: SimpleQueue[bytes],
    reply: Callable[..., None],
) -> _Speaker | None:
    """Load the voice that the first request names."""
    wanted = json.loads(requests.get())
    try:
        import onnxruntime
        import piper
    except ImportError as error:
        reply(unavailable=f"{error}")
        return None
    onnxruntime.set_default_logger_severity(_SILENT_LOG)
    onnxruntime.set_seed(SEED)
    try:
        return _Speaker(piper, onnxruntime, wanted)
    except Exception as error:  # noqa: BLE001 -- a file that anybody may have made can cause anything
        reply(refused=_reason(error, "its model cannot be loaded"))
        return None


class _UnfitError(Exception):
    """Something is wrong with the voice. The message is in our own words."""


def _reason(error: Exception, otherwise: str) -> str:
    traceback.print_exception(error)
    if isinstance(error, _UnfitError | PermissionError):
        return str(error)
    if isinstance(error, MemoryError) or "bad_alloc" in str(error) or "Failed to allocate memory" in str(error):
        return _TOO_LARGE
    if isinstance(error, ImportError):
        return f"its language needs a package that is not installed ({error.name})"
    if isinstance(error, OSError):
        return f"it cannot be read or written: {error.strerror or error}"
    return otherwise


class _Speaker:
    """One of piper's voices, loaded."""

    suffix = ".f32"

    def __init__(self, piper: Any, onnxruntime: Any, wanted: dict[str, Any]) -> None:  # noqa: ANN401 -- modules
        try:
            config = piper.PiperConfig.from_dict(wanted["config"])
        except (KeyError, TypeError, ValueError) as error:
            message = f"its description is not one of piper's: {type(error).__name__} {error}"
            raise _UnfitError(message) from error
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _SILENT_LOG
        # As bytes: any file name works, and the model cannot refer to other files, as it has no folder.
        session = onnxruntime.InferenceSession(
            Path(wanted["model"]).read_bytes(), options, providers=["CPUExecutionProvider"]
        )
        self._voice = piper.PiperVoice(session=session, config=config)
        self._voice.download_dir = Path(wanted["resources"])
        self._most_frames = wanted["most_s"] * config.sample_rate
        self._config = piper.SynthesisConfig(
            length_scale=config.length_scale / wanted["speech_rate"],
            # Not normalised: each sentence would get a gain of its own, and silence would become loud noise.
            normalize_audio=False,
            volume=HEADROOM,
        )
        if config.phoneme_type.value == "espeak":
            self._try_language()

    def _try_language(self) -> None:
        try:
            self._voice.phonemize("1")  # every language can say a number
        except Exception as error:
            message = f"espeak knows no language {self._voice.config.espeak_voice!r}, which its description names"
            raise _UnfitError(message) from error

    def phonemes(self, text: str) -> str:
        """The phonemes that the model is given for `text`."""
        return " ".join("".join(sentence) for sentence in self._voice.phonemize(text))

    def speak(self, text: str, path: Path) -> None:
        """Write the sound of `text` to `path` as 32-bit floats. The file is empty if there is no sound."""
        import numpy as np

        frames = 0
        with path.open("wb") as file:
            for chunk in self._voice.synthesize(text, self._config):
                samples = np.atleast_1d(chunk.audio_float_array)
                frames += samples.size
                if samples.ndim != 1 or frames > self._most_frames:
                    message = "it makes something other than speech of these words"
                    raise _UnfitError(message)
                file.write(samples.astype("<f4").tobytes())

    def reason(self, error: Exception) -> str:
        """Why a text was not spoken, in our own words."""
        return _reason(error, "its model does not run")
