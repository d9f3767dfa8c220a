"""The Script: what is said and how long each movement lasts, with no absolute time anywhere.

A section becomes a chapter. Its beats follow each other; a beat owns the quiet that belongs to it.
Texts come as *forms*, fullest first: scheduling takes the first that fits where time is fixed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from voiceguide.model.choices import Side

Forms = tuple[str, ...]
"""The same cue in ever fewer words; empty for a tone alone."""


class Role(StrEnum):
    """What a cue is for; the values are part of the JSON contract."""

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
    """What the body does for a while; the values are part of the JSON contract."""

    HOLD = "hold"
    INHALE = "inhale"
    EXHALE = "exhale"
    RETAIN = "retain"
    TRANSITION = "transition"
    REST = "rest"


BREATH_PHASES: Final = frozenset({SpanKind.INHALE, SpanKind.RETAIN, SpanKind.EXHALE})
"""What a breath is made of."""
FREE_BREATH_S: Final = 8.0
"""A breath of somebody who is free to breathe as they like. A judgement: a slow one, as breaths in a stretch are."""


class ToneName(StrEnum):
    """The sounds that are not speech."""

    START = "start"
    HOLD_START = "hold-start"
    """In the place of the word, where words are minimal."""
    HALFWAY = "halfway"
    SWITCH = "switch"
    RETURN = "return"
    """The way back in the middle of a counted repetition."""
    TICK = "tick"
    """A repetition of which neither side nor number is said."""
    HOLD_END = "hold-end"
    END = "end"
    INHALE = "inhale"
    EXHALE = "exhale"


CHIMES: frozenset[ToneName] = frozenset(
    {ToneName.START, ToneName.HOLD_START, ToneName.HALFWAY, ToneName.SWITCH, ToneName.HOLD_END, ToneName.END}
)
"""Tones that ring by themselves; the others go along with a word or a movement."""

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
"""How long each chime rings. Breath tones are missing: they last as long as their phase."""


class Place(Struct, frozen=True):
    """Where in the routine a beat belongs."""

    stretch: str | None = None
    side: Side | None = None
    repetition: int | None = None
    """Repetition or round, counted from 1."""


def with_side(title: str, side: str | None) -> str:
    """A title with the side that is being worked: `Cat-cow, left side`."""
    return f"{title}, {side} side" if side else title


class Say(Struct, frozen=True):
    """One sentence in open time."""

    text: str
    role: Role
    place: Place = Place()
    settle_s: float = 0.0
    """The least quiet before the next sentence; the gap of its section is the least anywhere."""


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
    """Where given, `seconds` count from the first of the sentences before it, and at least this much of
    them is quiet."""


class Sound(Struct, frozen=True):
    """A chime in open time; what follows waits for `lead_s`, while the chime rings on under it."""

    tone: ToneName
    lead_s: float
    place: Place = Place()


class Mark(Struct, frozen=True):
    """A cue at a fixed moment of a phase or a hold."""

    at_s: float
    """From the start of the phase or hold; negative for a word that comes early."""
    forms: Forms
    role: Role
    tone: ToneName | None = None
    """A chime at `at_s`, ahead of the word."""
    required: bool = False
    """What is required extends its phase where no form fits; the rest is left out and reported."""
    late: bool = False
    """Whether it is said as late as its phase of a breath allows, and `at_s` is only the earliest."""


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
    """The phases that tile it; empty where whole breaths do not fit."""
    marks: tuple[Mark, ...] = ()
    countdown: Forms = ()
    """Number words, spoken evenly so that the next one would fall on the end."""
    place: Place = Place()
    added_s: float = 0.0
    """How much of `seconds` the listener added to this hold alone, while it ran."""
    restful: bool = False
    """Whether it is a rest, which one may fall asleep in, and no stretch."""


Beat = Say | Rest | Sound | Breathe | Hold


class Section(Struct, frozen=True):
    """A chapter to be."""

    title: str
    stretch: str | None
    beats: tuple[Beat, ...]
    sentence_gap_s: float
    """Quiet between two sentences in open time."""


class Script(Struct, frozen=True):
    """A whole session, phrased."""

    routine: str
    title: str
    language: str
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    captions: Mapping[ToneName, str] = {}
    """What is read where a tone is heard; one that is missing is called by its name."""

    def texts(self) -> Iterator[str]:
        """Every text that may be spoken, in order of first use, each once."""
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
