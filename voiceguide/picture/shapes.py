"""What a picture is made of. Coordinates are pixels from the top left corner, colours `#rrggbb`."""

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
    """Colour of an outline of 1 px inside the rectangle; empty for none."""
    note: str = ""
    """What it stands for, in words; empty for decoration."""


class Area(Struct, frozen=True):
    """A filled polygon, closed by itself."""

    points: tuple[Point, ...]
    fill: str
    edge: str = ""
    """Colour of an outline of 1 px, centred on the polygon's edge; empty for none."""
    note: str = ""


class Line(Struct, frozen=True):
    """An open line through two points or more, with round joints and ends."""

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
    """Which part of the text stands at `x_px`."""


Shape = Rect | Area | Line | Text


class Picture(Struct, frozen=True):
    """Shapes on white, in drawing order; texts are above everything else."""

    width_px: int
    height_px: int
    title: str
    description: str
    """The same in words, for who cannot see it."""
    shapes: tuple[Shape, ...]
