"""A stretch: what the body does, for how long, and all the words that guide it."""

from __future__ import annotations

from abc import abstractmethod
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal, Self, get_args

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from voiceguide.model.base import (
    SIDE_TOKENS,
    CueText,
    Identifier,
    Model,
    PlainText,
    Seconds,
    Text,
    spoken_texts,
    tokens_in,
)
from voiceguide.model.choices import Side

if TYPE_CHECKING:
    from collections.abc import Iterator


LEAST_SETTLE_S: Final = 2.5
"""The least time from the end of words that move the body to the next that do. A listener's judgement: with closed eyes
nobody does two things in a second."""


class Familiarity(StrEnum):
    """How well the listener knows a movement by now. Words taper from full through brief to bare."""

    FULL = "full"
    BRIEF = "brief"
    BARE = "bare"


class Position(StrEnum):
    """The position of the body during a stretch."""

    STANDING = "standing"
    CHAIR = "chair"
    SEATED = "seated"
    """On the floor or on a chair."""
    LONG_SITTING = "long_sitting"
    """On the floor, legs long."""
    ALL_FOURS = "all_fours"
    HALF_KNEELING = "half_kneeling"
    SUPINE = "supine"
    PRONE = "prone"


class Spot(StrEnum):
    """The place in the room for a stretch. The listener walks from one to the next."""

    MAT = "mat"
    OPEN = "open"
    """Standing, beside nothing."""
    CHAIR = "chair"
    BESIDE_CHAIR = "beside_chair"
    BEHIND_CHAIR = "behind_chair"
    FACING_CHAIR = "facing_chair"
    WALL = "wall"
    BED = "bed"
    """Lying or sitting on it from the start: nobody comes down to the floor."""


class Area(StrEnum):
    """The part of the body that a stretch works on."""

    NECK = "neck"
    SHOULDERS = "shoulders"
    CHEST = "chest"
    UPPER_BACK = "upper_back"
    LOWER_BACK = "lower_back"
    WRISTS = "wrists"
    HANDS = "hands"
    HIPS = "hips"
    THIGHS = "thighs"
    CALVES = "calves"
    FEET = "feet"
    BREATH = "breath"


class Condition(StrEnum):
    """A condition that makes a stretch's cautions worth reading before the session."""

    NECK_INJURY = "neck_injury"
    RHEUMATOID_ARTHRITIS = "rheumatoid_arthritis"
    SHOULDER_INJURY = "shoulder_injury"
    SPINE_SURGERY = "spine_surgery"
    NARROW_CANAL = "narrow_canal"
    DISC = "disc"
    BACK_INJURY = "back_injury"
    THIN_BONES = "thin_bones"
    NEW_HIP = "new_hip"
    NEW_KNEE = "new_knee"
    WRIST_INJURY = "wrist_injury"
    CALF = "calf"
    GLAUCOMA = "glaucoma"
    LUNG_OR_HEART = "lung_or_heart"
    PREGNANCY = "pregnancy"


class Prop(Model):
    """Something to have at hand."""

    name: PlainText
    """Its name with the article: `a mat`."""
    optional: bool = False
    """Useful to have within reach, but not needed."""


class Spoken(Model):
    """The same thing in ever fewer words."""

    say: CueText
    """The full words, for the first time."""
    brief: CueText | None = None
    """A shorter reminder, once the movement is known."""
    bare: CueText | None = None
    """The fewest words that still work."""
    also: Annotated[tuple[CueText, ...], Field(max_length=3)] = ()
    """Other wordings of `say` with the same meaning. Pacing.variation chooses among them."""

    def texts(self) -> Iterator[str]:
        """Every authored form."""
        yield from (text for text in (self.say, self.brief, self.bare, *self.also) if text)


class Instruction(Spoken):
    """Words that the listener cannot do without: if a form is missing, the next fuller one is said."""

    between_s: Seconds = LEAST_SETTLE_S
    """Quiet between two of its sentences, for the body to do the first; never less than LEAST_SETTLE_S."""

    def at(self, familiarity: Familiarity) -> str:
        """The words for this familiarity."""
        if familiarity is Familiarity.FULL:
            return self.say
        brief = self.brief or self.say
        return brief if familiarity is Familiarity.BRIEF else self.bare or brief


