"""The display: plain lines without a terminal, and the text of the live ones; test_live sees those in a terminal."""

from __future__ import annotations

import io

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from tests.player.remotes.fakes import STATUS
from voiceguide.player.display import Display, LiveDisplay, PlainDisplay, display_for
from voiceguide.player.live import ending
from voiceguide.player.screen import screen
from voiceguide.player.status import Stage, State
from voiceguide.player.status_lines import lines_of
from voiceguide.units import clock


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


titles = st.text(st.sampled_from("abcW xyé太極拳ｱ́🧘"), min_size=1, max_size=60).map(str.strip).filter(bool)


@given(
    titles,
    st.integers(20, 120),
    st.integers(1, 30),
    st.sampled_from([State.PLAYING, State.PAUSED]),
    st.sampled_from([None, 30.0, 600.0]),
    st.floats(0.0, 1.0),
    st.floats(60.0, 5999.0),
)
def test_in_every_size_nothing_is_too_wide_and_what_is_needed_most_is_there(  # noqa: PLR0913 -- each is drawn
    title: str, width: int, height: int, state: State, hold_s: float | None, volume: float, length_s: float
) -> None:
    hold = Stage("hold", 10.0, hold_s) if hold_s else None
    status = replace(
        STATUS, chapter=title, coming=title, doing=title, state=state, hold=hold, volume=volume, length_s=length_s
    )
    lines = [line.text for line in screen(status, "? help", width, height)]
    assert len(lines) <= height
    assert all(cell_len(line) <= width for line in lines)
    # As a terminal emulator that is not ours counts them.
    emulated = pyte.Screen(width, max(2, height + 1))
    pyte.Stream(emulated).feed("\r\n".join(lines))
    assert emulated.cursor.y == len(lines) - 1
    everything = "\n".join(lines)
    assert clock(length_s - 60.0) in lines[0]
    assert ("paused" in lines[0]) == (state is State.PAUSED)
    if hold:
        assert ("20 s" if hold_s == 30 else "9:50") in everything.replace("20s", "20 s")
    if height > 3 or width >= 40:
        assert f"{100 * volume:.0f} %" in everything.replace("%", " %").replace("  %", " %")


def test_the_volume_is_shown_wherever_there_is_a_line_for_it() -> None:
    assert screen(STATUS, "", 80, 24)[4].text == "next: Thread the needle · volume 50 %"
    assert screen(STATUS, "", 30, 24)[4].text == "next: Thread th… · volume 50 %"
    assert screen(STATUS, "", 20, 24)[4].text == "next: Th… · vol 50 %"
    assert screen(STATUS, "", 60, 1)[0].text.endswith("9:00 left · vol 50 %")


def test_plain_lines_say_when_the_volume_changes() -> None:
    file = io.StringIO()
    with PlainDisplay(file) as display:
        for volume in (0.5, 0.5, 0.6, 0.6, 0.0):
            display.show(replace(STATUS, volume=volume))
    assert file.getvalue().splitlines()[2:] == ["  1:00  [volume 60 %]", "  1:00  [volume 0 %]"]


@pytest.mark.parametrize(
    ("position_s", "kept", "said"),
    [
        (436.0, True, "stopped at 7:16 of 10:00; voiceguide play --resume goes on there"),
        (436.0, False, "stopped at 7:16 of 10:00"),
        (0.4, True, "stopped at 0:00 of 10:00"),
        (596.0, True, "upper-back done, 10:00"),
        (600.0, False, "upper-back done, 10:00"),
    ],
)
def test_the_end_says_what_was_done_and_how_to_go_on(position_s: float, kept: bool, said: str) -> None:  # noqa: FBT001
    assert ending(replace(STATUS, position_s=position_s), can_be_resumed=kept) == said


def test_paused_waiting_and_the_last_part_are_said() -> None:
    assert lines_of(replace(STATUS, state=State.PAUSED))[0].endswith("paused")
    assert lines_of(replace(STATUS, state=State.WAITING))[0].endswith("waiting")
    assert lines_of(replace(STATUS, coming=None))[4] == "the last part"
