"""The history: which entries it keeps, and that damaged files do not harm it."""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
from typing import TYPE_CHECKING

import pytest

from voiceguide.errors import RequestError, StoreError
from voiceguide.history.entry import Entry
from voiceguide.history.store import KEPT, History
from voiceguide.model.pacing import Pacing

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
    with pytest.raises(RequestError, match=r"^nothing to resume: no session has been played yet$"):
        history.unfinished()
    with pytest.raises(RequestError, match=r"^nothing to resume: hips has not been played yet$"):
        history.unfinished("hips")
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


def test_the_last_one_that_was_written_comes_first_whatever_the_clock_said(tmp_path: Path) -> None:
    """Otherwise a clock that was years ahead for an evening would hide all later sessions."""
    history = History(tmp_path)
    ahead = entry(routine="hips", started=NOON.replace(year=2031), updated=NOON.replace(year=2031))
    for each in (entry(0), ahead, entry(10, routine="morning"), entry(5)):
        history.save(each)
        assert history.entries()[0] == each
        assert history.unfinished() == each
    assert [e.routine for e in history.entries()] == ["upper-back", "morning", "hips", "upper-back"]
    assert History(tmp_path).unfinished("hips") == ahead


def test_of_two_players_at_once_the_one_that_wrote_last_comes_first(tmp_path: Path) -> None:
    one, other = History(tmp_path), History(tmp_path)
    for position_s in (5.0, 10.0, 15.0):
        one.save(entry(0, position_s=position_s))
        other.save(entry(1, position_s=position_s))
    one.save(entry(0, position_s=20.0))
    assert [(e.started.minute, e.position_s) for e in one.entries()] == [(0, 20.0), (1, 15.0)]
    assert len(list(tmp_path.iterdir())) == 2
    before = sorted(tmp_path.iterdir())
    one.save(entry(0, position_s=25.0))
    assert sorted(tmp_path.iterdir()) == before


def test_the_history_of_earlier_versions_is_gone_on_with(tmp_path: Path) -> None:
    """Its files are named by their dates, and count as older than every entry that is written from now on."""
    for year in (2026, 2031, 2027):
        old = entry(routine=f"r{year}", started=NOON.replace(year=year))
        (tmp_path / f"{year}1124T120000000000.json").write_text(old.model_dump_json(indent=1))
    history = History(tmp_path)
    assert [e.routine for e in history.entries()] == ["r2031", "r2027", "r2026"]
    history.save(entry(7, routine="new"))
    assert [e.routine for e in history.entries()] == ["new", "r2031", "r2027", "r2026"]
    history.save(entry(routine="r2027", started=NOON.replace(year=2027), position_s=200.0))
    assert [(e.routine, e.position_s) for e in history.entries()][:2] == [("r2027", 200.0), ("new", 100.0)]
    assert len(history.entries()) == len(list(tmp_path.iterdir())) == 4


def test_a_player_that_was_killed_between_two_names_has_one_entry(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.save(entry(0, position_s=5.0))
    [old] = tmp_path.iterdir()
    kept = old.read_bytes()
    history.save(entry(1))
    history.save(entry(0, position_s=10.0))
    old.write_bytes(kept)
    assert [(e.started.minute, e.position_s) for e in history.entries()] == [(0, 10.0), (1, 100.0)]
    history.save(entry(0, position_s=15.0))
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("started", "0001-01-01T00:00:00Z"),
        ("started", "9999-12-31T23:59:59-12:00"),
        ("started", "2026-11-24T12:00:00"),
        ("updated", "0001-01-01T00:00:00+14:00"),
        ("started", 1e308),
        ("position_s", 1e308),
        ("position_s", float("inf")),
        ("position_s", float("nan")),
        ("position_s", -1.0),
        ("length_s", 10**400),
        ("length_s", 1e12),
        ("chapter_position_s", 1e308),
        ("chapter_number", 10**30),
        ("chapter_number", 0),
        ("title", "x" * 5000),
        ("voice", "x" * 5000),
        ("pacing", {"hold_s": 1e308}),
        ("pacing", {"length_s": float("inf")}),
    ],
)
def test_absurd_values_are_damage(tmp_path: Path, field: str, value: object) -> None:
    history = History(tmp_path)
    history.save(entry())
    data = json.loads(entry(1).model_dump_json()) | {field: value}
    (tmp_path / "9999999999-20310101T000000000000.json").write_text(json.dumps(data))
    assert history.entries() == [entry()]
    assert history.unfinished() == entry()


def test_what_is_no_file_is_passed_over_and_never_waited_for(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    history.save(entry())
    (tmp_path / "theirs.json").write_text(entry(3).model_dump_json())
    os.mkfifo(tmp_path / "history" / "9999999991-a.json")
    (tmp_path / "history" / "9999999992-a.json").mkdir()
    (tmp_path / "history" / "9999999993-a.json").symlink_to(tmp_path / "theirs.json")
    (tmp_path / "history" / "9999999994-a.json").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "history" / "9999999995-a.json"))
    assert history.entries() == [entry()]
    history.save(entry(position_s=200.0))
    assert history.entries() == [entry(position_s=200.0)]


def test_its_folders_are_the_users_own_whatever_the_mask_is(tmp_path: Path) -> None:
    mask = os.umask(0o177)
    try:
        History(tmp_path / ".local" / "share" / "voiceguide" / "history").save(entry())
    finally:
        os.umask(mask)
    folders = [path for path in tmp_path.rglob("*") if path.is_dir()]
    assert [oct(path.stat().st_mode & 0o777) for path in folders] == ["0o700"] * 4
    [file] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert oct(file.stat().st_mode & 0o777) == "0o600"


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="history"):
        History(tmp_path / "file").save(entry())
