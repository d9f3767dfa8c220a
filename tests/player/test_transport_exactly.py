"""The transport on a small session with ten frames a second, and at its edges."""

from __future__ import annotations

import pytest

from voiceguide.model.script import Role, SpanKind, ToneName
from voiceguide.model.timeline import Chapter, Cue, Span, Timeline
from voiceguide.player.commands import Action, Command
from voiceguide.player.status import State
from voiceguide.player.transport import (
    RESTART_WITHIN_S,
    Transport,
    after,
    chapter_at,
    resume_frame,
)

RATE_HZ = 10
IN, OUT, STAY = SpanKind.INHALE, SpanKind.EXHALE, SpanKind.RETAIN


def said(start: int, end: int) -> Cue[int]:
    return Cue(Role.SETUP, "a", start, end, 0)


def tone(start: int, end: int) -> Cue[int]:
    return Cue(Role.INHALE, "[rising tone]", start, end, 0, tone=ToneName.INHALE)


def session(*cues: Cue[int], spans: tuple[Span[int], ...] = (), rate_hz: int = RATE_HZ) -> Timeline[int]:
    chapters = (Chapter("One", 0, 200), Chapter("Two", 200, 400), Chapter("Three", 400, 1000))
    return Timeline("r", "R", "en", rate_hz, 1000, cues, spans, chapters)


# A sentence that begins the session, two that follow each other without a gap, and one that ends it.
TALK = session(said(0, 20), said(210, 230), said(230, 250), said(950, 1000))


def landed(at: int, action: Action, amount: float = 0.0, timeline: Timeline[int] = TALK) -> int:
    return after(Transport(at=at), Command(action, amount), timeline).at


@pytest.mark.parametrize(
    ("frame", "number"), [(0, 0), (199, 0), (200, 1), (399, 1), (400, 2), (999, 2), (1000, 2), (5000, 2), (-1, 0)]
)
def test_a_chapter_begins_with_its_first_frame(frame: int, number: int) -> None:
    assert chapter_at(TALK, frame) == number


def test_next_goes_to_where_the_chapter_ends() -> None:
    assert [landed(at, Action.NEXT) for at in (0, 199, 200, 399)] == [200, 200, 400, 400]
    assert after(Transport(at=400), Command(Action.NEXT), TALK) == Transport(State.ENDED, 1000)


def test_previous_goes_one_back_in_the_first_three_seconds_and_restarts_from_then_on() -> None:
    assert RESTART_WITHIN_S == 3.0
    assert [landed(at, Action.PREVIOUS) for at in (400, 429, 430, 431, 999)] == [200, 200, 400, 400, 400]
    assert [landed(at, Action.PREVIOUS) for at in (0, 29, 30, 200, 229, 230)] == [0, 0, 0, 0, 0, 200]
    # Three seconds are three seconds at any rate.
    quick = session(rate_hz=100)
    assert [landed(at, Action.PREVIOUS, timeline=quick) for at in (699, 700)] == [200, 400]


def test_previous_can_always_go_to_the_chapter_before() -> None:
    for at, expected in ((0, 0), (150, 0), (399, 0), (400, 200), (999, 200)):
        assert after(Transport(at=at), Command(Action.PREVIOUS), TALK, "chapter").at == expected


def test_repeat_goes_to_the_start_of_the_chapter() -> None:
    assert [landed(at, Action.REPEAT) for at in (0, 150, 200, 201, 999)] == [0, 0, 200, 200, 400]


@pytest.mark.parametrize(
    ("at", "seconds", "expected"),
    [
        (300, 10.0, 400),
        (300, 0.04, 300),
        (300, 0.06, 301),
        (300, -1.0, 290),
        (300, -100.0, 0),
        (300, 69.9, 950),  # into the last sentence: to its start
        # Forward out of a sentence: to its end, not back to its start.
        (215, 0.5, 230),
        (215, 1.5, 230),
        (210, 0.5, 230),
        # Forward into another one, and back into one: to its start.
        (100, 11.5, 210),
        (215, 2.5, 230),
        (300, -6.0, 230),
        (300, -8.5, 210),
        (225, -0.5, 210),
        # To the edges of sentences, exactly.
        (100, 11.0, 210),
        (100, 13.0, 230),
        (300, -5.0, 250),
        (220, 0.0, 210),
    ],
)
def test_seeking_lands_between_sentences_on_the_side_that_was_asked_for(at: int, seconds: float, expected: int) -> None:
    assert landed(at, Action.SEEK_BY, seconds) == expected


