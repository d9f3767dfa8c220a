"""The outcome of each job, and the report of a batch."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from voiceguide.errors import VoiceguideError, disk_full, is_full

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from voiceguide.batch.catalogue import Order
    from voiceguide.batch.job import Job, Made

FORMAT: Final = "voiceguide.batch/1"


class Outcome(StrEnum):
    """The outcome of a job; the values are part of the JSON format."""

    MADE = "made"
    KEPT = "kept"
    """The same job made it before, and it is undamaged."""
    REFUSED = "refused"
    """A file of that name exists that no batch made, or that was changed since."""
    FAILED = "failed"


class Failure(Struct, frozen=True):
    """Why a job failed, in one line."""

    reason: str


class Finished(Struct, frozen=True):
    """A job that has ended. Its files are in `folder`, if it made any."""

    order: Order
    result: Made | Failure
    folder: Path
    worker: str = ""
    """The worker that made it; empty for this machine."""


def failure(error: Exception) -> Failure:
    """Describe an exception as a Failure. An unexpected exception is reported as a fault of voiceguide."""
    if isinstance(error, VoiceguideError):
        return Failure("; ".join(str(error).splitlines()))
    if isinstance(error, OSError) and is_full(error):
        return Failure(disk_full(error.filename))
    return Failure(f"this is a fault of voiceguide: {type(error).__name__}: {error}")


class Line(Struct, frozen=True):
    """The line of the report for one job."""

    job: Job
    outcome: Outcome
    reason: str = ""
    """Why nothing was made."""
    size_bytes: int | None = None
    duration_s: float | None = None
    notes: tuple[str, ...] = ()
    """What was shortened, extended, left out or overridden."""
    worker: str = ""

    def document(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "file": self.job.name,
            "captions": list(self.job.names()[1:]),
            "outcome": self.outcome,
            "reason": self.reason,
            "routine": self.job.routine.id,
            "voice": self.job.voice,
            "pace": self.job.pacing.pace,
            "duration_s": self.duration_s,
            "size_bytes": self.size_bytes,
            "notes": list(self.notes),
            "worker": self.worker,
        }


class Report(Struct, frozen=True):
    """The report of a batch."""

    folder: Path
    lines: Sequence[Line]
    """In the order of the manifest."""

    def count(self, outcome: Outcome) -> int:
        """The number of jobs with that outcome."""
        return sum(line.outcome is outcome for line in self.lines)

    @property
    def outcomes(self) -> list[Outcome]:
        """The outcomes that occurred, in the order of Outcome."""
        return [outcome for outcome in Outcome if self.count(outcome)]

    @property
    def failures(self) -> list[str]:
        """One line for every file that could not be made."""
        missing = {Outcome.FAILED, Outcome.REFUSED}
        return [f"{line.job.name}: {line.reason}" for line in self.lines if line.outcome in missing]

    def document(self) -> dict[str, Any]:
        """Plain data for JSON, format `voiceguide.batch/1` (docs/batch.md)."""
        return {
            "format": FORMAT,
            "folder": str(self.folder),
            **{str(outcome): self.count(outcome) for outcome in Outcome},
            "files": [line.document() for line in self.lines],
        }
