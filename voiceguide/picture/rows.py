"""Time on paper: the session broken into rows of equal duration, like the lines of a score.

Sessions of similar length share a scale, so that two paces of a routine can be compared side by side.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from voiceguide.model.timeline import Timeline

WIDTH_PX: Final = 1200
MARGIN_PX: Final = 24.0
LEFT_PX: Final = 72.0
"""Where time begins; the names of the lanes are left of it."""
RIGHT_PX: Final = 1172.0
"""Where a full row ends; the margin leaves room for half of the last label of the axis."""

_SCALES: Final = (
    # seconds per row, seconds per tick, most rows
    (30, 5, 4),
    (60, 5, 6),
    (120, 10, 15),
    (300, 30, 15),
    (600, 60, 15),
    (1200, 120, 15),
    (3600, 300, 15),
)
_TAIL: Final = 0.08
"""A last row that would be filled less than this is merged into the row before it, which is drawn denser."""
_ROWS_MOST: Final = 15
_TICKS: Final = 12


class Row(Struct, frozen=True):
    """A part of the session, and its scale on paper."""

    start: int
    """Its first frame."""
    end: int
    """The frame at which the next row begins, or the session ends."""
    frames: int
    """The frames that fill the full width; the last row need not be full."""
    rate_hz: int
    tick_s: int

    @property
    def px_per_s(self) -> float:
        """The scale of the row."""
        return (RIGHT_PX - LEFT_PX) * self.rate_hz / self.frames

    def x_px(self, frame: float) -> float:
        """The position of a frame."""
        return LEFT_PX + (frame - self.start) / self.frames * (RIGHT_PX - LEFT_PX)

    def piece(self, start: int, end: int) -> Piece | None:
        """The part of `[start, end)` that lies in this row, if any."""
        if start >= self.end or end <= self.start:
            return None
        left_px, right_px = self.x_px(max(start, self.start)), self.x_px(min(end, self.end))
        return Piece(left_px, right_px - left_px, begins=start >= self.start, ends=end <= self.end)


class Piece(Struct, frozen=True):
    """The part of a span of time that a row shows."""

    x_px: float
    width_px: float
    begins: bool
    """Whether the span begins in this row."""
    ends: bool

    def label(self, text: str) -> str:
        """`text`, with an ellipsis on each side on which the span continues in another row."""
        before = "" if self.begins else "\N{HORIZONTAL ELLIPSIS} "
        after = "" if self.ends else " \N{HORIZONTAL ELLIPSIS}"
        return f"{before}{text}{after}"


def rows_of(timeline: Timeline) -> tuple[Row, ...]:
    """The rows that tile the session; a single one if it is empty."""
    row_s, tick_s = _scale(timeline.duration_s)
    frames = row_s * timeline.rate_hz
    starts = [*range(0, max(timeline.length, 1), frames)]
    if len(starts) > 1 and timeline.length - starts[-1] < _TAIL * frames:
        starts.pop()
    ends = [*starts[1:], timeline.length]
    return tuple(
        Row(start, end, max(frames, end - start), timeline.rate_hz, tick_s)
        for start, end in zip(starts, ends, strict=True)
    )


def _scale(duration_s: float) -> tuple[int, int]:
    """Seconds per row and per tick: the fewest that do not make too many rows."""
    for row_s, tick_s, rows_most in _SCALES:
        if duration_s <= row_s * rows_most:
            return row_s, tick_s
    row_s = math.ceil(duration_s / _ROWS_MOST / _SCALES[-1][0]) * _SCALES[-1][0]
    return row_s, row_s // _TICKS
