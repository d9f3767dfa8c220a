"""The cover of an exported session: its title inside a ring of its breath and holds."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Final

from voiceguide.model.script import SpanKind
from voiceguide.picture.png import write_png
from voiceguide.picture.shapes import Area, Line, Picture, Rect, Text
from voiceguide.units import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.model.timeline import Timeline
    from voiceguide.picture.shapes import Point, Shape

SIDE_PX: Final = 480
"""Large enough for the lock screen of a phone, and below 30 kB."""
_GROUND, _RING, _HOLD, _BREATH, _INK, _MUTED = "#17323f", "#24505f", "#e8b85f", "#7fb6c4", "#f5f1e6", "#9fc0c9"
_CENTRE: Final = SIDE_PX / 2
_INNER_PX, _OUTER_PX = 146.0, 214.0
_TITLE_PX: Final = 46.0
_WIDEST_LETTERS: Final = 11
"""The longest word that fits inside the ring at full size."""
_STEP: Final = 0.012
"""The part of a turn between two points of an arc."""
_GAP: Final = 0.004
"""The part of a turn between two chapters."""


def cover(timeline: Timeline[int]) -> bytes:
    """A square PNG with the session as a ring, clockwise from the top: chapters, and in them holds and breath."""
    file = io.BytesIO()
    picture = Picture(SIDE_PX, SIDE_PX, timeline.title, f"Cover of {timeline.title}", tuple(_shapes(timeline)))
    write_png(picture, file)
    return file.getvalue()


def _shapes(timeline: Timeline[int]) -> Iterator[Shape]:
    yield Rect(0, 0, SIDE_PX, SIDE_PX, _GROUND)
    length = timeline.length
    for chapter in timeline.chapters:
        start, end = chapter.start / length, chapter.end / length
        gap = min(_GAP / 2, (end - start) / 3)
        yield _arc(start + gap, end - gap, _INNER_PX, _OUTER_PX, _RING)
    for span in timeline.spans:
        start, end = span.start / length, span.end / length
        if span.kind is SpanKind.HOLD:
            yield _arc(start, end, _INNER_PX + 12, _OUTER_PX - 12, _HOLD)
        elif span.kind is SpanKind.INHALE and not _in_hold(timeline, span.start):
            middle = (start + end) / 2
            yield Line((_at(middle, _INNER_PX + 16), _at(middle, _OUTER_PX - 16)), _BREATH, 2.0)
    words = timeline.title.split()
    size_px = _TITLE_PX * min(1.0, _WIDEST_LETTERS / max(map(len, words), default=1))
    top = _CENTRE - (len(words) - 1) * size_px * 0.55
    for number, word in enumerate(words):
        yield Text(_CENTRE, top + number * size_px * 1.1, word, size_px, _INK, "middle")
    yield Text(_CENTRE, top + len(words) * size_px * 1.1, clock(timeline.duration_s), 24.0, _MUTED, "middle")


def _in_hold(timeline: Timeline[int], frame: int) -> bool:
    return any(span.kind is SpanKind.HOLD and span.start <= frame < span.end for span in timeline.spans)


def _arc(start: float, end: float, inner_px: float, outer_px: float, colour: str) -> Area:
    """A piece of the ring, from `start` to `end` in turns."""
    steps = max(1, math.ceil((end - start) / _STEP))
    turns = [start + (end - start) * number / steps for number in range(steps + 1)]
    points = [_at(turn, outer_px) for turn in turns] + [_at(turn, inner_px) for turn in reversed(turns)]
    return Area(tuple(points), colour)


def _at(turn: float, radius_px: float) -> Point:
    angle = 2 * math.pi * turn
    return _CENTRE + radius_px * math.sin(angle), _CENTRE - radius_px * math.cos(angle)
