"""The transport: a state machine without a device, over real timelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceguide.library.loader import Library
from voiceguide.model.pacing import Pacing
from voiceguide.model.script import SpanKind
from voiceguide.planning.phrasing.script import phrase
from voiceguide.planning.scheduling.estimate import estimate
from voiceguide.player.commands import Action, Command
from voiceguide.player.status import State
from voiceguide.player.transport import Transport, after, chapter_at, resume_frame

if TYPE_CHECKING:
    from voiceguide.model.timeline import Timeline

LIBRARY = Library()
TIMELINES = [
    estimate(phrase(LIBRARY.routine(name), Pacing(countdown=3), LIBRARY.phrasebook), 0.9)
    for name in LIBRARY.routine_ids()
]
UPPER_BACK = TIMELINES[LIBRARY.routine_ids().index("upper-back")]
RATE_HZ = UPPER_BACK.rate_hz

timelines = st.sampled_from(TIMELINES)
commands = st.builds(Command, st.sampled_from(Action), st.floats(-2000, 2000))
states = st.sampled_from([State.PLAYING, State.PAUSED, State.WAITING])


@given(timelines, states, st.floats(0, 1), st.lists(commands, max_size=12))
def test_whatever_is_asked_it_stays_inside_the_session(
    timeline: object, state: State, share: float, asked: list[Command]
) -> None:
    transport = Transport(state, int(share * timeline.length))  # type: ignore[attr-defined]
    for command in asked:
        before, transport = transport, after(transport, command, timeline)  # type: ignore[arg-type]
        assert 0 <= transport.at <= timeline.length  # type: ignore[attr-defined]
        assert 0.0 <= transport.volume <= 1.0
        if before.state is State.ENDED:
            assert transport == before


@pytest.mark.parametrize(
    ("state", "action", "expected"),
    [
        (State.PLAYING, Action.PAUSE, State.PAUSED),
        (State.PLAYING, Action.TOGGLE, State.PAUSED),
        (State.PLAYING, Action.RESUME, State.PLAYING),
        (State.PAUSED, Action.RESUME, State.PLAYING),
        (State.PAUSED, Action.TOGGLE, State.PLAYING),
        (State.PAUSED, Action.PAUSE, State.PAUSED),
        (State.WAITING, Action.PAUSE, State.PAUSED),
        (State.WAITING, Action.TOGGLE, State.PAUSED),
        (State.PLAYING, Action.STOP, State.ENDED),
        (State.PAUSED, Action.STOP, State.ENDED),
        (State.WAITING, Action.STOP, State.ENDED),
        (State.PAUSED, Action.NEXT, State.PAUSED),
        (State.PLAYING, Action.SEEK_BY, State.PLAYING),
    ],
)
def test_the_arrows_of_the_drawing(state: State, action: Action, expected: State) -> None:
    assert after(Transport(state, 100 * RATE_HZ), Command(action, 1.0), UPPER_BACK).state is expected


def test_next_goes_through_the_chapters_and_ends_behind_the_last() -> None:
    transport, visited = Transport(), []
    while transport.state is not State.ENDED:
        visited.append(transport.at)
        transport = after(transport, Command(Action.NEXT), UPPER_BACK)
    assert visited == [chapter.start for chapter in UPPER_BACK.chapters]


@given(timelines, st.floats(0, 1))
def test_previous_restarts_the_chapter_and_in_its_first_seconds_goes_one_back(timeline: object, share: float) -> None:
    at = int(share * (timeline.length - 1))  # type: ignore[attr-defined]
    number = chapter_at(timeline, at)  # type: ignore[arg-type]
    chapters = timeline.chapters  # type: ignore[attr-defined]
    begun = at - chapters[number].start < 3 * RATE_HZ
    landed = after(Transport(at=at), Command(Action.PREVIOUS), timeline).at  # type: ignore[arg-type]
    assert landed == chapters[max(0, number - 1) if begun else number].start
    always = after(Transport(at=at), Command(Action.PREVIOUS), timeline, "chapter").at  # type: ignore[arg-type]
    assert always == chapters[max(0, number - 1)].start
    assert after(Transport(at=at), Command(Action.REPEAT), timeline).at == chapters[number].start  # type: ignore[arg-type]


@given(timelines, st.floats(0, 1), st.floats(-700, 700))
def test_seeking_never_lands_inside_a_sentence(timeline: object, share: float, seconds: float) -> None:
    start = Transport(at=int(share * timeline.length))  # type: ignore[attr-defined]
    at = after(start, Command(Action.SEEK_BY, seconds), timeline).at  # type: ignore[arg-type]
    assert not any(cue.start < at < cue.end for cue in timeline.speech())  # type: ignore[attr-defined]
    wanted = min(max(0, start.at + round(seconds * RATE_HZ)), timeline.length)  # type: ignore[attr-defined]
    assert wanted - 12 * RATE_HZ < at <= wanted + 12 * RATE_HZ
    # Seeking forward never goes back, and seeking back never goes forward, however short the jump.
    if round(seconds * RATE_HZ) > 0:
        assert at >= min(start.at, timeline.length)  # type: ignore[attr-defined]
        assert at <= wanted or any(cue.start <= start.at < at == cue.end for cue in timeline.speech())  # type: ignore[attr-defined]
    else:
        assert at <= max(start.at, 0)
        assert at <= wanted


@given(timelines, st.floats(0, 1))
def test_resuming_goes_back_to_what_was_cut_and_never_far(timeline: object, share: float) -> None:
    at = int(share * timeline.length)  # type: ignore[attr-defined]
    frame = resume_frame(timeline, at)  # type: ignore[arg-type]
    assert frame <= at
    assert not any(cue.start < frame < cue.end for cue in timeline.speech())  # type: ignore[attr-defined]
    assert at - frame < 25 * RATE_HZ
    cut = [cue for cue in timeline.speech() if cue.start < at < cue.end]  # type: ignore[attr-defined]
    for cue in cut:
        assert frame <= cue.start


@pytest.mark.parametrize("timeline", TIMELINES, ids=LIBRARY.routine_ids())
def test_pausing_again_and_again_leads_back_once(timeline: Timeline) -> None:
    """This holds at every tenth of a second, and at the edges of all that sounds."""
    edges = {frame + step for cue in timeline.cues for frame in (cue.start, cue.end) for step in (-1, 0, 1)}
    for at in sorted(edges | set(range(0, timeline.length, RATE_HZ // 10))):
        frame = resume_frame(timeline, at)
        assert resume_frame(timeline, frame) == frame, at / RATE_HZ


@given(timelines, st.data())
def test_an_interrupted_hold_gets_what_was_left_and_never_less_than_one_breath(
    timeline: object, data: st.DataObject
) -> None:
    holds = [span for span in timeline.spans if span.kind is SpanKind.HOLD]  # type: ignore[attr-defined]
    if not holds:
        return
    hold = data.draw(st.sampled_from(holds))
    at = data.draw(st.integers(hold.start + 1, hold.end - 1))
    frame = resume_frame(timeline, at)  # type: ignore[arg-type]
    inhales = [
        span.start
        for span in timeline.spans  # type: ignore[attr-defined]
        if span.kind is SpanKind.INHALE and hold.start <= span.start < hold.end
    ]
    breath = [*inhales, hold.end][1] - inhales[0] if inhales else 5 * RATE_HZ
    assert hold.end - frame >= min(breath, hold.end - hold.start)
    assert hold.end - frame >= hold.end - at


def test_the_volume_stays_between_nothing_and_all() -> None:
    transport = Transport()
    for _ in range(20):
        transport = after(transport, Command(Action.VOLUME_BY, -0.1), UPPER_BACK)
    assert transport.volume == 0.0
    assert after(transport, Command(Action.VOLUME_TO, 0.5), UPPER_BACK).volume == 0.5
    assert after(transport, Command(Action.VOLUME_TO, 7.0), UPPER_BACK).volume == 1.0
