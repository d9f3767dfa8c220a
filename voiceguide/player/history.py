"""History: what was played when, and where it stopped. One small file a session, written whole each time.

A file is renamed into place every few seconds while its session plays, so that a computer that dies loses
no more than those seconds, and two players at once do not disturb each other.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from typing import TYPE_CHECKING, Annotated, Final

import pydantic
from pydantic import Field

from voiceguide.errors import RequestError, StoreError
from voiceguide.model.base import Model
from voiceguide.model.pacing import Pacing
from voiceguide.places import entries
from voiceguide.player.transport import resume_frame
from voiceguide.whole_file import clear_stale, replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from voiceguide.model.timeline import Timeline
    from voiceguide.player.player import Player
    from voiceguide.player.status import Status

SUFFIX: Final = ".json"
KEPT: Final = 1000
"""Sessions that are remembered."""
FINISHED_WITHIN_S: Final = 5.0
"""Who stops while the end chime rings out has done it all."""
_LIMIT: Final = 100_000


class Entry(Model):
    """A session that was played."""

    started: dt.datetime
    """With its time zone."""
    updated: dt.datetime
    routine: Annotated[str, Field(max_length=16_384)]
    """An id, or the path of a file; its `file:` address, three characters a byte, where the path is no UTF-8."""
    title: str
    pacing: Pacing
    """As it was at the end: re-pacing included."""
    voice: str
    position_s: Annotated[float, Field(ge=0.0)]
    length_s: Annotated[float, Field(ge=0.0)]
    chapter: str
    chapter_number: Annotated[int, Field(ge=1)]
    """Counted from 1."""
    chapter_position_s: Annotated[float, Field(ge=0.0)]
    """From the start of the chapter: what resuming counts from, for an earlier chapter may have been re-paced."""
    finished: bool


class History:
    """The entries in a folder. Raises StoreError where it cannot be read or written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, entry: Entry) -> None:
        """Write an entry, in place of the one with the same start."""
        target = self._folder / f"{entry.started.astimezone(dt.UTC):%Y%m%dT%H%M%S%f}{SUFFIX}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with replacing(target) as file:
                file.write(entry.model_dump_json(indent=1).encode())
        except OSError as error:
            raise self._unusable(error) from error

    def entries(self) -> list[Entry]:
        """Every entry, newest first; a file that is no entry is passed over."""
        return list(self._read())

    def unfinished(self, routine: str | None = None) -> Entry:
        """The newest entry, of `routine` where given; RequestError where it is finished, or there is none."""
        newest = next((entry for entry in self._read() if routine in {None, entry.routine}), None)
        if newest is None:
            message = f"nothing to resume: {routine or 'no session'} has not been played yet"
            raise RequestError(message)
        if newest.finished:
            message = f"{newest.routine} was played to its end: start it again with voiceguide play {newest.routine}"
            raise RequestError(message)
        return newest

    def forget_old(self) -> None:
        """Remove the oldest entries beyond KEPT, and what killed players left behind."""
        clear_stale(self._folder)
        with contextlib.suppress(OSError):
            for path in self._paths()[KEPT:]:
                path.unlink(missing_ok=True)

    def _read(self) -> Iterator[Entry]:
        for path in self._paths():
            with contextlib.suppress(pydantic.ValidationError, FileNotFoundError, UnicodeDecodeError):
                try:
                    if path.is_file() and path.stat().st_size <= _LIMIT:
                        yield Entry.model_validate_json(path.read_text("utf-8"))
                except FileNotFoundError:
                    raise
                except OSError as error:
                    raise self._unusable(error) from error

    def _paths(self) -> list[Path]:
        try:
            return sorted((path for path in entries(self._folder) if path.suffix == SUFFIX), reverse=True)
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError) -> StoreError:
        reason = error.strerror or os.fsdecode(str(error))
        return StoreError(f"the history in {self._folder} cannot be used: {reason}")


def is_finished(status: Status) -> bool:
    """Whether a session has been played to its end, or as good as."""
    return status.position_s >= status.length_s - FINISHED_WITHIN_S


def noting(history: History, routine: str, voice: str) -> Callable[[Player], bool]:
    """What notes a player in the history, each time it is called, and says whether it could.

    A history that cannot be written stops no session.
    """
    started = dt.datetime.now(dt.UTC)
    with contextlib.suppress(StoreError):
        history.forget_old()

    def note(player: Player) -> bool:
        status, score = player.standing()
        chapter = score.timeline.chapters[status.chapter_number - 1]
        entry = Entry(
            started=started,
            updated=dt.datetime.now(dt.UTC),
            routine=routine,
            title=status.title,
            pacing=score.pacing,
            voice=voice,
            position_s=status.position_s,
            length_s=status.length_s,
            chapter=status.chapter,
            chapter_number=status.chapter_number,
            chapter_position_s=max(0.0, status.position_s - chapter.start / score.timeline.rate_hz),
            finished=is_finished(status),
        )
        try:
            history.save(entry)
        except StoreError:
            return False
        return True

    return note


def resumed(timeline: Timeline, entry: Entry) -> int:
    """The frame to go on from: the same place of the same chapter, at the start of what was cut.

    A routine may have been changed since: the chapter is the nearest of its title, and where there is none any more,
    the one of its number.
    """
    last = entry.chapter_number - 1
    alike = [number for number, chapter in enumerate(timeline.chapters) if chapter.title == entry.chapter]
    number = min(alike, key=lambda number: abs(number - last)) if alike else min(last, len(timeline.chapters) - 1)
    chapter = timeline.chapters[number]
    at = min(chapter.start + round(entry.chapter_position_s * timeline.rate_hz), chapter.end)
    return resume_frame(timeline, at)
