"""Neural voices for many languages that the user has as files, through piper-tts.

A voice may come from anybody, and is a program: its model can run without end or fill the memory. So piper is never
imported here. It runs in a process of its own (`piper_worker.py`), and its description is checked before that.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import numpy as np
from msgspec import Meta, Struct

from voiceguide.errors import RequestError, SpeechError
from voiceguide.files.held_folder import open_file, read_file
from voiceguide.files.places import expanded
from voiceguide.speech.engine import LONGEST_TAKE_S, RATES_HZ, Take, Voice
from voiceguide.speech.process import Worker, WorkerEngine, command_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_EXPECTED: Final = "`voice='piper:/path/to/VOICE.onnx'`, with VOICE.onnx.json beside it"
_MISSING: Final = "piper is not installed: pip install 'voiceguide[piper]' (mind that piper-tts is GPL-3.0-or-later)"
_MOST_DESCRIPTION_BYTES: Final = 1_000_000
"""The largest that piper's makers have published, with 904 speakers, has 20,000."""
_MOST_MODEL_BYTES: Final = 1_000_000_000
"""Theirs have 5 to 120 million."""
_MARKS: Final = ("_", "^", "$")
"""Padding, the beginning and the end of a sentence: no map of phonemes does without."""

_KINDS: Final = {"int": "a whole number", "float": "a number", "str": "a text", "array": "a list", "bool": "yes or no"}
"""What msgspec calls the kinds of values, for people."""

_Scale = Annotated[float, Meta(ge=0.0, le=10.0)]
_Ids = Annotated[list[Annotated[int, Meta(ge=0, le=1_000_000)]], Meta(max_length=100)]


class _Audio(Struct):
    sample_rate: Annotated[int, Meta(ge=RATES_HZ.start, lt=RATES_HZ.stop)]


class _Espeak(Struct):
    voice: Annotated[str, Meta(min_length=1, max_length=100)]


class _Inference(Struct):
    noise_scale: _Scale = 0.667
    length_scale: Annotated[float, Meta(ge=0.1, le=10.0)] = 1.0
    noise_w: _Scale = 0.8


class _Description(Struct):
    """What piper reads of a voice's description, and what it may hold."""

    audio: _Audio
    espeak: _Espeak
    phoneme_id_map: Annotated[dict[str, _Ids], Meta(max_length=10_000)]
    num_symbols: Annotated[int, Meta(ge=1, le=1_000_000)]
    num_speakers: Annotated[int, Meta(ge=0, le=1_000_000)]
    phoneme_type: Annotated[str, Meta(max_length=100)] = "espeak"
    inference: _Inference = msgspec.field(default_factory=_Inference)
    default_speaker_id: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    hop_length: Annotated[int, Meta(ge=1, le=100_000)] = 256
    vowel_clusters: Annotated[list[list[str]], Meta(max_length=10_000)] | None = None


