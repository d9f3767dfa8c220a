"""The folder that a batch fills, and the journal that it keeps there.

Its subfolder `.voiceguide-batch/` holds a journal (the job, size and digests of each file), a lock, and the staging
area in which files are made. A file gets its name after the journal has recorded it: whenever the program is killed,
the next run can tell its own files from others, and finds no half-written one.

A file that differs from its record was changed by the user, and stays. A file that a fault has damaged is recognised:
it is the beginning of what was made, or has the right size and does not read as sound.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

from msgspec import Meta, Struct, ValidationError, convert
from msgspec.structs import asdict

from voiceguide.batch.likeness import is_beginning, may_be_cut, open_file_digest
from voiceguide.errors import ExportError, RequestError, reason
from voiceguide.export.exporter import verify
from voiceguide.files.held_folder import NOT_A_FILE, HeldFolder, strangers_in
from voiceguide.files.lock import lock_now
from voiceguide.files.whole_file import replacing_in
from voiceguide.sound.source import Silence
from voiceguide.units import to_frames

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from voiceguide.batch.catalogue import Order
    from voiceguide.batch.job import Made

FORMAT: Final = "voiceguide.batch-journal/1"
CONTROL: Final = ".voiceguide-batch"
_JOURNAL: Final = "journal.json"
_LOCK: Final = "lock"
_STAGING: Final = "staging"
_MAX_JOURNAL_BYTES: Final = 20_000_000
_CONTROL_MODE: Final = 0o755
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


class State(StrEnum):
    """The state of the files of a job before the run."""

    MISSING = "missing"
    """Some are missing, damaged or of another job: they will be made."""
    KEPT = "kept"
    """All are there as the same job made them."""
    FOREIGN = "foreign"
    """A file of that name was not made by a batch."""
    CHANGED = "changed"
    """A file of that name was made by a batch, and changed since."""


class Standing(StrEnum):
    """The state of a single file."""

    NOTHING = "nothing"
    OURS = "ours"
    """As a batch made it, for this job or another."""
    TORN = "torn"
    """Damaged by a fault."""
    CUT = "cut"
    """A text that may be torn or changed: at least half of it is as it was made, and the rest is shorter."""
    FOREIGN = "foreign"
    CHANGED = "changed"


_IN_THE_WAY: Final = {
    Standing.FOREIGN: "{} is there already: `force=True` replaces it",
    Standing.CHANGED: "{} has been changed since it was made: `force=True` replaces it",
}
"""Files that are replaced only by force, with the reason."""


class Record(Struct, frozen=True, omit_defaults=True):
    """The journal entry of a file."""

    job: str
    """Digest of the job that made it."""
    size_bytes: Annotated[int, Meta(ge=0)]
    digest: str
    duration_s: Annotated[float, Meta(ge=0.0, le=1e7)]
    beginnings: tuple[str, ...] = ()
    """Short digests of its first 1, 2, 4 ... bytes; empty in journals of earlier versions."""
    rate_hz: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    """Sample rate of its sound; 0 for captions and in journals of earlier versions."""
    channels: Annotated[int, Meta(ge=0, le=8)] = 0
    bit_rate_kbps: int | None = None
    replaces: str = ""
    """Digest of the batch file that has this name until this one replaces it: a killed run may leave that one there."""


def folder_fault(folder: Path) -> str | None:
    """Say why nothing could be written to `folder`, which need not exist if its parent does."""
    if os.path.lexists(folder) and not folder.is_dir():
        return "is a file, not a folder: name a folder with `folder=...`"
    if (folder / CONTROL).is_symlink():
        return f"holds a link {CONTROL}, which batch did not make: remove it"
    above = folder if folder.is_dir() else folder.absolute().parent
    if not above.is_dir():
        return f"cannot be made: there is no folder {above}"
    if not os.access(above, os.W_OK | os.X_OK):
        return f"cannot be written to: {above} is not writable"
    return None


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Folder]:
    """Open the folder for this batch alone, and make it if it is missing.

    The unfinished files of killed runs are removed. Raises RequestError if another batch is at work in the folder, and
    ExportError if it cannot be written to, or if somebody else could write its journal.
    """
    is_new = not folder.exists()
    with contextlib.ExitStack() as held:
        with _translated(folder):
            place = held.enter_context(HeldFolder.made(folder))
            control = held.enter_context(place.made_folder(CONTROL, _CONTROL_MODE))
            _check_trusted(place, control)
            lock = control.open(_LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        held.callback(os.close, lock)
        if not _locked(lock):
            message = (
                f"another batch is at work in {folder}: wait for its end, or name another folder with `folder=...`"
            )
            raise RequestError(message)
        _remove_all_but(control, {_JOURNAL, _LOCK})
        try:
            yield Folder(folder, place, control)
        finally:
            _remove_all_but(control, {_JOURNAL, _LOCK})
            if not control.holds(_JOURNAL):
                with contextlib.suppress(OSError):
                    control.unlink(_LOCK)
                    place.rmdir(CONTROL)
                    if is_new:
                        folder.rmdir()


class Folder:
    """An output folder that this batch has locked. Used from one thread."""

    def __init__(self, path: Path, place: HeldFolder, control: HeldFolder) -> None:
        self.path = path
        self._place = place
        self._control = control
        self._journal = self._read()

    @property
    def staging(self) -> Path:
        """The folder in which files are made, on the same file system. It is emptied when a run begins and ends."""
        return self.path / CONTROL / _STAGING

    def state(self, order: Order) -> State:
        """The state of the files of `order`. Reads all of them."""
        names = order.job.names()
        standings = {name: self._standing(name) for name in names}
        for in_the_way, state in ((Standing.FOREIGN, State.FOREIGN), (Standing.CHANGED, State.CHANGED)):
            if in_the_way in {standing for standing, _ in standings.values()}:
                return state
        if all(digest and digest == self._known(name, order) for name, (_, digest) in standings.items()):
            return State.KEPT
        return State.MISSING

    def record(self, name: str) -> Record:
        """The journal entry of a file. Raises KeyError if no batch made it."""
        return self._journal[name]

    def take(self, order: Order, made: Made, staged: Path, *, force: bool) -> None:
        """Move the files that were made in `staged` to their names.

        Raises RequestError for a file that has appeared or changed meanwhile, unless `force` is given, and ExportError
        if the disk fails.
        """
        with _translated(self.path), HeldFolder.at(staged) as source:
            replaced = {file.name: self._replaceable(file.name, source, force=force) for file in made.files}
            known = {
                file.name: Record(
                    job=order.digest,
                    size_bytes=file.size_bytes,
                    digest=file.digest,
                    duration_s=made.duration_s,
                    beginnings=file.beginnings,
                    rate_hz=made.rate_hz if file.name == order.job.name else 0,
                    channels=made.channels if file.name == order.job.name else 0,
                    bit_rate_kbps=order.job.bit_rate_kbps,
                    replaces=replaced[file.name],
                )
                for file in made.files
            }
            self._write(self._journal | known)
            for file in made.files:
                try:
                    self._place.rename(file.name, file.name, out_of=source)
                except OSError as error:
                    message = f"{self.path / file.name} was not written: {reason(error)}"
                    raise ExportError(message) from error

    def _replaceable(self, name: str, source: HeldFolder, *, force: bool) -> str:
        """The digest of our file that will be replaced, or "". Raises RequestError if the file must not be replaced."""
        standing, digest = self._standing(name)
        if standing is Standing.CUT:
            standing = Standing.TORN if self._is_beginning(name, source) else Standing.CHANGED
        if standing in _IN_THE_WAY:
            if not force:
                raise RequestError(_IN_THE_WAY[standing].format(self.path / name))
            return ""
        return digest

    def _is_beginning(self, name: str, source: HeldFolder) -> bool:
        with contextlib.ExitStack() as files:
            descriptors = []
            for folder in (self._place, source):
                descriptors.append(folder.open(name, os.O_RDONLY))
                files.callback(os.close, descriptors[-1])
            return is_beginning(*descriptors)

    def _known(self, name: str, order: Order) -> str | None:
        """The digest of a file if the job of `order` made it."""
        known = self._journal.get(name)
        return known.digest if known and known.job == order.digest else None

    def _standing(self, name: str) -> tuple[Standing, str]:
        """The state of a file, and its digest, or "" if it cannot be read."""
        known = self._journal.get(name)
        if known is None:
            return (Standing.FOREIGN if self._place.holds(name) else Standing.NOTHING), ""
        try:
            descriptor = self._place.open(name, os.O_RDONLY)
        except FileNotFoundError:
            return Standing.NOTHING, ""
        except OSError as error:
            if error.errno in {*NOT_A_FILE, errno.EACCES, errno.EPERM}:
                return Standing.CHANGED, ""
            raise
        try:
            digest, beginnings = open_file_digest(descriptor)
            size = os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)
        return self._compared(name, known, digest, beginnings, size), digest

    def _compared(self, name: str, known: Record, digest: str, beginnings: Sequence[str], size: int) -> Standing:
        if digest in {known.digest, known.replaces}:
            return Standing.OURS
        if size == 0:
            return Standing.TORN
        if size < known.size_bytes and known.beginnings and may_be_cut(beginnings, known.beginnings):
            return Standing.TORN if known.rate_hz else Standing.CUT
        if size == known.size_bytes and known.rate_hz and not self._reads(name, known):
            return Standing.TORN
        return Standing.CHANGED

    def _reads(self, name: str, known: Record) -> bool:
        """Whether a file reads as the sound that the journal recorded."""
        sound = Silence(known.rate_hz, known.channels, to_frames(known.duration_s, known.rate_hz))
        try:
            verify(self.path / name, sound, bit_rate_kbps=known.bit_rate_kbps)
        except ExportError:
            return False
        return True

    def _read(self) -> dict[str, Record]:
        path = self._control.path / _JOURNAL
        try:
            data: Any = json.loads(self._control.read(_JOURNAL, _MAX_JOURNAL_BYTES + 1))
            if data["format"] != FORMAT:
                raise _damaged(path)
            return convert(data["files"], dict[str, Record])
        except FileNotFoundError:
            return {}
        except OSError as error:
            message = f"{path} cannot be read: {error.strerror}"
            raise ExportError(message) from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, ValidationError) as error:
            raise _damaged(path) from error

    def _write(self, journal: dict[str, Record]) -> None:
        # Fields with their default value, as those of captions, are left out.
        files = {name: {k: v for k, v in asdict(record).items() if v} for name, record in journal.items()}
        data = {"format": FORMAT, "files": files}
        with replacing_in(self._control, _JOURNAL, mode=0o666, durable=True) as file:
            file.write(json.dumps(data, indent=0).encode())
        self._journal = journal


@contextlib.contextmanager
def _translated(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = f" ({error.filename})" if error.errno in NOT_A_FILE and error.filename else ""
        message = f"{folder} cannot be written to: {reason(error)}{where}"
        raise ExportError(message) from error


def _check_trusted(place: HeldFolder, control: HeldFolder) -> None:
    """Raise ExportError if somebody else could write the journal, which decides what may be replaced."""
    why = strangers_in(control)
    if why and control.stat().st_uid == place.stat().st_uid and not control.stat().st_mode & _OTHERS_WRITE:
        return  # the owner of the folder could replace everything anyway
    if why:
        message = f"{control.path} cannot be trusted: {why}, or name another folder with `folder=...`"
        raise ExportError(message)


def _damaged(path: Path) -> RequestError:
    return RequestError(f"{path} is damaged: remove it; existing files are then replaced only with `force=True`")


def _remove_all_but(folder: HeldFolder, names: set[str]) -> None:
    with contextlib.suppress(OSError):
        for name in folder.names():
            if name in names:
                continue
            with contextlib.suppress(OSError):
                if stat.S_ISDIR(folder.stat(name).st_mode):
                    folder.rmtree(name)
                else:
                    folder.unlink(name)


def _locked(descriptor: int) -> bool:
    """Whether the file could be locked now, until it is closed or this process ends."""
    try:
        lock_now(descriptor)
    except OSError:
        return False
    return True
