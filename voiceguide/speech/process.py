"""Runs an engine in a process of its own, which can hang, crash or be killed without harm to ours.

This module is the parent's side. The process runs `worker.py` and the engine's own part (`pyttsx3_worker.py`,
`piper_worker.py` and so on). The two sides exchange lines of JSON; sound comes back in files.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from abc import abstractmethod
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, TYPE_CHECKING, Any, Final

from voiceguide import private
from voiceguide.errors import SpeechError, reason
from voiceguide.files.scratch import ScratchFolder
from voiceguide.speech.engine import SpeechEngine, Take

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_LONGEST_REPLY: Final = 1_000_000
_LARGEST_SOUND_BYTES: Final = 64_000_000
"""Two minutes at 96 kHz, as floats, are 46 MB."""
_MOST_SILENCES: Final = 2
"""How many texts in a row may time out. Waiting that long for every text of a batch would take all day."""
_STOP_S: Final = 5.0
"""How long to wait for a killed process to end. It takes milliseconds unless the disk hangs."""
_ELSE: Final = "try again, or another voice with `voice=...`"


def command_for(part: str) -> tuple[str, ...]:
    """The command that starts a worker with the engine's part in the file `part`, which is beside this one.

    Both files are named by path, and `-P` keeps Python from importing modules from the current folder or from ours.
    """
    here = Path(__file__).parent
    return (sys.executable, "-P", str(here / "worker.py"), str(here / part))


class WorkerEngine(SpeechEngine):
    """An engine that asks a worker. Calls from several threads take turns.

    After a fault the worker is ended, because it might still answer for the failed text. The next text starts another.
    """

    worker_command: Sequence[str]
    """The command that starts a worker. Arguments are appended, with the worker's folder last."""
    start_timeout_s: float = 30.0
    """How long a worker may take to load its voice."""
    timeout_s: float = 10.0
    """How long one text may take, besides `timeout_per_character_s` for each of its characters."""
    timeout_per_character_s: float = 0.1

    def __init__(self, voice: str, speech_rate: float = 1.0) -> None:
        super().__init__(voice, speech_rate)
        self._turn = threading.Lock()
        self._worker: Worker | None = None
        self._shut = False
        self._silences = 0

    @abstractmethod
    def _started(self) -> Worker:
        """A worker that has loaded the voice."""

    @abstractmethod
    def _take(self, data: bytes, text: str) -> Take:
        """The sound in a file that the worker has written. SpeechError if it holds none."""

    def _load(self) -> None:
        with self._turn:
            self._worker = self._started()

    def _speak(self, text: str, take: int) -> Take:  # noqa: ARG002 -- these engines have no takes to choose from
        with self._asking(text) as (worker, timeout_s):
            return self._take(worker.speak(text, timeout_s), text)

    def _phonemes(self, text: str) -> str | None:
        with self._asking(text) as (worker, timeout_s):
            return worker.phonemes(text, timeout_s)

    @contextlib.contextmanager
    def _asking(self, text: str) -> Iterator[tuple[Worker, float]]:
        """Wait for our turn, then give a worker and the time-out for `text`. A fault ends the worker."""
        with self._turn:
            if self._shut:
                message = f"the {self.name} engine has been closed"
                raise SpeechError(message)
            if self._silences >= _MOST_SILENCES:
                message = f"{self.name} keeps failing to answer: choose another voice with `voice=...`"
                raise SpeechError(message)
            try:
                self._worker = self._worker or self._started()
                yield self._worker, self.timeout_s + self.timeout_per_character_s * len(text)
                self._silences = 0
            except BaseException as error:
                self._silences += isinstance(error, _SilenceError)
                if self._worker:
                    self._worker.close()
                self._worker = None
                raise

    def _unload(self) -> None:
        self._shut = True
        # Without waiting for a turn, so that a text that another thread is waiting for fails at once.
        if worker := self._worker:
            worker.kill()
        with self._turn:
            if self._worker:
                self._worker.close()
            self._worker = None


class _SilenceError(SpeechError):
    """The worker did not answer in time."""


