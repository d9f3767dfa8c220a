"""Every knob of a session, with its unit and default: how it is paced, and what sounds along with the voice.

Presets are ordinary values of Pacing.
"""

from __future__ import annotations

from typing import Annotated, Final, Self, TypedDict, get_args

from pydantic import BeforeValidator, Field

from voiceguide.files.places import as_text
from voiceguide.model.base import Identifier, Model
from voiceguide.model.choices import DEFAULT_PACE, Level, Pace, Side, Tones, Words
from voiceguide.model.stretch import Breath


class _Paced:
    """Marks a knob that grows when the listener asks for slower guiding, and shrinks when they ask for faster."""


class _Unmentioned:
    """Marks a knob that an exported file does not mention in its comment: listeners do not ask for it."""


Change = Annotated[float, Field(ge=0.0, le=120.0), _Paced]
Walk = Annotated[float, Field(ge=0.0, le=120.0)]
"""Not paced: to cross a room takes as long as it takes."""


def _as_text(bed: object) -> object:
    return as_text(bed) if isinstance(bed, str) else bed


class Pacing(Model):
    """How a routine is paced. `None` leaves a knob to the stretch or the routine.

    The defaults are the steady pace. docs/sources.md explains them: breath and holds follow Laborde 2021 and ACSM, the
    time from the floor to standing Bohannon 2004; changes of position are judgements.
    """

    pace: Pace = DEFAULT_PACE
    """The preset that the other values are based on."""
    words: Words = "full"
    level: Level = Level.USUAL
    """The way to do each stretch: `usual` offers the easier way once, the others are said in place of the usual way."""
    variation: Annotated[int, Field(ge=0, le=9_999_999), _Unmentioned] = 0
    """The number that chooses among wordings, such as that of a day; 0 always chooses the first."""
    speech_rate: Annotated[float, Field(ge=0.6, le=1.25)] = 0.8
    """Speed of the voice; 1.0 is its natural speed. Outside 0.6-1.25 word errors climb; docs/speech.md compares 0.75 to
    0.9."""
    sentence_gap_s: Annotated[float, Field(ge=0.15, le=5.0), _Paced] = 0.7
    """Quiet between two sentences. Longer pauses slow a session down better than a slower voice does."""

    hold_s: Annotated[float, Field(ge=1.0, le=600.0)] | None = None
    repetitions: Annotated[int, Field(ge=1, le=100)] | None = None
    rounds: Annotated[int, Field(ge=1, le=100)] | None = None
    breath: Breath | None = None
    breath_scale: Annotated[float, Field(ge=0.5, le=2.0)] = 1.0
    """Scales the breath of movements that go with it; holds keep their length."""
    breath_cues: bool = True
    """Whether there are breath words and tones in movements that go with the breath."""
    tones: Tones | None = None
    """How loud breath tones and chimes are. `off` leaves the breath tones out, and breath words are said to the end. By
    default `full`, and `soft` in a session that ends in sleep."""
    countdown: Annotated[int, Field(ge=0, le=20)] = 0
    """Seconds to count down aloud at the end of each hold; with 0, `one more breath` is said instead."""
    bed: Annotated[str, Field(min_length=1, max_length=4096), BeforeValidator(_as_text)] = "none"
    """The sound under the voice: `rain`, `drone`, `waves`, `none`, or a sound file (its path or URL)."""
    bed_level_db: Annotated[float, Field(ge=-60.0, le=-6.0)] = -20.0
    """The level of the bed's loudest 3 s against the session's loudness, between words; under a word the bed is softer
    still. So near, the bed counts towards the loudness range (docs/sound.md); at -26 it no longer does.
    """
    sleep: bool | None = None
    """Whether the session ends in sleep: after its last rest nothing is said and no chime rings, and from the last word
    on all sound fades out."""
    first_side: Side | None = None

    transition_s: Change | None = None
    """Time for every change of position; None chooses it by the positions."""
    same_posture_s: Change = 3.0
    switch_s: Change = 8.0
    """From one side to the other."""
    walk_s: Walk = 8.0
    """From one spot of the room to another, eyes open."""
    change_s: Change = 10.0
    """Between sitting and hands and knees."""
    floor_s: Change = 15.0
    """Lying to anything else, standing to the floor."""
    settle_scale: Annotated[float, Field(ge=0.25, le=4.0), _Paced] = 1.0
    """Scales the settle times of the stretches."""
    enter_s: Change = 4.0
    """Time for the movement into a hold, before its clock starts."""
    leave_s: Change = 4.0
    """Time for the movement out of a hold, after its clock has stopped."""
    round_rest_s: Change = 8.0
    """Rest between two rounds of a stretch without sides."""

    length_s: Annotated[float, Field(ge=30.0, le=43_200.0)] | None = None
    """The exact total. Repetitions, holds, rounds and changes of position vary within their limits to meet it."""

    only: tuple[Identifier, ...] = ()
    """Stretches to keep; empty keeps all."""
    skip: tuple[Identifier, ...] = ()

    def of_routine(self, *, sleep: bool) -> Self:
        """The pacing with what it leaves to the routine filled in; `sleep` says whether the routine ends in sleep."""
        asleep = sleep if self.sleep is None else self.sleep
        return self.model_copy(update={"sleep": asleep, "tones": self.tones or ("soft" if asleep else "full")})


def _marked(mark: type) -> tuple[str, ...]:
    """The knobs that are marked so, themselves or by one of the types that they may have."""
    return tuple(
        name
        for name, knob in Pacing.model_fields.items()
        if mark in knob.metadata or any(mark in get_args(kind) for kind in get_args(knob.annotation))
    )


PACED: Final = _marked(_Paced)
"""The knobs that "slower" and "faster" scale."""
UNMENTIONED: Final = frozenset(_marked(_Unmentioned))
"""The knobs that need no words in the phrasebooks, since the comment of an exported file leaves them out."""


class PacingChanges(TypedDict, total=False):
    """The settings of Pacing as keyword arguments, for type checkers; None leaves a setting as the preset has it."""

    words: Words | None
    level: Level | None
    variation: int | None
    speech_rate: float | None
    sentence_gap_s: float | None
    hold_s: float | None
    repetitions: int | None
    rounds: int | None
    breath: Breath | None
    breath_scale: float | None
    breath_cues: bool | None
    tones: Tones | None
    countdown: int | None
    bed: str | None
    bed_level_db: float | None
    sleep: bool | None
    first_side: Side | None
    transition_s: float | None
    same_posture_s: float | None
    switch_s: float | None
    walk_s: float | None
    change_s: float | None
    floor_s: float | None
    settle_scale: float | None
    enter_s: float | None
    leave_s: float | None
    round_rest_s: float | None
    length_s: float | None
    only: tuple[str, ...] | None
    skip: tuple[str, ...] | None
