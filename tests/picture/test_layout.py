"""The layout of any session shows everything in its place, and no two texts overlap."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.planning.test_timeline_properties import planned
from voiceguide.model.script import Role, SpanKind, ToneName
from voiceguide.model.timeline import Chapter, Cue, Span, Timeline
from voiceguide.picture import palette
from voiceguide.picture.flags import GAP_PX, flags
from voiceguide.picture.layout import lay_out
from voiceguide.picture.lettering import shortened, width_px
from voiceguide.picture.notes import chapter_note, cue_note, span_note
from voiceguide.picture.rows import LEFT_PX, RIGHT_PX, rows_of
from voiceguide.picture.shapes import Area, Line, Rect, Shape, Text
from voiceguide.units import PlanFrame

if TYPE_CHECKING:
    from voiceguide import session

RATE_HZ = 24_000
timelines = planned().map(lambda made: made[1])


def timeline_of(length_s: float, cues: tuple[Cue[Any], ...] = (), spans: tuple[Span[Any], ...] = ()) -> Timeline:
    length = PlanFrame(round(length_s * RATE_HZ))
    chapters = (Chapter("All of it", PlanFrame(0), length),) if length else ()
    return Timeline("made", "Made", "en", RATE_HZ, length, cues, spans, chapters)


def box(shape: Shape) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of a shape."""
    match shape:
        case Rect():
            return shape.x_px, shape.y_px, shape.x_px + shape.width_px, shape.y_px + shape.height_px
        case Text():
            wide_px = width_px(shape.text, shape.size_px)
            left_px = shape.x_px - {"start": 0.0, "middle": 0.5, "end": 1.0}[shape.align] * wide_px
            # Capitals are 0.73 of the size high, and letters reach 0.24 below the line (DejaVu Sans).
            return left_px, shape.y_px - 0.73 * shape.size_px, left_px + wide_px, shape.y_px + 0.24 * shape.size_px
        case Line() | Area():
            around_px = shape.width_px / 2 if isinstance(shape, Line) else 0.5
            xs_px, ys_px = zip(*shape.points, strict=True)
            return min(xs_px) - around_px, min(ys_px) - around_px, max(xs_px) + around_px, max(ys_px) + around_px


def notes_of(shapes: tuple[Shape, ...]) -> Counter[str]:
    return Counter(shape.note for shape in shapes if not isinstance(shape, Text) and shape.note)


@settings(max_examples=12)  # each draws a whole session
@given(timelines)
def test_every_cue_span_and_chapter_appears(timeline: Timeline) -> None:
    drawn = notes_of(lay_out(timeline, "steady", "a:b").shapes)
    asked = Counter(cue_note(cue, RATE_HZ) for cue in timeline.cues)
    asked.update(span_note(span, RATE_HZ) for span in timeline.spans)
    asked.update(chapter_note(chapter, RATE_HZ) for chapter in timeline.chapters)
    assert not asked - drawn
    assert set(drawn) == set(asked)


@settings(max_examples=12)  # each draws a whole session
@given(timelines)
def test_nothing_lies_outside_the_canvas(timeline: Timeline) -> None:
    picture = lay_out(timeline, "steady", "a:b")
    for shape in picture.shapes:
        left_px, top_px, right_px, bottom_px = box(shape)
        assert left_px >= 0.0, shape
        assert top_px >= 0.0, shape
        assert right_px <= picture.width_px, shape
        assert bottom_px <= picture.height_px, shape


@settings(max_examples=12)  # each draws a whole session
@given(timelines)
def test_no_two_texts_meet_and_all_are_large_enough(timeline: Timeline) -> None:
    texts = [shape for shape in lay_out(timeline, "steady", "a:b").shapes if isinstance(shape, Text)]
    assert all(text.size_px >= 11.0 for text in texts)
    boxes = sorted((box(text) for text in texts if text.text), key=lambda sides: sides[1])
    for index, (left_px, _, right_px, bottom_px) in enumerate(boxes):
        for other in boxes[index + 1 :]:
            if other[1] >= bottom_px:
                break
            assert other[0] >= right_px or other[2] <= left_px


