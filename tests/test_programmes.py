"""Every shipped programme, spoken by the real voice."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import pytest

from tests.wording import IDIOMS, PROMISES
from voiceguide import session
from voiceguide.library.loader import Library
from voiceguide.model.base import spoken_texts
from voiceguide.model.script import Role, SpanKind, ToneName
from voiceguide.model.stretch import HoldMovement, Position
from voiceguide.units import to_frames

if TYPE_CHECKING:
    from pathlib import Path

    from voiceguide.model.timeline import Timeline

LIBRARY = Library()
PROGRAMMES = [
    *("after-running", "desk-break", "full-body", "hands-wrists", "hips", "in-bed", "lower-back"),
    *("morning", "neck-desk", "neck-shoulders", "seated", "upper-back", "wind-down"),
]
MINUTES = {"neck-desk": 4, "hands-wrists": 5, "seated": 12, "full-body": 10, "after-running": 8, "in-bed": 10}
# Every programme as most people hear it, and with the fewest words. Other paces speak every text anew: some are enough.
VARIANTS = [
    *((routine, pace, words) for routine in PROGRAMMES for pace, words in (("steady", "full"), ("steady", "minimal"))),
    *(
        (routine, pace, words)
        for routine in ("full-body", "hands-wrists", "in-bed", "neck-desk", "upper-back")
        for pace, words in (("gentle", "brief"), ("brisk", "full"), ("brisk", "minimal"))
    ),
]


@pytest.fixture(scope="module", params=VARIANTS, ids="-".join)
def timeline(request: pytest.FixtureRequest, clip_cache: Path) -> Timeline:
    # Planning speaks every sentence, and every sentence has to pass the gate.
    routine, pace, words = request.param
    return session.plan(routine, pacing=session.paced(pace, words=words), cache_dir=clip_cache).timeline


def test_these_are_the_shipped_programmes() -> None:
    assert LIBRARY.routine_ids() == PROGRAMMES


@pytest.mark.parametrize(("routine", "minutes"), MINUTES.items())
def test_a_programme_takes_about_as_long_as_it_is_meant_to(routine: str, minutes: int, clip_cache: Path) -> None:
    planned = session.plan(routine, pacing=session.paced("steady"), cache_dir=clip_cache)
    assert round(planned.timeline.duration_s / 60) == minutes


@pytest.mark.parametrize(
    ("routine", "position"),
    [
        ("neck-desk", Position.CHAIR),
        ("hands-wrists", Position.CHAIR),
        ("seated", Position.CHAIR),
        ("after-running", Position.STANDING),
        ("in-bed", Position.SUPINE),
    ],
)
def test_a_programme_stays_where_it_says_that_it_is_done(routine: str, position: Position) -> None:
    assert {stretch.position for stretch in LIBRARY.routine(routine).stretches} == {position}


def test_in_bed_nothing_is_needed_but_the_bed() -> None:
    routine = LIBRARY.routine("in-bed")
    assert not [prop for stretch in routine.stretches for prop in stretch.props]
    spoken = [text for part in (routine, *routine.stretches) for _, text in spoken_texts(part)]
    assert "Lie down on your back, legs long, arms beside you." in spoken
    assert not [text for text in spoken if re.search(r"\b(mat|chair|cushion|floor|get up(?! later))\b", text)]


def test_in_bed_the_end_is_a_long_rest_and_nobody_is_told_to_move() -> None:
    routine = LIBRARY.routine("in-bed")
    last = routine.stretches[-1].movement
    assert isinstance(last, HoldMovement)
    assert last.restful
    assert last.hold_s.default >= 90
    assert not routine.close


def test_nothing_is_shortened_left_out_or_out_of_its_range(timeline: Timeline) -> None:
    assert timeline.notes == ()


def test_holds_leave_quiet(timeline: Timeline) -> None:
    for hold in (span for span in timeline.spans if span.kind is SpanKind.HOLD):
        inside = [cue for cue in timeline.speech() if hold.start <= cue.start < hold.end]
        assert sum(cue.end - cue.start for cue in inside) <= 0.35 * (hold.end - hold.start)
        if hold.end - hold.start >= to_frames(25):
            edges = [hold.start, *(edge for cue in inside for edge in (cue.start, cue.end)), hold.end]
            assert max(b - a for a, b in zip(edges[::2], edges[1::2], strict=True)) >= to_frames(8)


def test_breath_words_fit_their_phase(timeline: Timeline) -> None:
    phases = [s for s in timeline.spans if s.kind in {SpanKind.INHALE, SpanKind.EXHALE} and s.repetition]
    for cue in timeline.speech():
        if cue.role in {Role.INHALE, Role.EXHALE}:
            phase = next(
                s for s in phases if s.start - to_frames(0.5) <= cue.start < s.end and s.kind.value == cue.role.value
            )
            assert cue.end <= phase.end - to_frames(0.4)


def test_sides_are_equal_to_the_frame(timeline: Timeline) -> None:
    for chapter in timeline.chapters:
        inside = [s for s in timeline.spans if chapter.start <= s.start < chapter.end and s.side]
        for kind in (SpanKind.HOLD, SpanKind.INHALE, SpanKind.EXHALE):
            left, right = (
                [s.end - s.start for s in inside if s.kind is kind and s.side == side] for side in ("left", "right")
            )
            assert left == right


def test_left_and_right_are_said_only_of_the_side_at_hand(timeline: Timeline) -> None:
    for cue in timeline.speech():
        if re.search(r"\b(left|right)\b", cue.text, re.IGNORECASE):
            assert cue.side, cue.text


def test_words_are_plain_and_promise_nothing(timeline: Timeline) -> None:
    for cue in timeline.speech():
        assert not PROMISES.search(cue.text), cue.text
        assert not IDIOMS.search(cue.text), cue.text
        assert "{" not in cue.text


def test_no_sentence_is_said_twice_running(timeline: Timeline) -> None:
    # With minimal words nothing separates the counts of two rounds, or the same words at the ends of two holds.
    is_minimal = not any(cue.role is Role.INSTRUCT for cue in timeline.cues)
    again = {Role.REMAINING} if is_minimal else set()
    for before, after in itertools.pairwise(timeline.speech()):
        assert before.text != after.text or after.role in again


def test_there_is_more_quiet_than_speech(timeline: Timeline) -> None:
    assert sum(cue.end - cue.start for cue in timeline.speech()) < 0.45 * timeline.length


def test_every_hold_ends_with_a_chime_and_a_release(timeline: Timeline) -> None:
    ends = {cue.start for cue in timeline.cues if cue.tone is ToneName.HOLD_END}
    holds = [span.end for span in timeline.spans if span.kind is SpanKind.HOLD]
    if timeline.routine in {"wind-down", "in-bed"}:  # these end in sleep
        holds = holds[:-1]
    assert set(holds) == ends
