"""What a row shows, lane by lane: each gives the shapes of its part of one row."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from voiceguide.model.script import Role, SpanKind, ToneName
from voiceguide.picture import palette
from voiceguide.picture.lettering import ELLIPSIS, clock, exact_clock, first_fitting, length, shortened
from voiceguide.picture.rows import RIGHT_PX, WIDTH_PX
from voiceguide.picture.shapes import Area, Line, Rect, Text
from voiceguide.picture.words import GAP_PX, flags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from voiceguide.model.timeline import Chapter, Cue, Span, Timeline
    from voiceguide.picture.rows import Piece, Row
    from voiceguide.picture.shapes import Point, Shape

SMALL_PX: Final = 12.0
NORMAL_PX: Final = 13.0
LINE_PX: Final = 14.0
"""From one line of words to the next."""
WORD_LINES: Final = 4
LEAST_PX_PER_S_FOR_WORDS: Final = 6.0
"""Below this hardly a word would be left of each cue."""
COUNTDOWN_S: Final = 2.0
"""Counted words that follow each other this closely or closer are one countdown."""
SLIVER_PX: Final = 1.0
"""What is shorter than this on paper is drawn as wide as this."""

BREATHS: Final = frozenset({SpanKind.INHALE, SpanKind.RETAIN, SpanKind.EXHALE})
_CURVE_STEP_PX: Final = 2.0


@dataclass(frozen=True, slots=True)
class Lane:
    """A strip of every row."""

    name: str
    """Shown left of it."""
    height_px: float
    draw: Callable[[Timeline, Row, float], Iterator[Shape]]
    """From the timeline, the row and the top of the lane in pixels."""


def lanes_of(timeline: Timeline, px_per_s: float) -> tuple[Lane, ...]:
    """The lanes that this session needs, from the top."""
    lanes = [
        Lane("", 18.0, _axis),
        Lane("", 24.0, _chapters),
        Lane("words", 18.0, _speech),
        Lane("", WORD_LINES * LINE_PX + 3.0, _words),
        Lane("body", 30.0, _body),
        Lane("tones", 16.0, _tones),
        Lane("breath", 34.0, _breath),
    ]
    absent = set()
    if px_per_s < LEAST_PX_PER_S_FOR_WORDS:
        absent.add(_words)
    if not any(cue.tone for cue in timeline.cues):
        absent.add(_tones)
    if not any(span.kind in BREATHS for span in timeline.spans):
        absent.add(_breath)
    return tuple(lane for lane in lanes if lane.draw not in absent)


def grid(timeline: Timeline, row: Row, top_px: float, bottom_px: float) -> Iterator[Shape]:
    """Faint lines at the ticks, stronger ones where chapters begin; behind everything else."""
    for frame in _ticks(row):
        x_px = row.x_px(frame)
        yield Line(((x_px, top_px), (x_px, bottom_px)), palette.GRID, 1.0)
    for chapter in timeline.chapters:
        if row.start <= chapter.start < row.end:
            x_px = row.x_px(chapter.start)
            yield Line(((x_px, top_px), (x_px, bottom_px)), palette.CHAPTER_EDGE, 1.0)


def cue_note(cue: Cue, rate_hz: int) -> str:
    """A cue in words: when, what for, and what is said."""
    side = f" ({cue.side})" if cue.side else ""
    return f"{exact_clock(cue.start / rate_hz)} {cue.role}{side}: {cue.text}"


def span_note(span: Span, rate_hz: int) -> str:
    """A span in words: when, what and for how long."""
    side = f" ({span.side})" if span.side else ""
    return f"{exact_clock(span.start / rate_hz)} {span.kind}{side}: {length((span.end - span.start) / rate_hz)}"


def chapter_note(chapter: Chapter, rate_hz: int) -> str:
    """A chapter in words: when, its title and how long it is."""
    return f"{clock(chapter.start / rate_hz)} {chapter.title}, {clock((chapter.end - chapter.start) / rate_hz)} long"


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
            title = chapter.title if piece.begins else f"{ELLIPSIS} {chapter.title}"
            lasts = f"{title}  {clock((chapter.end - chapter.start) / row.rate_hz)}"
            room_px = piece.width_px - 10.0
            forms = (lasts, title) if piece.begins else (title,)
            if label := first_fitting(forms, NORMAL_PX, room_px) or shortened(title, NORMAL_PX, room_px):
                yield Text(piece.x_px + 5.0, top_px + 14.5, label, NORMAL_PX, palette.INK)


def _speech(timeline: Timeline, row: Row, top_px: float) -> Iterator[Shape]:
    for cue in timeline.speech():
        if piece := row.piece(cue.start, cue.end):
            kind = palette.SPEECH[cue.role]
            yield _block(piece, top_px + 2.0, 14.0, kind.fill, kind.edge, cue_note(cue, row.rate_hz))


def _words(timeline: Timeline, row: Row, top_px: float) -> Iterator[Shape]:
    sayings = [(row.x_px(frame), text) for frame, text in _sayings(timeline) if row.start <= frame < row.end]
    for flag in flags(sayings, WORD_LINES, SMALL_PX, WIDTH_PX - GAP_PX):
        baseline_px = top_px + LINE_PX * (flag.line + 1) - 3.0
        yield Line(((flag.x_px, top_px - 1.0), (flag.x_px, baseline_px)), palette.LEADER, 1.0)
        yield Text(flag.x_px + GAP_PX, baseline_px, flag.text, SMALL_PX, palette.INK)


def _sayings(timeline: Timeline) -> Iterator[tuple[int, str]]:
    """Onset and words of what is said; a countdown is one saying."""
    sayings: list[list[Cue]] = []
    for cue in timeline.speech():
        last = sayings[-1][-1] if sayings else cue
        if last.role is cue.role is Role.COUNT and 0 < cue.start - last.start <= COUNTDOWN_S * timeline.rate_hz:
            sayings[-1].append(cue)
        else:
            sayings.append([cue])
    return ((cues[0].start, " ".join(cue.text for cue in cues)) for cues in sayings)


def _body(timeline: Timeline, row: Row, top_px: float) -> Iterator[Shape]:
    for span in timeline.spans:
        if span.kind in BREATHS or not (piece := row.piece(span.start, span.end)):
            continue
        seconds = length((span.end - span.start) / row.rate_hz)
        note = span_note(span, row.rate_hz)
        if span.kind is SpanKind.HOLD:
            yield from _hold(piece, span, seconds, note, top_px + 5.0)
            continue
        fill, edge = (
            (palette.PAPER, palette.REST_EDGE) if span.kind is SpanKind.REST else (palette.TRANSITION, "")
        )
        yield _block(piece, top_px + 9.0, 12.0, fill, edge, note)
        if label := first_fitting((piece.label(seconds),), SMALL_PX, piece.width_px - 2.0):
            middle_px = piece.x_px + piece.width_px / 2
            yield Text(middle_px, top_px + 19.0, label, SMALL_PX, palette.MUTED, "middle")


def _hold(piece: Piece, span: Span, seconds: str, note: str, top_px: float) -> Iterator[Shape]:
    yield from hold_block(piece, top_px, 20.0, note)
    forms = [f"hold {seconds}", seconds]
    if span.side:
        forms = [f"hold {seconds}, {span.side}", f"{seconds}, {span.side}", f"{seconds} {span.side[0].upper()}", seconds]
    if label := first_fitting(map(piece.label, forms), NORMAL_PX, piece.width_px - 14.0):
        middle_px = piece.x_px + piece.width_px / 2
        yield Text(middle_px, top_px + 14.5, label, NORMAL_PX, palette.PAPER, "middle")


def hold_block(piece: Piece, top_px: float, height_px: float, note: str = "") -> Iterator[Shape]:
    """A block between the two marks of its clock; without a mark where it goes on in another row."""
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
    # in halves of the size, from the middle
    ToneName.START: ((-0.8, -1), (1, 0), (-0.8, 1)),
    ToneName.HALFWAY: ((0, -1), (1, 0), (0, 1), (-1, 0)),
    ToneName.SWITCH: ((-1, -1), (-1, 1), (1, -1), (1, 1)),
    ToneName.HOLD_END: ((-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)),
    ToneName.END: ((-0.4, -1), (0.4, -1), (1, -0.4), (1, 0.4), (0.4, 1), (-0.4, 1), (-1, 0.4), (-1, -0.4)),
    ToneName.INHALE: ((-0.8, 0.7), (0, -0.8), (0.8, 0.7)),
    ToneName.EXHALE: ((-0.8, -0.7), (0, 0.8), (0.8, -0.7)),
}


def tone_mark(tone: ToneName, x_px: float, y_px: float, size_px: float, note: str = "") -> Area:
    """The mark of a tone around a point."""
    points = tuple((x_px + x * size_px / 2, y_px + y * size_px / 2) for x, y in _OUTLINES[tone])
    if tone in {ToneName.INHALE, ToneName.EXHALE}:
        return Area(points, palette.BREATH, note=note)
    if tone is ToneName.HALFWAY:
        return Area(points, palette.PAPER, palette.TONE, note)
    return Area(points, palette.TONE, note=note)


def _breath(timeline: Timeline, row: Row, top_px: float) -> Iterator[Shape]:
    high_px, low_px = top_px + 3.0, top_px + 29.0
    phases = [span for span in timeline.spans if span.kind in BREATHS]
    holds = [span for span in timeline.spans if span.kind is SpanKind.HOLD]
    levels = _levels(phases)
    lines: list[Line] = []
    for phase, (before, after) in zip(phases, levels, strict=True):
        if not row.piece(phase.start, phase.end):
            continue
        points = _curve(phase, row, before, after, high_px, low_px)
        note = span_note(phase, row.rate_hz)
        if any(hold.start <= phase.start and phase.end <= hold.end for hold in holds):
            lines.append(Line(points, palette.BREATH_IN_HOLD, 1.2, note))
            continue
        yield Area(((points[0][0], low_px), *points, (points[-1][0], low_px)), palette.BREATH_FILL)
        lines.append(Line(points, palette.BREATH, 2.0, note))
    yield from lines


def _levels(phases: list[Span]) -> list[tuple[float, float]]:
    """How full the lungs are at the start and the end of every phase, 0 to 1."""
    levels: list[tuple[float, float]] = []
    full = 1.0 if len(phases) > 1 and phases[1].kind is SpanKind.EXHALE else 0.0
    for phase in phases:
        match phase.kind:
            case SpanKind.INHALE:
                before, full = 0.0, 1.0
            case SpanKind.EXHALE:
                before, full = 1.0, 0.0
            case _:
                before = full
        levels.append((before, full))
    return levels


def _curve(
    phase: Span, row: Row, before: float, after: float, high_px: float, low_px: float
) -> tuple[Point, ...]:
    """The part of one phase that lies in the row: it leaves and arrives level, as a breath does."""
    start, end = max(phase.start, row.start), min(phase.end, row.end)
    steps = 1
    if before != after:
        steps = max(2, math.ceil((row.x_px(end) - row.x_px(start)) / _CURVE_STEP_PX))
    points = []
    for step in range(steps + 1):
        frame = start + (end - start) * step / steps
        done = (frame - phase.start) / (phase.end - phase.start)
        level = before + (after - before) * (1.0 - math.cos(math.pi * done)) / 2.0
        points.append((row.x_px(frame), low_px + (high_px - low_px) * level))
    return tuple(points)


def _block(piece: Piece, top_px: float, height_px: float, fill: str, edge: str = "", note: str = "") -> Rect:
    """A rectangle as wide as its time, or a sliver where that could not be seen."""
    width_px = max(piece.width_px, SLIVER_PX)
    x_px = min(piece.x_px, RIGHT_PX - width_px)
    return Rect(x_px, top_px, width_px, height_px, fill, edge, note)