class PiperEngine(WorkerEngine):
    """piper-tts, GPL-3.0-or-later, at the rate of the voice. `voice` is the path of its `.onnx` file.

    One text already keeps every core busy, so that nothing is lost where threads take turns (measured with a medium
    voice on two cores: 17x real time from one thread, 16x from two).

    A text spoken twice differs: the model draws noise, with the scales in the voice's file, from a generator inside
    onnxruntime that goes on from text to text and can be set only before the voice is loaded. It is set then, so that
    a fresh engine given the same texts in the same order, one at a time, says the same.
    """

    name = "piper"

    worker_command: Sequence[str] = command_for("piper_worker.py")
    timeout_per_character_s = 0.2
    """A computer that speaks slower than in real time is given up: no session could be played on it."""

    def __init__(self, voice: str = "", speech_rate: float = 1.0) -> None:
        super().__init__(voice, speech_rate)
        self._rate_hz = 0

    @classmethod
    def voices(cls) -> list[Voice]:
        """None: a voice is a file that the user names."""
        return []

    def fingerprint(self) -> Mapping[str, str]:
        """Versions, digests of both files of the voice, and rate. RequestError where a file is missing."""
        model, description = self._files()
        try:
            versions = {"version": version("piper-tts"), "onnxruntime": version("onnxruntime")}
        except PackageNotFoundError as error:
            raise SpeechError(_MISSING) from error
        return {
            "engine": self.name,
            **versions,
            "model": _digest(model),
            "config": _digest(description),
            "speech_rate": f"{self.speech_rate:g}",
        }

    def _files(self) -> tuple[Path, Path]:
        """The model and its description."""
        if not self.voice:
            message = f"piper needs the file of a voice: {_EXPECTED}"
            raise RequestError(message)
        model = expanded(self.voice)
        files = {model: _MOST_MODEL_BYTES, Path(f"{model}.json"): _MOST_DESCRIPTION_BYTES}
        for path, most_bytes in files.items():
            try:
                there = path.is_file()
                size = path.stat().st_size if there else 0
            except OSError as error:
                raise _unreadable(path, error) from error
            if not there:
                message = f"there is no file {path}: a piper voice is named as {_EXPECTED}"
                raise RequestError(message)
            if size > most_bytes:
                message = f"{path} is far too large ({size:,} bytes) for a piper voice, named as {_EXPECTED}"
                raise RequestError(message)
        first, second = files
        return first, second

    def _started(self) -> Worker:
        model, description_path = self._files()
        if importlib.util.find_spec("piper") is None:
            raise SpeechError(_MISSING)
        description = _described(model, description_path)
        self._rate_hz = description.audio.sample_rate
        # Piper would download it on first use; voiceguide never opens the network by itself.
        wanted = model.parent / "g2pW" / "g2pw.onnx"
        if description.phoneme_type == "pinyin" and not wanted.is_file():
            message = f"{model} is a Chinese voice and needs {wanted}: download g2pW as piper's documentation says"
            raise RequestError(message)
        worker = Worker(self.name, self.worker_command)
        try:
            worker.tell(
                model=str(model.absolute()),
                config=msgspec.to_builtins(description),
                resources=str(model.parent.absolute()),
                speech_rate=self.speech_rate,
                most_s=LONGEST_TAKE_S,
            )
            self._check_begun(worker.reply(self.start_timeout_s, f" with {model}"), model)
        except BaseException:
            worker.close()
            raise
        return worker

    def _check_begun(self, reply: dict[str, Any], model: Path) -> None:
        if "unavailable" in reply:
            message = f"piper cannot be loaded ({reply['unavailable']}): pip install 'voiceguide[piper]' again"
            raise SpeechError(message)
        if "ready" not in reply:
            raise _no_voice(model, str(reply.get("refused", "its process answers nonsense")))

    def _take(self, data: bytes, text: str) -> Take:
        samples = np.frombuffer(data, "<f4").astype(np.float32)
        if not len(samples):
            message = f"piper has no sound for {text!r}: does the voice {self.voice} speak its language?"
            raise SpeechError(message)
        return Take(samples, self._rate_hz)


def _described(model: Path, path: Path) -> _Description:
    """The description of a voice, checked. RequestError, with what is wrong with it, for one that is not piper's."""
    try:
        description = msgspec.json.decode(read_file(path, _MOST_DESCRIPTION_BYTES + 1), type=_Description)
    except OSError as error:
        raise _unreadable(path, error) from error
    except RecursionError as error:
        raise _no_voice(model, f"{path} is nested too deeply") from error
    except msgspec.ValidationError as error:
        what, _, field = str(error).partition(" - at `$")
        what = re.sub(r"`(\w+)`", lambda kind: _KINDS.get(kind[1], kind[1]), what)
        raise _no_voice(model, f"{path}: {field.strip('.`') or 'all of it'}: {what[:1].lower()}{what[1:]}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _no_voice(model, f"{path} is no JSON") from error
    map_ = description.phoneme_id_map
    if map_ and description.phoneme_type != "pinyin" and not all(map_.get(mark) for mark in _MARKS):
        raise _no_voice(model, f"{path}: its phoneme_id_map lacks {' '.join(_MARKS)}")
    return description


def _no_voice(model: Path, reason: str) -> RequestError:
    return RequestError(f"{model} is not a piper voice ({reason}): expected is {_EXPECTED}")


def _unreadable(path: Path, error: OSError) -> RequestError:
    return RequestError(f"{path} cannot be read ({error.strerror}): a piper voice is named as {_EXPECTED}")


def _digest(path: Path) -> str:
    """The sha256 of a file, remembered while its size and time stay as they are."""
    try:
        state = path.stat()
        return _digest_of(path, state.st_size, state.st_mtime_ns)
    except OSError as error:
        raise _unreadable(path, error) from error


@lru_cache(maxsize=16)
def _digest_of(path: Path, _size: int, _mtime_ns: int) -> str:
    with os.fdopen(open_file(path), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
