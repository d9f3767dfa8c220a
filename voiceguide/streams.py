"""The standard streams, made fit at the start, before anything else is opened.

Three things are seen to here and nowhere else:

- A stream that is missing (`>&-`) is opened on nothing. Otherwise the next file or socket would get its number, and
  whatever a library prints would land in it.
- A reader that has left ends the program as if all were done (ReaderLeftError); another fault of standard output is
  an OutputError. What nobody reads on standard error is dropped: it is a courtesy, and no reason to stop.
- Every text is made harmless to the terminal, and characters that the encoding lacks are replaced by look-alikes.

Loads next to nothing: `__main__` calls it first.
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
"""For the signs of our own displays, and those of typeset text. Bars keep their width."""


def prepare() -> None:
    """Put streams into `sys` that can be written to, whatever the program was started with; once is enough."""
    if isinstance(sys.stdout, GuardedStream):
        return
    _open_missing()
    if sys.stdin is None:
        sys.stdin = open(_STDIN, encoding="utf-8", closefd=False)  # noqa: SIM115 -- for as long as the process lives
    sys.stdout = _guarded(sys.stdout, _Stdout(io.FileIO(_STDOUT, "wb", closefd=False)))
    sys.stderr = _guarded(sys.stderr, _Stderr(io.FileIO(_STDERR, "wb", closefd=False)))


def unguarded(stream: TextIO) -> TextIO:
    """The same stream for what draws by escape sequences of its own, and makes every text harmless itself."""
    return stream.unguarded if isinstance(stream, GuardedStream) else stream


class GuardedStream(io.TextIOWrapper):
    """A text stream that makes harmless whatever is written to it."""

    unguarded: TextIO

    def write(self, text: str, /) -> int:
        """Write `text`, spelling out what would control a terminal; gives the length of `text`."""
        super().write(harmless(text))
        return len(text)


class _Stdout(io.BufferedWriter):
    """Standard output as bytes. OutputError where they cannot be written, and ReaderLeftError where nobody reads.

    The descriptor below it is one of C, so that an interrupt leaves no doubt about what has been written.
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

        _open_on_nothing(_STDOUT)  # Python writes what is left once more at its end, and would complain
        if error.errno == errno.EPIPE:
            return ReaderLeftError("whoever read the output has left")
        return OutputError(f"what there is to say cannot be written: {reason(error)}")


class _Stderr(io.BufferedWriter):
    """Standard error as bytes: what cannot be written is dropped."""

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
        # Some programs start others with pipes that do not wait: what they do not take at once would be lost.
        if sys.platform != "win32" and number != _STDIN and not os.get_blocking(number):
            os.set_blocking(number, True)


def _open_on_nothing(number: int) -> None:
    """Let the descriptor `number` stand for the null device; programs that we start inherit it."""
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
        binary = stream.buffer  # a console there takes no bytes; not tested
    errors = "backslashreplace"  # of UTF-8 only lone surrogates, which `harmless` has spelt out
    if encoding.lower().replace("_", "-") not in {"utf-8", "utf8"}:
        import codecs

        codecs.register_error(errors := _LOOKALIKES, _lookalike)
    guarded = GuardedStream(binary, encoding, errors, line_buffering=unbuffered)
    guarded.unguarded = io.TextIOWrapper(binary, encoding, errors, line_buffering=unbuffered)
    return guarded


def _lookalike(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that an encoding lacks: a sign that looks like it, or its number."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    return "".join(_ASCII.get(each) or each.encode("ascii", "backslashreplace").decode() for each in missing), error.end
