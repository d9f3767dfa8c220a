"""Everything that can go wrong, as one tree.

::

    VoiceguideError            it could not be done                        exit code 1
    ├── RequestError           the request or a file of the user's is wrong          2
    │   ├── UnknownNameError   no routine, stretch, voice or suffix of that name     2
    │   ├── DataError          mistakes in a data file, every one listed             2
    │   ├── CheckError         mistakes in several files, every one listed           2
    │   ├── SettingError          settings that are out of their range, every one       2
    │   └── UnspeakableError   a text the engine would answer with silence           2
    ├── SpeechError            an engine is missing, hangs or returns nonsense       1
    ├── DownloadError          a voice cannot be fetched, or is not what was expected 1
    ├── StoreError             the clip store cannot be read or written              1
    ├── PlaybackError          there is no device, or it is lost                     1
    ├── RemoteUnavailableError a remote control cannot work here                     1
    ├── RegistrationError      what a package registers cannot be used               1
    ├── ExportError            the file cannot be encoded or written                 1
    ├── ClusterError           a Dask cluster cannot be reached or is not fit        1
    ├── BatchError             some files of a batch are not there, a line each      1
    ├── NoHomeError            nobody knows where this user's files are              1
    └── OutputError            standard output cannot be written                     1
        └── ReaderLeftError    whoever read it has left, as `head` does              0

Errors of libraries are translated where the library is called, and nowhere else. A message says
what happened, where, and what to do next.
"""

from __future__ import annotations

import difflib
import errno
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from voiceguide.showing import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from pathlib import Path


_FEW: Final = 8
_LONGEST: Final = 60
"""Characters of names that are compared. Of longer ones a few dozen take minutes: it goes by the square."""


class VoiceguideError(Exception):
    """It could not be done. The base of every error that voiceguide raises on purpose."""

    exit_code = 1

    def lines(self) -> Sequence[str]:
        """What there is to say, line by line: one, unless the class lists several things.

        A line break inside of one belongs to a path or a name, and begins no line.
        """
        return (str(self),)


class RequestError(VoiceguideError):
    """What was asked for cannot be had: an option, a combination or a file is wrong."""

    exit_code = 2


class UnknownNameError(RequestError):
    """A name that nothing answers to.

    The message offers the nearest known names, or all of them where they are few.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind = kind
        self.name = name
        self.known = sorted(known)
        super().__init__(f"no {kind} is called {name!r}: {hint(name, self.known)}")


def hint(name: str, known: Collection[str]) -> str:
    """What may have been meant by `name`: the names that are most like it, or all of them where they are few."""
    short = [each for each in sorted(known) if len(each) <= _LONGEST] if len(name) <= _LONGEST else []
    if nearest := difflib.get_close_matches(name, short, n=2, cutoff=0.6):
        return f"did you mean {' or '.join(nearest)}?"
    if len(known) <= _FEW:
        return f"there is {', '.join(sorted(known))}"
    return f"there are {len(known)} to choose from"


class Mistake(Struct, frozen=True):
    """One mistake in a data file."""

    path: Path
    line: int | None
    """Counted from 1; None where the file as a whole is meant."""
    field: str
    """Dotted, list positions counted from 1: `setup.2.say`; empty for the file as a whole."""
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else f"{self.path}"
        return shown(f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}")


class DataError(RequestError):
    """Mistakes in data files: all of them in one report, a line each, as far as somebody would read on."""

    MOST_LINES = 100

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        lines = [str(mistake) for mistake in self.mistakes[: self.MOST_LINES]]
        if more := len(self.mistakes) - len(lines):
            lines.append(f"... and {more:,} more {'mistake' if more == 1 else 'mistakes'}")
        self._lines = tuple(lines)
        super().__init__("\n".join(lines))

    def lines(self) -> Sequence[str]:
        """A line for each mistake, as far as somebody would read on."""
        return self._lines


class CheckError(RequestError):
    """What is wrong with several files, a line for each mistake."""

    def __init__(self, complaints: Sequence[str]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("\n".join(complaints))

    def lines(self) -> Sequence[str]:
        """A line for each mistake."""
        return self.complaints


class SettingError(RequestError):
    """Settings that are out of their range: all of them in one report, a line each."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        self.faults = tuple(faults)
        """The name of each as in Pacing or PlayerSettings, and what is wrong with it."""
        super().__init__("\n".join(self.lines()))

    def lines(self) -> Sequence[str]:
        """A line for each setting."""
        return self.lines_naming(str)

    def lines_naming(self, name: Callable[[str], str]) -> Sequence[str]:
        """The same lines with each setting renamed by `name`, such as to its option on the command line."""
        return [f"{name(setting)} {fault}" for setting, fault in self.faults]


class UnspeakableError(RequestError):
    """A text that the engine would answer with silence or gibberish, refused before it is asked."""


class SpeechError(VoiceguideError):
    """An engine is missing, hangs, or returns what does not pass as speech."""


class DownloadError(VoiceguideError):
    """A voice cannot be fetched, or what came is not what was expected."""


class StoreError(VoiceguideError):
    """The clip store cannot be read or written."""


class PlaybackError(VoiceguideError):
    """There is no device to play on, or it is lost."""


class RemoteUnavailableError(VoiceguideError):
    """A remote control cannot work here: no session bus, no terminal, no player to control."""


class RegistrationError(VoiceguideError):
    """What a package registers as an entry point cannot be used."""

    def __init__(self, kind: str, name: str, place: str, reason: str) -> None:
        super().__init__(f"the {kind} {name!r} is registered as {place}, but {reason}: update or remove its package")


class ExportError(VoiceguideError):
    """The file cannot be encoded or written."""


class ClusterError(VoiceguideError):
    """A Dask cluster cannot be reached, went away, or is not fit for the work."""


class BatchError(VoiceguideError):
    """Some files of a batch are not there as they should be: a line each."""

    def __init__(self, failures: Sequence[str]) -> None:
        self.failures = tuple(failures)
        super().__init__("\n".join(failures))

    def lines(self) -> Sequence[str]:
        """A line for each file."""
        return self.failures


class NoHomeError(VoiceguideError):
    """Nobody knows where this user's files are: there is no home folder, and no other place has been named."""


class OutputError(VoiceguideError):
    """Standard output cannot be written."""


class ReaderLeftError(OutputError):
    """Whoever read standard output has left, as `head` does: nothing went wrong, and there is nothing left to do."""

    exit_code = 0


def is_full(error: OSError) -> bool:
    """Whether there was no room left for what was to be written, on the disk or for this user."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT}


def reason(error: OSError) -> str:
    """What the system says of an error, in words for everybody."""
    return "the disk is full" if is_full(error) else error.strerror or str(error)
