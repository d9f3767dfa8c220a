"""The width of texts, and how they are shortened to fit.

Nobody knows which font will draw an SVG, so widths are those of DejaVu Sans, one of the widest: a text that fits in it
fits in the other usual fonts.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

ELLIPSIS: Final = "\N{HORIZONTAL ELLIPSIS}"
FEWEST_CHARACTERS: Final = 3
"""A text that could keep fewer characters is left out: the rest of it would say nothing."""

_UNWRITABLE: Final = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
"""The characters that XML 1.0 forbids, even escaped."""

_WIDEST_EM: Final = {
    0.30: "ijlI'",
    0.35: " ,./:;\\|\N{MIDDLE DOT}",
    0.42: "frt!()-[]",
    0.50: '"_`',
    0.56: "cszJ*?",
    0.62: "aekovxyFLPTY",
    0.65: "0123456789bdghnpquES${}",
    0.70: "ABCKRVXZ",
    0.79: "DGHNOQU&",
    0.84: "w#+<=>^~",
    1.01: "mMW%@" + ELLIPSIS,
}
_EM: Final = {character: width for width, characters in _WIDEST_EM.items() for character in characters}
_OTHER_EM: Final = 1.1
"""The width of any other letter: enough for Cyrillic, Greek and Chinese."""


def width_px(text: str, size_px: float) -> float:
    """The greatest width that `text` may have."""
    return sum(map(_em, text)) * size_px


def _em(character: str) -> float:
    if (width := _EM.get(character)) is not None:
        return width
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0.0
    plain = unicodedata.normalize("NFD", character)[0]  # an accent adds no width
    return _EM.get(plain, _OTHER_EM)


def shortened(text: str, size_px: float, room_px: float) -> str:
    """As much of `text` as fits in `room_px`, with an ellipsis; empty if too little would be left."""
    text = " ".join(text.split())
    if width_px(text, size_px) <= room_px:
        return text
    room_px -= width_px(ELLIPSIS, size_px)
    kept, used_px = "", 0.0
    for character in text:
        used_px += width_px(character, size_px)
        if used_px > room_px:
            break
        kept += character
    kept = kept.rstrip(" .,:;")
    return kept + ELLIPSIS if len(kept) >= FEWEST_CHARACTERS else ""


def first_fitting(forms: Iterable[str], size_px: float, room_px: float) -> str:
    """The first of `forms` that fits unshortened; empty if none does."""
    return next((form for form in forms if width_px(form, size_px) <= room_px), "")


def writable(text: str) -> str:
    """`text` with a replacement character for every character that a file must not contain."""
    # The pattern takes 3 ms to compile, and hardly any text needs it.
    return text if text.isprintable() else re.sub(_UNWRITABLE, "\N{REPLACEMENT CHARACTER}", text)


def length(seconds: float) -> str:
    """Seconds, rounded to a tenth: `30 s`."""
    return f"{round(seconds, 1):g} s"
