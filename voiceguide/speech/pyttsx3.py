"""The system's own voices, in any language, through pyttsx3: espeak-ng, SAPI 5 or macOS.

pyttsx3 is never imported here. It hangs when two threads use it, fails without a word, and keeps state
between texts, so it runs in a process of its own (`pyttsx3_worker.py`), with one voice at one rate, and
whatever comes back is checked.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import struct
import subprocess
import sys
import threading
from importlib.metadata import version
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from voiceguide.errors import SpeechError, UnknownNameError
from voiceguide.model.segment import AudioSegment, samples_from
from voiceguide.scratch import ScratchFolder
from voiceguide.speech.engine import SpeechEngine, Take, Voice
from voiceguide.speech.pyttsx3_worker import DEFAULT, chunks, sound_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TIMEOUT_PER_CHARACTER_S: Final = 0.1
"""Added to `timeout_s`. Measured on Linux: 0.01 s a text; SAPI and macOS may speak at a tenth of that."""
_LONGEST_REPLY: Final = 1_000_000
_STOP_S: Final = 5.0
"""How long a killed process may take to be gone; it is gone in milliseconds unless the disk hangs."""
_PLATFORM: Final[str] = sys.platform
_WORKER_VERSION: Final = "2"
"""Part of every clip's key: raised when what the process speaks has changed."""
_USES_ESPEAK: Final = _PLATFORM not in {"darwin", "win32"}
_PCM16_BYTES: Final = 2


class Pyttsx3Engine(SpeechEngine):
    """pyttsx3, MPL-2.0, at the rate of the voice.

    Calls from several threads take turns. The sound of a text varies by a few samples with what was
    spoken before: espeak carries the phase of its voice over. An empty voice, or `default`, is an
    English one where there is one. The speech rate is times pyttsx3's own, 200 words a minute.
    """

    name = "pyttsx3"

    worker_command: Sequence[str] = (
        sys.executable,
        # By path and safe: not the `pyttsx3.py` of the user's current folder, nor the one beside it.
        "-P",
        str(Path(__file__).with_name("pyttsx3_worker.py")),
    )
    """What starts a worker; `VOICE SPEECH_RATE FOLDER` or `--voices FOLDER` is added."""
    start_timeout_s: float = 30.0
    """Measured on Linux: 0.2 s. The first start on Windows generates bindings for SAPI."""
    timeout_s: float = 10.0
    """For one text; TIMEOUT_PER_CHARACTER_S is added."""

    def __init__(self, voice: str = DEFAULT, speech_rate: float = 1.0) -> None:
        super().__init__(voice or DEFAULT, speech_rate)
        self._turn = threading.Lock()
        self._worker: _Worker | None = None
        self._shut = False

    @classmethod
    def voices(cls) -> list[Voice]:
        """The voices of the system; none where it has no speech. Asks a process that ends at once."""
        try:
            with contextlib.closing(_Worker([*cls.worker_command, "--voices"])) as worker:
                found = worker.reply(cls.start_timeout_s)["voices"]
                return [Voice(cls.name, voice["name"], voice["language"], voice["description"]) for voice in found]
        except (SpeechError, OSError, KeyError, TypeError):
            return []

    def fingerprint(self) -> Mapping[str, str]:
        """Versions of pyttsx3 and of the private espeak-ng, platform, voice and rate."""
        private = _USES_ESPEAK and importlib.util.find_spec("espeakng_loader") is not None
        return {
            "engine": self.name,
            "version": version("pyttsx3"),
            "worker": _WORKER_VERSION,
            "backend": f"espeakng-loader {version('espeakng-loader')}" if private else "system",
            "platform": _PLATFORM,
            "voice": self.voice,
            "speech_rate": f"{self.speech_rate:g}",
        }

    def _load(self) -> None:
        with self._turn:
            self._worker = self._started()

    def _speak(self, text: str, take: int) -> Take:  # noqa: ARG002 -- the system's voices have one take
        with self._asking() as worker:
            return _take(worker.speak(text, self.timeout_s + TIMEOUT_PER_CHARACTER_S * len(text)), text)

    def _phonemes(self, text: str) -> str | None:
        with self._asking() as worker:
            return worker.phonemes(text, self.timeout_s)

    @contextlib.contextmanager
    def _asking(self) -> Iterator[_Worker]:
        """The process, in turn; ended where something goes wrong."""
        with self._turn:
            if self._shut:
                message = "the pyttsx3 engine has been closed"
                raise SpeechError(message)
            try:
                # None after a fault: a fresh process, rather than one that may answer for the last text.
                self._worker = self._worker or self._started()
                yield self._worker
            except BaseException:
                if self._worker:
                    self._worker.close()
                self._worker = None
                raise

    def _unload(self) -> None:
        self._shut = True
        # Out of turn: a text that is being spoken in another thread ends with an error, now.
        if worker := self._worker:
            worker.kill()
        with self._turn:
            if self._worker:
                self._worker.close()
            self._worker = None

    def _started(self) -> _Worker:
        """A worker that has loaded the voice."""
        if not self.voice.isprintable():
            # Nothing that could be handed to a process, and no voice is called so.
            raise UnknownNameError("pyttsx3 voice", self.voice, [voice.name for voice in self.voices()])
        worker = _Worker([*self.worker_command, self.voice, f"{self.speech_rate:g}"])
        try:
            reply = worker.reply(self.start_timeout_s)
        except BaseException:
            worker.close()
            raise
        if "ready" in reply:
            return worker
        worker.close()
        if "known" in reply:
            raise UnknownNameError("pyttsx3 voice", self.voice, reply["known"])
        if "unavailable" in reply:
            fix = "; install espeak-ng, or: pip install 'voiceguide[espeak]'" if _USES_ESPEAK else ""
            message = f"the pyttsx3 engine cannot start: {reply['unavailable']}{fix}"
        else:
            reason = reply.get("failed", "its process answers nonsense")
            message = f"the pyttsx3 voice {self.voice!r} does not work: {reason}; choose another with --voice"
        raise SpeechError(message)


