"""The lanes of a row: each draws one aspect of the session as shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from voiceguide.model.script import BREATH_PHASES, Role, SpanKind, ToneName
from voiceguide.picture import palette
from voiceguide.picture.breath import breath_curve
from voiceguide.picture.flags import GAP_PX, flags
from voiceguide.picture.lettering import ELLIPSIS, first_fitting, length, shortened, width_px
from voiceguide.picture.notes import chapter_note, cue_note, span_note
from voiceguide.picture.rows import LEFT_PX, RIGHT_PX, WIDTH_PX
from voiceguide.picture.shapes import Area, Line, Rect, Text
from voiceguide.units import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from voiceguide.model.timeline import Chapter, Cue, Span, Timeline
    from voiceguide.picture.rows import Piece, Row
    from voiceguide.picture.shapes import Point, Shape

SMALL_PX: Final = 12.0
NORMAL_PX: Final = 13.0
LINE_PX: Final = 14.0
"""The distance between two lines of words."""
WORD_LINES: Final = 4
LEAST_PX_PER_S_FOR_WORDS: Final = 6.0
"""At a smaller scale hardly a word of each cue would fit."""
COUNTDOWN_S: Final = 2.0
"""Counted words no further apart than this are one countdown."""
SLIVER_PX: Final = 1.0
"""The least width at which anything is drawn."""


class Lane(Struct, frozen=True):
    """A horizontal strip of every row."""

    name: str
    """The label on its left."""
    height_px: float
    draw: Callable[[Timeline, Row, float], Iterator[Shape]]
    """Draws the lane, given the timeline, the row and the top of the lane in pixels."""
    ruled: bool = True
    """Whether the grid is drawn behind it; not behind words."""


def lanes_of(timeline: Timeline, px_per_s: float) -> tuple[Lane, ...]:
    """The lanes that this session needs, from top to bottom."""
    lanes = [
        Lane("", 18.0, _axis, ruled=False),
        Lane("", 24.0, _chapters),
        Lane("words", 18.0, _speech),
        Lane("", WORD_LINES * LINE_PX + 4.0, _words, ruled=False),
        Lane("body", 30.0, _body),
        Lane("tones", 16.0, _tones),
        Lane("breath", 34.0, breath_curve),
    ]
    absent = set()
    if px_per_s < LEAST_PX_PER_S_FOR_WORDS:
        absent.add(_words)
    if not any(cue.tone for cue in timeline.cues):
        absent.add(_tones)
    if not any(span.kind in BREATH_PHASES for span in timeline.spans):
        absent.add(breath_curve)
    return tuple(lane for lane in lanes if lane.draw not in absent)


def grid(timeline: Timeline, row: Row, top_px: float, bottom_px: float) -> Iterator[Shape]:
    """Faint lines at the ticks and stronger ones where chapters begin, to be drawn behind everything else."""
    for frame in _ticks(row):
        x_px = row.x_px(frame)
        yield Line(((x_px, top_px), (x_px, bottom_px)), palette.GRID, 1.0)
    for chapter in timeline.chapters:
        if row.start <= chapter.start < row.end:
            x_px = row.x_px(chapter.start)
            yield Line(((x_px, top_px), (x_px, bottom_px)), palette.CHAPTER_EDGE, 1.0)


def _ticks(row: Row) -> Iterator[int]:
    return iter(range(row.start, row.end + 1, row.tick_s * row.rate_hz))


def _axis(_timeline: Timeline, row: Row, top_px: float) -> Iterator[Shape]:
    for frame in _ticks(row):
        label = clock(frame / row.rate_hz)
        yield Text(row.x_px(frame), top_px + 12.0, label, SMALL_PX, palette.MUTED, "middle")


def _chapters(timeline: Timeline, row: Row, top_px: float) -> Iterator[Shape]:
    for number, chapter in enumerate(timeline.chapters):
        if piece := row.piece(chapter.start, chapter.end):
            fill = palette.CHAPTERS[number % len(palette.CHAPTERS)]
            yield _block(piece, top_px, 20.0, fill, note=chapter_note(chapter, row.rate_hz))
            if label := _chapter_label(chapter, row, piece):
                yield Text(piece.x_px + 5.0, top_px + 14.5, label, NORMAL_PX, palette.INK)


def _chapter_label(chapter: Chapter, row: Row, piece: Piece) -> str:
    """The title of the chapter, and in the first row with room for it its length."""
    title = chapter.title if piece.begins else f"{ELLIPSIS} {chapter.title}"
    lasts = f"{title}  {clock((chapter.end - chapter.start) / row.rate_hz)}"
    room_px = piece.width_px - 10.0
    seen_px = LEFT_PX - row.x_px(chapter.start) - 10.0
    forms = (title,) if seen_px > width_px(lasts, NORMAL_PX) else (lasts, title)
    return first_fitting(forms, NORMAL_PX, room_px) or shortened(title, NORMAL_PX, room_px)


def _speech(timeline: Timeline, row: Row, top_px: float) -> Iterator[Shape]:
    for cue in timeline.speech():
        if piece := row.piece(cue.start, cue.end):
            kind = palette.SPEECH[cue.role]
            yield _block(piece, top_px + 2.0, 14.0, kind.fill, kind.edge, cue_note(cue, row.rate_hz))


def _words(timeline: Timeline, row: Row, top_px: float) -> Iterator[Shape]:
    # A sentence that continues into the next row is written there: there is room at the beginning of a row.
    sayings = [
        (max(row.x_px(first.start), LEFT_PX), text)
        for first, text in _sayings(timeline)
        if row.start < first.end <= row.end
    ]
    for flag in flags(sayings, WORD_LINES, SMALL_PX, WIDTH_PX - GAP_PX):
        baseline_px = top_px + LINE_PX * (flag.line + 1) - 3.0
        yield Line(((flag.x_px, top_px - 1.0), (flag.x_px, baseline_px)), palette.LEADER, 1.0)
        yield Text(flag.x_px + GAP_PX, baseline_px, flag.text, SMALL_PX, palette.INK)


def _sayings(timeline: Timeline) -> Iterator[tuple[Cue, str]]:
    """The sayings, each as its first cue and its words; a countdown is one saying."""
    sayings: list[list[Cue]] = []
    for cue in timeline.speech():
        last = sayings[-1][-1] if sayings else cue
        if last.role is cue.role is Role.COUNT and 0 < cue.start - last.start <= COUNTDOWN_S * timeline.rate_hz:
            sayings[-1].append(cue)
        else:
            sayings.append([cue])
    return ((cues[0], " ".join(cue.text for cue in cues)) for cues in sayings)


def _body(timeline: Timeline, row: Row, top_px: float) -> Iterator[Shape]:
    for span in timeline.spans:
        if span.kind in BREATH_PHASES or not (piece := row.piece(span.start, span.end)):
            continue
        seconds = length((span.end - span.start) / row.rate_hz)
        note = span_note(span, row.rate_hz)
        if span.kind is SpanKind.HOLD:
            yield from _hold(piece, span, seconds, note, top_px + 5.0)
            continue
        fill, edge = (
            (palette.PAPER, palette.REST_EDGE)
            if span.kind is SpanKind.REST
            else (palette.TRANSITION, palette.TRANSITION_EDGE)
        )
        yield _block(piece, top_px + 7.0, 16.0, fill, edge, note)
        if label := first_fitting((piece.label(seconds),), SMALL_PX, piece.width_px - 2.0):
            middle_px = piece.x_px + piece.width_px / 2
            yield Text(middle_px, top_px + 19.0, label, SMALL_PX, palette.MUTED, "middle")


def _hold(piece: Piece, span: Span, seconds: str, note: str, top_px: float) -> Iterator[Shape]:
    yield from hold_block(piece, top_px, 20.0, note)
    forms = [f"hold {seconds}", seconds]
    if span.side:
        forms = [
            f"hold {seconds}, {span.side}",
            f"{seconds}, {span.side}",
            f"{seconds} {span.side[0].upper()}",
            seconds,
        ]
    if label := first_fitting(map(piece.label, forms), NORMAL_PX, piece.width_px - 14.0):
        middle_px = piece.x_px + piece.width_px / 2
        yield Text(middle_px, top_px + 14.5, label, NORMAL_PX, palette.PAPER, "middle")


def hold_block(piece: Piece, top_px: float, height_px: float, note: str = "") -> Iterator[Shape]:
    """A block between marks for the start and end of its clock; without a mark where it continues in another row."""
    yield _block(piece, top_px, height_px, palette.HOLD, note=note)
    foot_px = min(6.0, piece.width_px / 3)
    above_px, below_px = top_px - 3.0, top_px + height_px + 3.0
    for there, x_px, to_px in (
        (piece.begins, piece.x_px, foot_px),
        (piece.ends, piece.x_px + piece.width_px, -foot_px),
    ):
        if there:
            feet = ((x_px + to_px, above_px), (x_px, above_px), (x_px, below_px), (x_px + to_px, below_px))
            yield Line(feet, palette.HOLD_CLOCK, 2.5)


def _tones(timeline: Timeline, row: Row, top_px: float) -> Iterator[Shape]:
    size_px = min(9.0, max(2.0, 2.0 * row.px_per_s))
    for cue in timeline.cues:
        if cue.tone and row.start <= cue.start < row.end:
            yield tone_mark(cue.tone, row.x_px(cue.start), top_px + 8.0, size_px, cue_note(cue, row.rate_hz))


_OUTLINES: Final[dict[ToneName, tuple[Point, ...]]] = {
    # relative to the centre, in halves of the size
    ToneName.START: ((-0.8, -1), (1, 0), (-0.8, 1)),
    ToneName.HALFWAY: ((0, -1), (1, 0), (0, 1), (-1, 0)),
    ToneName.SWITCH: ((-1, -1), (-1, 1), (1, -1), (1, 1)),
    ToneName.RETURN: ((-0.5, -0.8), (0.5, -0.8), (0.5, 0.8), (-0.5, 0.8)),
    ToneName.TICK: ((-0.3, -0.8), (0.3, -0.8), (0.3, 0.8), (-0.3, 0.8)),
    ToneName.HOLD_START: ((-0.8, -0.8), (0.8, -0.8), (0.8, -0.3), (-0.3, -0.3), (-0.3, 0.8), (-0.8, 0.8)),
    ToneName.HOLD_END: ((-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)),
    ToneName.END: ((-0.4, -1), (0.4, -1), (1, -0.4), (1, 0.4), (0.4, 1), (-0.4, 1), (-1, 0.4), (-1, -0.4)),
    ToneName.INHALE: ((-0.8, 0.7), (0, -0.8), (0.8, 0.7)),
    ToneName.EXHALE: ((-0.8, -0.7), (0, 0.8), (0.8, -0.7)),
}


def tone_mark(tone: ToneName, x_px: float, y_px: float, size_px: float, note: str = "") -> Area:
    """The mark of a tone, centred on a point."""
    points = tuple((x_px + x * size_px / 2, y_px + y * size_px / 2) for x, y in _OUTLINES[tone])
    if tone in {ToneName.INHALE, ToneName.EXHALE}:
        return Area(points, palette.BREATH, note=note)
    if tone is ToneName.HALFWAY:
        return Area(points, palette.PAPER, palette.TONE, note)
    return Area(points, palette.TONE, note=note)


def _block(piece: Piece, top_px: float, height_px: float, fill: str, edge: str = "", note: str = "") -> Rect:
    """A rectangle as wide as its duration, or a sliver if it would be too narrow to see."""
    width_px = max(piece.width_px, SLIVER_PX)
    x_px = min(piece.x_px, RIGHT_PX - width_px)
    return Rect(x_px, top_px, width_px, height_px, fill, edge, note)
