"""A Picture as PNG, drawn by Pillow with its built-in font, so that it looks the same on every machine.

Everything is drawn larger and scaled down, which makes edges smooth and letters evenly spaced. Pillow is imported when
the first picture is drawn.
"""

from __future__ import annotations

import unicodedata
from typing import IO, TYPE_CHECKING, Final, assert_never

from msgspec import Struct, field

from voiceguide.errors import ExportError
from voiceguide.picture.lettering import writable
from voiceguide.picture.palette import PAPER
from voiceguide.picture.shapes import Area, Line, Rect, Text

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

    from voiceguide.picture.shapes import Picture, Point

_SCALE: Final = 3
"""How much larger everything is drawn. Memory grows with its square: 27 bytes per pixel of the result."""
_ANCHOR: Final = {"start": "ls", "middle": "ms", "end": "rs"}
_BUILT_IN: Final = ""
_MISSING: Final = "\U0010ffff"
"""A character that no font has: it is drawn as every missing character is."""
_FALLBACK_FONTS: Final = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "Arial Unicode.ttf", "arial.ttf", "Helvetica.ttc")
"""Fonts of the machine that are tried when the built-in font, Latin without accents, lacks a letter."""


def write_png(picture: Picture, file: IO[bytes]) -> None:
    """Write `picture` as a PNG of its size, with title and description in text chunks."""
    from PIL import Image, ImageDraw, PngImagePlugin

    large = Image.new("RGB", (picture.width_px * _SCALE, picture.height_px * _SCALE), PAPER)
    draw = ImageDraw.Draw(large)
    for shape in picture.shapes:
        if not isinstance(shape, Text):
            _draw_shape(draw, shape)
    fonts = _Fonts()
    for shape in picture.shapes:
        if isinstance(shape, Text):
            font, text = fonts.lettering(shape.text, shape.size_px * _SCALE)
            place = (shape.x_px * _SCALE, shape.y_px * _SCALE)
            draw.text(place, text, shape.colour, font, anchor=_ANCHOR[shape.align])
    chunks = PngImagePlugin.PngInfo()
    chunks.add_itxt("Title", writable(picture.title))
    chunks.add_itxt("Description", writable(picture.description))
    large.reduce(_SCALE).save(file, "PNG", pnginfo=chunks)


def _draw_shape(draw: ImageDraw, shape: Rect | Area | Line) -> None:
    match shape:
        case Rect():
            left, top = shape.x_px * _SCALE, shape.y_px * _SCALE
            # Pillow includes the last pixel.
            box = (left, top, left + shape.width_px * _SCALE - 1, top + shape.height_px * _SCALE - 1)
            draw.rectangle(box, shape.fill, shape.edge or None, _SCALE if shape.edge else 0)
        case Area():
            draw.polygon(_scaled(shape.points), shape.fill)
            if shape.edge:
                draw.line(_scaled((*shape.points, *shape.points[:2])), shape.edge, _SCALE, "curve")
        case Line():
            draw.line(_scaled(shape.points), shape.colour, round(shape.width_px * _SCALE), "curve")
        case _:
            assert_never(shape)


def _scaled(points: tuple[Point, ...]) -> list[Point]:
    return [(x_px * _SCALE, y_px * _SCALE) for x_px, y_px in points]


class _Fonts(Struct):
    """The fonts of a picture, each loaded once."""

    loaded: dict[tuple[str, float], FreeTypeFont | None] = field(default_factory=dict)
    drawable: dict[str, bool] = field(default_factory=dict)
    """Whether the built-in font has a character, for each that has occurred."""

    def lettering(self, text: str, size_px: float) -> tuple[FreeTypeFont, str]:
        """A font for `text`, and as much of `text` as it can draw."""
        built_in = self.font(_BUILT_IN, size_px)
        if built_in is None:
            message = "this Pillow has no scalable font: install it from PyPI (pip install --force-reinstall pillow)"
            raise ExportError(message)
        if all(self.knows(character, built_in) for character in text):
            return built_in, text
        for name in _FALLBACK_FONTS:
            if font := self.font(name, size_px):
                return font, text
        return built_in, "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))

    def font(self, name: str, size_px: float) -> FreeTypeFont | None:
        """The font at this size; None if the machine does not have it."""
        if (name, size_px) not in self.loaded:
            self.loaded[name, size_px] = _load(name, size_px)
        return self.loaded[name, size_px]

    def knows(self, character: str, built_in: FreeTypeFont) -> bool:
        """Whether the built-in font has `character`."""
        if character not in self.drawable:
            glyph, missing = built_in.getmask(character), built_in.getmask(_MISSING)
            self.drawable[character] = glyph.size != missing.size or bytes(glyph) != bytes(missing)
        return self.drawable[character]


def _load(name: str, size_px: float) -> FreeTypeFont | None:
    from PIL import ImageFont

    try:
        font = ImageFont.load_default(size_px) if name == _BUILT_IN else ImageFont.truetype(name, size_px)
    except (OSError, ImportError):
        return None
    return font if isinstance(font, ImageFont.FreeTypeFont) else None
