"""A routine: stretches in order, and the words around them."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import ConfigDict, Field

from voiceguide.model.base import Identifier, Language, Model, PlainText, Seconds, Text
from voiceguide.model.choices import Side
from voiceguide.model.pronounce import Pronounce
from voiceguide.model.stretch import Area, Stretch

MOST_ITEMS: Final = 2000
MOST_STRETCHES: Final = 500
"""The user's own stretches in one file."""


class Item(Model):
    """One stretch of a routine, with the routine's changes to its dose."""

    stretch: Identifier
    repetitions: Annotated[int, Field(ge=1, le=100)] | None = None
    hold_s: Annotated[float, Field(ge=1.0, le=600.0)] | None = None
    rounds: Annotated[int, Field(ge=1, le=100)] | None = None
    first_side: Side | None = None


class Preparation(Model):
    """Something to do before lying or sitting down: fetching a thing, or putting it where it is safe."""

    say: PlainText
    settle_s: Seconds = 8.0
    """Time to do it, eyes open."""
    props: Annotated[tuple[PlainText, ...], Field(max_length=10)] = ()
    """The props that it puts in place, named as the stretches name them. It is said only if the chosen stretches need
    all of them."""


class Closing(Model):
    """One step of the end."""

    say: PlainText
    also: Annotated[tuple[PlainText, ...], Field(max_length=3)] = ()
    """Other wordings that mean the same: which one is said depends on the day."""
    settle_s: Seconds = 4.0
    always: bool = False
    """Said at every setting of words, because it keeps the listener safe, as how to get up does."""


class OwnStretch(Model):
    """A stretch defined inside a routine: in full, or like a shipped one with some fields replaced.

    Its fields are those of a stretch (stretch.schema.json). They are checked after they have been laid over the
    shipped stretch.
    """

    model_config = ConfigDict(frozen=True, extra="allow", str_strip_whitespace=True)

    id: Identifier
    like: Identifier | None = None
    """The shipped stretch that it starts from."""


class RoutineFile(Model):
    """A routine as authored in `library/<language>/routines/<id>.toml` or in the user's own file."""

    id: Identifier
    title: PlainText
    description: Text
    language: Language | None = None
    """The language of its words. None for a routine with hardly any words of its own, which any language can say."""
    items: Annotated[list[Item], Field(min_length=1, max_length=MOST_ITEMS)]
    areas: tuple[Area, ...] = ()
    """What it is for, the most important first."""
    prepare: Annotated[tuple[Preparation, ...], Field(max_length=20)] = ()
    """What to lay out at the start; said after the props, at every setting of words."""
    close: tuple[Closing, ...] = ()
    sleep: bool = False
    """Whether it ends in sleep, without its closing words. The pacing can overrule it."""
    pronounce: Pronounce = {}  # noqa: RUF012 -- pydantic copies it
    """Words of this routine with how they sound: `"tai chi" = "tie chee"`."""
    stretches: Annotated[tuple[OwnStretch, ...], Field(max_length=MOST_STRETCHES)] = ()


class Routine(Model):
    """A routine with its stretches looked up: all that phrasing needs."""

    id: Identifier
    title: Text
    description: Text
    language: str
    items: tuple[tuple[Item, Stretch], ...]
    areas: tuple[Area, ...] = ()
    prepare: tuple[Preparation, ...] = ()
    close: tuple[Closing, ...] | None
    """None if its last stretch is left out: the words would not fit the position."""
    sleep: bool = False
    """Whether it ends in sleep. The pacing can overrule it."""
    pronounce: Pronounce = {}  # noqa: RUF012 -- pydantic copies it
    """Words with how they sound, including those of the configuration."""

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """The stretches in order, one for each item."""
        return tuple(stretch for _, stretch in self.items)