class Arrival(Instruction):
    """How to get into the position of a stretch."""

    stay: CueText | None = None
    """Said instead of `say` if the body is already in this position and at this spot."""
    walk: CueText | None = None
    """Said instead of `say` if the listener comes from another spot in the room."""
    settle_s: Seconds = 0.0
    """The least time for it. The change of position and the walk may take longer."""

    def texts(self) -> Iterator[str]:
        """Every authored form."""
        yield from super().texts()
        yield from (text for text in (self.stay, self.walk) if text)


class Guidance(Spoken):
    """Words that help: if a form is missing, nothing is said."""

    settle_s: Seconds = 3.0
    """Quiet afterwards, for the body to do it."""
    moves: bool = True
    """Whether these words move the body; its settle_s is then at least LEAST_SETTLE_S."""
    of_tones: bool = False
    """Whether it speaks of the breath tones; it is left out if there are none."""
    always: bool = False
    """Said at every setting of words, because it keeps the listener safe or the rest would be unclear without it."""

    def at(self, familiarity: Familiarity) -> str | None:
        """The words for this familiarity; None for silence.

        Brief words that name a side are never dropped: the listener has to know which side it is.
        """
        if self.always:
            return self.say if familiarity is Familiarity.FULL else self.brief or self.say
        if familiarity is Familiarity.BARE and not self.bare and self.brief and tokens_in(self.brief) & SIDE_TOKENS:
            return self.brief
        return {"full": self.say, "brief": self.brief, "bare": self.bare}[familiarity]


SidesKind = Literal["none", "each", "alternating"]


class Sides(Model):
    """Whether a stretch is done once, once on each side, or with a change of sides at each repetition."""

    kind: SidesKind = "none"
    first: Side = Side.RIGHT
    felt: Literal["same", "other"] = "same"
    """Whether the stretch is felt on the working side, which the words name, or on the other. Ear to shoulder is
    felt on the other side of the neck (Physitrack, see docs/sources.md)."""


