"""Neural voices for many languages, in files that the user has or fetches, through piper-tts.

Anybody may have made a voice, and its model is a program that can run for ever or fill the memory. So piper is never
imported here. It runs in a process of its own (`piper_worker.py`), after the voice's description has been checked.
"""

from __future__ import annotations

import contextlib
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
from voiceguide.files.places import entries, expanded, voices_folder
from voiceguide.speech.engine import LONGEST_TAKE_S, RATES_HZ, Take, Voice
from voiceguide.speech.process import Worker, WorkerEngine, command_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_EXPECTED: Final = "`voice='piper:/path/to/VOICE.onnx'`, with VOICE.onnx.json beside it"
_MISSING: Final = "piper is not installed: pip install 'voiceguide[piper]' (mind that piper-tts is GPL-3.0-or-later)"
MOST_DESCRIPTION_BYTES: Final = 1_000_000
"""The largest description that is read. The largest one of piper's makers, for 904 speakers, has 20,000 bytes."""
_MOST_MODEL_BYTES: Final = 1_000_000_000
"""The largest model that is loaded. Those of piper's makers have 5 to 120 million bytes."""
_MARKS: Final = ("_", "^", "$")
"""Padding, beginning and end of a sentence: every map of phonemes needs them."""

_KINDS: Final = {"int": "a whole number", "float": "a number", "str": "a text", "array": "a list", "bool": "yes or no"}
"""Plain words for the types that msgspec names."""

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
    """The part of a voice's description that piper reads, with the values that are accepted."""

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
    """piper-tts, GPL-3.0-or-later, at the rate of the voice. `voice` is the path of an `.onnx` file or a fetched voice.

    One text already keeps every core busy, so nothing is lost when threads take turns (measured with a medium voice
    on two cores: 17x real time from one thread, 16x from two).

    A text spoken twice sounds different: the model draws noise from a generator inside onnxruntime, which goes on from
    text to text and can only be seeded before the voice is loaded. It is seeded then, so that a fresh engine that is
    given the same texts in the same order, one at a time, makes the same sound.
    """

    name = "piper"

    worker_command: Sequence[str] = command_for("piper_worker.py")
    timeout_per_character_s = 0.2
    """About real time. On a slower computer no session could be played anyway."""

    def __init__(self, voice: str = "", speech_rate: float = 1.0) -> None:
        super().__init__(voice or next((fetched.name for fetched in self.voices()), ""), speech_rate)
        self._rate_hz = 0

    @classmethod
    def voices(cls) -> list[Voice]:
        """The voices that `voiceguide voices get` has fetched. Others are files that the user names."""
        folder = fetched_folder()
        if folder is None or importlib.util.find_spec("piper") is None:
            return []
        with contextlib.suppress(OSError):
            return [
                _fetched_voice(model.stem)
                for model in sorted(entries(folder))
                if model.suffix == ".onnx" and Path(f"{model}.json").is_file()
            ]
        return []

    def fingerprint(self) -> Mapping[str, str]:
        """The versions, the digests of both files of the voice, and the rate. RequestError if a file is missing."""
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
        """The paths of the model and of its description. RequestError if either cannot be a voice's."""
        if not self.voice:
            message = f"piper needs the file of a voice: {_EXPECTED}; `piper_voices()` lists piper's own"
            raise RequestError(message)
        model = _fetched(self.voice) or expanded(self.voice)
        files = {model: _MOST_MODEL_BYTES, Path(f"{model}.json"): MOST_DESCRIPTION_BYTES}
        for path, most_bytes in files.items():
            try:
                there = path.is_file()
                size = path.stat().st_size if there else 0
            except OSError as error:
                raise _unreadable(path, error) from error
            if not there:
                message = f"there is no file {path}: a piper voice is named as {_EXPECTED}{self._way_to_fetch()}"
                raise RequestError(message)
            if size > most_bytes:
                message = f"{path} is far too large ({size:,} bytes) for a piper voice, named as {_EXPECTED}"
                raise RequestError(message)
        first, second = files
        return first, second

    def _way_to_fetch(self) -> str:
        is_name = self.voice == Path(self.voice).stem
        return f"; `voice_to_fetch('piper:{self.voice}')` fetches one of piper's own" if is_name else ""

    def _started(self) -> Worker:
        model, description_path = self._files()
        if importlib.util.find_spec("piper") is None:
            raise SpeechError(_MISSING)
        description = _described(model, description_path)
        self._rate_hz = description.audio.sample_rate
        # Piper would download it on first use. Only `voices get` opens the network.
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


def fetched_folder() -> Path | None:
    """Where `voiceguide voices get` puts piper's voices; None if this user has no home folder."""
    folder = voices_folder()
    return folder / "piper" if folder else None


def _fetched(name: str) -> Path | None:
    """The model of the fetched voice `name`; None if there is none, so that `name` is the path of another."""
    folder = fetched_folder()
    if folder is None or name != Path(name).name:
        return None
    model = folder / f"{name}.onnx"
    return model if model.is_file() else None


def _fetched_voice(name: str) -> Voice:
    """A voice called as piper calls its own: `de_DE-thorsten-medium`."""
    language, _, rest = name.partition("-")
    return Voice(PiperEngine.name, name, language.replace("_", "-"), f"{rest.replace('-', ', ')} quality, neural")


def _described(model: Path, path: Path) -> _Description:
    """The checked description of a voice. RequestError, with the reason, if it is not one of piper's."""
    try:
        description = msgspec.json.decode(read_file(path, MOST_DESCRIPTION_BYTES + 1), type=_Description)
    except OSError as error:
        raise _unreadable(path, error) from error
    except RecursionError as error:
        raise _no_voice(model, f"{path} is nested too deeply") from error
    except msgspec.ValidationError as error:
        what, _, field = str(error).partition(" - at `$")
        what = re.sub(r"`(\w+)`", lambda kind: _KINDS.get(kind[1], kind[1]), what)
        raise _no_voice(model, f"{path}: {field.strip('.`') or 'all of it'}: {what[:1].lower()}{what[1:]}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _no_voice(model, f"{path} is not JSON") from error
    map_ = description.phoneme_id_map
    if map_ and description.phoneme_type != "pinyin" and not all(map_.get(mark) for mark in _MARKS):
        raise _no_voice(model, f"{path}: its phoneme_id_map lacks {' '.join(_MARKS)}")
    return description


def _no_voice(model: Path, reason: str) -> RequestError:
    return RequestError(f"{model} is not a piper voice ({reason}): expected {_EXPECTED}")


def _unreadable(path: Path, error: OSError) -> RequestError:
    return RequestError(f"{path} cannot be read ({error.strerror}): a piper voice is named as {_EXPECTED}")


def _digest(path: Path) -> str:
    """The sha256 of a file, remembered as long as its size and its time of change stay the same."""
    try:
        state = path.stat()
        return _digest_of(path, state.st_size, state.st_mtime_ns)
    except OSError as error:
        raise _unreadable(path, error) from error


@lru_cache(maxsize=16)
def _digest_of(path: Path, _size: int, _mtime_ns: int) -> str:
    with os.fdopen(open_file(path), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