@pytest.mark.parametrize(
    ("at", "seconds", "expected"),
    [
        (300, 30.0, 300),
        (0, 90.06, 901),
        (300, -5.0, 0),
        (0, 22.0, 210),
        (215, 22.0, 230),
        (225, 22.0, 210),
        (0, 1.0, 20),
    ],
)
def test_a_position_is_counted_from_the_start(at: int, seconds: float, expected: int) -> None:
    assert landed(at, Action.SEEK_TO, seconds) == expected


def test_back_beyond_the_start_is_the_start() -> None:
    assert landed(300, Action.SEEK_BY, -100.0, session()) == 0
    assert landed(0, Action.SEEK_TO, 0.0, session()) == 0


@pytest.mark.parametrize("state", [State.PLAYING, State.PAUSED, State.WAITING])
def test_a_jump_leaves_the_state_as_it_is_unless_it_leads_to_the_end(state: State) -> None:
    for action, amount, at in ((Action.SEEK_TO, 30.0, 300), (Action.SEEK_BY, -1.0, 290), (Action.NEXT, 0.0, 400)):
        assert after(Transport(state, 300, 0.5), Command(action, amount), TALK) == Transport(state, at, 0.5)
    quiet = session()
    assert after(Transport(state, 300), Command(Action.SEEK_TO, 99.9), quiet) == Transport(state, 999)
    for seconds in (100.0, 5000.0):
        assert after(Transport(state, 300), Command(Action.SEEK_TO, seconds), quiet) == Transport(State.ENDED, 1000)


def test_after_the_end_nothing_is_heard_again() -> None:
    ended = Transport(State.ENDED, 1000, 0.5)
    for action in Action:
        assert after(ended, Command(action, 1.0), TALK) is ended


def test_pause_and_resume_leave_the_volume_and_resume_goes_back_to_what_was_cut() -> None:
    paused = after(Transport(State.PLAYING, 215, 0.5), Command(Action.PAUSE), TALK)
    assert paused == Transport(State.PAUSED, 215, 0.5)
    for action in (Action.RESUME, Action.TOGGLE):
        assert after(paused, Command(action), TALK) == Transport(State.PLAYING, 210, 0.5)
    for state in (State.PLAYING, State.WAITING):
        standing = Transport(state, 215)
        assert after(standing, Command(Action.RESUME), TALK) is standing
        assert after(standing, Command(Action.TOGGLE), TALK) == Transport(State.PAUSED, 215)
    assert after(paused, Command(Action.PAUSE), TALK) is paused
    assert after(paused, Command(Action.STOP), TALK) == Transport(State.ENDED, 215, 0.5)


def test_what_is_not_for_the_transport_changes_nothing() -> None:
    standing = Transport(State.PLAYING, 215)
    for action in (Action.SLOWER, Action.FASTER, Action.ONE_MORE_BREATH, Action.FEWER_WORDS):
        assert after(standing, Command(action, 1.0), TALK) is standing


@pytest.mark.parametrize(
    ("volume", "action", "amount", "expected"),
    [
        (0.5, Action.VOLUME_TO, 0.3, 0.3),
        (0.5, Action.VOLUME_BY, 0.3, 0.8),
        (0.5, Action.VOLUME_BY, -0.3, 0.2),
        (0.5, Action.QUIETER, 0.3, 0.2),
        (0.5, Action.VOLUME_BY, 0.7, 1.0),
        (0.5, Action.VOLUME_BY, -0.7, 0.0),
        (0.5, Action.VOLUME_TO, 1.5, 1.0),
        (0.5, Action.VOLUME_TO, -0.5, 0.0),
        # Ten steps of a tenth are one, not 0.9999999999999999.
        (0.7, Action.VOLUME_BY, 0.1, 0.8),
        (0.3, Action.VOLUME_BY, -0.1, 0.2),
        (0.0, Action.VOLUME_TO, 0.12345, 0.1235),
        (0.0, Action.VOLUME_TO, 0.12344, 0.1234),
    ],
)
def test_the_volume_goes_from_nothing_to_all(volume: float, action: Action, amount: float, expected: float) -> None:
    for state in (State.PLAYING, State.PAUSED):
        standing = Transport(state, 300, volume)
        assert after(standing, Command(action, amount), TALK) == Transport(state, 300, expected)


