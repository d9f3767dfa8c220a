"""What an exported file says about itself: title, tags, chapters and timed lines, from a session or a clip."""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING, Final

from voiceguide.export.captions import timed_lines
from voiceguide.export.metadata import ChapterMark, Metadata
from voiceguide.model.characters import visible
from voiceguide.planning.pacing_words import pacing_in_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiceguide.language.phrasebook import Phrasebook
    from voiceguide.model.clip import Clip
    from voiceguide.model.pacing import Pacing
    from voiceguide.model.routine import Routine
    from voiceguide.model.timeline import Timeline

ARTIST: Final = "voiceguide"


def chapter_marks(timeline: Timeline) -> tuple[ChapterMark, ...]:
    """The chapters of a timeline in seconds."""
    return tuple(
        ChapterMark(chapter.title, chapter.start / timeline.rate_hz, chapter.end / timeline.rate_hz)
        for chapter in timeline.chapters
    )


def session_metadata(
    timeline: Timeline,
    routine: Routine,
    pacing: Pacing,
    phrasebook: Phrasebook,
    voice: str,
    draw: Callable[[], bytes] = bytes,
) -> Metadata:
    """The metadata of a session; `draw` draws its cover when a format asks for it."""
    return Metadata(
        title=timeline.title,
        artist=ARTIST,
        album=phrasebook.file.album,
        comment=_comment(routine, pacing, phrasebook, voice),
        language=timeline.language,
        date=f"{dt.datetime.now().astimezone():%Y-%m-%d}",
        draw=draw,
        lines=timed_lines(timeline, phrasebook.captions.quiet),
        chapters=chapter_marks(timeline),
    )


def clip_metadata(clip: Clip, text: str, language: str) -> Metadata:
    """The metadata of a single clip in a language, titled with its text."""
    text = visible(text).strip()
    return Metadata(text, ARTIST, "", "", language, (ChapterMark(text, 0.0, len(clip.pcm) / clip.rate_hz),))


def _comment(routine: Routine, pacing: Pacing, phrasebook: Phrasebook, voice: str) -> str:
    engine, _, name = voice.partition(":")
    # Of a voice that is a file only the name: the folder is nobody's business but its owner's.
    shown = f"{engine}:{name.replace(os.sep, '/').rpartition('/')[2]}"
    stop = "" if routine.description.endswith((".", "!", "?", ":")) else "."
    names = {stretch.id: stretch.name for stretch in routine.stretches}
    return phrasebook.file.comment.format(
        description=f"{routine.description}{stop}", pacing=pacing_in_words(pacing, phrasebook, names), voice=shown
    )
