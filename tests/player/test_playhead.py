"""The playhead tells which frame is heard, from what was written and what has not sounded yet."""

from __future__ import annotations

import pytest

from voiceguide.player.playhead import Playhead


@pytest.mark.parametrize(
    ("pending", "heard"), [(0, 1300), (1, 1299), (200, 1100), (300, 1000), (350, 1000), (9999, 1000)]
)
def test_what_is_heard_is_what_was_written_less_what_is_pending(pending: int, heard: int) -> None:
    playhead = Playhead()
    playhead.move_to(1000)
    playhead.silence_written(50)
    playhead.session_written(100)
    playhead.session_written(200)
    assert playhead.next_frame == 1300
    assert playhead.heard_frame(pending) == heard


def test_silence_in_between_moves_nothing() -> None:
    playhead = Playhead(500)
    playhead.session_written(100)
    playhead.silence_written(40)
    playhead.session_written(10)
    assert [playhead.heard_frame(pending) for pending in (0, 10, 30, 50, 60, 150)] == [610, 600, 600, 600, 590, 500]


def test_with_nothing_written_the_next_frame_is_heard() -> None:
    playhead = Playhead(7)
    assert playhead.heard_frame(0) == playhead.heard_frame(100) == 7
    playhead.session_written(100)
    playhead.forget()
    assert playhead.heard_frame(50) == playhead.next_frame == 107
    playhead.move_to(3)
    assert playhead.heard_frame(50) == 3


def test_it_moves_along_with_what_lies_before_it() -> None:
    playhead = Playhead(1000)
    playhead.session_written(100)
    playhead.silence_written(10)
    playhead.shift(-250)
    assert (playhead.next_frame, playhead.heard_frame(60)) == (850, 800)


def test_it_remembers_no_more_than_it_is_told_to() -> None:
    playhead = Playhead()
    for _ in range(100):
        playhead.session_written(10)
        playhead.remember(45)
    assert playhead.heard_frame(45) == 955
    assert playhead.heard_frame(900) == 950  # what is older is forgotten
