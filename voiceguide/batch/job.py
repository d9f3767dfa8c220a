"""One job: a session as a file, with its captions. It is plain data, so that it can be sent to another machine."""

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

    from voiceguide.speech.opening import CacheDir


class Job(Model):
    """Everything that a file depends on, except the engine."""

    name: str
    """Name of the file, with its suffix and without a folder."""
    routine: Routine
    pacing: Pacing
    bed_digest: str | None = None
    """Digest of the file that `pacing.bed` names; None for a built-in bed."""
    voice: str
    """Voice, as `ENGINE:NAME`."""
    bit_rate_kbps: int | None = None
    captions: tuple[str, ...] = ()
    version: str = __version__
    """Version of voiceguide that made the request."""

    def as_data(self) -> dict[str, Any]:
        """Plain data for JSON; `Job.model_validate` reads it back."""
        return self.model_dump(mode="json")

    def names(self) -> tuple[str, ...]:
        """The names of the files that it makes, the audio first."""
        return (self.name, *(path.name for path in caption_targets(Path(self.name), self.captions).values()))

    def digest(self, fingerprint: Mapping[str, str]) -> str:
        """A digest that is equal for two jobs that make the same file, whatever its name.

        `fingerprint` is that of the engine, because another version of the engine makes another file.
        """
        data = self.as_data() | {"name": Path(self.name).suffix, "engine": dict(fingerprint)}
        if self.bed_digest:  # The digest of the file counts, not its path.
            data["pacing"]["bed"] = None
        return hashlib.blake2b(json.dumps(data, sort_keys=True).encode(), digest_size=20).hexdigest()


class MadeFile(Struct, frozen=True):
    """A file that was made, and what identifies it."""

    name: str
    size_bytes: int
    digest: str
    beginnings: tuple[str, ...]
    """Short digests of its first 1, 2, 4 ... bytes."""


class Made(Struct, frozen=True):
    """The result of a job."""

    files: tuple[MadeFile, ...]
    rate_hz: int
    channels: int
    length_frames: int
    notes: tuple[str, ...]
    """What was shortened, extended, left out or overridden, one sentence each."""

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.length_frames / self.rate_hz


def make(
    job: Job,
    folder: Path,
    *,
    cache_dir: CacheDir = None,
    planning: AbstractContextManager[object] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Made:
    """Make the files of `job` in `folder`, which holds none of them yet. Raises what planning and exporting raise.

    `planning` is entered during the planning, which speaks the texts without a clip.
    """
    if job.bed_digest and file_digest(path_of(job.pacing.bed)) != job.bed_digest:
        message = f"the bed {job.pacing.bed} has changed since this job was requested"
        raise RequestError(message)
    with planning or contextlib.nullcontext():
        planned = session.plan(job.routine, pacing=job.pacing, voice=job.voice, cache_dir=cache_dir)
    planned.export(folder / job.name, bit_rate_kbps=job.bit_rate_kbps, captions=job.captions, progress=progress)
    source = planned.source
    files = known_files(folder, job.names())
    return Made(tuple(files), source.rate_hz, source.channels, source.length, planned.timeline.notes)


def known_files(folder: Path, names: Iterable[str]) -> list[MadeFile]:
    """Size and digests of files as they are now. Raises OSError if one cannot be read."""
    return [_known_file(folder / name) for name in names]


def _known_file(path: Path) -> MadeFile:
    with path.open("rb") as file:
        digest, beginnings = open_file_digest(file.fileno())
        return MadeFile(path.name, os.fstat(file.fileno()).st_size, digest, beginnings)
