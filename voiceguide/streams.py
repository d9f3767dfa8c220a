"""Prepares the standard streams at the start, before anything else is opened.

This module alone does three things:

- A missing stream (`>&-`) is opened on the null device. Otherwise the next file or socket would get its number, and
  everything that a library prints would land in it.
- A reader that has left ends the program as if it had finished (ReaderLeftError); any other fault of standard output is
  an OutputError. Standard error is a courtesy: what cannot be written there is dropped.
- Every text is made harmless to the terminal, and characters that the encoding lacks are replaced by look-alikes.

It loads next to nothing, because `__main__` calls it first.
"""

from __future__ import annotations

import errno
import io
import os
import sys

from voiceguide.showing import harmless

TYPE_CHECKING = False  # typing itself is not loaded here
if TYPE_CHECKING:
    from typing import TextIO

    from _typeshed import ReadableBuffer

_STDIN, _STDOUT, _STDERR = 0, 1, 2
_LOOKALIKES = "voiceguide.lookalikes"
_ASCII = {
    "█": "#",
    "░": ".",
    "·": "-",
    "–": "-",  # noqa: RUF001 -- the dash itself
    "—": "-",
    "’": "'",  # noqa: RUF001 -- the mark itself
    "‘": "'",  # noqa: RUF001 -- the mark itself
    "“": '"',
    "”": '"',
    "…": "...",
    "←": "<",
    "→": ">",
    "↑": "^",
    "↓": "v",
    "\xa0": " ",
}
"""Replacements for the characters of our displays and of typeset text. Bars keep their width."""


def prepare() -> None:
    """Replace the streams in `sys` by ones that can always be written to. Further calls do nothing."""
    if isinstance(sys.stdout, GuardedStream):
        return
    _open_missing()
    if sys.stdin is None:
        sys.stdin = open(_STDIN, encoding="utf-8", closefd=False)  # noqa: SIM115 -- for as long as the process lives
    sys.stdout = _guarded(sys.stdout, _Stdout(io.FileIO(_STDOUT, "wb", closefd=False)))
    sys.stderr = _guarded(sys.stderr, _Stderr(io.FileIO(_STDERR, "wb", closefd=False)))


def unguarded(stream: TextIO) -> TextIO:
    """The underlying stream, for a caller that writes escape sequences and makes every text harmless itself."""
    return stream.unguarded if isinstance(stream, GuardedStream) else stream


class GuardedStream(io.TextIOWrapper):
    """A text stream that makes everything harmless that is written to it."""

    unguarded: TextIO

    def write(self, text: str, /) -> int:
        """Write `text` with everything escaped that would control a terminal; return the length of `text`."""
        super().write(harmless(text))
        return len(text)


class _Stdout(io.BufferedWriter):
    """Standard output as bytes. Raises OutputError if it cannot be written, and ReaderLeftError if its reader has left.

    It writes through a FileIO, so that an interrupt leaves no doubt about what has been written.
    """

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise self._given_up(error) from error

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            raise self._given_up(error) from error

    def _given_up(self, error: OSError) -> Exception:
        from voiceguide.errors import OutputError, ReaderLeftError, reason

        _open_on_nothing(_STDOUT)  # at exit Python writes the rest once more, and would complain
        if error.errno == errno.EPIPE:
            return ReaderLeftError("the reader of the output has left")
        return OutputError(f"what there is to say cannot be written: {reason(error)}")


class _Stderr(io.BufferedWriter):
    """Standard error as bytes. What cannot be written is dropped."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except OSError:
            _open_on_nothing(_STDERR)
            return memoryview(data).nbytes

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            _open_on_nothing(_STDERR)


def _open_missing() -> None:
    for number in (_STDIN, _STDOUT, _STDERR):
        try:
            os.fstat(number)
        except OSError:
            _open_on_nothing(number)
        # Some programs pass on non-blocking pipes, and what those do not take at once would be lost.
        if sys.platform != "win32" and number != _STDIN and not os.get_blocking(number):
            os.set_blocking(number, True)


def _open_on_nothing(number: int) -> None:
    """Open the null device as the descriptor `number`, which child processes inherit."""
    nothing = os.open(os.devnull, os.O_RDWR)
    if nothing == number:
        os.set_inheritable(number, True)
    else:
        os.dup2(nothing, number)
        os.close(nothing)


def _guarded(stream: TextIO | None, binary: io.BufferedWriter) -> GuardedStream:
    encoding, unbuffered = "utf-8", True
    if isinstance(stream, io.TextIOWrapper):
        encoding, unbuffered = stream.encoding, stream.line_buffering or stream.write_through
    if sys.platform == "win32" and isinstance(stream, io.TextIOWrapper):
        binary = stream.buffer  # a console takes no bytes there; not tested
    errors = "backslashreplace"  # UTF-8 lacks only lone surrogates, which `harmless` has escaped
    if encoding.lower().replace("_", "-") not in {"utf-8", "utf8"}:
        import codecs

        codecs.register_error(errors := _LOOKALIKES, _lookalike)
    guarded = GuardedStream(binary, encoding, errors, line_buffering=unbuffered)
    guarded.unguarded = io.TextIOWrapper(binary, encoding, errors, line_buffering=unbuffered)
    return guarded


def _lookalike(error: UnicodeError) -> tuple[str, int]:
    """Replace characters that an encoding lacks, by a similar character or by their number."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    return "".join(_ASCII.get(each) or each.encode("ascii", "backslashreplace").decode() for each in missing), error.end
