"""The shapes of a picture. Coordinates are pixels from the top left corner, colours are `#rrggbb`."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Point = tuple[float, float]
Align = Literal["start", "middle", "end"]


class Rect(Struct, frozen=True):
    """A filled rectangle."""

    x_px: float
    y_px: float
    width_px: float
    height_px: float
    fill: str
    edge: str = ""
    """The colour of an outline of 1 px inside the rectangle; empty for none."""
    note: str = ""
    """Its meaning in words; empty for decoration."""


class Area(Struct, frozen=True):
    """A filled polygon; the last point is joined to the first."""

    points: tuple[Point, ...]
    fill: str
    edge: str = ""
    """The colour of an outline of 1 px, centred on the edge of the polygon; empty for none."""
    note: str = ""


class Line(Struct, frozen=True):
    """An open line through two or more points, with round joints and ends."""

    points: tuple[Point, ...]
    colour: str
    width_px: float
    note: str = ""


class Text(Struct, frozen=True):
    """One line of text."""

    x_px: float
    y_px: float
    """The baseline."""
    text: str
    size_px: float
    colour: str
    align: Align = "start"
    """The part of the text that lies at `x_px`."""


Shape = Rect | Area | Line | Text


class Picture(Struct, frozen=True):
    """Shapes on white, in drawing order; texts are drawn above all others."""

    width_px: int
    height_px: int
    title: str
    description: str
    """The picture in words, for people who cannot see it."""
    shapes: tuple[Shape, ...]
