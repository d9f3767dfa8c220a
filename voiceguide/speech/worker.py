"""The program that runs an engine in a process of its own. `process.py` starts it. Imports nothing from voiceguide.

::

    python -P worker.py PART ARGUMENT... FOLDER

PART is the file of the engine's part, with a function `serve(arguments, folder, requests, reply)`. Requests and
replies are lines of JSON. When stdin ends, because the parent has closed it or has died, the process removes FOLDER
and ends at once, whatever it was doing.

Whatever a library prints is kept out of the replies. The process opens no connection, and its memory (on Linux) and the
size of its files are limited.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import signal
import sys
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO, Final

MOST_MEMORY_BYTES: Final = 2 << 30
"""A piper voice of 60 MB needs 0.3 GB, and Kokoro 0.9 (measured). A real voice does not need more than this."""
MOST_FILE_BYTES: Final = 1 << 28


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
    module.serve(wanted, Path(folder), requests, reply)
    # The parent reads what it needs, and then closes stdin.
    threading.Event().wait()


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
