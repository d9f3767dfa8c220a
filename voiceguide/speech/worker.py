"""The program that runs an engine in a process of its own. `process.py` starts it. Imports nothing from voiceguide.

::

    python -P worker.py PART ARGUMENT... FOLDER

PART is the file of the engine's part, with a function `load(arguments, requests, reply)`. It returns a Speaker, or None
when it has replied why there is none. Requests and replies are lines of JSON: `{"ready": true}` comes first, then for
each `{"text": ...}` a `{"path": ...}`, which names a file of sound, or `{"failed": reason}`, and for each
`{"phonemes": text}` a `{"phonemes": ...}`. When stdin ends, because the parent has closed it or has died, the process
removes FOLDER and ends at once, whatever it was doing.

Whatever a library prints is kept out of the replies. The process opens no connection, and its memory (on Linux) and the
size of its files are limited.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import json
import os
import shutil
import signal
import sys
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_MEMORY_BYTES: Final = 2 << 30
"""A piper voice of 60 MB needs 0.3 GB, and Kokoro 0.9 (measured). A real voice does not need more than this."""
MOST_FILE_BYTES: Final = 1 << 28


class Speaker(Protocol):
    """A voice that is loaded."""

    suffix: str
    """Of the files that it writes, with its dot."""

    def speak(self, text: str, path: Path) -> None:
        """Write the sound of `text` to `path`; an empty file if there is no sound."""

    def phonemes(self, text: str) -> str | None:
        """How it says `text`; None if it cannot tell."""

    def reason(self, error: Exception) -> str:
        """Why it could not."""


def main(arguments: list[str]) -> None:
    """Answer requests until stdin ends."""
    # Ctrl-C reaches the whole process group. The parent handles it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.addaudithook(_refuse_connections)
    _bound_resources()
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    part, *wanted, folder = arguments
    # Leave the user's current folder: it may vanish, and engines have no business in it.
    os.chdir(folder)
    requests = _requests(sys.stdin.buffer, Path(folder))

    def reply(**message: object) -> None:
        replies.write(json.dumps(message).encode() + b"\n")
        replies.flush()

    spec = importlib.util.spec_from_file_location(Path(part).stem, part)
    assert spec is not None  # noqa: S101 -- for the type checker: every Python file has one
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    speaker: Speaker | None = module.load(wanted, requests, reply)
    if speaker:
        reply(ready=True)
        _answer(speaker, Path(folder), requests, reply)
    # The parent reads what it needs, and then closes stdin.
    threading.Event().wait()


def _answer(speaker: Speaker, folder: Path, requests: SimpleQueue[bytes], reply: Callable[..., None]) -> None:
    """Answer each request, without an end."""
    for number in itertools.count(1):
        request = json.loads(requests.get())
        try:
            if "phonemes" in request:
                reply(phonemes=speaker.phonemes(request["phonemes"]))
            else:
                path = folder / f"{number}{speaker.suffix}"
                speaker.speak(request["text"], path)
                reply(path=str(path))
        except Exception as error:  # noqa: BLE001 -- files of strangers, packages and native code can raise anything
            reply(failed=speaker.reason(error))


def _refuse_connections(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook that refuses connections: some of piper's languages download data on first use."""
    # An internet address is a tuple; a local socket's address is a path.
    outward = event == "socket.connect" and isinstance(arguments[1], tuple)
    if outward or event == "socket.getaddrinfo":
        message = "it wants to download something, and voiceguide opens no connection"
        raise PermissionError(message)


def _bound_resources() -> None:
    with contextlib.suppress(ImportError):  # Windows has no such limits
        import resource

        for kind, most in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, MOST_FILE_BYTES),
            (resource.RLIMIT_DATA, MOST_MEMORY_BYTES),
        ):
            _, hard = resource.getrlimit(kind)
            least = most if hard == resource.RLIM_INFINITY else min(most, hard)
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(kind, (least, hard))


def _requests(stream: BinaryIO, folder: Path) -> SimpleQueue[bytes]:
    """A queue of the lines of `stream`, filled as they come. The end of `stream` ends the process."""
    lines: SimpleQueue[bytes] = SimpleQueue()

    def read() -> None:
        for line in stream:
            lines.put(line)
        os.chdir(folder.parent)  # Windows removes no folder that is a current one
        shutil.rmtree(folder, ignore_errors=True)
        # Not sys.exit: an engine may hang, and some crash in their own clean-up.
        os._exit(0)

    threading.Thread(target=read, name="requests", daemon=True).start()
    return lines


if __name__ == "__main__":
    main(sys.argv[1:])
