"""Guiding through one item: its stretch, dose and words, and the sentences that all kinds of movement share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from voiceguide.model.choices import Level
from voiceguide.model.script import Place, Rest, Role, Say, ToneName
from voiceguide.planning.phrasing.beats import moving, rest, say, settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.model.choices import Side
    from voiceguide.model.pacing import Pacing
    from voiceguide.model.stretch import Familiarity, Guidance, Stretch
    from voiceguide.planning.phrasing.dose import Dose
    from voiceguide.planning.phrasing.wording import Wording

WAY_S = 3.0
"""Time to change to an easier or a harder way."""
MEANING_S = 1.0
"""Quiet after the meaning of a tone has been explained."""


class Guide(Struct, frozen=True):
    """All that the words of one item depend on."""

    stretch: Stretch
    dose: Dose
    pacing: Pacing
    wording: Wording
    familiarity: Familiarity
    """At the start of the item; it grows with every side and round."""
    first_side: Side
    new: bool
    """Whether this is the first time that the stretch comes in this session."""
    number: int
    """The number of the item in the routine, from 0, so that wordings vary from item to item."""
    explains: frozenset[ToneName] = frozenset()
    """Tones that are new in this session and have to be explained."""

    @property
    def tones(self) -> bool:
        """Whether there are breath tones."""
        return self.pacing.breath_cues and self.pacing.tones != "off"

    def fill(self, text: str, side: Side | None = None) -> str:
        """`text` with its tokens filled in for this stretch."""
        return self.wording.fill(text, stretch=self.stretch, side=side, count=self.dose.repetitions)

    def side_of(self, repetition: int) -> Side | None:
        """The side of a repetition, counted from 1, if sides alternate; otherwise None."""
        if self.stretch.sides.kind != "alternating":
            return None
        return self.first_side if repetition % 2 else self.first_side.other

    def this_side(self, place: Place) -> Iterator[Say]:
        """The name of the side, for minimal words in which nothing else names it."""
        assert place.side is not None  # noqa: S101 -- narrows the type
        book = self.wording.phrasebook
        template = book.side_first if self.stretch.sides.kind == "alternating" else book.this_side
        yield from say(self.wording.fill(template, side=place.side), Role.SWITCH, place)

    def settle_s(self, step: Guidance) -> float:
        """The time for a step at this pace, which shortens it only where the body lies or stands still."""
        return settled(step.settle_s, self.pacing) if step.moves else step.settle_s * self.pacing.settle_scale

    def step(self, step: Guidance, familiarity: Familiarity, place: Place, role: Role) -> Iterator[Say | Rest]:
        """A step of guidance and the time to do it; nothing if the step is silent by now.

        Minimal words leave out the words of a step, but not its time.
        """
        settle_s = self.settle_s(step)
        role = Role.SAFETY if step.always else role
        if not (text := step.at(familiarity)):
            if self.pacing.words == "minimal" and step.moves:  # it is done all the same
                yield rest(settle_s, place)
            return
        words = self.fill(text, place.side)
        if step.moves:
            yield from moving(words, role, place, settle_s, self.pacing)
        else:
            yield from say(words, role, place)
            yield rest(settle_s, place)

    def meaning(self, tone: ToneName, place: Place) -> Iterator[Say | Rest]:
        """The meaning of a tone, said before it sounds for the first time."""
        if tone not in self.explains:
            return
        book = self.wording.phrasebook
        texts = {
            ToneName.RETURN: book.return_tone,
            ToneName.TICK: book.tick,
            ToneName.INHALE: book.breath_tones,
            ToneName.HOLD_START: book.chimes,
        }
        yield from say(texts[tone], Role.SAFETY, place)
        yield rest(MEANING_S, place)

    def level(self, familiarity: Familiarity, place: Place) -> Iterator[Say | Rest]:
        """Another way to do the movement: the chosen one, or the easier one, offered once; minimal words leave it out.

        It follows the words of the movement: before them it would be a command of its own, which they take back.
        """
        movement, chosen = self.stretch.movement, self.pacing.level
        way = movement.harder_way if chosen is Level.HARDER else movement.easier_way
        if not way:
            return
        words = self.fill(way, place.side)
        book = self.wording.phrasebook
        if chosen is Level.USUAL:
            if familiarity is not self.familiarity or not self.new or self.pacing.words == "minimal":
                return
            words = self.wording.phrase(book.easier_way, way=words)
        else:
            chosen_way = book.harder_chosen if chosen is Level.HARDER else book.easier_chosen
            words = self.wording.phrase(chosen_way, way=words)
        # The easier way protects the listener, so that no setting of words leaves it out.
        role = Role.SETUP if chosen is Level.HARDER else Role.SAFETY
        yield from moving(words, role, place, settled(WAY_S, self.pacing), self.pacing)
