"""What runs in the process of an engine that has one of its own: `process.py` starts it, and has nothing else of us.

::

    python -P worker.py PART ARGUMENT... FOLDER

PART is the file of the engine's part, which has a function `serve(arguments, folder, requests, reply)`. Requests and
replies are JSON, a line each. When stdin ends, because the parent closed it or has gone, FOLDER is removed and the
process ends at once, whatever it was doing.

The process prints nothing where the parent would read it, opens no connection, and has an end to its memory (Linux) and
to the size of its files.
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
"""Measured with a voice of 60 MB: 0.3 GB. What claims more is no voice."""
MOST_FILE_BYTES: Final = 1 << 28


def main(arguments: list[str]) -> None:
    """Answer until stdin ends."""
    # Ctrl-C reaches the whole process group: it is the parent's to handle.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.addaudithook(_refuse_connections)
    _bound_resources()
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    part, *wanted, folder = arguments
    # Not the user's current folder: it may be gone, and nothing in it is for an engine.
    os.chdir(folder)
    requests = _requests(sys.stdin.buffer, Path(folder))

    def reply(**message: object) -> None:
        replies.write(json.dumps(message).encode() + b"\n")
        replies.flush()

    spec = importlib.util.spec_from_file_location(Path(part).stem, part)
    assert spec is not None  # noqa: S101 -- for the type checker: it is a Python file
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.serve(wanted, Path(folder), requests, reply)
    # The parent reads what it needs and then lets go.
    threading.Event().wait()


def _refuse_connections(event: str, arguments: tuple[object, ...]) -> None:
    """Some of piper's languages download what they lack when they are first used: here they cannot."""
    # An address of the internet is a tuple, that of a socket of this machine is a path.
    outward = event == "socket.connect" and isinstance(arguments[1], tuple)
    if outward or event == "socket.getaddrinfo":
        message = "it wants to download something, and voiceguide opens no connection"
        raise PermissionError(message)


def _bound_resources() -> None:
    with contextlib.suppress(ImportError):  # Windows has none of this
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
    """The lines of `stream` as they come. Its end is the end of the process."""
    lines: SimpleQueue[bytes] = SimpleQueue()

    def read() -> None:
        for line in stream:
            lines.put(line)
        os.chdir(folder.parent)  # Windows removes no folder that somebody is in
        shutil.rmtree(folder, ignore_errors=True)
        # Not sys.exit: an engine may hang, and not all survive their own clean-up.
        os._exit(0)

    threading.Thread(target=read, name="requests", daemon=True).start()
    return lines


if __name__ == "__main__":
    main(sys.argv[1:])
