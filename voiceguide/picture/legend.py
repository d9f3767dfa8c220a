"""The legend: every kind of mark in this picture, and its meaning."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from voiceguide.model.script import BREATH_PHASES, SpanKind, ToneName
from voiceguide.picture import palette
from voiceguide.picture.breath import BREATH_PX, HELD_BREATH_PX, held_phases
from voiceguide.picture.lanes import SMALL_PX, hold_block, tone_mark
from voiceguide.picture.lettering import width_px
from voiceguide.picture.rows import MARGIN_PX, WIDTH_PX, Piece
from voiceguide.picture.shapes import Line, Rect, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from voiceguide.model.timeline import Timeline
    from voiceguide.picture.shapes import Shape

    Swatch = Callable[[float, float], Iterator[Shape]]
    """Draws a mark from x to SWATCH_PX right of it, centred on y."""

LINE_PX: Final = 20.0
SWATCH_PX: Final = 22.0
_TO_NAME_PX: Final = 5.0
_TO_NEXT_PX: Final = 16.0

_TONES: Final[dict[ToneName, str]] = {
    ToneName.START: "start chime",
    ToneName.HALFWAY: "halfway",
    ToneName.SWITCH: "switch sides",
    ToneName.RETURN: "the way back",
    ToneName.TICK: "tick",
    ToneName.HOLD_START: "start of a hold",
    ToneName.HOLD_END: "end of a hold",
    ToneName.END: "end of the session",
    ToneName.INHALE: "rising tone",
    ToneName.EXHALE: "falling tone",
}


def legend(timeline: Timeline, top_px: float) -> tuple[list[Shape], float]:
    """The shapes of the legend, in lines from `top_px` down, and its lower edge."""
    shapes: list[Shape] = []
    x_px, middle_px = MARGIN_PX, top_px + LINE_PX / 2
    for name, swatch in _entries(timeline):
        wide_px = SWATCH_PX + _TO_NAME_PX + width_px(name, SMALL_PX)
        if x_px + wide_px > WIDTH_PX - MARGIN_PX:
            x_px, middle_px = MARGIN_PX, middle_px + LINE_PX
        shapes += swatch(x_px, middle_px)
        shapes.append(Text(x_px + SWATCH_PX + _TO_NAME_PX, middle_px + 4.0, name, SMALL_PX, palette.INK))
        x_px += wide_px + _TO_NEXT_PX
    return shapes, middle_px + LINE_PX / 2


def _entries(timeline: Timeline) -> Iterator[tuple[str, Swatch]]:
    spoken = {palette.SPEECH[cue.role] for cue in timeline.speech()}
    yield from ((kind.name, _speech(kind)) for kind in palette.SPEECH_KINDS if kind in spoken)
    kinds = {span.kind for span in timeline.spans}
    if SpanKind.HOLD in kinds:
        yield "hold, from mark to mark", _hold
    if SpanKind.TRANSITION in kinds:
        yield "moving, settling", _transition
    if SpanKind.REST in kinds:
        yield "rest", _rest
    tones = {cue.tone for cue in timeline.cues}
    yield from ((name, _tone(tone)) for tone, name in _TONES.items() if tone in tones)
    held = held_phases(timeline)
    phases = [span for span in timeline.spans if span.kind in BREATH_PHASES]
    if len(phases) > len(held):
        yield "breath: in, out", _breath(palette.BREATH, BREATH_PX)
    if held:
        yield "breath in a hold", _breath(palette.BREATH_IN_HOLD, HELD_BREATH_PX)


def _speech(kind: palette.SpeechKind) -> Swatch:
    def draw(x_px: float, y_px: float) -> Iterator[Shape]:
        yield Rect(x_px, y_px - 7.0, SWATCH_PX, 14.0, kind.fill, kind.edge)

    return draw


def _hold(x_px: float, y_px: float) -> Iterator[Shape]:
    return hold_block(Piece(x_px + 1.0, SWATCH_PX - 2.0, begins=True, ends=True), y_px - 6.0, 12.0)


def _transition(x_px: float, y_px: float) -> Iterator[Shape]:
    yield Rect(x_px, y_px - 6.0, SWATCH_PX, 12.0, palette.TRANSITION, palette.TRANSITION_EDGE)


def _rest(x_px: float, y_px: float) -> Iterator[Shape]:
    yield Rect(x_px, y_px - 6.0, SWATCH_PX, 12.0, palette.PAPER, palette.REST_EDGE)


def _tone(tone: ToneName) -> Swatch:
    def draw(x_px: float, y_px: float) -> Iterator[Shape]:
        yield tone_mark(tone, x_px + SWATCH_PX / 2, y_px, 9.0)

    return draw


def _breath(colour: str, line_px: float) -> Swatch:
    def draw(x_px: float, y_px: float) -> Iterator[Shape]:
        steps = 12
        points = tuple(
            (x_px + SWATCH_PX * step / steps, y_px + 5.0 * math.cos(2.0 * math.pi * step / steps))
            for step in range(steps + 1)
        )
        yield Line(points, colour, line_px)

    return draw
