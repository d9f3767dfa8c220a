"""Everything that can go wrong, as one tree.

::

    VoiceguideError            it could not be done                        exit code 1
    ├── RequestError           the request or a file of the user's is wrong          2
    │   ├── UnknownNameError   no routine, stretch, voice or suffix of that name     2
    │   ├── DataError          mistakes in a data file, every one listed             2
    │   ├── CheckError         mistakes in several files, every one listed           2
    │   ├── SettingError          settings that are out of their range, every one       2
    │   └── UnspeakableError   a text that the engine would not speak               2
    ├── SpeechError            an engine is missing, hangs or returns nonsense       1
    ├── DownloadError          a voice cannot be fetched, or is not what was expected 1
    ├── StoreError             the clip store cannot be read or written              1
    ├── PlaybackError          there is no device, or it is lost                     1
    ├── RemoteUnavailableError a remote control cannot work here                     1
    ├── ExportError            the file cannot be encoded or written                 1
    ├── ClusterError           a Dask cluster cannot be reached or is not fit        1
    ├── BatchError             some files of a batch could not be made, a line each  1
    ├── NoHomeError            the user has no home folder for the files             1
    └── OutputError            standard output cannot be written                     1
        └── ReaderLeftError    its reader has left, as `head` does                  0

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
"""Longest name that is compared, in characters. The time grows with its square: dozens of long names take minutes."""


class VoiceguideError(Exception):
    """It could not be done. The base of every error that voiceguide raises on purpose.

    A message that names an argument or a function of the Python API does so in backticks, as Python writes it:
    `force=True`, `hold_s=40`, `voices('de')`. The command line calls them by their options and commands.
    """

    exit_code = 1

    def lines(self) -> Sequence[str]:
        """The message, line by line: a single line, unless the class lists several things.

        A line break inside a line belongs to a path or a name.
        """
        return (str(self),)


class RequestError(VoiceguideError):
    """The request cannot be met: an argument, a combination or a file is wrong."""

    exit_code = 2


class UnknownNameError(RequestError):
    """There is nothing by that name. The message offers the nearest names, or all of them if they are few."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind = kind
        self.name = name
        self.known = sorted(known)
        super().__init__(f"no {kind} is called {name!r}: {hint(name, self.known)}")


def hint(name: str, known: Collection[str]) -> str:
    """Say what `name` may have meant: the most similar names, or all of them if they are few."""
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
    """From 1; None for the file as a whole."""
    field: str
    """Dotted, with list positions from 1: `setup.2.say`; empty for the file as a whole."""
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else f"{self.path}"
        return shown(f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}")


class DataError(RequestError):
    """Mistakes in data files: all of them in one report, one line each, up to MOST_LINES."""

    MOST_LINES = 100

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        lines = [str(mistake) for mistake in self.mistakes[: self.MOST_LINES]]
        if more := len(self.mistakes) - len(lines):
            lines.append(f"... and {more:,} more {'mistake' if more == 1 else 'mistakes'}")
        self._lines = tuple(lines)
        super().__init__("\n".join(lines))

    def lines(self) -> Sequence[str]:
        """A line for each mistake, up to MOST_LINES."""
        return self._lines


class CheckError(RequestError):
    """Mistakes in several files, one line each."""

    def __init__(self, complaints: Sequence[str]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("\n".join(complaints))

    def lines(self) -> Sequence[str]:
        """A line for each mistake."""
        return self.complaints


class SettingError(RequestError):
    """Settings that are out of their range: all of them in one report, one line each."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        self.faults = tuple(faults)
        """The name of each setting, as in Pacing or PlayerSettings, and what is wrong with it."""
        super().__init__("\n".join(self.lines()))

    def lines(self) -> Sequence[str]:
        """A line for each setting."""
        return self.lines_naming(str)

    def lines_naming(self, name: Callable[[str], str]) -> Sequence[str]:
        """The same lines with each setting renamed by `name`, such as to its option on the command line."""
        return [f"{name(setting)} {fault}" for setting, fault in self.faults]


class UnspeakableError(RequestError):
    """A text that the engine would answer with silence or gibberish, refused before it is spoken."""


class SpeechError(VoiceguideError):
    """An engine is missing, hangs, or returns something that does not pass as speech."""


class DownloadError(VoiceguideError):
    """A voice cannot be fetched, or what came is not what was expected."""


class StoreError(VoiceguideError):
    """The clip store cannot be read or written."""


class PlaybackError(VoiceguideError):
    """There is no device to play on, or it is lost."""


class RemoteUnavailableError(VoiceguideError):
    """A remote control cannot work here: no session bus, no terminal, no player to control."""


class ExportError(VoiceguideError):
    """The file cannot be encoded or written."""


class ClusterError(VoiceguideError):
    """A Dask cluster cannot be reached, went away, or cannot do the work."""


class BatchError(VoiceguideError):
    """Some files of a batch could not be made, one line each."""

    def __init__(self, failures: Sequence[str]) -> None:
        self.failures = tuple(failures)
        super().__init__("\n".join(failures))

    def lines(self) -> Sequence[str]:
        """A line for each file."""
        return self.failures


class NoHomeError(VoiceguideError):
    """The user has no home folder, and no other place for the files was named."""


class OutputError(VoiceguideError):
    """Standard output cannot be written."""


class ReaderLeftError(OutputError):
    """The reader of standard output has left, as `head` does. Nothing went wrong, and nothing is left to do."""

    exit_code = 0


def is_full(error: OSError) -> bool:
    """Whether the disk, or the quota of this user, had no room left."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT}


def disk_full(place: object = None) -> str:
    """Say that the disk is full, and where, if that is known."""
    return f"the disk is full under {place}" if place else "the disk is full"


def reason(error: OSError) -> str:
    """The message of the system, in plain words."""
    return disk_full() if is_full(error) else error.strerror or str(error)
