"""The log, for bug reports: engines, devices, underruns, retries and times, and never the user's words.

It is silent unless the host configures the logger `voiceguide`, or `--debug` is given. Messages contain numbers and
names of ours; an exception may quote a text, so the log names only its type and where it was raised.
"""

from __future__ import annotations

import contextlib
import logging
import time
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ROOT = logging.getLogger("voiceguide")
_ROOT.addHandler(logging.NullHandler())  # otherwise Python prints warnings on stderr
_NEAREST_FRAMES = 4


def logger(module: str) -> logging.Logger:
    """The logger of a module, by its `__name__`."""
    return logging.getLogger(module)


def without_words(error: BaseException) -> str:
    """The type of an error and where it was raised, the nearest place first; not its message."""
    frames = traceback.extract_tb(error.__traceback__)[-_NEAREST_FRAMES:]
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames)]
    return " < ".join([type(error).__name__, *places])


@contextlib.contextmanager
def logged_to(write: Callable[[str], None]) -> Iterator[None]:
    """Write the whole log as lines, with seconds from now, until the context ends."""
    handler = _Lines(write)
    level = _ROOT.level
    _ROOT.addHandler(handler)
    _ROOT.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        _ROOT.setLevel(level)
        _ROOT.removeHandler(handler)


class _Lines(logging.Handler):
    def __init__(self, write: Callable[[str], None]) -> None:
        super().__init__()
        self._write = write
        self._began_s = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record. A stream that is gone must not stop the session."""
        name = record.name.removeprefix("voiceguide.")
        with contextlib.suppress(OSError, ValueError):
            self._write(f"{time.monotonic() - self._began_s:9.3f} s  {name}: {record.getMessage()}")
