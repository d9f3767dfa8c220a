"""What every part of phrasing shares: saying sentences, leaving time, and the item that is guided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from voiceguide.model.choices import Level
from voiceguide.model.script import Place, Rest, Role, Say, SpanKind, ToneName
from voiceguide.model.stretch import LEAST_SETTLE_S, Familiarity
from voiceguide.planning.phrasing.wording import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.model.choices import Side
    from voiceguide.model.pacing import Pacing
    from voiceguide.model.stretch import Guidance, Stretch
    from voiceguide.planning.phrasing.dose import Dose
    from voiceguide.planning.phrasing.wording import Wording

UNHURRIED_S = 4.0
"""Authored times up to this are not shortened by a brisk pace."""
WAY_S = 3.0
"""To change over to an easier or a harder way."""
MEANING_S = 1.0
"""Behind what a tone means."""
_SHORTEST_SHARE, _LONGEST_SHARE = 0.5, 2.5
"""How far fitting to a length may squeeze or stretch a rest."""


def say(text: str, role: Role, place: Place = Place(), *, settle_s: float = 0.0) -> Iterator[Say]:  # noqa: B008 -- frozen
    """A text in open time, a beat for each sentence, with `settle_s` of quiet behind each at least."""
    for sentence in sentences(text):
        yield Say(sentence, role, place, settle_s)


def rest(
    seconds: float,
    place: Place = Place(),  # noqa: B008 -- frozen
    kind: SpanKind = SpanKind.TRANSITION,
    *,
    least_s: float = 0.0,
) -> Rest:
    """Quiet of `seconds`, and of `least_s` at least, with the room that fitting has."""
    seconds = max(seconds, least_s)
    return Rest(seconds, max(seconds * _SHORTEST_SHARE, least_s), seconds * _LONGEST_SHARE, kind, place)


def settled(seconds: float, pacing: Pacing) -> float:
    """The time to settle that a pace makes of the authored `seconds`: a brisk one takes nothing from short ones.

    To put a foot or a hand in its place takes as long as it takes.
    """
    return max(seconds * pacing.settle_scale, min(seconds, UNHURRIED_S))


def moving(  # noqa: PLR0913 -- what is said, by whom, where, and three times
    text: str,
    role: Role,
    place: Place,
    settle_s: float,
    pacing: Pacing,
    *,
    least_s: float = 0.0,
    between_s: float = LEAST_SETTLE_S,
) -> Iterator[Say | Rest]:
    """Words that move the body, and `settle_s` to do it in, of which fitting to a length leaves `least_s`.

    Time belongs to the movement, however well its words are known: behind each sentence there is enough for it, and
    `between_s` between them.
    """
    slower = max(1.0, pacing.settle_scale)
    enough_s = LEAST_SETTLE_S * slower
    said = sentences(text)
    for number, sentence in enumerate(said, start=1):
        is_last = number == len(said)
        yield Say(sentence, role, place, enough_s if is_last else max(between_s, LEAST_SETTLE_S) * slower)
    yield rest(settle_s, place, least_s=max(enough_s, least_s))


class Guiding(Struct, frozen=True):
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

    def guide(self, step: Guidance, familiarity: Familiarity, place: Place, role: Role) -> Iterator[Say | Rest]:
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
