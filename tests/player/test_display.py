"""What is shown: plain lines where there is no terminal; the live one is seen in test_live."""

from __future__ import annotations

import io

import pytest
from msgspec.structs import replace

from tests.player.remotes.fakes import STATUS
from voiceguide.player.display import Display, LiveDisplay, PlainDisplay, display_for, lines_of
from voiceguide.player.status import Stage, State


def test_plain_lines_say_each_thing_once() -> None:
    file = io.StringIO()
    with PlainDisplay(file) as display:
        for status in (
            STATUS,
            STATUS,
            replace(STATUS, position_s=62.0, doing="Halfway."),
            replace(STATUS, position_s=63.0, doing="Halfway.", state=State.PAUSED),
            replace(STATUS, position_s=90.0, doing="Left hand over the head.", side="left"),
        ):
            display.show(status)
        display.note("a note")
    assert file.getvalue().splitlines() == [
        "  1:00  == Upper trapezius, right side",
        "  1:00  Hold.",
        "  1:02  Halfway.",
        "  1:03  [paused]",
        "  1:30  == Upper trapezius, left side",
        "  1:30  Left hand over the head.",
        "a note",
    ]


def test_the_live_lines_show_breath_hold_and_what_is_left() -> None:
    status = replace(
        STATUS,
        breath=Stage("exhale", 3.0, 6.0),
        hold=Stage("hold", 10.0, 30.0),
        message="slower from the next step on",
    )
    place, doing, breath, hold, coming, message = lines_of(status)
    assert place == "Upper trapezius, right side  (4/6) · 9:00 left of 10:00"
    assert doing == "Hold."
    assert breath == "breath  " + "█" * 12 + "░" * 12 + " out"
    assert hold == "hold    " + "█" * 8 + "░" * 16 + " 20 s left"
    assert coming == "next: Thread the needle"
    assert message == "slower from the next step on"


def test_an_exhale_empties_the_bar_and_an_inhale_fills_it() -> None:
    def full(kind: str, elapsed_s: float) -> int:
        return lines_of(replace(STATUS, breath=Stage(kind, elapsed_s, 4.0)))[2].count("█")

    assert [full("inhale", s) for s in (0.0, 2.0, 4.0)] == [0, 12, 24]
    assert [full("exhale", s) for s in (0.0, 2.0, 4.0)] == [24, 12, 0]


def test_in_a_narrow_terminal_the_bars_give_way() -> None:
    status = replace(STATUS, breath=Stage("inhale", 2.0, 4.0), hold=Stage("hold", 10.0, 30.0))
    for line in lines_of(status, 22)[2:4]:
        assert len(line) <= 40
    assert lines_of(status, 10)[2].count("█") == 5


@pytest.mark.parametrize(("term", "kind"), [("dumb", PlainDisplay), ("xterm", LiveDisplay)])
def test_a_terminal_that_cannot_draw_gets_plain_lines(
    term: str, kind: type[Display], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", term)
    with display_for(Terminal(), io.StringIO(), "") as display:
        assert type(display) is kind


def test_paused_waiting_and_the_last_part_are_said() -> None:
    assert lines_of(replace(STATUS, state=State.PAUSED))[0].endswith("paused")
    assert lines_of(replace(STATUS, state=State.WAITING))[0].endswith("waiting")
    assert lines_of(replace(STATUS, coming=None))[4] == "the last part"
