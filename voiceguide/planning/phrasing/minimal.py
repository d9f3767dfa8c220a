"""Minimal words: names, sides, counts and what keeps one safe, for those who know the rest by heart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from voiceguide.model.script import Breathe, Hold, Mark, Role, Say, Sound, ToneName

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiceguide.model.script import Beat

KEPT: Final = frozenset(
    {Role.WELCOME, Role.SAFETY, Role.ANNOUNCE, Role.NEXT, Role.SWITCH, Role.COUNT, Role.REMAINING, Role.RELEASE}
)
"""What keeps somebody safe is never dropped: the props, the cautions, which side it is, and the way out."""
HOLD_LEAD_S: Final = 0.6
"""From the chime that stands for `hold` to the start of the clock."""


def names_and_counts(beats: Iterable[Beat]) -> Iterator[Beat]:
    """The same beats without their sentences; a chime starts each hold."""
    for beat in beats:
        match beat:
            case Say(role=Role.HOLD):
                yield Sound(ToneName.HOLD_START, HOLD_LEAD_S, beat.place)
            case Say():
                if beat.role in KEPT:
                    yield beat
            case Hold():
                yield replace(beat, marks=_kept(beat.marks))
            case Breathe():
                yield replace(beat, phases=tuple(replace(phase, marks=_kept(phase.marks)) for phase in beat.phases))
            case _:
                yield beat


def _kept(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """Marks that count, and the chimes of the others."""
    silent = (mark if mark.role in KEPT else replace(mark, forms=()) for mark in marks)
    return tuple(mark for mark in silent if mark.forms or mark.tone)
