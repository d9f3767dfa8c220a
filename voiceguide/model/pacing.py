"""Every knob of a session, with its unit and its default: how it is paced, and what sounds with the voice.

Presets are just values of this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Self, get_args

from pydantic import BeforeValidator, Field

from voiceguide.files.places import as_text
from voiceguide.model.base import Identifier, Model
from voiceguide.model.choices import DEFAULT_PACE, Level, Pace, Side, Tones, Words
from voiceguide.model.stretch import Breath

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo


class _Paced:
    """Marks a knob that grows when the listener asks for slower guiding, and shrinks when they ask for faster."""


Change = Annotated[float, Field(ge=0.0, le=120.0), _Paced]
Walk = Annotated[float, Field(ge=0.0, le=120.0)]
"""Not paced: to cross a room takes as long as it takes."""


def _as_text(bed: object) -> object:
    return as_text(bed) if isinstance(bed, str) else bed


class Pacing(Model):
    """How a routine is paced. `None` leaves it to the stretch or the routine.

    Defaults are the steady pace. Their basis is docs/sources.md: breath and holds after Laborde 2021
    and ACSM, changes of position by judgement, the floor-to-standing time after Bohannon 2004.
    """

    pace: Pace = DEFAULT_PACE
    """The preset that the other values started from."""
    words: Words = "full"
    level: Level = Level.USUAL
    """Which way to do each stretch is said: the usual one, an easier one offered once, or one of the others alone."""
    variation: Annotated[int, Field(ge=0, le=9_999_999)] = 0
    """Which of several wordings is said: a number, such as that of a day; 0 says the first everywhere."""
    speech_rate: Annotated[float, Field(ge=0.6, le=1.25)] = 0.8
    """Speed of the voice; 1.0 is its natural one. Outside 0.6-1.25 word errors climb; how 0.75 to 0.9 compare stands in
    docs/speech.md."""
    sentence_gap_s: Annotated[float, Field(ge=0.15, le=5.0), _Paced] = 0.7
    """Quiet between two sentences: slower guiding comes from pauses before it comes from a slower voice."""

    hold_s: Annotated[float, Field(ge=1.0, le=600.0)] | None = None
    repetitions: Annotated[int, Field(ge=1, le=100)] | None = None
    rounds: Annotated[int, Field(ge=1, le=100)] | None = None
    breath: Breath | None = None
    breath_scale: Annotated[float, Field(ge=0.5, le=2.0)] = 1.0
    """Factor on the breath of movements that go with it; holds keep their length."""
    breath_cues: bool = True
    """Breath words and tones in movements that go with the breath."""
    tones: Tones | None = None
    """Breath tones and how loud they and the chimes are; where they are off, the breath words go on to the end. None is
    `full`, and `soft` where the session ends in sleep."""
    countdown: Annotated[int, Field(ge=0, le=20)] = 0
    """Seconds counted down aloud at the end of each hold; 0 says `one more breath` instead."""
    bed: Annotated[str, Field(min_length=1, max_length=4096), BeforeValidator(_as_text)] = "none"
    """What lies under the voice: `rain`, `drone`, `waves`, `none`, or a file of sound (a path, or its address)."""
    bed_level_db: Annotated[float, Field(ge=-60.0, le=-6.0)] = -20.0
    """How far the bed's loudest 3 s lie from the session's loudness while nothing is said; under a word it is softer
    still. The loudness range counts what lies so near (docs/sound.md); at -26 it is that of the session without a bed.
    """
    sleep: bool | None = None
    """Whether the session ends in sleep: nothing is said behind its last rest, no chime ends it, and what sounds fades
    out from the last word on. None leaves it to the routine."""
    first_side: Side | None = None

    transition_s: Change | None = None
    """Time for every change of position; None takes it from the positions."""
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
    """Factor on the settle times that the stretches give."""
    enter_s: Change = 4.0
    """For the movement into a hold, before its clock starts."""
    leave_s: Change = 4.0
    """For the movement out of a hold, after its clock has stopped."""
    round_rest_s: Change = 8.0
    """Between two rounds without sides."""

    length_s: Annotated[float, Field(ge=30.0, le=43_200.0)] | None = None
    """An exact total; repetitions, holds, rounds and changes of position move inside their limits to meet it."""

    only: tuple[Identifier, ...] = ()
    """Stretches to keep; empty keeps all."""
    skip: tuple[Identifier, ...] = ()

    def of_routine(self, *, sleep: bool) -> Self:
        """With what it leaves to the routine filled in; `sleep` is whether that one ends in sleep."""
        asleep = sleep if self.sleep is None else self.sleep
        return self.model_copy(update={"sleep": asleep, "tones": self.tones or ("soft" if asleep else "full")})


def _is_paced(knob: FieldInfo) -> bool:
    """Whether a knob, or one of the types that it may have, is marked."""
    return _Paced in knob.metadata or any(_Paced in get_args(kind) for kind in get_args(knob.annotation))


PACED: Final = tuple(name for name, knob in Pacing.model_fields.items() if _is_paced(knob))
"""The knobs that "slower" and "faster" scale."""
