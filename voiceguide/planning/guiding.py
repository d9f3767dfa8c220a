"""What every part of phrasing shares: saying sentences, leaving time, and the item that is guided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from voiceguide.model.script import Place, Rest, Role, Say, SpanKind
from voiceguide.planning.wording import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.model.pacing import Pacing
    from voiceguide.model.stretch import Familiarity, Guidance, Side, Stretch
    from voiceguide.planning.dose import Dose
    from voiceguide.planning.wording import Wording

_SHORTEST_SHARE, _LONGEST_SHARE = 0.6, 2.5
"""How far fitting to a length may squeeze or stretch a rest."""


def say(text: str, role: Role, place: Place = Place()) -> Iterator[Say]:  # noqa: B008 -- frozen
    """A text in open time, a beat for each sentence."""
    for sentence in sentences(text):
        yield Say(sentence, role, place)


def rest(
    seconds: float,
    place: Place = Place(),  # noqa: B008 -- frozen
    kind: SpanKind = SpanKind.TRANSITION,
    *,
    with_words: bool = False,
) -> Rest:
    """Quiet of `seconds`, with the room that fitting has; `with_words` counts them from the sentences before."""
    shortest_s = seconds * _SHORTEST_SHARE
    return Rest(seconds, shortest_s, seconds * _LONGEST_SHARE, kind, place, shortest_s if with_words else None)


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

    def guide(self, step: Guidance, familiarity: Familiarity, place: Place, role: Role) -> Iterator[Say | Rest]:
        """A step of guidance and the time to do it; nothing where it has no words any more."""
        if text := step.at(familiarity):
            yield from say(self.fill(text, place.side), role, place)
            yield rest(step.settle_s * self.pacing.settle_scale, place)
