"""The frame at which a session resumes, from an entry of the history."""

from __future__ import annotations

from tests.history.test_history import entry
from voiceguide.library.loader import Library
from voiceguide.model.pacing import Pacing
from voiceguide.planning.phrasing.script import phrase
from voiceguide.planning.scheduling.estimate import estimate
from voiceguide.player.resuming import entry_frame


def test_resuming_counts_from_the_chapter() -> None:
    library = Library()
    timeline = estimate(phrase(library.routine("upper-back"), Pacing(), library.phrasebook), 0.9)
    chapter = timeline.chapters[2]
    at = entry_frame(timeline, entry(chapter=chapter.title, chapter_number=3, chapter_position_s=12.0))
    assert chapter.start <= at <= chapter.start + 12 * timeline.rate_hz
    # The routine was changed meanwhile: the same title elsewhere, or no such title any more.
    assert entry_frame(timeline, entry(chapter=chapter.title, chapter_number=1, chapter_position_s=12.0)) == at
    assert entry_frame(timeline, entry(chapter="Gone", chapter_number=3, chapter_position_s=12.0)) == at
    assert entry_frame(timeline, entry(chapter="Gone", chapter_number=99, chapter_position_s=9e9)) <= timeline.length