class _Worker:
    """A process that answers in lines of JSON, and the folder that it writes to."""

    def __init__(self, command: Sequence[str]) -> None:
        self._scratch = ScratchFolder()
        self.folder = self._scratch.path
        self._log = self.folder / "stderr.txt"
        try:
            with self._log.open("wb") as log:
                self._process = subprocess.Popen(  # noqa: S603 -- our own program; the voice is one argument, no shell
                    [*command, str(self.folder)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
        except BaseException:
            self._scratch.close()
            raise
        self._replies: SimpleQueue[bytes] = SimpleQueue()
        # A thread, since a pipe cannot be read with a time-out on every system.
        self._reader = threading.Thread(target=self._read, name="pyttsx3 replies", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 -- for the type checker: it is a pipe
        with self._process.stdout as stream, contextlib.suppress(OSError):
            for line in iter(lambda: stream.readline(_LONGEST_REPLY), b""):
                self._replies.put(line)
        self._replies.put(b"")

    def speak(self, text: str, timeout_s: float) -> bytes:
        """The file that `text` was spoken into. SpeechError where none comes in time."""
        reply = self._asked({"text": text}, timeout_s, f" on {text!r}")
        if "failed" in reply:
            message = f"pyttsx3 failed on {text!r}: {reply['failed']}; try again, or another voice with --voice"
            raise SpeechError(message)
        path = Path(str(reply.get("path", "")))
        if path.parent != self.folder:
            raise _nonsense(reply)
        try:
            data = path.read_bytes()
            path.unlink()
        except OSError as error:
            message = f"pyttsx3 wrote no sound for {text!r} ({error.strerror}); is the disk full?"
            raise SpeechError(message) from error
        return data

    def phonemes(self, text: str, timeout_s: float) -> str | None:
        """How espeak says `text`; None where another system speaks."""
        told = self._asked({"phonemes": text}, timeout_s, f" on {text!r}").get("phonemes")
        return None if told is None else str(told)

    def _asked(self, request: dict[str, str], timeout_s: float, doing: str) -> dict[str, Any]:
        assert self._process.stdin is not None  # noqa: S101 -- as above
        with contextlib.suppress(OSError):  # The process has died: `reply` sees that, and says more.
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        return self.reply(timeout_s, doing)

    def reply(self, timeout_s: float, doing: str = "") -> dict[str, Any]:
        """The next line. SpeechError where none comes in time, the process dies, or it is no JSON object."""
        try:
            line = self._replies.get(timeout=timeout_s)
        except Empty:
            message = (
                f"pyttsx3 did not answer within {timeout_s:.0f} s{doing} and was stopped: "
                "try again, or another voice with --voice"
            )
            raise SpeechError(message) from None
        if not line:
            message = (
                f"the process of pyttsx3 died{doing}{self._last_words()}: try again, or another voice with --voice"
            )
            raise SpeechError(message)
        try:
            reply = json.loads(line)
        except ValueError:
            reply = None
        if not isinstance(reply, dict):
            raise _nonsense(line)
        return reply

    def _last_words(self) -> str:
        """How the process ended, in brackets, as far as can be told."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_S)
        with contextlib.suppress(OSError):
            lines = self._log.read_text("utf-8", "replace").split("\n")
            last = next((line.strip() for line in reversed(lines) if line.strip()), "")
            return f" (exit code {self._process.returncode}{', ' if last else ''}{last[:200]})"
        return ""

    def kill(self) -> None:
        """End the process, whatever it is doing; from any thread."""
        self._process.kill()

    def close(self) -> None:
        """End the process, wait until it is gone, and remove its folder."""
        self.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_S)
        if self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self._reader.join(_STOP_S)
        self._scratch.close()


def _nonsense(answer: object) -> SpeechError:
    return SpeechError(f"the process of pyttsx3 answers nonsense ({str(answer)[:80]}): install pyttsx3 again")


def _take(data: bytes, text: str) -> Take:
    """The sound in a file. SpeechError where there is none, or not all of it."""
    if not sound_in(data):
        message = f"pyttsx3 wrote an empty or unfinished file ({len(data)} bytes) for {text!r}; is the disk full?"
        raise SpeechError(message)
    segment = _segment(data)
    samples = samples_from(segment)
    if not samples.any():
        message = f"pyttsx3 has no sound for {text!r}: does the voice speak its language?"
        raise SpeechError(message)
    return Take(samples, segment.frame_rate)


def _segment(data: bytes) -> AudioSegment:
    """A WAV or AIFF file, read without ffmpeg unless macOS comes up with an AIFF that is not 16-bit PCM."""
    if data.startswith(b"RIFF"):
        return AudioSegment.from_file(io.BytesIO(data), format="wav")
    common = dict(chunks(data)).get(b"COMM", b"")
    # Channels, frames, bits, the rate as an 80-bit float (exponent, mantissa), in AIFF-C the compression.
    channels, _frames, bits, exponent, mantissa = struct.unpack_from(">hIhHQ", common)
    compression = common[18:22] or b"NONE"
    if bits != 8 * _PCM16_BYTES or compression not in {b"NONE", b"twos", b"sowt"}:
        return AudioSegment.from_file(io.BytesIO(data), format="aiff")
    pcm = np.frombuffer(sound_in(data), "<i2" if compression == b"sowt" else ">i2").astype("<i2")
    rate_hz = round(mantissa * 2.0 ** (exponent - 16383 - 63))
    return AudioSegment(pcm.tobytes(), sample_width=_PCM16_BYTES, frame_rate=rate_hz, channels=channels)
