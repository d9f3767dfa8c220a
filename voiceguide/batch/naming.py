"""File names that stay where they are put, on every system.

A name comes from a template of the user's, and what is filled in from routine files and voices: none of it
can name another folder, a hidden file, a device of Windows or a name too long to be written.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACEHOLDERS: Final = ("routine", "title", "voice", "pace", "words", "length", "format")
DEFAULT_TEMPLATE: Final = "{routine}-{voice}-{pace}"
MAX_STEM_BYTES: Final = 120
"""File systems take 255 bytes; the suffix and that of a temporary file come to it."""
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_PLAIN: Final = frozenset(" _-+.,()")
_EDGES: Final = " .-"
"""A dot in front hides a file; Windows drops dots and blanks at the end."""
_DEVICES: Final = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
    | {f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"}
)


def check_template(template: str) -> str:
    """The template as it is; ValueError, as validators raise it, for one that names no file in the folder."""
    if "/" in template or "\\" in template:
        message = "a name has no folder in it: every file goes into the one folder"
        raise ValueError(message)
    unknown = [name for name in _PLACEHOLDER.findall(template) if name not in PLACEHOLDERS]
    rest = _PLACEHOLDER.sub("", template)
    if unknown or "{" in rest or "}" in rest:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        message = f"unknown placeholder in {template!r}: there is {known}"
        raise ValueError(message)
    return template


def file_stem(template: str, values: Mapping[str, str]) -> str:
    """The name of a file, less its suffix; empty where nothing is left of it that a name may hold.

    `values` has a text for every one of PLACEHOLDERS, from anywhere.
    """
    return safe_stem(_PLACEHOLDER.sub(lambda found: values[found[1]], template))


def safe_stem(text: str) -> str:
    """`text` as a file name less its suffix: letters, digits and plain marks; empty where there are none."""
    # Not NFKC, which makes a plain slash of a full-width one.
    kept = (ch if ch in _PLAIN or unicodedata.category(ch)[0] in "LNM" else "-" for ch in _composed(text))
    stem = re.sub(r"-{2,}", "-", re.sub(r" {2,}", " ", "".join(kept))).strip(_EDGES)
    if stem.split(".")[0].strip().upper() in _DEVICES:
        stem = f"_{stem}"
    return stem.encode()[:MAX_STEM_BYTES].decode(errors="ignore").strip(_EDGES)


def collision_key(name: str) -> str:
    """What is the same for two names that some file system takes for one."""
    return unicodedata.normalize("NFKC", name).casefold()


def length_name(seconds: float) -> str:
    """A length as it may stand in a name: `10m`, `1h5m`, `9m30s`."""
    minutes, rest_ms = divmod(round(seconds * 1000), 60_000)  # rounded first: 59.9999999 s are a minute, not 60s
    hours, minutes = divmod(minutes, 60)
    parts = (f"{hours}h" if hours else "", f"{minutes}m" if minutes else "", f"{rest_ms / 1000:g}s" if rest_ms else "")
    return "".join(parts)


def _composed(text: str) -> str:
    """Accents as one character with their letter; lone surrogates, which no file name may hold, as `?`."""
    return unicodedata.normalize("NFC", text.encode(errors="replace").decode())
