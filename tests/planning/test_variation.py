"""Variation: wordings that may vary do so from day to day, and those that keep the listener safe never do."""

from __future__ import annotations

import pytest

from voiceguide.library.loader import Library
from voiceguide.model.script import Role
from voiceguide.planning.phrasing.script import phrase
from voiceguide.planning.phrasing.wording import Wording
from voiceguide.planning.planner import draft, plan_timeline, texts_to_speak
from voiceguide.planning.presets import PRESETS, paced, parse_variation
from voiceguide.planning.scheduling.estimate import estimated_frames
from voiceguide.planning.scheduling.schedule import schedule

LIBRARY = Library()
BOOK = LIBRARY.phrasebook
ROUTINES = sorted(LIBRARY.routines()[0])
DAYS = range(739_583, 739_595)
"""Twelve days from 28 November 2025 on; a day is the number that `date.toordinal` gives it."""
STEADY = {Role.SAFETY, Role.SETUP, Role.INSTRUCT, Role.COUNT, Role.INHALE, Role.EXHALE}
"""Roles of texts that listeners follow word by word: they are the same every day."""


def said(name: str, variation: int, roles: set[Role] | None = None) -> list[str]:
    timeline = plan_timeline(
        LIBRARY.routine(name), paced(variation=variation), BOOK, lambda t: estimated_frames(t, 0.9)
    )
    return [cue.text for cue in timeline.speech() if roles is None or cue.role in roles]


@pytest.mark.parametrize("name", ROUTINES)
def test_a_day_says_the_same_again_and_the_next_day_something_else(name: str) -> None:
    for day in DAYS:
        assert said(name, day) == said(name, day)
        assert said(name, day) != said(name, day + 1)


@pytest.mark.parametrize("name", ROUTINES)
def test_what_keeps_somebody_safe_and_what_is_followed_never_varies(name: str) -> None:
    rests = set(BOOK.rest)
    assert len({tuple(text for text in said(name, day, STEADY) if text not in rests) for day in DAYS}) == 1


@pytest.mark.parametrize("name", ROUTINES)
def test_all_days_together_need_four_times_the_clips_at_most(name: str) -> None:
    routine = LIBRARY.routine(name)
    one = set(phrase(routine, paced(), BOOK, minutes=10).texts())
    all_days = {text for day in DAYS for text in phrase(routine, paced(variation=day), BOOK, minutes=10).texts()}
    assert len(all_days) <= 4 * len(one)


@pytest.mark.parametrize("name", ROUTINES)
def test_no_sentence_that_varies_is_said_twice_in_a_row(name: str) -> None:
    """Within a session the wordings take turns."""
    for role in (Role.HOLD, Role.REMAINING):
        texts = [text for text in said(name, DAYS[0], {role}) if text not in {BOOK.last_repetition, BOOK.last_round}]
        if len(texts) > 2:
            assert len(set(texts)) > 1


@pytest.mark.parametrize("day", [0, *DAYS[:4]])
def test_an_exact_length_is_met_on_every_day_with_nothing_said_that_was_not_known(day: int) -> None:
    routine = LIBRARY.routine("hips")
    pacing = paced(variation=day, length_s=1200.0)
    known = set(texts_to_speak(routine, pacing, BOOK))
    script = draft(routine, pacing, BOOK, lambda texts: estimated_frames(texts, 0.9)).script
    assert set(script.texts()) <= known
    assert schedule(script, estimated_frames(script.texts(), 0.9)).duration_s == pytest.approx(1200.0, abs=0.001)


def test_off_says_the_first_wording_everywhere() -> None:
    wording = Wording(BOOK, parse_variation("off"))
    assert {wording.choose(BOOK.hold, index) for index in range(20)} == {BOOK.hold[0]}
    assert {Wording(BOOK, 5).choose(BOOK.hold, index) for index in range(20)} == set(BOOK.hold)
    assert PRESETS["steady"].variation == 0


def test_the_clock_moves_nothing_but_the_length_of_the_words() -> None:
    """Both sides, doses and order are the same every day."""
    timelines = [
        plan_timeline(LIBRARY.routine("hips"), paced(variation=day), BOOK, lambda t: estimated_frames(t, 0.9))
        for day in (0, *DAYS)
    ]
    shapes = {tuple((span.kind, span.stretch, span.side, span.repetition) for span in made.spans) for made in timelines}
    assert len(shapes) == 1
    holds = {tuple(span.end - span.start for span in made.spans if span.kind == "hold") for made in timelines}
    assert len(holds) == 1
