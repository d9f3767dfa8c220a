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
    sys.stdout = _guarded(sys.stdout, _Stdout(_STDOUT, "wb", closefd=False))
    sys.stderr = _guarded(sys.stderr, _Stderr(_STDERR, "wb", closefd=False))


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


class _Descriptor(io.FileIO):
    """A file descriptor that is written to until it has taken everything, or fails."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            while (written := super().write(data)) is None:  # a pipe that does not block, and is full
                _wait_for(self.fileno())
        except OSError as error:
            # Python writes what is left once more at its end, and would complain.
            _open_on_nothing(self.fileno())
            return self._failed(error, data)
        return written

    def _failed(self, error: OSError, data: ReadableBuffer) -> int:
        raise NotImplementedError


class _Stdout(_Descriptor):
    def _failed(self, error: OSError, data: ReadableBuffer) -> int:  # noqa: ARG002 -- the other one needs it
        from voiceguide.errors import OutputError, ReaderLeftError

        if error.errno == errno.EPIPE:
            raise ReaderLeftError("whoever read the output has left") from error
        message = f"what there is to say cannot be written: {_reason(error)}"
        raise OutputError(message) from error


class _Stderr(_Descriptor):
    def _failed(self, error: OSError, data: ReadableBuffer) -> int:  # noqa: ARG002 -- nobody is there to be told
        return memoryview(data).nbytes


def _open_missing() -> None:
    for number in (_STDIN, _STDOUT, _STDERR):
        try:
            os.fstat(number)
        except OSError:
            _open_on_nothing(number)


def _open_on_nothing(number: int) -> None:
    """Let the descriptor `number` stand for the null device; programs that we start inherit it."""
    nothing = os.open(os.devnull, os.O_RDWR)
    if nothing == number:
        os.set_inheritable(number, True)
    else:
        os.dup2(nothing, number)
        os.close(nothing)


def _guarded(stream: TextIO | None, descriptor: _Descriptor) -> GuardedStream:
    encoding, unbuffered = "utf-8", True
    if isinstance(stream, io.TextIOWrapper):
        encoding, unbuffered = stream.encoding, stream.line_buffering or stream.write_through
    binary: io.BufferedWriter = io.BufferedWriter(descriptor)
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


def _reason(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "the disk is full"
    return error.strerror or str(error)


def _wait_for(number: int) -> None:
    """Until a descriptor that does not block takes more."""
    import select

    select.select([], [number], [])
