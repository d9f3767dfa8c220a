"""Kokoro's part of the process that `worker.py` runs: one voice. Imports nothing from voiceguide.

The first request names the files and their digests, the language and the speech rate. If they cannot be used, the reply
is `{"unavailable": reason}`. Samples are floats of 32 bit.
"""

from __future__ import annotations

import ctypes
import hashlib
import io
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from queue import SimpleQueue

_HEADROOM: Final = 0.5
"""Loud words come close to full scale. Clips are brought to their level later."""
_MOST_PHONEMES: Final = 510
"""The most that the model takes. The longest text that voiceguide accepts has about 350."""
_STYLE_SIZE: Final = 256
_UTF8: Final = 1
_IPA_WITH_TIES: Final = 0x02 | 0x80 | ord("^") << 8
"""An argument of `espeak_TextToPhonemes`: IPA, with `^` between the letters of one sound."""
_NO_SOUND: Final = 2
"""An argument of `espeak_Initialize`: return when the work is done, and play nothing."""
_MARKS: Final = re.compile(r"([;:,.!?—…]+)")
_OTHER_LANGUAGE: Final = re.compile(r"\([a-z-]+\)")
"""How espeak-ng marks a word that it says as another language does: `(en)`."""
_SOUNDS: Final = (
    ("a^ɪ", "I"),  # noqa: RUF001
    ("a^ʊ", "W"),
    ("d^z", "ʣ"),
    ("d^ʒ", "ʤ"),
    ("e^ɪ", "A"),  # noqa: RUF001
    ("o^ʊ", "O"),
    ("s^s", "S"),
    ("t^s", "ʦ"),
    ("t^ʃ", "ʧ"),
    ("ɔ^ɪ", "Y"),  # noqa: RUF001
    ("^", ""),
    ("-", ""),
)
"""The model has one letter for each of these pairs."""


def load(
    arguments: list[str],  # noqa: ARG001 -- a request names the files
    requests: SimpleQueue[bytes],
    reply: Callable[..., None],
) -> _Speaker | None:
    """Load the voice that the first request names."""
    try:
        return _Speaker(json.loads(requests.get()))
    except Exception as error:  # noqa: BLE001 -- files, packages and native code can raise anything
        reply(unavailable=_reason(error))
        return None


def _reason(error: Exception) -> str:
    return f"{error}" or type(error).__name__


class _Speaker:
    """The model with one style, one language and one rate."""

    suffix = ".f32"

    def __init__(self, wanted: dict[str, Any]) -> None:
        import numpy as np
        import onnxruntime

        onnxruntime.disable_telemetry_events()
        model = b"".join(Path(part).read_bytes() for part in wanted["parts"])
        _check_digest("the model", model, wanted["model_sha256"])
        options = onnxruntime.SessionOptions()
        # Waiting threads sleep: spinning, they would take the cores that the mixer and the encoder need.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        style = Path(wanted["style"]).read_bytes()
        _check_digest("the voice", style, wanted["style_sha256"])
        if wanted["style"].endswith(".npz"):
            table = np.load(io.BytesIO(style))[wanted["style_name"]]
        else:
            table = np.frombuffer(style, "<f4")
        self._style = table.reshape(-1, _STYLE_SIZE)
        self._vocabulary = json.loads(Path(wanted["vocabulary"]).read_text("utf-8"))["vocab"]
        self._speech_rate = np.array([wanted["speech_rate"]], np.float32)
        language = wanted["language"]
        self.phonemes = _hibari(language) if language.startswith("en") else _espeak(language)

    def speak(self, text: str, path: Path) -> None:
        """Write the sound of `text` to `path`, as floats of 32 bit. The file is empty if there is no sound."""
        import numpy as np

        ids = [self._vocabulary[sound] for sound in self.phonemes(text) if sound in self._vocabulary]
        if not ids:
            path.touch()
            return
        if len(ids) > _MOST_PHONEMES:
            message = f"it has {len(ids)} phonemes, and the model takes {_MOST_PHONEMES}"
            raise ValueError(message)
        wanted = {
            "tokens": np.array([[0, *ids, 0]], np.int64),
            "style": self._style[len(ids) - 1 : len(ids)],
            "speed": self._speech_rate,
        }
        samples = self._session.run(None, wanted)[0].ravel() * np.float32(_HEADROOM)
        path.write_bytes(samples.astype("<f4").tobytes())

    def reason(self, error: Exception) -> str:
        """The message of the error, or at least its type."""
        return _reason(error)


def _check_digest(what: str, data: bytes, sha256: str) -> None:
    if hashlib.sha256(data).hexdigest() != sha256:
        message = f"{what} is not the file that voiceguide knows: its checksum is another"
        raise ValueError(message)


def _hibari(language: str) -> Callable[[str], str]:
    """English, American or British, in the notation that Kokoro was trained with."""
    from hibari.g2p import G2P

    g2p = G2P(british=language == "en-GB")
    return lambda text: str(g2p(text))


def _espeak(language: str) -> Callable[[str], str]:
    """Another language, by espeak-ng, in Kokoro's notation."""
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    if library.espeak_Initialize(_NO_SOUND, 0, os.fsencode(espeakng_loader.get_data_path()), 0) <= 0:
        message = "espeak-ng does not start"
        raise RuntimeError(message)
    if library.espeak_SetVoiceByName(language.encode()):
        message = f"espeak-ng does not know the language {language!r}"
        raise RuntimeError(message)
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p

    def clause(text: str) -> str:
        buffer = ctypes.create_string_buffer(text.encode())
        rest = ctypes.c_void_p(ctypes.addressof(buffer))
        said = []
        while rest.value:
            said.append(library.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, _IPA_WITH_TIES).decode())
        phonemes = _OTHER_LANGUAGE.sub("", " ".join(said))
        for pair, letter in _SOUNDS:
            phonemes = phonemes.replace(pair, letter)
        return phonemes.strip()

    def phonemes(text: str) -> str:
        # espeak-ng drops the marks between clauses; the model makes pauses of them.
        pieces = [piece.strip() for piece in _MARKS.split(text)]
        said = [f"{piece} " if index % 2 else clause(piece) for index, piece in enumerate(pieces) if piece]
        return "".join(said).strip()

    return phonemes
