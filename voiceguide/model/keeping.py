"""How many spoken clips are kept: the `[cache]` table of the configuration."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import BeforeValidator

from voiceguide.model.base import Model

DEFAULT_LIMIT_BYTES: Final = 500_000_000
"""Room for some forty sessions in different voices or at different speeds (12 MB for ten minutes)."""
NO_LIMIT: Final = "none"
_SIZE: Final = re.compile(r"(?P<number>\d{1,9}(\.\d{1,9})?) ?(?P<unit>[kmgt]?i?b)", re.IGNORECASE | re.ASCII)
_POWERS: Final = " kmgt"


def _read_size(value: object) -> int | None:
    """The bytes of a size as people write it. Raises ValueError, as validators do, for anything else."""
    if isinstance(value, str) and value.strip().lower() == NO_LIMIT:
        return None
    found = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        message = f'write a size with its unit, as in "500 MB" or "2 GB", or "{NO_LIMIT}"'
        raise ValueError(message)
    unit = found["unit"].lower()
    thousand = 1024 if "i" in unit else 1000
    power = _POWERS.index(unit[0]) if len(unit) > 1 else 0
    return round(float(found["number"]) * float(thousand**power))


def size_text(size_bytes: int | None) -> str:
    """A size for people to read: `500 MB`, or `none` for no limit."""
    if size_bytes is None:
        return NO_LIMIT
    for unit, power in (("GB", 3), ("MB", 2), ("kB", 1)):
        if size_bytes >= 1000**power:
            return f"{size_bytes / 1000**power:.4g} {unit}"
    return f"{size_bytes} B"


class Keeping(Model):
    """Settings of the clip store."""

    limit: Annotated[int | None, BeforeValidator(_read_size)] = DEFAULT_LIMIT_BYTES
    """Bytes that clips may take once no session uses them, written as a size such as `500 MB`; None sets no limit."""