@settings(max_examples=12)  # each draws a whole session
@given(timelines)
def test_blocks_of_speech_lie_where_their_time_is(timeline: Timeline) -> None:
    blocks = [
        shape
        for shape in lay_out(timeline, "steady", "a:b").shapes
        if isinstance(shape, Rect) and shape.note and shape.height_px == 14.0
    ]
    expected = []
    for row in rows_of(timeline):
        scale = (RIGHT_PX - LEFT_PX) / row.frames
        for cue in timeline.speech():
            start, end = max(cue.start, row.start), min(cue.end, row.end)
            if start < end:
                expected.append((LEFT_PX + (start - row.start) * scale, (end - start) * scale))
    assert len(blocks) == len(expected)
    for block, (x_px, wide_px) in zip(blocks, expected, strict=True):
        if wide_px > 1.0:
            assert block.x_px == pytest.approx(x_px)
            assert block.width_px == pytest.approx(wide_px)


@given(st.integers(0, 24 * 60 * 60 * 10).map(lambda tenths: tenths / 10))
def test_rows_tile_the_session(length_s: float) -> None:
    timeline = timeline_of(length_s)
    rows = rows_of(timeline)
    assert rows[0].start == 0
    assert rows[-1].end == timeline.length
    assert all(before.end == after.start for before, after in itertools.pairwise(rows))
    assert len({row.frames for row in rows[:-1]}) <= 1
    assert all(row.end - row.start == row.frames for row in rows[:-1])
    assert rows[-1].end - rows[-1].start <= rows[-1].frames <= 1.08 * rows[0].frames
    assert len(rows) <= 15
    assert lay_out(timeline, "steady", "a:b").height_px < 3500


def test_paces_of_one_routine_share_a_scale() -> None:
    scales = {rows_of(timeline_of(minutes * 60))[0].frames for minutes in (8, 10, 14, 20, 30)}
    assert scales == {120 * RATE_HZ}


def test_an_empty_session_is_a_picture_too() -> None:
    assert lay_out(timeline_of(0.0), "steady", "a:b").height_px > 0


def test_the_heading_names_what_was_asked(upper_back: session.Session) -> None:
    picture = lay_out(upper_back.timeline, "gentle", "hibari:heart")
    texts = [shape.text for shape in picture.shapes if isinstance(shape, Text)]
    assert "Upper back" in texts
    [facts] = [text for text in texts if "gentle" in text and "hibari" in text]
    assert facts.startswith("12:")
    assert "hibari:heart" in facts
    assert "hold 30 s, left" in texts
    assert "holds 3:00" in picture.description
    for chapter in upper_back.timeline.chapters:
        assert chapter.title in picture.description


def test_a_hold_is_marked_where_its_clock_starts_and_ends() -> None:
    # The second hold goes on in the next row, and has one mark in each of the two.
    holds = [Span(SpanKind.HOLD, RATE_HZ * start, RATE_HZ * (start + 30)) for start in (10, 50, 80)]
    shapes = lay_out(timeline_of(200, spans=tuple(holds)), "steady", "a:b").shapes
    marks = [shape for shape in shapes if isinstance(shape, Line) and shape.colour == palette.HOLD_CLOCK]
    in_legend = 2
    assert len(marks) == 2 * len(holds) + in_legend
    scale = (RIGHT_PX - LEFT_PX) / 60
    xs_px = sorted(mark.points[1][0] for mark in marks[in_legend:])
    assert xs_px == pytest.approx(sorted(LEFT_PX + at % 60 * scale for at in (10, 40, 50, 80, 80, 110)))


