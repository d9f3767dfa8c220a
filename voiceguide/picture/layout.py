"""The layout: a heading, a legend, and the rows of the session below each other. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from voiceguide.model.script import BREATH_PHASES, SpanKind
from voiceguide.picture import palette
from voiceguide.picture.breath import held_phases
from voiceguide.picture.lanes import SMALL_PX, grid, lanes_of
from voiceguide.picture.legend import legend
from voiceguide.picture.lettering import shortened
from voiceguide.picture.notes import chapter_note
from voiceguide.picture.rows import LEFT_PX, MARGIN_PX, WIDTH_PX, rows_of
from voiceguide.picture.shapes import Picture, Text
from voiceguide.units import clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from voiceguide.model.timeline import Timeline
    from voiceguide.picture.lanes import Lane
    from voiceguide.picture.rows import Row
    from voiceguide.picture.shapes import Shape

TITLE_PX: Final = 22.0
FACTS_PX: Final = 13.0
HEADING_PX: Final = 96.0
ROW_GAP_PX: Final = 14.0
_DOT: Final = "  \N{MIDDLE DOT}  "


def lay_out(timeline: Timeline, pace: str, voice: str) -> Picture:
    """The picture of a session; its heading names `pace` and `voice`."""
    rows = rows_of(timeline)
    lanes = lanes_of(timeline, rows[0].px_per_s)
    facts = (_DOT.join((f"{clock(timeline.duration_s)} in all", f"pace {pace}", f"voice {voice}")), _sums(timeline))
    shapes, y_px = legend(timeline, HEADING_PX)
    shapes += _heading(timeline.title, facts)
    y_px += ROW_GAP_PX
    for row in rows:
        drawn, y_px = _row(timeline, row, lanes, y_px)
        shapes += drawn
        y_px += ROW_GAP_PX
    return Picture(
        WIDTH_PX,
        round(y_px),
        f"{timeline.title}: the timeline of a session of {clock(timeline.duration_s)}",
        "\n".join((*facts, *(chapter_note(chapter, timeline.rate_hz) for chapter in timeline.chapters))),
        tuple(shapes),
    )


def _heading(title: str, facts: tuple[str, str]) -> Iterator[Shape]:
    room_px = WIDTH_PX - 2 * MARGIN_PX
    yield Text(MARGIN_PX, 40.0, shortened(title, TITLE_PX, room_px), TITLE_PX, palette.INK)
    for number, fact in enumerate(facts):
        colour = palette.MUTED if number else palette.INK
        yield Text(MARGIN_PX, 64.0 + 19.0 * number, shortened(fact, FACTS_PX, room_px), FACTS_PX, colour)


def _sums(timeline: Timeline) -> str:
    """How much time goes to what. Words overlap the rest, so the sums do not add up to the session."""
    held = held_phases(timeline)
    frames = {
        "words": sum(cue.end - cue.start for cue in timeline.speech()),
        "holds": _frames(timeline, {SpanKind.HOLD}),
        "guided breaths": _frames(timeline, BREATH_PHASES) - sum(span.end - span.start for span in held),
        "moving and resting": _frames(timeline, {SpanKind.TRANSITION, SpanKind.REST}),
    }
    return _DOT.join(f"{name} {clock(spent / timeline.rate_hz)}" for name, spent in frames.items() if spent)


def _frames(timeline: Timeline, kinds: AbstractSet[SpanKind]) -> int:
    return sum(span.end - span.start for span in timeline.spans if span.kind in kinds)


def _row(timeline: Timeline, row: Row, lanes: tuple[Lane, ...], top_px: float) -> tuple[list[Shape], float]:
    """The shapes of a row, and its lower edge."""
    behind: list[Shape] = []
    inside: list[Shape] = []
    y_px = top_px
    for lane in lanes:
        if lane.name:
            middle_px = y_px + lane.height_px / 2
            inside.append(Text(LEFT_PX - 12.0, middle_px + 4.0, lane.name, SMALL_PX, palette.MUTED, "end"))
        inside += lane.draw(timeline, row, y_px)
        if lane.ruled:
            behind += grid(timeline, row, y_px, y_px + lane.height_px)
        y_px += lane.height_px
    return [*behind, *inside], y_px
