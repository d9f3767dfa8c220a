"""One face for every format, and the way a file comes into being: temporary, verified, renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from abc import ABC, abstractmethod
from importlib.metadata import entry_points
from pathlib import Path
from typing import IO, TYPE_CHECKING, ClassVar, Final

from voiceguide.errors import ExportError, RequestError, UnknownNameError, VoiceguideError

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiceguide.export.about import About
    from voiceguide.sound.source import AudioSource

_GROUP: Final = "voiceguide.exporters"


class Exporter(ABC):
    """Writes an AudioSource in one format.

    `write` and `verify` may be called from any thread, one at a time on one object. They raise
    ExportError, or let an OSError through, which `export` translates.
    """

    suffix: ClassVar[str]
    """With its dot."""

    @abstractmethod
    def write(self, source: AudioSource, file: IO[bytes], about: About, progress: Callable[[int], None]) -> None:
        """Encode all of `source` into `file`, which is empty, seekable and open for reading and writing.

        `progress` is told the number of frames that are done. Memory does not grow with the length.
        """

    @abstractmethod
    def verify(self, file: IO[bytes], source: AudioSource) -> None:
        """Raise ExportError unless `file` is what `write` should have left there."""


def exporter_suffixes() -> list[str]:
    """The suffixes that can be written, without their dots."""
    return sorted({point.name for point in entry_points(group=_GROUP)})


def exporter_for(path: Path) -> Exporter:
    """The exporter for the suffix of `path`; UnknownNameError where there is none."""
    suffix = path.suffix.lower().removeprefix(".")
    points = entry_points(group=_GROUP, name=suffix) if suffix else ()
    if not points:
        raise UnknownNameError("audio format", path.suffix or path.name, [f".{name}" for name in exporter_suffixes()])
    exporter = next(iter(points)).load()()
    if not isinstance(exporter, Exporter):
        message = f"what registers as the exporter {suffix!r} is none: {exporter!r}"
        raise ExportError(message)
    return exporter


def check_target(path: Path, *, force: bool) -> None:
    """Raise before any work is done where `path` could not be written.

    RequestError for a name that cannot be meant, or a file that is there and not to be replaced;
    ExportError for a folder that cannot be written to.
    """
    exporter_for(path)
    if path.is_dir():
        message = f"{path} is a folder: name a file in it"
        raise RequestError(message)
    if path.exists() and not force:
        message = f"{path} is there already: --force replaces it"
        raise RequestError(message)
    folder = path.absolute().parent
    if not folder.is_dir():
        message = f"{path} cannot be written: there is no folder {folder}"
        raise ExportError(message)
    if not os.access(folder, os.W_OK | os.X_OK):
        message = f"{path} cannot be written: the folder {folder} is not writable"
        raise ExportError(message)


def export(
    source: AudioSource, path: Path, about: About, *, force: bool = False, progress: Callable[[int], None] | None = None
) -> None:
    """Write `source` to `path`, in the format of its suffix.

    The file is written beside its target under a hidden temporary name, read back, and only then given
    its name; whatever goes wrong before, an interrupt included, leaves nothing behind. Raises
    RequestError and ExportError.
    """
    check_target(path, force=force)
    exporter = exporter_for(path)
    temporary: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            mode="w+b", dir=path.absolute().parent, prefix=f".{path.name}.", suffix=".part", delete=False
        ) as file:
            temporary = Path(file.name)
            exporter.write(source, file, about, progress or _ignore)
            file.flush()
            exporter.verify(file, source)
            os.fsync(file.fileno())
        _give_usual_permissions(temporary)
        temporary.replace(path)
        temporary = None
    except VoiceguideError:
        raise
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        reason = "the disk is full" if full else error.strerror or str(error)
        message = f"{path} was not written: {reason}"
        raise ExportError(message) from error
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                temporary.unlink()


def _give_usual_permissions(path: Path) -> None:
    """A temporary file is private; what the user asked for gets the permissions of any new file."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)


def _ignore(_frames: int) -> None:
    return
