"""Keys in the terminal where the session was started."""

from __future__ import annotations

import atexit
import contextlib
import importlib
import os
import sys
import threading
from typing import TYPE_CHECKING, Any, ClassVar, Final

from voiceguide.errors import RemoteUnavailableError
from voiceguide.model.volume import STEP
from voiceguide.player.commands import Action, Command
from voiceguide.player.remotes.remote import Remote, started

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from voiceguide.player.remotes.remote import LiveSession

HELP: Final = """\
space  pause and go on          n  the next chapter      -  slower
left   10 s back                p  the previous one      +  faster
right  10 s forward             r  repeat this stretch   b  hold one more breath
up, down  volume                q  stop                  w  fewer words"""
SEEK_S: Final = 10.0
POLL_S: Final = 0.25
_KEYS: Final[Mapping[bytes, Command]] = {
    b" ": Command(Action.TOGGLE),
    b"n": Command(Action.NEXT),
    b"p": Command(Action.PREVIOUS),
    b"r": Command(Action.REPEAT),
    b"+": Command(Action.FASTER),
    b"=": Command(Action.FASTER),
    b"-": Command(Action.SLOWER),
    b"b": Command(Action.ONE_MORE_BREATH),
    b"w": Command(Action.FEWER_WORDS),
    b"q": Command(Action.STOP),
}
_ARROWS: Final[Mapping[bytes, Command]] = {
    b"A": Command(Action.VOLUME_BY, STEP),
    b"B": Command(Action.VOLUME_BY, -STEP),
    b"C": Command(Action.SEEK_BY, SEEK_S),
    b"D": Command(Action.SEEK_BY, -SEEK_S),
}
_WINDOWS_ARROWS: Final = {b"H": b"A", b"P": b"B", b"M": b"C", b"K": b"D"}
_ESCAPE: Final = 0x1B


def commands_in(data: bytes) -> list[Command | None]:
    """The commands in what was typed, in order; None stands for a question mark, which asks for help.

    Arrows come as ESC [ A or ESC O A, with digits and semicolons between where other keys are held; any
    other sequence, and a bare ESC, means nothing.
    """
    found: list[Command | None] = []
    at = 0
    while at < len(data):
        if data[at] != _ESCAPE:
            key = data[at : at + 1]
            at += 1
            if key == b"?":
                found.append(None)
            elif command := _KEYS.get(key.lower()):
                found.append(command)
            continue
        at += 1
        if data[at : at + 1] not in {b"[", b"O"}:
            continue
        at += 1
        while at < len(data) and not 0x40 <= data[at] <= 0x7E:  # noqa: PLR2004 -- the final bytes of ECMA-48
            at += 1
        if command := _ARROWS.get(data[at : at + 1]):
            found.append(command)
        at += 1
    return found


class KeysRemote(Remote):
    """Reads single keys from the terminal, which gets its settings back whatever ends the program."""

    hint: ClassVar[str] = "? help · space pause · ←→ 10 s · ↑↓ volume · n p r chapter · - + pace · b w · q"
    """One line; a narrow terminal cuts off its end."""

    def __init__(self, fd: int | None = None) -> None:
        """`fd` is the terminal to read from, instead of standard input."""
        self._fd = fd
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._before: list[Any] | None = None
        self._setting = threading.Lock()
        """Held while the settings of the terminal change, so that `close` can restore them for good."""

    @classmethod
    def suits_here(cls) -> bool:
        """Whether input and display are on a terminal. If the display is not, keys may be meant for another program."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def start(self, session: LiveSession) -> None:
        """Begin to read; RemoteUnavailableError if standard input is not a terminal."""
        if self._fd is None:
            if not sys.stdin.isatty():
                raise RemoteUnavailableError("keys do not work: standard input is not a terminal")
            self._fd = sys.stdin.fileno()
        read = self._windows_keys if sys.platform == "win32" else self._prepared()
        try:
            self._thread = started("keys", lambda: self._listen(session, read))
        except RemoteUnavailableError:
            self._restore()
            raise

    def close(self) -> None:
        """Give the terminal its settings back."""
        self._closing.set()
        self._restore()
        if self._thread and self._thread is not threading.current_thread():
            self._thread.join(1.0)

    def _listen(self, session: LiveSession, read: Callable[[], bytes | None]) -> None:
        while not self._closing.is_set():
            data = read()
            if data is None:
                return  # the terminal has gone
            for command in commands_in(data):
                if command is None:
                    session.show(HELP)
                else:
                    session.send(command)

    def _prepared(self) -> Callable[[], bytes | None]:
        """Set the terminal to single keys without echo; keys that send signals (Ctrl-C, Ctrl-Z) still do."""
        import termios
        import tty

        assert self._fd is not None  # noqa: S101 -- narrows the type
        try:
            self._before = termios.tcgetattr(self._fd)
            tty.setcbreak(self._fd, termios.TCSANOW)
        except termios.error as error:
            message = f"keys do not work: {error}"
            raise RemoteUnavailableError(message) from error
        atexit.register(self._restore)
        return self._terminal_keys

    def _terminal_keys(self) -> bytes | None:
        """What was typed within POLL_S; None if the terminal is gone."""
        import select

        assert self._fd is not None  # noqa: S101 -- narrows the type
        try:
            if not select.select([self._fd], [], [], POLL_S)[0]:
                self._keep_cbreak()
                return b""
            if _in_background(self._fd):
                self._closing.wait(POLL_S)
                return b""
            self._keep_cbreak()
            return os.read(self._fd, 64) or None
        except (OSError, ValueError):
            return None

    def _keep_cbreak(self) -> None:
        """Set the terminal again if a shell has given it settings of its own, as after Ctrl-Z and `fg`."""
        import termios
        import tty

        assert self._fd is not None  # noqa: S101 -- narrows the type
        with self._setting, contextlib.suppress(termios.error, OSError):
            if self._before is None or _in_background(self._fd):
                return
            if termios.tcgetattr(self._fd)[3] & termios.ICANON:
                tty.setcbreak(self._fd, termios.TCSANOW)

    def _windows_keys(self) -> bytes | None:
        """The same on Windows, with arrows as a terminal sends them. Not tested: no such machine has run it."""
        msvcrt: Any = importlib.import_module("msvcrt")
        if not msvcrt.kbhit():
            self._closing.wait(POLL_S)
            return b""
        key: bytes = msvcrt.getch()
        if key in {b"\x00", b"\xe0"}:
            return b"\x1b[" + _WINDOWS_ARROWS.get(msvcrt.getch(), b"~")
        return key

    def _restore(self) -> None:
        if self._before is None:
            return
        import termios

        with self._setting, contextlib.suppress(termios.error, OSError):
            before, self._before = self._before, None
            termios.tcsetattr(self._fd or 0, termios.TCSADRAIN, before)
        atexit.unregister(self._restore)


def _in_background(fd: int) -> bool:
    """Whether another program has the terminal: reading from it would stop this one, and its sound."""
    try:
        return os.tcgetpgrp(fd) != os.getpgrp()
    except OSError:  # not the terminal that this program was started from
        return False