def test_a_session_begins_at_the_start_at_full_volume() -> None:
    assert Transport() == Transport(State.PLAYING, 0, 1.0)
    assert Command(Action.NEXT) == Command(Action.NEXT, 0.0)


def hold(start: int, end: int, *kinds: SpanKind, every: int = 10) -> tuple[Span[int], ...]:
    phases = tuple(Span(kind, start + every * at, start + every * (at + 1)) for at, kind in enumerate(kinds))
    return (Span(SpanKind.HOLD, start, end), *phases)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (500, 500),
        (209, 209),
        # A sentence that was cut begins again; at its edges nothing was cut.
        (210, 210),
        (211, 210),
        (229, 210),
        (230, 230),
        (231, 230),
        (250, 250),
        (1000, 1000),
    ],
)
def test_a_sentence_that_was_cut_is_heard_again_from_its_start(at: int, expected: int) -> None:
    assert resume_frame(TALK, at) == expected


def test_a_breath_tone_that_was_cut_is_heard_again_with_the_words_before_it() -> None:
    timeline = session(said(96, 104), tone(100, 140), tone(140, 180), said(150, 160))
    for at, expected in (
        (96, 96),
        (99, 96),
        (100, 96),  # inside the word
        (104, 96),  # the tone begins again, and with it the word that comes early
        (120, 96),
        (139, 96),
        (140, 140),
        (141, 140),
        (150, 150),  # play goes on where a sentence begins, though a tone lies under it
        (155, 150),
        (160, 140),
        (179, 140),
        (180, 180),
    ):
        assert resume_frame(timeline, at) == expected, at


def test_a_hold_gets_what_was_left_of_it_and_never_less_than_a_breath() -> None:
    timeline = session(spans=hold(500, 600, *(IN, OUT) * 5))
    for at, expected in (
        (499, 499),
        (500, 500),
        (501, 501),
        (540, 540),
        (580, 580),
        (581, 580),
        (599, 580),
        (600, 600),
    ):
        assert resume_frame(timeline, at) == expected, at


@pytest.mark.parametrize(
    ("spans", "breath"),
    [
        (hold(500, 600), 80),  # eight seconds if the listener is not told how to breathe
        (hold(500, 600, IN, STAY, OUT, STAY, IN, STAY, OUT), 40),
        (hold(500, 600, IN, OUT, IN, OUT), 20),
        # In a hold that begins in the middle of a breath, it is the part of that breath.
        (hold(500, 600, OUT, IN, OUT, IN), 10),
        (hold(500, 600, STAY, IN, OUT, IN), 10),
        (hold(500, 600, IN, STAY, OUT), 100),  # one breath that is all of the hold
        # Breaths before the hold and after it do not belong to it.
        ((Span(IN, 470, 490), Span(OUT, 490, 495), *hold(500, 600, IN, OUT, IN, OUT)), 20),
        ((*hold(500, 600), Span(IN, 600, 630), Span(OUT, 630, 650)), 80),
        ((*hold(500, 600, IN, OUT), Span(IN, 600, 630), Span(OUT, 630, 650)), 100),
        ((*hold(500, 600, IN, OUT, IN, OUT), Span(SpanKind.REST, 600, 700)), 20),
    ],
)
def test_the_least_that_is_left_of_a_hold_is_its_own_breath(spans: tuple[Span[int], ...], breath: int) -> None:
    assert resume_frame(session(spans=spans), 599) == 600 - breath


def test_a_hold_shorter_than_a_breath_begins_again() -> None:
    assert resume_frame(session(spans=hold(500, 530)), 515) == 500


def test_of_two_holds_the_one_that_was_cut_is_gone_on_with() -> None:
    timeline = session(spans=(*hold(300, 380, *(IN, OUT) * 4), *hold(500, 600, *(IN, OUT) * 5)))
    assert [resume_frame(timeline, at) for at in (375, 400, 595)] == [360, 400, 580]


def test_a_word_in_a_hold_is_heard_from_its_start_where_one_goes_on_there() -> None:
    timeline = session(said(575, 585), spans=hold(500, 600, *(IN, OUT) * 5))
    assert [resume_frame(timeline, at) for at in (574, 580, 590, 599)] == [574, 575, 575, 575]
    chimed = session(tone(570, 590), spans=hold(500, 600, *(IN, OUT) * 5))
    assert [resume_frame(chimed, at) for at in (570, 575, 595)] == [570, 570, 570]
