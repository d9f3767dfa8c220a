"""The curve of the breath: it rises over an inhale, stays level while retained, and falls over an exhale."""

from __future__ import annotations

import bisect
import math
from typing import TYPE_CHECKING, Final

from voiceguide.model.script import BREATH_PHASES, SpanKind
from voiceguide.picture import palette
from voiceguide.picture.notes import span_note
from voiceguide.picture.shapes import Area, Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.model.timeline import Span, Timeline
    from voiceguide.picture.rows import Row
    from voiceguide.picture.shapes import Point, Shape

BREATH_PX: Final = 2.0
HELD_BREATH_PX: Final = 1.4
"""Inside a hold the line is thinner and paler."""
_STEP_PX: Final = 2.0


def held_phases(timeline: Timeline) -> frozenset[Span]:
    """The phases of breath that only accompany a hold."""
    holds = [span for span in timeline.spans if span.kind is SpanKind.HOLD]
    starts = [hold.start for hold in holds]

    def held(phase: Span) -> bool:
        before = bisect.bisect_right(starts, phase.start)
        return before > 0 and phase.end <= holds[before - 1].end

    return frozenset(span for span in timeline.spans if span.kind in BREATH_PHASES and held(span))


def breath_curve(timeline: Timeline, row: Row, top_px: float) -> Iterator[Shape]:
    """A line for every phase, and a filled area below it where the breath leads the movement."""
    high_px, low_px = top_px + 3.0, top_px + 29.0
    phases = [span for span in timeline.spans if span.kind in BREATH_PHASES]
    held = held_phases(timeline)
    lines: list[Line] = []
    filled: list[list[Point]] = []
    led_to = -1
    for phase, (before, after) in zip(phases, _levels(phases), strict=True):
        if not row.piece(phase.start, phase.end):
            continue
        points = _curve(phase, row, before, after, high_px, low_px)
        note = span_note(phase, row.rate_hz)
        if phase in held:
            lines.append(Line(points, palette.BREATH_IN_HOLD, HELD_BREATH_PX, note))
            continue
        lines.append(Line(points, palette.BREATH, BREATH_PX, note))
        if phase.start != led_to:
            filled.append([])
        filled[-1].extend(points)
        led_to = phase.end
    for curve in filled:
        yield Area(((curve[0][0], low_px), *curve, (curve[-1][0], low_px)), palette.BREATH_FILL)
    yield from lines


def _levels(phases: list[Span]) -> list[tuple[float, float]]:
    """How full the lungs are at the start and end of every phase, from 0 to 1."""
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


def _curve(phase: Span, row: Row, before: float, after: float, high_px: float, low_px: float) -> tuple[Point, ...]:
    """The part of a phase that lies in the row. It starts and ends level, as a breath does."""
    start, end = max(phase.start, row.start), min(phase.end, row.end)
    steps = 1
    if before != after:
        steps = max(2, math.ceil((row.x_px(end) - row.x_px(start)) / _STEP_PX))
    points = []
    for step in range(steps + 1):
        frame = start + (end - start) * step / steps
        done = (frame - phase.start) / (phase.end - phase.start)
        level = before + (after - before) * (1.0 - math.cos(math.pi * done)) / 2.0
        points.append((row.x_px(frame), low_px + (high_px - low_px) * level))
    return tuple(points)