class CountRange(Model):
    """How often: the limits that the data sets."""

    min: Annotated[int, Field(ge=1, le=100)]
    default: Annotated[int, Field(ge=1, le=100)]
    max: Annotated[int, Field(ge=1, le=100)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.min <= self.default <= self.max:
            message = f"min <= default <= max does not hold: {self.min}, {self.default}, {self.max}"
            raise ValueError(message)
        return self


class SecondsRange(Model):
    """How long, in seconds: the limits that the data sets."""

    min: Annotated[float, Field(ge=1.0, le=600.0)]
    default: Annotated[float, Field(ge=1.0, le=600.0)]
    max: Annotated[float, Field(ge=1.0, le=600.0)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.min <= self.default <= self.max:
            message = f"min <= default <= max does not hold: {self.min}, {self.default}, {self.max}"
            raise ValueError(message)
        return self


class Breath(Model):
    """One breath in seconds: in, an optional pause, out, an optional pause."""

    in_s: Annotated[float, Field(ge=1.0, le=20.0)]
    hold_in_s: Annotated[float, Field(ge=0.0, le=20.0)] = 0.0
    out_s: Annotated[float, Field(ge=1.0, le=30.0)]
    hold_out_s: Annotated[float, Field(ge=0.0, le=20.0)] = 0.0

    @property
    def total_s(self) -> float:
        """The whole breath."""
        return self.in_s + self.hold_in_s + self.out_s + self.hold_out_s


def _check_way(text: str) -> str:
    if not text[0].islower() or text[-1] in ".!?":
        message = "write a clause that may follow `or`: it begins with a small letter and ends without a full stop"
        raise ValueError(message)
    return text


Way = Annotated[CueText, AfterValidator(_check_way)]
"""Another way to do a movement, said after `or` or alone."""


class BaseMovement(Model):
    """What every kind of movement has. How one is guided stands in `voiceguide.planning.phrasing.kinds`."""

    possible_sides: ClassVar[frozenset[SidesKind]]
    """The kinds of sides that a stretch with such a movement can have."""
    sided_parts: ClassVar[frozenset[str]]
    """The fields that are said for one side at a time: only they can name a side."""

    prepare: tuple[Guidance, ...] = ()
    """Said before the movement; the place to say how often, with {count}."""
    easier_way: Way | None = None
    """An easier way to do it, as a clause that begins small: offered once, or said as the way to do it."""
    harder_way: Way | None = None

    @property
    @abstractmethod
    def counts(self) -> CountRange:
        """How often it is done: its repetitions, breaths or rounds."""

    def wordings(self) -> Iterator[Spoken]:
        """Every instruction and every step of guidance, in the order in which they are said."""
        for _, part in self:
            for wording in part if isinstance(part, tuple) else (part,):
                if isinstance(wording, Spoken):
                    yield wording


class BreatheMovement(BaseMovement):
    """A movement that goes with the breath: one repetition a breath."""

    possible_sides = frozenset({"none", "alternating"})
    sided_parts = frozenset({"inhale", "exhale"})

    mode: Literal["breathe"]
    repetitions: CountRange
    breath: Breath
    inhale: Instruction
    exhale: Instruction
    finish: Instruction
    """Said after the last repetition."""

    @property
    def counts(self) -> CountRange:
        """Its repetitions."""
        return self.repetitions


class CountMovement(BaseMovement):
    """A movement at the listener's own pace, counted aloud."""

    possible_sides = frozenset({"none", "alternating"})
    sided_parts = frozenset({"move", "back"})

    mode: Literal["count"]
    repetitions: CountRange
    rep_s: Annotated[float, Field(ge=1.0, le=30.0)]
    """Time from one count to the next."""
    move: Instruction
    """Said for the first repetition of each side; then a count, or with alternating sides the side, is all that is
    said."""
    back: Instruction | None = None
    """The way back, in the middle of a repetition: said as often as the movement is, then a soft tone."""
    finish: Instruction

    @property
    def counts(self) -> CountRange:
        """Its repetitions."""
        return self.repetitions


class BreathsMovement(BaseMovement):
    """Breathing, and nothing else."""

    possible_sides = frozenset({"none"})
    sided_parts = frozenset[str]()

    mode: Literal["breaths"]
    breaths: CountRange
    breath: Breath
    finish: Instruction

    @property
    def counts(self) -> CountRange:
        """Its breaths."""
        return self.breaths


class HoldMovement(BaseMovement):
    """A movement into a position that is held. Its `prepare` arranges hands and feet, before every hold of a side."""

    possible_sides = frozenset({"none", "each"})
    sided_parts = frozenset({"prepare", "enter", "remind", "release", "easier_way", "harder_way"})

    mode: Literal["hold"]
    hold_s: SecondsRange
    rounds: CountRange = CountRange(min=1, default=1, max=1)
    breath: Breath | None = None
    """The rhythm to breathe in while holding; the hold is then a whole number of breaths. Without it the breath is
    free."""
    restful: bool = False
    """A rest rather than a stretch: the listener is not told to hold, and neither its middle nor its end is announced.
    A long one says how many minutes are to go, but seldom."""
    balance: bool = False
    """Whether it is done on one leg: then all that can be said beforehand is said before the listener is in it."""
    enter: Instruction
    """The movement itself. After there was time to do it, `hold` is said and the clock starts."""
    remind: tuple[CueText, ...] = ()
    """Reminders, one early in each hold, in turn."""
    release: Instruction
    """Said after the clock has run out, never before."""

    @property
    def counts(self) -> CountRange:
        """Its rounds."""
        return self.rounds


Movement = Annotated[BreatheMovement | CountMovement | BreathsMovement | HoldMovement, Field(discriminator="mode")]
MOVEMENTS: Final[tuple[type[BaseMovement], ...]] = get_args(get_args(Movement)[0])
"""Every kind of movement."""
MODES: Final[tuple[str, ...]] = tuple(get_args(kind.model_fields["mode"].annotation)[0] for kind in MOVEMENTS)
"""The `mode` of each kind."""
_SIDED_PARTS: Final = {
    sides: frozenset[str]().union(*(kind.sided_parts for kind in MOVEMENTS if sides in kind.possible_sides))
    for sides in get_args(SidesKind)
    if sides != "none"
}


class Provenance(Model):
    """The source of a stretch, and what was changed."""

    source: Text
    label: Text
    """Its name in the source."""
    corrections: tuple[Text, ...] = ()


class Stretch(Model):
    """A stretch as authored in `library/<language>/stretches/<id>.toml`."""

    id: Identifier
    name: CueText
    """Its name as spoken after `next`: lower case, without an article."""
    gist: CueText
    """What it does in plain words, said after its name the first time."""
    position: Position
    spot: Spot | None = None
    """The place in the room; by default the mat, the chair or the open floor, depending on the position."""
    areas: tuple[Area, ...] = ()
    """The parts of the body that it works on, the most important first."""
    conditions: tuple[Condition, ...] = ()
    """The conditions that the welcome names, so that those listeners read the cautions first."""
    props: tuple[Prop, ...] = ()
    sides: Sides = Sides()
    caution: CueText | None = None
    """A warning before the set-up, said the first time; for neck work and the like."""
    arrive: Arrival
    setup: tuple[Guidance, ...] = ()
    """Steps said once, before either side."""
    movement: Movement
    easier: tuple[Text, ...] = ()
    harder: tuple[Text, ...] = ()
    cautions: tuple[Text, ...] = ()
    """Shown by `voiceguide show`."""
    provenance: Provenance | None = None

    @property
    def place(self) -> Spot:
        """The place in the room."""
        if self.spot:
            return self.spot
        return {Position.STANDING: Spot.OPEN, Position.CHAIR: Spot.CHAIR}.get(self.position, Spot.MAT)

    @property
    def title(self) -> str:
        """The name as a heading."""
        return self.name[:1].upper() + self.name[1:]

    @model_validator(mode="after")
    def _sides_fit_the_movement(self) -> Self:
        possible = self.movement.possible_sides
        if self.sides.kind not in possible:
            message = f"a movement of mode {self.movement.mode!r} can have sides {' or '.join(sorted(possible))}"
            raise ValueError(message)
        if self.sides.kind == "alternating":
            counts = self.movement.counts
            if any(count % 2 for count in (counts.min, counts.default, counts.max)):
                message = "alternating sides need even numbers of repetitions: both sides get as many"
                raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _tokens_can_be_filled(self) -> Self:
        if found := list(misplaced_tokens(self.sides.kind, self)):
            raise ValidationError.from_exception_data(
                "Stretch",
                [
                    InitErrorDetails(type=PydanticCustomError("token", "{why}", {"why": why}), loc=at, input=self)
                    for at, why in found
                ],
            )
        return self


def misplaced_tokens(sides: object, stretch: object) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The fields of a stretch whose tokens cannot be filled in, with the reason.

    `stretch` may be a Stretch or data read from a file; `sides` is its kind of sides.
    """
    for at, text in spoken_texts(stretch):
        in_movement = at[0] == "movement"
        if sided := tokens_in(text) & SIDE_TOKENS:
            if sides not in _SIDED_PARTS:
                yield at, f"a side token in a stretch without sides: {text!r}"
            elif not in_movement or at[1] not in _SIDED_PARTS[str(sides)]:
                # Words that are said once for both sides cannot name one of them.
                yield at, f"a side token where no side has begun yet: {text!r}"
        if tokens_in(text) - sided and not in_movement and at[0] != "setup":
            yield at, f"a token where nothing is counted: {text!r}"


def hurried(data: object, at: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The fields of a stretch or a routine, read from a file, that leave the body too little time, with the reason.

    A session gives the body that time anyway; this lets authors write figures that mean what they say.
    """
    if isinstance(data, dict):
        settle_s, rep_s = data.get("settle_s"), data.get("rep_s")
        is_step = len(at) > 1 and at[-2] in {"setup", "prepare"}
        if (
            is_step
            and data.get("moves", True) is True
            and isinstance(settle_s, int | float)
            and settle_s < LEAST_SETTLE_S
        ):
            yield (
                (*at, "settle_s"),
                (
                    f"{settle_s:g} s are too few to do it with closed eyes: write {LEAST_SETTLE_S} or more, "
                    "or moves = false where the body does nothing at these words"
                ),
            )
        if isinstance(rep_s, int | float) and rep_s < LEAST_SETTLE_S:
            yield (
                (*at, "rep_s"),
                f"{rep_s:g} s are too few for a repetition with closed eyes: write {LEAST_SETTLE_S} or more",
            )
        for key, part in data.items():
            yield from hurried(part, (*at, key))
    elif isinstance(data, list):
        for index, part in enumerate(data):
            yield from hurried(part, (*at, index))
