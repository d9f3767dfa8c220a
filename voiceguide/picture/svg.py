"""A Picture as SVG: plain shapes, one font family, and the notes as tooltips."""

from __future__ import annotations

import html
from typing import IO, TYPE_CHECKING, Final, assert_never

from voiceguide.picture.lettering import writable
from voiceguide.picture.palette import PAPER
from voiceguide.picture.shapes import Area, Line, Rect, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.picture.shapes import Picture, Point, Shape

_THINNEST_PX: Final = 0.1
"""The least width inside an outline: at 0 the rectangle would not be drawn at all."""


def write_svg(picture: Picture, file: IO[bytes]) -> None:
    """Write `picture` as an SVG document in UTF-8."""
    file.write("\n".join(_lines(picture)).encode())


def _lines(picture: Picture) -> Iterator[str]:
    width_px, height_px = picture.width_px, picture.height_px
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_px}" height="{height_px}"'
        f' viewBox="0 0 {width_px} {height_px}" role="img" aria-labelledby="title description"'
        ' font-family="sans-serif" stroke-linejoin="round" stroke-linecap="round">'
    )
    yield f'<title id="title">{_text(picture.title)}</title>'
    yield f'<desc id="description">{_text(picture.description)}</desc>'
    yield f'<rect width="{width_px}" height="{height_px}" fill="{PAPER}"/>'
    # Texts come last, so that nothing is drawn over a word.
    shapes = [*picture.shapes]
    yield from (_element(shape) for shape in shapes if not isinstance(shape, Text))
    yield from (_element(shape) for shape in shapes if isinstance(shape, Text))
    yield "</svg>\n"


def _element(shape: Shape) -> str:
    match shape:
        case Rect():
            inset = 0.5 if shape.edge else 0.0  # half of a stroke lies on either side of its line
            width_px, height_px = shape.width_px - 2 * inset, shape.height_px - 2 * inset
            attributes = (
                f'x="{_number(shape.x_px + inset)}" y="{_number(shape.y_px + inset)}"'
                f' width="{_number(max(width_px, _THINNEST_PX))}" height="{_number(height_px)}"'
                f' fill="{shape.fill}"{_stroke(shape.edge)}'
            )
            return _noted("rect", attributes, shape.note)
        case Area():
            attributes = f'points="{_points(shape.points)}" fill="{shape.fill}"{_stroke(shape.edge)}'
            return _noted("polygon", attributes, shape.note)
        case Line():
            attributes = (
                f'points="{_points(shape.points)}" fill="none" stroke="{shape.colour}"'
                f' stroke-width="{_number(shape.width_px)}"'
            )
            return _noted("polyline", attributes, shape.note)
        case Text():
            return (
                f'<text x="{_number(shape.x_px)}" y="{_number(shape.y_px)}" font-size="{_number(shape.size_px)}"'
                f' fill="{shape.colour}" text-anchor="{shape.align}" xml:space="preserve">{_text(shape.text)}</text>'
            )
        case _:
            assert_never(shape)


def _noted(name: str, attributes: str, note: str) -> str:
    if not note:
        return f"<{name} {attributes}/>"
    return f"<{name} {attributes}><title>{_text(note)}</title></{name}>"


def _stroke(colour: str) -> str:
    return f' stroke="{colour}"' if colour else ""


def _points(points: tuple[Point, ...]) -> str:
    return " ".join(f"{_number(x_px)},{_number(y_px)}" for x_px, y_px in points)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _text(text: str) -> str:
    return html.escape(writable(text))
