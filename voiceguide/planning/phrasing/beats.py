"""Sentences and the time around them, as beats: what every part of phrasing builds with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.model.script import Place, Rest, Role, Say, SpanKind
from voiceguide.model.stretch import LEAST_SETTLE_S
from voiceguide.planning.phrasing.wording import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.model.pacing import Pacing

_SHORTEST_SHARE, _LONGEST_SHARE = 0.5, 2.5
"""How far fitting to a length may squeeze or stretch a rest."""


def say(text: str, role: Role, place: Place = Place(), *, settle_s: float = 0.0) -> Iterator[Say]:  # noqa: B008 -- frozen
    """A text in open time: a beat for each sentence, with at least `settle_s` of quiet after each."""
    for sentence in sentences(text):
        yield Say(sentence, role, place, settle_s)


def rest(
    seconds: float,
    place: Place = Place(),  # noqa: B008 -- frozen
    kind: SpanKind = SpanKind.TRANSITION,
    *,
    least_s: float = 0.0,
) -> Rest:
    """Quiet of `seconds`, but at least `least_s`, with the limits within which fitting may change it."""
    seconds = max(seconds, least_s)
    return Rest(seconds, max(seconds * _SHORTEST_SHARE, least_s), seconds * _LONGEST_SHARE, kind, place)


def settled(seconds: float, pacing: Pacing) -> float:
    """The time to do what the words say at this pace, for the authored `seconds`.

    A brisk pace does not shorten it: to place a foot, or to fetch a cushion, takes as long as it takes.
    """
    return seconds * max(1.0, pacing.settle_scale)


def moving(  # noqa: PLR0913 -- the words, where they belong, and three times
    text: str,
    role: Role,
    place: Place,
    settle_s: float,
    pacing: Pacing,
    *,
    least_s: float = 0.0,
    between_s: float = LEAST_SETTLE_S,
) -> Iterator[Say | Rest]:
    """Words that move the body, and `settle_s` to do it in; fitting to a length leaves at least `least_s` of that.

    The movement needs its time however well its words are known, so there is enough after each sentence, and
    `between_s` between two.
    """
    slower = max(1.0, pacing.settle_scale)
    enough_s = LEAST_SETTLE_S * slower
    said = sentences(text)
    for number, sentence in enumerate(said, start=1):
        is_last = number == len(said)
        yield Say(sentence, role, place, enough_s if is_last else max(between_s, LEAST_SETTLE_S) * slower)
    yield rest(settle_s, place, least_s=max(enough_s, least_s))
