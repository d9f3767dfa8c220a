"""History: what is kept, and what damaged files do to it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from voiceguide.errors import RequestError, StoreError
from voiceguide.library.loader import Library
from voiceguide.model.pacing import Pacing
from voiceguide.planning.phrasing import phrase
from voiceguide.planning.scheduling import estimate
from voiceguide.player.history import KEPT, Entry, History, resumed

if TYPE_CHECKING:
    from pathlib import Path

NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


def entry(minutes: int = 0, **values: object) -> Entry:
    known: dict[str, object] = {
        "started": NOON + dt.timedelta(minutes=minutes),
        "updated": NOON + dt.timedelta(minutes=minutes + 5),
        "routine": "upper-back",
        "title": "Upper back",
        "pacing": Pacing(words="brief", breath_scale=1.1),
        "voice": "hibari:heart",
        "position_s": 100.0,
        "length_s": 600.0,
        "chapter": "Cat-cow",
        "chapter_number": 2,
        "chapter_position_s": 40.0,
        "finished": False,
    }
    return Entry.model_validate({**known, **values})


def test_the_newest_comes_first_and_a_session_replaces_itself(tmp_path: Path) -> None:
    history = History(tmp_path / "new")
    for minutes in (0, 20, 10):
        history.save(entry(minutes))
    history.save(entry(20, position_s=200.0))
    assert [(e.started.minute, e.position_s) for e in history.entries()] == [(20, 200.0), (10, 100.0), (0, 100.0)]
    assert history.entries()[0].pacing == Pacing(words="brief", breath_scale=1.1)
    assert [path.suffix for path in (tmp_path / "new").iterdir()] == [".json"] * 3


def test_what_can_be_resumed(tmp_path: Path) -> None:
    history = History(tmp_path)
    with pytest.raises(RequestError, match="nothing to resume"):
        history.unfinished()
    history.save(entry(0))
    history.save(entry(10, routine="hips"))
    assert history.unfinished().routine == "hips"
    assert history.unfinished("upper-back").routine == "upper-back"
    history.save(entry(20, finished=True))
    with pytest.raises(RequestError, match="played to its end"):
        history.unfinished()
    with pytest.raises(RequestError, match="morning"):
        history.unfinished("morning")


def test_damaged_files_are_passed_over(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.save(entry())
    (tmp_path / "20990101T000000000000.json").write_bytes(b"\xff\xfe not json")
    (tmp_path / "20990101T000000000001.json").write_text("{}")
    (tmp_path / "20990101T000000000002.json").write_text("[" * 90_000)
    (tmp_path / "20990101T000000000003.json").write_text(" " * 200_000)
    assert [e.routine for e in history.entries()] == ["upper-back"]


def test_old_ones_are_forgotten_and_leftovers_removed(tmp_path: Path) -> None:
    history = History(tmp_path)
    for number in range(KEPT + 5):
        (tmp_path / f"2020{number:05}.json").write_text("{}")
    (tmp_path / f".x.json.voiceguide-{0:016x}.part").write_text("")
    history.save(entry())
    history.forget_old()
    assert len(list(tmp_path.iterdir())) == KEPT
    assert len(history.entries()) == 1


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="history"):
        History(tmp_path / "file").save(entry())


def test_resuming_counts_from_the_chapter() -> None:
    library = Library()
    timeline = estimate(phrase(library.routine("upper-back"), Pacing(), library.phrasebook), 0.9)
    chapter = timeline.chapters[2]
    at = resumed(timeline, entry(chapter=chapter.title, chapter_number=3, chapter_position_s=12.0))
    assert chapter.start <= at <= chapter.start + 12 * timeline.rate_hz
    # The routine was changed meanwhile: the same title elsewhere, or no such title any more.
    assert resumed(timeline, entry(chapter=chapter.title, chapter_number=1, chapter_position_s=12.0)) == at
    assert resumed(timeline, entry(chapter="Gone", chapter_number=3, chapter_position_s=12.0)) == at
    assert resumed(timeline, entry(chapter="Gone", chapter_number=99, chapter_position_s=9e9)) <= timeline.length
