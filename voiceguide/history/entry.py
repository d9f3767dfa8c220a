"""One session in the history: what was played, how, and how far it came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import pydantic
from pydantic import AfterValidator, Field

from voiceguide.model.base import Language, Model
from voiceguide.model.pacing import Pacing

if TYPE_CHECKING:
    import datetime as dt

_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 9000
"""Every time between these years exists in every time zone."""
_LONGEST_S: Final = 1_000_000.0
"""Longer than any session: eleven days."""


def _check_year(time: dt.datetime) -> dt.datetime:
    if not _FIRST_YEAR <= time.year <= _LAST_YEAR:
        message = f"there was nothing to play in {time.year}"
        raise ValueError(message)
    return time


_Time = Annotated[pydantic.AwareDatetime, AfterValidator(_check_year)]
_Seconds = Annotated[float, Field(ge=0.0, le=_LONGEST_S)]
_Title = Annotated[str, Field(max_length=4096)]


class Entry(Model):
    """A session that was played."""

    started: _Time
    """With its time zone, by the clock of that day."""
    updated: _Time
    language: Language | None = None
    """The language of the session; earlier versions wrote none, and spoke English."""
    routine: Annotated[str, Field(max_length=16_384)]
    """An id or the path of a file. A path that is not UTF-8 becomes a `file:` address, three characters a byte."""
    title: _Title
    pacing: Pacing
    """The pacing at the end, with every change that the listener made."""
    voice: _Title
    position_s: _Seconds
    length_s: _Seconds
    """The length of the session, with what was added while it played."""
    chapter: _Title
    chapter_number: Annotated[int, Field(ge=1, le=1_000_000)]
    """Counted from 1."""
    chapter_position_s: Annotated[float, Field(ge=0.0, le=1e10)]
    """Seconds from the start of the chapter. Resuming counts from here, because an earlier chapter may have changed
    its pace."""
    finished: bool
