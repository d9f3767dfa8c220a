"""Sentences and the time around them, as beats: what every part of phrasing builds with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.model.script import Place, Rest, Role, Say, SpanKind
from voiceguide.model.stretch import LEAST_SETTLE_S
from voiceguide.planning.phrasing.wording import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.model.pacing import Pacing

UNHURRIED_S = 4.0
"""Authored times up to this are not shortened by a brisk pace."""
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
