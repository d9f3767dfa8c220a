"""Guiding through one item: its stretch, its dose and its words, and what every kind of movement says alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from voiceguide.model.choices import Level
from voiceguide.model.script import Place, Rest, Role, Say, ToneName
from voiceguide.model.stretch import Familiarity
from voiceguide.planning.phrasing.beats import moving, rest, say, settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.model.choices import Side
    from voiceguide.model.pacing import Pacing
    from voiceguide.model.stretch import Guidance, Stretch
    from voiceguide.planning.phrasing.dose import Dose
    from voiceguide.planning.phrasing.wording import Wording

WAY_S = 3.0
"""To change over to an easier or a harder way."""
MEANING_S = 1.0
"""Behind what a tone means."""


class Guide(Struct, frozen=True):
    """One item of a routine, about to be put into words."""

    stretch: Stretch
    dose: Dose
    pacing: Pacing
    wording: Wording
    familiarity: Familiarity
    """At the item's start; it grows with every side and round."""
    first_side: Side
    new: bool
    """Whether the stretch has not come before in this session."""
    number: int
    """Of the item in the routine, from 0: what varies is not the same in each."""
    explains: frozenset[ToneName] = frozenset()
    """Tones that come for the first time in the session, and mean something that has to be said."""

    @property
    def tones(self) -> bool:
        """Whether breath tones sound."""
        return self.pacing.breath_cues and self.pacing.tones != "off"

    def fill(self, text: str, side: Side | None = None) -> str:
        """`text` with the tokens of this stretch filled in."""
        return self.wording.fill(text, stretch=self.stretch, side=side, count=self.dose.repetitions)

    def side_of(self, repetition: int) -> Side | None:
        """The side of a repetition, counted from 1, where sides alternate; None where they do not."""
        if self.stretch.sides.kind != "alternating":
            return None
        return self.first_side if repetition % 2 else self.first_side.other

    def this_side(self, place: Place) -> Iterator[Say]:
        """Which side it is, where words are minimal and nothing else says so."""
        assert place.side is not None  # noqa: S101 -- narrows the type
        book = self.wording.phrasebook
        template = book.side_first if self.stretch.sides.kind == "alternating" else book.this_side
        yield from say(self.wording.fill(template, side=place.side), Role.SWITCH, place)

    def step(self, step: Guidance, familiarity: Familiarity, place: Place, role: Role) -> Iterator[Say | Rest]:
        """A step of guidance and the time to do it; nothing where it has no words any more.

        Minimal words leave out what is done, and not its time.
        """
        settle_s = settled(step.settle_s, self.pacing)
        role = Role.SAFETY if step.always else role
        if not (text := step.at(familiarity)):
            if self.pacing.words == "minimal" and step.moves:  # not said, and done all the same
                yield rest(settle_s, place)
            return
        words = self.fill(text, place.side)
        if step.moves:
            yield from moving(words, role, place, settle_s, self.pacing)
        else:
            yield from say(words, role, place)
            yield rest(settle_s, place)

    def meaning(self, tone: ToneName, place: Place) -> Iterator[Say | Rest]:
        """What a tone means, said before it comes for the first time."""
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
        """The other way to do the movement: the one that was chosen, or the easier one, offered once.

        Said behind the words of the movement: before them it would be a command of its own, and they would take it
        back.
        """
        movement, chosen = self.stretch.movement, self.pacing.level
        way = movement.harder_way if chosen is Level.HARDER else movement.easier_way
        if not way:
            return
        words = self.fill(way, place.side)
        book = self.wording.phrasebook
        if chosen is Level.USUAL:
            if familiarity is not Familiarity.FULL or not self.new:
                return
            words = self.wording.phrase(book.easier_way, way=words)
        else:
            chosen_way = book.harder_chosen if chosen is Level.HARDER else book.easier_chosen
            words = self.wording.phrase(chosen_way, way=words)
        # The easier way is what keeps somebody whole: no words level leaves it out.
        role = Role.SETUP if chosen is Level.HARDER else Role.SAFETY
        yield from moving(words, role, place, WAY_S * self.pacing.settle_scale, self.pacing)
