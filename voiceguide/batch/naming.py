"""File names that are safe on every system.

A name comes from the user's template, filled in from routine files and voices. None of these can name another folder, a
hidden file, a Windows device, or a name that is too long.
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
"""File systems allow 255 bytes, which also have to hold the suffix and that of a temporary file."""
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_PLAIN: Final = frozenset(" _-+.,()")
_EDGES: Final = " .-"
"""A leading dot hides a file, and Windows drops trailing dots and blanks."""
_DEVICES: Final = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
    | {f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"}
)


def check_template(template: str) -> str:
    """Return the template, or raise ValueError, as validators do, if it cannot name a file in the folder."""
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
    """The name of a file without its suffix, or "" if no allowed character is left.

    `values` holds a text for each of PLACEHOLDERS, from any source.
    """
    return safe_stem(_PLACEHOLDER.sub(lambda found: values[found[1]], template))


def safe_stem(text: str) -> str:
    """`text` as a file name without its suffix: letters, digits and plain marks, or "" if it holds none."""
    # Not NFKC, which turns a full-width slash into a plain one.
    kept = (ch if ch in _PLAIN or unicodedata.category(ch)[0] in "LNM" else "-" for ch in _composed(text))
    stem = re.sub(r"-{2,}", "-", re.sub(r" {2,}", " ", "".join(kept))).strip(_EDGES)
    if stem.split(".")[0].strip().upper() in _DEVICES:
        stem = f"_{stem}"
    return stem.encode()[:MAX_STEM_BYTES].decode(errors="ignore").strip(_EDGES)


def collision_key(name: str) -> str:
    """A key that is equal for two names that some file system does not distinguish."""
    return unicodedata.normalize("NFKC", name).casefold()


def length_name(seconds: float) -> str:
    """A length in a file name: `10m`, `1h5m`, `9m30s`."""
    minutes, rest_ms = divmod(round(seconds * 1000), 60_000)  # rounded first: 59.9999999 s are a minute, not 60s
    hours, minutes = divmod(minutes, 60)
    parts = (f"{hours}h" if hours else "", f"{minutes}m" if minutes else "", f"{rest_ms / 1000:g}s" if rest_ms else "")
    return "".join(parts)


def _composed(text: str) -> str:
    """Compose accents with their letters, and replace lone surrogates, which no file name may hold, by `?`."""
    return unicodedata.normalize("NFC", text.encode(errors="replace").decode())
