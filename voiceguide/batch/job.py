"""One job: a session as a file, with its captions. Plain data, so that it can go to another machine."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from voiceguide import __version__, session
from voiceguide.batch.likeness import file_digest, open_file_digest
from voiceguide.errors import RequestError
from voiceguide.export.captions import caption_targets
from voiceguide.files.places import path_of
from voiceguide.model.base import Model
from voiceguide.model.pacing import Pacing
from voiceguide.model.routine import Routine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager


class Job(Model):
    """Everything that a file depends on, but for the engine."""

    name: str
    """Of the file, with its suffix and without a folder."""
    routine: Routine
    pacing: Pacing
    bed_digest: str | None = None
    """Of the file that `pacing.bed` names; None where it names none."""
    voice: str
    """As `ENGINE:NAME`."""
    bit_rate_kbps: int | None = None
    captions: tuple[str, ...] = ()
    version: str = __version__
    """Of the voiceguide that it was asked of."""

    def as_data(self) -> dict[str, Any]:
        """For JSON, and back by `Job.model_validate`."""
        return self.model_dump(mode="json")

    def names(self) -> tuple[str, ...]:
        """Every file that it makes, the audio first."""
        return (self.name, *(path.name for path in caption_targets(Path(self.name), self.captions).values()))

    def digest(self, fingerprint: Mapping[str, str]) -> str:
        """The same for two jobs that make the same file, whatever it is called.

        `fingerprint` is the engine's: other versions of it make another file.
        """
        data = self.as_data() | {"name": Path(self.name).suffix, "engine": dict(fingerprint)}
        if self.bed_digest:  # Wherever the file lies.
            data["pacing"]["bed"] = None
        return hashlib.blake2b(json.dumps(data, sort_keys=True).encode(), digest_size=20).hexdigest()


class MadeFile(Struct, frozen=True):
    """A file that was made, and how it can be known again."""

    name: str
    size_bytes: int
    digest: str
    beginnings: tuple[str, ...]
    """Short digests of its first byte, of its first 2, 4 and so on."""


class Made(Struct, frozen=True):
    """What came of a job."""

    files: tuple[MadeFile, ...]
    rate_hz: int
    channels: int
    length_frames: int
    notes: tuple[str, ...]
    """What was shortened, extended, left out or overridden, a sentence each."""

    @property
    def duration_s(self) -> float:
        """Seconds in all."""
        return self.length_frames / self.rate_hz


def make(
    job: Job,
    folder: Path,
    *,
    cache_dir: session.CacheDir = None,
    planning: AbstractContextManager[object] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Made:
    """Make the files of `job` in `folder`, where none of them is yet. Raises what planning and exporting do.

    `planning` is entered while it plans, and speaks what no clip is kept for.
    """
    if job.bed_digest and file_digest(path_of(job.pacing.bed)) != job.bed_digest:
        message = f"the bed {job.pacing.bed} is not the file that it was when this was asked for"
        raise RequestError(message)
    with planning or contextlib.nullcontext():
        planned = session.plan(job.routine, pacing=job.pacing, voice=job.voice, cache_dir=cache_dir)
    planned.export(folder / job.name, bit_rate_kbps=job.bit_rate_kbps, captions=job.captions, progress=progress)
    source = planned.source
    files = known_files(folder, job.names())
    return Made(tuple(files), source.rate_hz, source.channels, source.length, planned.timeline.notes)


def known_files(folder: Path, names: Iterable[str]) -> list[MadeFile]:
    """Size and digests of files as they are now. OSError where one cannot be read."""
    return [_known_file(folder / name) for name in names]


def _known_file(path: Path) -> MadeFile:
    with path.open("rb") as file:
        digest, beginnings = open_file_digest(file.fileno())
        return MadeFile(path.name, os.fstat(file.fileno()).st_size, digest, beginnings)
