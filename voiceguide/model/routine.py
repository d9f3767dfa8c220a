"""A routine: stretches in order, with what is said around them."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import ConfigDict, Field

from voiceguide.model.base import Identifier, Language, Model, PlainText, Seconds, Text
from voiceguide.model.choices import Side
from voiceguide.model.pronounce import Pronounce
from voiceguide.model.stretch import Area, Stretch

MOST_ITEMS: Final = 2000
MOST_STRETCHES: Final = 500
"""Of the user's own, in one file."""


class Item(Model):
    """One stretch of a routine, with what this routine changes about its dose."""

    stretch: Identifier
    repetitions: Annotated[int, Field(ge=1, le=100)] | None = None
    hold_s: Annotated[float, Field(ge=1.0, le=600.0)] | None = None
    rounds: Annotated[int, Field(ge=1, le=100)] | None = None
    first_side: Side | None = None


class Preparation(Model):
    """One thing to do before the body is down: to fetch something, or to put it where it is safe."""

    say: PlainText
    settle_s: Seconds = 8.0
    """Time to do it, eyes open."""
    props: Annotated[tuple[PlainText, ...], Field(max_length=10)] = ()
    """What it puts in place, named as the stretches name it: said only where the chosen stretches want all of them."""


class Closing(Model):
    """One step of the end."""

    say: PlainText
    also: Annotated[tuple[PlainText, ...], Field(max_length=3)] = ()
    """Other wordings that mean the same: which one is said depends on the day."""
    settle_s: Seconds = 4.0
    always: bool = False
    """Said whatever the words: it keeps somebody safe, as how to get up does."""


class OwnStretch(Model):
    """A stretch defined inside a routine: whole, or like a shipped one with some of it replaced.

    Its fields are those of a stretch (stretch.schema.json); they are checked once it is laid over what it
    is like.
    """

    model_config = ConfigDict(frozen=True, extra="allow", str_strip_whitespace=True)

    id: Identifier
    like: Identifier | None = None
    """The shipped stretch whose fields it starts from."""


class RoutineFile(Model):
    """A routine as authored in `library/<language>/routines/<id>.toml` or in a file of the user's."""

    id: Identifier
    title: PlainText
    description: Text
    language: Language | None = None
    """Of its words, ISO 639-1; None for one that has hardly any of its own, and may be said in each."""
    items: Annotated[list[Item], Field(min_length=1, max_length=MOST_ITEMS)]
    areas: tuple[Area, ...] = ()
    """What it is for, the most important first."""
    prepare: Annotated[tuple[Preparation, ...], Field(max_length=20)] = ()
    """What is laid out at the start, said behind the props whatever the words."""
    close: tuple[Closing, ...] = ()
    sleep: bool = False
    """Whether it ends in sleep, unless the pacing says otherwise: its closing words are left out then."""
    pronounce: Pronounce = {}  # noqa: RUF012 -- pydantic copies it
    """Words of this routine with how they sound: `"tai chi" = "tie chee"`."""
    stretches: Annotated[tuple[OwnStretch, ...], Field(max_length=MOST_STRETCHES)] = ()


class Routine(Model):
    """A routine with its stretches looked up: everything that phrasing needs to know of it."""

    id: Identifier
    title: Text
    description: Text
    language: str
    items: tuple[tuple[Item, Stretch], ...]
    areas: tuple[Area, ...] = ()
    prepare: tuple[Preparation, ...] = ()
    close: tuple[Closing, ...] | None
    """None where its last stretch is left out, and they would not fit what is."""
    sleep: bool = False
    """Whether it ends in sleep, unless the pacing says otherwise."""
    pronounce: Pronounce = {}  # noqa: RUF012 -- pydantic copies it
    """Words with how they sound, those of the configuration among them."""

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """The stretches in order, one for each item."""
        return tuple(stretch for _, stretch in self.items)