def test_breath_rises_stays_and_falls() -> None:
    kinds = [SpanKind.INHALE, SpanKind.RETAIN, SpanKind.EXHALE, SpanKind.RETAIN]
    spans = [Span(kind, RATE_HZ * 4 * at, RATE_HZ * 4 * (at + 1)) for at, kind in enumerate(kinds)]
    shapes = lay_out(timeline_of(20, spans=tuple(spans)), "steady", "a:b").shapes
    heights = [[y_px for _, y_px in shape.points] for shape in shapes if isinstance(shape, Line) and shape.note]
    inhale, full, exhale, empty = heights
    assert inhale == sorted(inhale, reverse=True)
    assert exhale == sorted(exhale)
    assert inhale[-1] == full[0] == full[-1] == exhale[0] < exhale[-1] == empty[0] == empty[-1]


def test_breath_is_dimmer_inside_a_hold() -> None:
    breath = Span(SpanKind.INHALE, 0, RATE_HZ * 5)
    hold = Span(SpanKind.HOLD, 0, RATE_HZ * 5)

    def line(*spans: Span[Any]) -> Line:
        shapes = lay_out(timeline_of(20, spans=spans), "steady", "a:b").shapes
        return next(shape for shape in shapes if isinstance(shape, Line) and "inhale" in shape.note)

    assert line(breath).colour == palette.BREATH
    assert line(hold, breath).colour == palette.BREATH_IN_HOLD


def test_a_countdown_is_written_as_one() -> None:
    words = ["Three.", "Two.", "One."]
    cues = [Cue(Role.COUNT, word, RATE_HZ * (10 + at), RATE_HZ * (10 + at) + 9000, 0) for at, word in enumerate(words)]
    picture = lay_out(timeline_of(60, tuple(cues)), "steady", "a:b")
    assert "Three. Two. One." in [shape.text for shape in picture.shapes if isinstance(shape, Text)]


def test_words_that_cross_into_the_next_row_are_written_there() -> None:
    cue = Cue(Role.SETUP, "Knees under hips.", RATE_HZ * 29, RATE_HZ * 31, 0)
    shapes = lay_out(timeline_of(50, (cue,)), "steady", "a:b").shapes
    [words] = [shape for shape in shapes if isinstance(shape, Text) and shape.text == cue.text]
    assert words.x_px == LEFT_PX + GAP_PX


def test_every_role_and_tone_has_its_look() -> None:
    assert set(palette.SPEECH) == set(Role) - {Role.CHIME}
    cues = [Cue(Role.CHIME, "[x]", RATE_HZ * at, RATE_HZ * (at + 1), 0, tone=tone) for at, tone in enumerate(ToneName)]
    shapes = lay_out(timeline_of(20, tuple(cues)), "steady", "a:b").shapes
    marks = [shape for shape in shapes if isinstance(shape, Area) and shape.note]
    outlines = {
        tuple((x_px - shape.points[0][0], y_px - shape.points[0][1]) for x_px, y_px in shape.points) for shape in marks
    }
    assert len(outlines) == len(ToneName)


@given(
    st.lists(st.tuples(st.floats(0.0, 1100.0), st.text("Hold the x", max_size=30)), max_size=25).map(sorted),
    st.integers(1, 5),
)
def test_flags_keep_clear_of_each_other(cues: list[tuple[float, str]], lines: int) -> None:
    placed = flags(cues, lines, 12.0, 1196.0)
    for index, flag in enumerate(placed):
        right_px = flag.x_px + GAP_PX + width_px(flag.text, 12.0)
        assert right_px <= 1196.0
        for later in placed[index + 1 :]:
            # The pole of a later flag stands on its own line and on all above it.
            assert later.line < flag.line or later.x_px >= right_px


@given(st.text(max_size=40), st.floats(0.0, 300.0))
def test_shortened_text_fits(text: str, room_px: float) -> None:
    short = shortened(text, 12.0, room_px)
    assert not short or width_px(short, 12.0) <= room_px


def test_the_same_session_gives_the_same_picture(upper_back: session.Session) -> None:
    again = msgspec.structs.replace(upper_back.timeline)
    assert lay_out(again, "steady", "a:b") == lay_out(upper_back.timeline, "steady", "a:b")
