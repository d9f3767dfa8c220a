"""A volume as people write it: a share of full volume, a percentage, or a change by either.

`0.5`, `.5`, `50%` and `50` are the same volume; `1` is full volume, `1%` a hundredth of it. With a sign it is a change:
`+10%`, `-0.1`. The command line, `voiceguide ctl` and `config.toml` all read volumes here.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from voiceguide.errors import RequestError
from voiceguide.showing import shown

STEP: Final = 0.1
"""The change of `louder` and `quieter` when none is given."""
_WRITTEN: Final = re.compile(r"(?P<sign>[+-]?)\s*(?P<number>\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})\s*(?P<percent>%?)")
_FEWEST_PERCENT: Final = 10.0
"""A bare number of at least this is a percentage. Between 1 and this it could also be a step on a scale of ten."""
_SAMPLES: Final = "write 0.5 or 50% for half of it, +10% or -10% for a change"


class VolumeWish(Struct, frozen=True):
    """A volume that was asked for, or a change of it."""

    amount: float
    """From 0 to 1; for a change, from -1 to 1."""
    is_change: bool

    def wanted(self, before: float) -> float:
        """The volume that is asked for if it was `before`; a change may ask for less than 0 or more than 1."""
        return round(before + self.amount, 4) if self.is_change else self.amount


def parse_volume(text: str) -> VolumeWish:
    """A volume or a change of it. Raises RequestError for anything else, and for more than full volume."""
    return _parsed(text, is_step=False)


def parse_step(text: str) -> float:
    """A change as `10%`, `0.1` or `10`, from -1 to 1; positive is louder. Raises RequestError for anything else."""
    return _parsed(text, is_step=True).amount


def share_of(number: float) -> float:
    """The share that a bare number stands for. Raises RequestError if it is above full volume or ambiguous."""
    return parse_volume(f"{number:.9f}".rstrip("0").rstrip(".")).amount


def percentage(share: float) -> str:
    """A volume for people to read: `50 %`."""
    return f"{100.0 * share:.0f} %"


def _parsed(text: str, *, is_step: bool) -> VolumeWish:
    # As typed on a German keyboard, and as pasted from a page.
    written = _WRITTEN.fullmatch(text.strip().replace(",", ".").replace("\N{MINUS SIGN}", "-"))
    if not written:
        message = f"{shown(text)!r} is not a volume: {_SAMPLES}"
        raise RequestError(message)
    is_change = is_step or bool(written["sign"])
    number = float(written["number"])
    is_percentage = bool(written["percent"]) or number >= _FEWEST_PERCENT or (is_change and number > 1.0)
    amount = number / 100.0 if is_percentage else number
    if amount > 1.0:
        message = f"{shown(text)} is more than there is: {_SAMPLES}"
        if not is_percentage:
            message = f"{shown(text)} could mean two things: write {number:g}%, or a share from 0 to 1"
        raise RequestError(message)
    return VolumeWish(round(-amount if written["sign"] == "-" else amount, 4), is_change)
