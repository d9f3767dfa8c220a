"""Exporter, the interface of every format, and how a file is written: under a temporary name, verified, renamed."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import IO, TYPE_CHECKING, ClassVar, Final

from voiceguide.errors import ExportError, RequestError, UnknownNameError
from voiceguide.files.whole_file import check_writable, whole_file
from voiceguide.log import logger
from voiceguide.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from voiceguide.export.metadata import Metadata
    from voiceguide.sound.source import AudioSource

_log: Final = logger(__name__)


class Exporter(ABC):
    """Writes an AudioSource to a file, in one format.

    `write` and `verify` may be called from any thread, but not at the same time on one object. They raise
    ExportError, or let an OSError pass, which `export` translates.
    """

    suffix: ClassVar[str]
    """With the dot."""
    bit_rates_kbps: ClassVar[tuple[int, ...]] = ()
    """The rates that a user may choose; empty for a lossless format."""
    usual_kbps: ClassVar[int] = 0
    """The rate for one channel, unless the user chooses another."""
    usual_stereo_kbps: ClassVar[int] = 0
    keeps_cover: ClassVar[bool] = True
    """Whether the format has a place for a picture."""

    def __init__(self, bit_rate_kbps: int | None = None) -> None:
        if bit_rate_kbps is not None and bit_rate_kbps not in self.bit_rates_kbps:
            known = ", ".join(str(rate) for rate in self.bit_rates_kbps)
            rates = f"it can have {known} kbit/s" if known else "it has no bit rate to choose"
            message = f"{self.suffix} cannot be written at {bit_rate_kbps} kbit/s: {rates}"
            raise RequestError(message)
        self._asked_kbps = bit_rate_kbps

    def kbps(self, channels: int) -> int:
        """The bit rate for this number of channels: the one that was asked for, or the usual one."""
        return self._asked_kbps or (self.usual_kbps if channels == 1 else self.usual_stereo_kbps)

    @abstractmethod
    def write(self, source: AudioSource, file: IO[bytes], metadata: Metadata, progress: Callable[[int], None]) -> None:
        """Encode all of `source` into `file`, which is empty, seekable and open for reading and writing.

        `progress` is called with the number of frames encoded so far. Memory must not grow with the length.
        """

    @abstractmethod
    def verify(self, file: IO[bytes], source: AudioSource) -> None:
        """Raise ExportError unless `file` holds what `write` has to write for this source."""


_EXPORTERS: Final = Registry("voiceguide.exporters", "exporter", Exporter)  # type: ignore[type-abstract]


def exporter_suffixes() -> list[str]:
    """The suffixes of all formats, without their dots."""
    return _EXPORTERS.names()


def exporter_for(path: Path, bit_rate_kbps: int | None = None) -> Exporter:
    """The exporter for the suffix of `path`, at `bit_rate_kbps` or the usual rate of the format.

    Raises UnknownNameError for an unknown suffix, and RequestError for a rate that the format cannot have.
    """
    suffix = path.suffix.lower().removeprefix(".")
    exporter = _EXPORTERS.find(suffix)
    if exporter is None:
        raise UnknownNameError("audio format", path.suffix or path.name, [f".{name}" for name in exporter_suffixes()])
    return exporter(bit_rate_kbps)


def keeps_cover(path: Path) -> bool:
    """Whether the format of `path` has a place for a picture. Raises UnknownNameError for an unknown suffix."""
    return exporter_for(path).keeps_cover


def check_target(path: Path, *, force: bool, bit_rate_kbps: int | None = None) -> None:
    """Check, before any work is done, that `path` can be written.

    Raises RequestError for an unknown suffix, and for an existing file unless `force`; ExportError for a folder that
    cannot be written to.
    """
    exporter_for(path, bit_rate_kbps)
    check_writable(path, force=force)


def export(
    source: AudioSource,
    path: Path,
    metadata: Metadata,
    *,
    force: bool = False,
    bit_rate_kbps: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Write `source` to `path`, in the format of its suffix.

    The file is written beside its target under a hidden temporary name, read back, and only then renamed. Whatever goes
    wrong before that, an interrupt included, leaves nothing behind. Raises RequestError and ExportError.
    """
    exporter = exporter_for(path, bit_rate_kbps)
    check_writable(path, force=force)
    began_s = time.monotonic()
    with whole_file(path, force=force) as file:
        exporter.write(source, file, metadata, progress or _ignore)
        file.flush()
        exporter.verify(file, source)
    _log.info("%s of %.1f s in %.2f s", exporter.suffix, source.length / source.rate_hz, time.monotonic() - began_s)


def verify(path: Path, source: AudioSource, *, bit_rate_kbps: int | None = None) -> None:
    """Raise ExportError unless the file at `path` reads back as an export of `source`, or of anything as long."""
    try:
        with path.open("rb") as file:
            exporter_for(path, bit_rate_kbps).verify(file, source)
    except OSError as error:
        message = f"{path} cannot be read back: {error.strerror or error}"
        raise ExportError(message) from error


def _ignore(_frames: int) -> None:
    return
