"""A wall clock that jumps while a session plays does not change the sound."""

from __future__ import annotations

import ast
import datetime as dt
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

import voiceguide
from tests.player.test_player import QUIET, Tape, no_voice, running, score_of, wait_for
from voiceguide.history.store import History
from voiceguide.player.player import Player
from voiceguide.player.resuming import noting

if TYPE_CHECKING:
    import pytest

    from voiceguide import session

PACKAGE: Final = Path(voiceguide.__file__).parent
WALL: Final = {"time", "time_ns", "localtime", "gmtime", "ctime", "now", "utcnow", "today", "clock_gettime"}
"""Functions that read the wall clock. They tell the time of day, not how long something has taken."""
MAY_ASK: Final = {"player/resuming.py": 2}
"""How many such calls a file may have. The two here note when a session began and when its entry was updated."""


def asked(path: Path) -> list[str]:
    """Return the calls in a file that read the wall clock."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name.rsplit(".", 1)[-1] in WALL and (name.startswith(("time.", "dt.", "datetime.")) or "." not in name):
                found.append(f"{name}, line {node.lineno}")
    return found


def test_nothing_that_plays_asks_what_time_it_is() -> None:
    files = [path for room in ("player", "outputs", "history") for path in (PACKAGE / room).rglob("*.py")]
    assert len(files) > 20
    found = {str(path.relative_to(PACKAGE)): asked(path) for path in files if asked(path)}
    assert {name: len(calls) for name, calls in found.items()} == MAY_ASK, found
    assert len(asked(Path(__file__).parents[1] / "speech" / "test_store.py")) > 0  # `asked` finds such calls


class JumpingClock:
    """A wall clock that jumps back or forth by years each time it is read."""

    def __init__(self) -> None:
        self.looks = 0
        self._time = time.time()

    def time(self) -> float:
        self.looks += 1
        return self._time + (3e8 if self.looks % 2 else -3e8)


def test_a_session_plays_through_jumps(
    upper_back: session.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = JumpingClock()

    class Date(dt.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:  # noqa: ANN401 -- as datetime has it
            return dt.datetime.fromtimestamp(clock.time(), tz)

    monkeypatch.setattr(time, "time", clock.time)
    monkeypatch.setattr(dt, "datetime", Date)
    score = score_of(upper_back.clips)
    tape = Tape(speed=120)
    note = noting(History(tmp_path), "upper-back", "hibari:heart")
    with running(Player(score, tape, [no_voice], settings=QUIET, note=note)) as player:
        positions = []
        while not player.ended.wait(0.02):
            positions.append(player.status().position_s)
    monkeypatch.undo()
    assert positions == sorted(positions)
    assert wait_for(player, lambda status: status.position_s >= status.length_s - 0.1)
    rendered = np.empty(score.timeline.length, np.float32)
    score.source.render(0, rendered)
    lead = round(0.05 * score.timeline.rate_hz)
    assert np.array_equal(tape.sound()[lead : lead + len(rendered)], rendered)
    assert clock.looks > 2
    [entry] = History(tmp_path).entries()
    assert entry.finished
