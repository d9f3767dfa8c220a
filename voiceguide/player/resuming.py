"""Resuming: what the player writes to the history, and where it resumes a session from there."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from voiceguide.errors import StoreError
from voiceguide.history.entry import Entry
from voiceguide.player.transport import resume_frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiceguide.history.store import History
    from voiceguide.model.timeline import Timeline
    from voiceguide.player.player import Player


def noting(history: History, routine: str, voice: str) -> Callable[[Player], bool]:
    """A function that saves where a player stands, and returns whether it could.

    A history that cannot be written does not stop the session.
    """
    started = dt.datetime.now(dt.UTC)
    history.forget_old()

    def note(player: Player) -> bool:
        status, score = player.standing()
        chapter = score.timeline.chapters[status.chapter_number - 1]
        entry = Entry(
            started=started,
            updated=dt.datetime.now(dt.UTC),
            language=score.timeline.language,
            routine=routine,
            title=status.title,
            pacing=score.pacing,
            voice=voice,
            position_s=status.position_s,
            length_s=status.length_s,
            chapter=status.chapter,
            chapter_number=status.chapter_number,
            chapter_position_s=max(0.0, status.position_s - chapter.start / score.timeline.rate_hz),
            finished=status.is_finished,
        )
        try:
            history.save(entry)
        except StoreError:
            return False
        return True

    return note


def entry_frame(timeline: Timeline[int], entry: Entry) -> int:
    """The frame where `entry` resumes: the same place in the same chapter, moved back to the start of what was cut.

    The routine may have changed since. Then the chapter is the nearest one with the same title or, if none has that
    title, the one with the same number.
    """
    last = entry.chapter_number - 1
    alike = [number for number, chapter in enumerate(timeline.chapters) if chapter.title == entry.chapter]
    number = min(alike, key=lambda number: abs(number - last)) if alike else min(last, len(timeline.chapters) - 1)
    chapter = timeline.chapters[number]
    at = min(chapter.start + round(entry.chapter_position_s * timeline.rate_hz), chapter.end)
    return resume_frame(timeline, at)
