"""Ctrl-C, SIGTERM and their like: the first one unwinds what is running, and is let do so."""

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
"""To end, that the terminal is gone, and Ctrl-\\; Windows knows but the first."""
CLEAN_UP_S: Final = 5.0
"""How long one signal is given to leave nothing behind before the next one counts: the longest text takes
a second or two to be spoken, and cannot be broken off."""
_AGAIN_S: Final = 0.02


class CtrlC(KeyboardInterrupt):
    """A KeyboardInterrupt by another name.

    Where that very class leaves a string that is run as code, as libraries make dataclasses of, Python ends
    the process by SIGINT afterwards, whatever exit code is asked for.
    """


class Interrupts:
    """A handler for all of them, from the main thread.

    SIGINT becomes KeyboardInterrupt, the others SystemExit with 128 and their number: what is half-written is
    removed on the way out, and the terminal is given back. A second one would break into just that, so for
    CLEAN_UP_S it is ignored. One that comes at a bad moment is raised a little later: in an import, which libraries
    do not survive in silence (seen: numpy, pydantic), and where Python cannot raise, in a callback of the garbage
    collector's for one.
    """

    def __init__(self) -> None:
        self._deaf_until = 0.0
        self._put_off_since: float | None = None
        self.exit_code: int | None = None
        """Of the first signal, once there was one."""

    def listen(self) -> None:
        """Take over the signals; one that is ignored, as in a shell's background, stays so."""
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
    """Send the main thread a signal in a moment. By a bare thread: a handler may not wait for any lock."""
    _thread.start_new_thread(_send_later, (number,))


def _send_later(number: int) -> None:
    time.sleep(_AGAIN_S)
    if sys.platform == "win32":
        _thread.interrupt_main(number)  # does not wake it where it waits
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, number)


def ignore_interrupts() -> None:
    """Let nothing interrupt the last moments: the work is done, or undone, and has been said so."""
    for number in (signal.SIGINT, *_TERMINATING):
        signal.signal(number, signal.SIG_IGN)
