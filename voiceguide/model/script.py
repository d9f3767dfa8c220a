"""The Script: what is said and how long each movement lasts, without absolute times.

A section becomes a chapter. Its beats follow one another; each beat includes the quiet that belongs to it.
Where time is fixed, a text comes in several *forms*, the fullest first, and scheduling takes the first that fits.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from voiceguide.model.choices import Side

Forms = tuple[str, ...]
"""The same cue in fewer and fewer words; empty for a tone without words."""


class Role(StrEnum):
    """The purpose of a cue; the values are part of the JSON contract."""

    WELCOME = "welcome"
    SAFETY = "safety"
    ANNOUNCE = "announce"
    SETUP = "setup"
    INSTRUCT = "instruct"
    INHALE = "inhale"
    EXHALE = "exhale"
    HOLD = "hold"
    COUNT = "count"
    HALFWAY = "halfway"
    REMAINING = "remaining"
    ENCOURAGE = "encourage"
    RELEASE = "release"
    SWITCH = "switch"
    NEXT = "next"
    CLOSE = "close"
    CHIME = "chime"


class SpanKind(StrEnum):
    """What the body does during a span; the values are part of the JSON contract."""

    HOLD = "hold"
    INHALE = "inhale"
    EXHALE = "exhale"
    RETAIN = "retain"
    TRANSITION = "transition"
    REST = "rest"


BREATH_PHASES: Final = frozenset({SpanKind.INHALE, SpanKind.RETAIN, SpanKind.EXHALE})
"""The spans of a breath."""
FREE_BREATH_S: Final = 8.0
"""The length of a breath if the listener is free to breathe as they like. A judgement: slow, as in a stretch."""


class ToneName(StrEnum):
    """The sounds that are not speech."""

    START = "start"
    HOLD_START = "hold-start"
    """Replaces the word `hold` when words are minimal."""
    HALFWAY = "halfway"
    SWITCH = "switch"
    RETURN = "return"
    """The way back in the middle of a counted repetition."""
    TICK = "tick"
    """A repetition without its side or number."""
    HOLD_END = "hold-end"
    END = "end"
    INHALE = "inhale"
    EXHALE = "exhale"


CHIMES: frozenset[ToneName] = frozenset(
    {ToneName.START, ToneName.HOLD_START, ToneName.HALFWAY, ToneName.SWITCH, ToneName.HOLD_END, ToneName.END}
)
"""Tones that ring on their own; the others accompany a word or a movement."""

CHIME_S: Mapping[ToneName, float] = {
    ToneName.START: 2.4,
    ToneName.HOLD_START: 0.9,
    ToneName.HALFWAY: 1.2,
    ToneName.SWITCH: 1.4,
    ToneName.RETURN: 0.5,
    ToneName.TICK: 0.4,
    ToneName.HOLD_END: 1.8,
    ToneName.END: 3.2,
}
"""How long each chime rings. Breath tones are left out, because they last as long as their phase."""


class Place(Struct, frozen=True):
    """The stretch, side and repetition that a beat belongs to."""

    stretch: str | None = None
    side: Side | None = None
    repetition: int | None = None
    """The repetition or round, counted from 1."""


def with_side(title: str, side: str | None) -> str:
    """A title with the side that is being worked: `Cat-cow, left side`."""
    return f"{title}, {side} side" if side else title


class Say(Struct, frozen=True):
    """One sentence in open time."""

    text: str
    role: Role
    place: Place = Place()
    settle_s: float = 0.0
    """The least quiet before the next sentence, if that is more than its section's `sentence_gap_s`."""


class Rest(Struct, frozen=True):
    """Quiet in which the body moves (`transition`) or rests (`rest`).

    Fitting to a length may move `seconds` between `min_s` and `max_s`.
    """

    seconds: float
    min_s: float
    max_s: float
    kind: SpanKind = SpanKind.TRANSITION
    place: Place = Place()
    least_quiet_s: float | None = None
    """If set, `seconds` count from the start of the sentences before it, and at least this much of them is quiet."""


class Sound(Struct, frozen=True):
    """A chime in open time. The next beat begins after `lead_s`, while the chime rings on."""

    tone: ToneName
    lead_s: float
    place: Place = Place()


class Mark(Struct, frozen=True):
    """A cue at a fixed moment of a phase or a hold."""

    at_s: float
    """Counted from the start of the phase or hold; negative for a word that comes early."""
    forms: Forms
    role: Role
    tone: ToneName | None = None
    """A chime at `at_s`, before the word."""
    required: bool = False
    """Whether the phase is drawn out if no form fits; otherwise the mark is left out, and a note says so."""
    late: bool = False
    """Whether it is said as late as its phase allows; `at_s` is then the earliest."""


class Phase(Struct, frozen=True):
    """One phase of a breath."""

    kind: SpanKind
    seconds: float
    marks: tuple[Mark, ...] = ()
    tone: ToneName | None = None
    """A breath tone exactly as long as the phase."""


class Breathe(Struct, frozen=True):
    """One breath with a movement."""

    phases: tuple[Phase, ...]
    place: Place = Place()


class Hold(Struct, frozen=True):
    """A position held for exactly `seconds`."""

    seconds: float
    breath: tuple[Phase, ...] = ()
    """The phases that fill it; empty if the breath is free or whole breaths do not fit."""
    marks: tuple[Mark, ...] = ()
    countdown: Forms = ()
    """Number words, spoken evenly, so that the next one would fall on the end of the hold."""
    place: Place = Place()
    added_s: float = 0.0
    """The part of `seconds` that the listener added to this hold alone while it ran."""
    restful: bool = False
    """Whether it is a rest, in which the listener may fall asleep."""


Beat = Say | Rest | Sound | Breathe | Hold


class Section(Struct, frozen=True):
    """The beats of one chapter."""

    title: str
    stretch: str | None
    beats: tuple[Beat, ...]
    sentence_gap_s: float
    """Quiet between two sentences in open time."""


class Script(Struct, frozen=True):
    """The words of a whole session."""

    routine: str
    title: str
    language: str
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    captions: Mapping[ToneName, str] = {}
    """The caption of each tone; a tone without one is captioned with its name."""

    def texts(self) -> Iterator[str]:
        """Every text that may be spoken, once each, in order of first use."""
        seen: dict[str, None] = {}
        for section in self.sections:
            for beat in section.beats:
                seen.update(dict.fromkeys(_texts_of(beat)))
        yield from seen


def _texts_of(beat: Beat) -> Iterator[str]:
    match beat:
        case Say(text=text):
            yield text
        case Breathe(phases=phases):
            for phase in phases:
                for mark in phase.marks:
                    yield from mark.forms
        case Hold(marks=marks, countdown=countdown):
            for mark in marks:
                yield from mark.forms
            yield from countdown
        case _:
            pass
