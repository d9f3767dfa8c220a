"""Ctrl-C, SIGTERM and similar signals: the first one unwinds what is running, and nothing disturbs the unwinding."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import FrameType

INTERRUPTED: Final = 130
_TERMINATING: Final = tuple(
    number for name in ("SIGTERM", "SIGHUP", "SIGQUIT") if (number := getattr(signal, name, None)) is not None
)
"""A request to end, a lost terminal, and Ctrl-\\; Windows knows only the first."""
CLEAN_UP_S: Final = 5.0
"""How long the clean-up after a signal may take before another signal counts: speaking the longest text takes a second
or two and cannot be interrupted."""
_AGAIN_S: Final = 0.02


class CtrlC(KeyboardInterrupt):
    """A KeyboardInterrupt under another name.

    If KeyboardInterrupt itself leaves code that was run from a string, as libraries do to define dataclasses, Python
    later ends the process by SIGINT, whatever exit code it was given.
    """


class Interrupts:
    """Handles these signals in the main thread.

    SIGINT becomes KeyboardInterrupt, the others become SystemExit with 128 plus their number. Unwinding removes
    half-written files and restores the terminal. A second signal would interrupt just that, so it is ignored for
    CLEAN_UP_S. A signal at a bad moment is raised a little later: during an import, which some libraries do not survive
    unharmed (seen: numpy, pydantic), and where Python cannot raise, such as in a callback of the garbage collector.
    """

    def __init__(self) -> None:
        self._deaf_until = 0.0
        self._put_off_since: float | None = None
        self.exit_code: int | None = None
        """The exit code of the first signal, once there was one."""

    def listen(self) -> None:
        """Install the handlers. A signal that is ignored, as in a shell's background, stays ignored."""
        sys.unraisablehook = self._unraisable
        for number in (signal.SIGINT, *_TERMINATING):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._unwind)

    def _unwind(self, number: int, frame: FrameType | None) -> None:
        if (now := time.monotonic()) < self._deaf_until:
            return
        self._put_off_since = self._put_off_since or now
        if _is_importing(frame) and now - self._put_off_since < CLEAN_UP_S:
            _send_again(number)
            return
        self._put_off_since = None
        self._deaf_until = now + CLEAN_UP_S
        self.exit_code = self.exit_code or (INTERRUPTED if number == signal.SIGINT else 128 + number)
        if number != signal.SIGINT:
            raise SystemExit(self.exit_code)
        raise CtrlC

    def _unraisable(self, what: sys.UnraisableHookArgs) -> None:
        if self.exit_code and isinstance(what.exc_value, KeyboardInterrupt | SystemExit):
            self._deaf_until = 0.0
            _send_again(signal.SIGINT if self.exit_code == INTERRUPTED else signal.SIGTERM)
        else:
            sys.__unraisablehook__(what)


def _is_importing(frame: FrameType | None) -> bool:
    while frame and not frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return frame is not None


def _send_again(number: int) -> None:
    """Send the main thread a signal in a moment, from a bare thread: a handler must not wait for a lock."""
    _thread.start_new_thread(_send_later, (number,))


def _send_later(number: int) -> None:
    time.sleep(_AGAIN_S)
    if sys.platform == "win32":
        _thread.interrupt_main(number)  # does not interrupt a wait
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, number)


def ignore_interrupts() -> None:
    """Ignore further signals: the work is done or undone, and the user has been told."""
    for number in (signal.SIGINT, *_TERMINATING):
        signal.signal(number, signal.SIG_IGN)
