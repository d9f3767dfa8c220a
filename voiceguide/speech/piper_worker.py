"""What piper does in the process that `worker.py` runs: one voice, nothing of voiceguide.

The first request is `{"model": path, "config": {...}, "resources": folder, "speech_rate": x, "most_s": seconds}`, the
configuration as the voice's file has it. It is answered with `{"ready": true}`, `{"unavailable": reason}` of piper or
`{"refused": reason}` of the voice; then, for each `{"text": ...}`, there is one `{"path": ...}` of a file of floats,
or `{"failed": reason}`, and for each `{"phonemes": text}` one `{"phonemes": ...}`. Reasons are ours: what
onnxruntime says is for those who know it, and goes to stderr.
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
"""Piper cuts off what exceeds full scale; clips are brought to their level later."""
_SILENT_LOG: Final = 4
"""onnxruntime's severity of what ends a process."""
_TOO_LARGE: Final = "it takes more memory than a voice may"


def serve(
    arguments: list[str],  # noqa: ARG001 -- the voice is named in a request, which takes every path there is
    folder: Path,
    requests: SimpleQueue[bytes],
    reply: Callable[..., None],
) -> None:
    """Load the voice, and speak whatever comes."""
    wanted = json.loads(requests.get())
    try:
        import onnxruntime
        import piper
    except ImportError as error:
        reply(unavailable=f"{error}")
        return
    onnxruntime.set_default_logger_severity(_SILENT_LOG)
    onnxruntime.set_seed(SEED)
    try:
        speaker = _Speaker(piper, onnxruntime, wanted)
    except Exception as error:  # noqa: BLE001 -- whatever a file that anybody may have made can cause
        reply(refused=_reason(error, "its model cannot be loaded"))
        return
    reply(ready=True)
    count = 0
    while True:
        request = json.loads(requests.get())
        count += 1
        path = folder / f"{count}.f32"
        try:
            if "phonemes" in request:
                reply(phonemes=speaker.phonemes(request["phonemes"]))
            else:
                speaker.speak(request["text"], path)
                reply(path=str(path))
        except Exception as error:  # noqa: BLE001
            reply(failed=_reason(error, "its model does not run"))


class _UnfitError(Exception):
    """What is wrong with a voice, in words of ours."""


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
    """A voice of piper's."""

    def __init__(self, piper: Any, onnxruntime: Any, wanted: dict[str, Any]) -> None:  # noqa: ANN401 -- modules
        try:
            config = piper.PiperConfig.from_dict(wanted["config"])
        except (KeyError, TypeError, ValueError) as error:
            message = f"its description is not one of piper's: {type(error).__name__} {error}"
            raise _UnfitError(message) from error
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _SILENT_LOG
        # As bytes: any name will do, and what the model says lies in further files is looked for in no folder.
        session = onnxruntime.InferenceSession(
            Path(wanted["model"]).read_bytes(), options, providers=["CPUExecutionProvider"]
        )
        self._voice = piper.PiperVoice(session=session, config=config)
        self._voice.download_dir = Path(wanted["resources"])
        self._most_frames = wanted["most_s"] * config.sample_rate
        self._config = piper.SynthesisConfig(
            length_scale=config.length_scale / wanted["speech_rate"],
            # As the model gives it: normalised, each sentence would get a gain of its own, and silence noise.
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
        """What the model is given for `text`."""
        return " ".join("".join(sentence) for sentence in self._voice.phonemize(text))

    def speak(self, text: str, path: Path) -> None:
        """Write the sound of `text` to `path`, as floats of 32 bit; an empty file where there is none."""
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
