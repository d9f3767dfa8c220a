"""The invariants of a Timeline: one that breaks them cannot be built."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from voiceguide.model.script import Role, SpanKind, ToneName
from voiceguide.model.timeline import Chapter, Cue, InvariantError, Span, Timeline
from voiceguide.units import PlanFrame

RATE_HZ = 1000


def session(**changes: object) -> Timeline:
    """Return a silent session of a tenth of a second, with changes."""
    silent: dict[str, object] = {
        "routine": "r",
        "title": "R",
        "language": "en",
        "rate_hz": RATE_HZ,
        "length": 100,
        "cues": (),
        "spans": (),
        "chapters": (Chapter("One", 0, 100),),
    }
    return Timeline(**(silent | changes))  # type: ignore[arg-type]


def said(start: int, end: int, role: Role = Role.SETUP, text: str = "a") -> Cue:
    return Cue(role, text, PlanFrame(start), PlanFrame(end), 0)


def tone(start: int, end: int) -> Cue:
    return Cue(Role.CHIME, "[chime]", PlanFrame(start), PlanFrame(end), 0, tone=ToneName.HALFWAY)


def span(kind: SpanKind, start: int, end: int, side: str | None = None, repetition: int = 1, added: int = 0) -> Span:
    return Span(kind, start, end, "s", side, repetition, added)  # type: ignore[arg-type]


HOLD = span(SpanKind.HOLD, 50, 90)


def fault(**changes: object) -> str:
    """Return what is wrong with a session; an empty text if it can be built."""
    try:
        session(**changes)
    except InvariantError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("cues", "found"),
    [
        ((said(0, 100),), ""),
        ((said(0, 1),), ""),
        ((said(-1, 20),), "cue 'a' lies outside the session; cue 'a' is out of order; cue 'a' overlaps the one before"),
        ((said(90, 101),), "cue 'a' lies outside the session"),
        ((said(20, 20),), "cue 'a' lies outside the session"),
        ((said(0, 20), said(20, 30)), ""),
        ((said(0, 20), said(19, 30, text="b")), "cue 'b' overlaps the one before"),
        # A tone may sound under words. Words before and after it must still not overlap.
        ((tone(0, 30), said(0, 20), tone(10, 40), said(20, 30)), ""),
        ((said(0, 20), tone(15, 16), said(18, 30, text="b")), "cue 'b' overlaps the one before"),
        ((tone(10, 20), tone(10, 30)), ""),
        ((tone(10, 20), tone(9, 30)), "cue '[chime]' is out of order"),
        ((said(50, 60), said(10, 20, text="b")), "cue 'b' is out of order; cue 'b' overlaps the one before"),
    ],
)
def test_every_cue_is_heard_whole_in_order_and_no_two_voices_at_once(cues: tuple[Cue, ...], found: str) -> None:
    assert fault(cues=cues) == found


@pytest.mark.parametrize(
    ("chapters", "found"),
    [
        (((0, 50), (50, 100)), ""),
        (((0, 50), (50, 99)), "the chapters do not reach the end"),
        (((1, 100),), "chapter 'C' does not follow the one before"),
        (((0, 50), (51, 100)), "chapter 'C' does not follow the one before"),
        (((0, 50), (50, 50), (50, 100)), "chapter 'C' does not follow the one before"),
        (((0, 51), (50, 100)), "chapter 'C' does not follow the one before"),
        ((), "the chapters do not reach the end"),
    ],
)
def test_chapters_tile_the_session(chapters: tuple[tuple[int, int], ...], found: str) -> None:
    assert fault(chapters=tuple(Chapter("C", *ends) for ends in chapters)) == found


@pytest.mark.parametrize(
    ("cues", "found"),
    [
        # Words that end as a hold begins, or begin as it ends, do not touch it.
        ((said(40, 50), said(50, 60), said(80, 90), said(90, 95)), ""),
        ((said(40, 51),), "cue 'a' runs over the edge of a hold"),
        ((said(0, 10), said(40, 51, text="b"), said(60, 70)), "cue 'b' runs over the edge of a hold"),
        ((said(0, 10), said(89, 91, text="b")), "cue 'b' runs over the edge of a hold"),
        ((said(40, 95),), "cue 'a' runs over the edge of a hold"),
        # Words that belong before and after a hold, but not in it.
        ((said(45, 50, Role.HOLD), said(90, 95, Role.RELEASE)), ""),
        ((said(50, 60, Role.HOLD),), "hold is said inside a hold"),
        ((said(60, 70, Role.RELEASE),), "release is said inside a hold"),
        ((tone(40, 60), tone(80, 95)), ""),
    ],
)
def test_words_keep_to_their_side_of_a_holds_edges(cues: tuple[Cue, ...], found: str) -> None:
    assert fault(cues=cues, spans=(HOLD,)) == found


@pytest.mark.parametrize(
    ("onsets", "found"),
    [
        ((60, 70, 80), ""),
        ((70,), ""),
        ((60, 75), ""),
        ((60, 70), "the countdown of s is uneven"),
        ((60, 71, 80), "the countdown of s is uneven"),
        ((60, 70, 79), "the countdown of s is uneven"),
    ],
)
def test_a_countdown_is_even_and_the_end_is_its_last_beat(onsets: tuple[int, ...], found: str) -> None:
    cues = (said(52, 54), *(said(onset, onset + 2, Role.COUNT) for onset in onsets))
    assert fault(cues=cues, spans=(HOLD,)) == found


def test_counting_outside_a_hold_is_no_countdown() -> None:
    cues = tuple(said(at, at + 2, Role.COUNT) for at in (0, 10, 15))
    assert fault(cues=cues, spans=(HOLD,)) == ""


def test_each_hold_of_several_is_looked_at() -> None:
    holds = (span(SpanKind.HOLD, 10, 30), span(SpanKind.HOLD, 50, 90))
    counted = (said(20, 22, Role.COUNT), said(60, 62, Role.COUNT), said(70, 72, Role.COUNT))
    assert fault(cues=counted, spans=holds) == "the countdown of s is uneven"
    assert fault(cues=(said(25, 31),), spans=holds) == "cue 'a' runs over the edge of a hold"


TWO_CHAPTERS = (Chapter("One", 0, 50), Chapter("Two", 50, 100))
UNEQUAL = "the two sides are held for different times"


@pytest.mark.parametrize(
    ("spans", "found"),
    [
        ((span(SpanKind.HOLD, 0, 20, "right"), span(SpanKind.HOLD, 25, 45, "left")), ""),
        ((span(SpanKind.HOLD, 0, 20, "right"), span(SpanKind.HOLD, 25, 46, "left")), UNEQUAL),
        # Holds without a side, in another round or in another chapter may have another length.
        ((span(SpanKind.HOLD, 0, 20), span(SpanKind.HOLD, 25, 46)), ""),
        ((span(SpanKind.HOLD, 0, 20, "right"), span(SpanKind.HOLD, 25, 46, "left", repetition=2)), ""),
        ((span(SpanKind.HOLD, 0, 20, "right"), span(SpanKind.HOLD, 50, 71, "left")), ""),
        ((span(SpanKind.HOLD, 0, 20, "right"), span(SpanKind.HOLD, 49, 70, "left")), UNEQUAL),
        ((span(SpanKind.HOLD, 50, 70, "right"), span(SpanKind.HOLD, 75, 96, "left")), UNEQUAL),
        # Time that the listener has added to a side while it ran does not count.
        ((span(SpanKind.HOLD, 0, 24, "right", added=4), span(SpanKind.HOLD, 25, 45, "left")), ""),
        ((span(SpanKind.HOLD, 0, 20, "right", added=4), span(SpanKind.HOLD, 25, 45, "left")), UNEQUAL),
    ],
)
def test_both_sides_of_a_round_are_held_as_long(spans: tuple[Span, ...], found: str) -> None:
    assert fault(spans=spans, chapters=TWO_CHAPTERS) == found


IN, OUT, STAY = SpanKind.INHALE, SpanKind.EXHALE, SpanKind.RETAIN


@pytest.mark.parametrize(
    ("kinds", "found"),
    [
        ((IN, OUT, IN, OUT), ""),
        ((IN, STAY, OUT, STAY, IN), ""),
        ((IN, IN), "inhale is followed by inhale"),
        ((OUT, OUT), "exhale is followed by exhale"),
        ((STAY, STAY), "retain is followed by retain"),
        ((IN, OUT, OUT, IN), "exhale is followed by exhale"),
    ],
)
def test_breathing_in_and_out_take_turns(kinds: tuple[SpanKind, ...], found: str) -> None:
    spans = tuple(span(kind, 10 * at, 10 * at + 10) for at, kind in enumerate(kinds))
    assert fault(spans=spans) == found


@pytest.mark.parametrize(
    ("spans", "found"),
    [
        ((span(IN, 0, 20), span(OUT, 19, 40)), "two phases of breath overlap"),
        ((span(IN, 0, 20), span(OUT, 21, 40)), "an inhale is left without its exhale"),
        ((span(OUT, 0, 20), span(OUT, 21, 40)), ""),
        ((span(STAY, 0, 20), span(IN, 21, 40)), ""),
        # Spans of other kinds between them are ignored.
        ((span(IN, 0, 20), span(SpanKind.REST, 5, 60), span(OUT, 20, 40)), ""),
    ],
)
def test_no_breath_in_is_left_hanging(spans: tuple[Span, ...], found: str) -> None:
    assert fault(spans=spans) == found


def test_what_is_wrong_is_said_in_full() -> None:
    assert fault(cues=(said(90, 110),), chapters=(Chapter("One", 0, 90),)) == (
        "cue 'a' lies outside the session; the chapters do not reach the end"
    )
    with pytest.raises(InvariantError, match="outside"):
        replace(session(), cues=(said(90, 110),))


def test_at_twice_the_rate_everything_comes_at_the_same_second() -> None:
    made = session(
        cues=(said(3, 7), tone(8, 20)),
        spans=(span(SpanKind.HOLD, 30, 45, "left", added=5),),
        chapters=TWO_CHAPTERS,
        notes=("a note",),
    )
    doubled = made.at_sound_rate(2)
    assert doubled == replace(
        made.at_sound_rate(1),
        rate_hz=2 * RATE_HZ,
        length=200,
        cues=(said(6, 14), tone(16, 40)),
        spans=(span(SpanKind.HOLD, 60, 90, "left", added=10),),
        chapters=(Chapter("One", 0, 100), Chapter("Two", 100, 200)),
    )
    assert doubled.duration_s == made.duration_s == 0.1


def test_what_is_spoken_is_told_from_tones() -> None:
    made = session(cues=(said(3, 7), tone(8, 20), said(30, 40, text="b")))
    assert [cue.text for cue in made.speech()] == ["a", "b"]
    assert [cue.kind for cue in made.cues] == ["speech", "tone", "speech"]


def test_what_nobody_says_of_a_cue_or_a_span_is_nothing() -> None:
    assert Cue(Role.SETUP, "a", 0, 1, 0) == Cue(
        Role.SETUP, "a", 0, 1, 0, stretch=None, side=None, repetition=None, tone=None
    )
    assert Span(IN, 0, 1) == Span(IN, 0, 1, stretch=None, side=None, repetition=None, added=0)
    assert Chapter("One", 0, 1) == Chapter("One", 0, 1, stretch=None)
    assert session().notes == ()