class Worker:
    """A process that answers requests in lines of JSON, and the folder that it writes to."""

    def __init__(self, engine: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """`environment` is added to the environment of our process."""
        self._engine = engine
        try:
            self._scratch = ScratchFolder()
        except OSError as error:
            place = error.filename or "the folder for temporary files"
            message = f"{engine} has nowhere to write its sound: {reason(error)}, {place}; name another in TMPDIR"
            raise SpeechError(message) from error
        self.folder = self._scratch.path
        self._log = self.folder / "stderr.txt"
        try:
            with self._log.open("wb") as log:
                self._process = subprocess.Popen(  # noqa: S603 -- our own program, started without a shell
                    [*command, str(self.folder)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env={**os.environ, **(environment or {}), private.VARIABLE: private.OFF},
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
        except BaseException:
            self._scratch.close()
            raise
        self._replies: SimpleQueue[bytes] = SimpleQueue()
        # A thread, because not every system can read a pipe with a time-out.
        self._reader = threading.Thread(target=self._read, name=f"{engine} replies", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with _pipe(self._process.stdout) as stream, contextlib.suppress(OSError):
            for line in iter(lambda: stream.readline(_LONGEST_REPLY), b""):
                self._replies.put(line)
        self._replies.put(b"")

    def tell(self, **message: object) -> None:
        """Send one line."""
        stream = _pipe(self._process.stdin)
        with contextlib.suppress(OSError):  # The process has died. `reply` notices that, and says more.
            stream.write(json.dumps(message).encode() + b"\n")
            stream.flush()

    def speak(self, text: str, timeout_s: float) -> bytes:
        """The contents of the file that `text` was spoken into. SpeechError if it does not come in time."""
        reply = self._asked({"text": text}, text, timeout_s)
        path = Path(str(reply.get("path", "")))
        if path.parent != self.folder:
            raise self._nonsense(reply)
        try:
            with path.open("rb") as file:
                data = file.read(_LARGEST_SOUND_BYTES + 1)
            path.unlink()
        except OSError as error:
            message = f"{self._engine} wrote no sound for {text!r} ({error.strerror}); is the disk full?"
            raise SpeechError(message) from error
        if len(data) > _LARGEST_SOUND_BYTES:
            message = f"{self._engine} makes far more sound of {text!r} than its words take; {_ELSE}"
            raise SpeechError(message)
        return data

    def phonemes(self, text: str, timeout_s: float) -> str | None:
        """How the engine says `text`, or None if it cannot tell. SpeechError if no answer comes in time."""
        told = self._asked({"phonemes": text}, text, timeout_s).get("phonemes")
        return None if told is None else str(told)

    def _asked(self, request: dict[str, object], text: str, timeout_s: float) -> dict[str, Any]:
        """The answer to a request about `text`. SpeechError if it is a failure."""
        self.tell(**request)
        reply = self.reply(timeout_s, f" on {text!r}")
        if "failed" in reply:
            message = f"{self._engine} failed on {text!r}: {reply['failed']}; {_ELSE}"
            raise SpeechError(message)
        return reply

    def reply(self, timeout_s: float, doing: str = "") -> dict[str, Any]:
        """The next line. SpeechError if none comes in time, the process dies, or the line is not a JSON object."""
        try:
            line = self._replies.get(timeout=timeout_s)
        except Empty:
            message = f"{self._engine} did not answer within {timeout_s:.0f} s{doing} and was stopped: {_ELSE}"
            raise _SilenceError(message) from None
        if not line:
            message = f"the process of {self._engine} died{doing}{self._last_words()}: {_ELSE}"
            raise SpeechError(message)
        try:
            reply = json.loads(line)
        except (ValueError, RecursionError):
            reply = None
        if not isinstance(reply, dict):
            raise self._nonsense(line)
        return reply

    def _nonsense(self, answer: object) -> SpeechError:
        return SpeechError(
            f"the process of {self._engine} answers nonsense ({str(answer)[:80]}): install {self._engine} again"
        )

    def _last_words(self) -> str:
        """How the process ended, in brackets; empty if that cannot be found out."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_S)
        with contextlib.suppress(OSError):
            lines = self._log.read_text("utf-8", "replace").split("\n")
            last = next((line.strip() for line in reversed(lines) if line.strip()), "")
            return f" (exit code {self._process.returncode}{', ' if last else ''}{last[:200]})"
        return ""

    def kill(self) -> None:
        """End the process, whatever it is doing. Any thread may call this."""
        self._process.kill()

    def close(self) -> None:
        """End the process, wait for its end, and remove its folder."""
        self.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_S)
        with contextlib.suppress(OSError):
            _pipe(self._process.stdin).close()
        self._reader.join(_STOP_S)
        self._scratch.close()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None  # noqa: S101 -- for the type checker: Popen was asked for it
    return stream
