"""What came of every job, and of all."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from voiceguide.errors import VoiceguideError, is_full

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from voiceguide.batch.catalogue import Order
    from voiceguide.batch.job import Job, Made

FORMAT: Final = "voiceguide.batch/1"


class Outcome(StrEnum):
    """What became of a job; the values are part of the JSON format."""

    MADE = "made"
    KEPT = "kept"
    """It was there, made before by the same job, and is undamaged."""
    REFUSED = "refused"
    """A file of that name is there that no batch made, or that was changed since."""
    FAILED = "failed"


class Failure(Struct, frozen=True):
    """Why a job came to nothing, in a line."""

    reason: str


class Finished(Struct, frozen=True):
    """A job that is over: its files are in `folder`, or there are none."""

    order: Order
    result: Made | Failure
    folder: Path
    worker: str = ""
    """Who made it, where that was not this machine."""


def failure(error: Exception) -> Failure:
    """An exception as a Failure; what is no error of ours is called a fault of ours."""
    if isinstance(error, VoiceguideError):
        return Failure("; ".join(str(error).splitlines()))
    if isinstance(error, OSError) and is_full(error):
        return Failure(f"the disk is full{f' under {error.filename}' if error.filename else ''}")
    return Failure(f"this is a fault of voiceguide: {type(error).__name__}: {error}")


class Line(Struct, frozen=True):
    """A line of the report: a job."""

    job: Job
    outcome: Outcome
    reason: str = ""
    """Where nothing was made."""
    size_bytes: int | None = None
    duration_s: float | None = None
    notes: tuple[str, ...] = ()
    """Of what was made: what was shortened, extended, left out or overridden."""
    worker: str = ""

    def document(self) -> dict[str, Any]:
        """For JSON."""
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
    """What came of a batch."""

    folder: Path
    lines: Sequence[Line]
    """In the order of the manifest."""

    def count(self, outcome: Outcome) -> int:
        """How many jobs came to that."""
        return sum(line.outcome is outcome for line in self.lines)

    @property
    def outcomes(self) -> list[Outcome]:
        """Those that there are, in the order of Outcome."""
        return [outcome for outcome in Outcome if self.count(outcome)]

    @property
    def failures(self) -> list[str]:
        """A line for every file that is not there as it should be."""
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
