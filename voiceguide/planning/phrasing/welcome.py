"""The welcome: what the session is, what it needs, and who should take care."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.model.base import MAX_TEXT_CHARS
from voiceguide.model.script import Place, Role, Sound, SpanKind, ToneName
from voiceguide.planning.phrasing.beats import moving, rest, say, settled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from voiceguide.model.pacing import Pacing
    from voiceguide.model.routine import Routine
    from voiceguide.model.script import Beat
    from voiceguide.model.stretch import Stretch
    from voiceguide.planning.phrasing.wording import Wording

START_LEAD_S = 1.5
"""Time from the start chime to the first word, for the chime to ring out and a headset to wake."""
AFTER_WELCOME_S = 2.0
PAUSE_HERE_S = 2.0
"""Time to pause the session and do something first."""
FEWEST_MINUTES = 2
"""The welcome does not mention fewer."""


def welcome_beats(routine: Routine, pacing: Pacing, wording: Wording, minutes: int) -> Iterator[Beat]:
    """What the session is, what it needs, and who should take care; the last two at every setting of words."""
    book = wording.phrasebook
    yield Sound(ToneName.START, START_LEAD_S)
    yield from say(_title(routine, pacing, wording, minutes), Role.WELCOME)
    if props := _props(routine.stretches, wording):
        yield from say(props, Role.SAFETY)
        if len({prop.name for stretch in routine.stretches for prop in stretch.props}) > 1:
            yield from say(book.fetch, Role.SAFETY)
            yield rest(PAUSE_HERE_S, kind=SpanKind.REST)
    for screening in _screenings(routine.stretches, wording):
        yield from say(screening, Role.SAFETY)
        yield rest(PAUSE_HERE_S, kind=SpanKind.REST)
    wanted = {prop.name for stretch in routine.stretches for prop in stretch.props}
    for preparation in routine.prepare:
        if not wanted.issuperset(preparation.props):
            continue
        settle_s = settled(preparation.settle_s, pacing)
        yield from moving(preparation.say, Role.SAFETY, Place(), settle_s, pacing, least_s=preparation.settle_s)
    yield from say(book.safety, Role.SAFETY)
    yield rest(AFTER_WELCOME_S + pacing.same_posture_s / 2, kind=SpanKind.REST)


def _title(routine: Routine, pacing: Pacing, wording: Wording, minutes: int) -> str:
    book = wording.phrasebook
    if pacing.words == "minimal" or minutes < FEWEST_MINUTES:
        template = book.welcome_short
    else:
        template = wording.choose(book.welcome if len(routine.items) > 1 else book.welcome_one)
    return wording.phrase(template, title=routine.title, count=len(routine.items), minutes=minutes)


def _screenings(stretches: Sequence[Stretch], wording: Wording) -> Iterator[str]:
    """Who should read the cautions first: each condition once, in the order of the phrasebook.

    More conditions than one text can hold are named in several of about the same length.
    """
    book = wording.phrasebook
    concerned = {condition for stretch in stretches for condition in stretch.conditions}
    names = [name for condition, name in book.conditions.items() if condition in concerned]
    for parts in range(1, len(names) + 1):
        size = -(-len(names) // parts)
        texts = [
            wording.phrase(book.screening, conditions=wording.joined(part, book.either))
            for part in (names[at : at + size] for at in range(0, len(names), size))
        ]
        if max(map(len, texts)) <= MAX_TEXT_CHARS or size == 1:
            yield from texts
            return


def _props(stretches: Sequence[Stretch], wording: Wording) -> str:
    """The props, each named once; one that any stretch needs is not called optional."""
    book = wording.phrasebook
    names = dict.fromkeys(prop.name for stretch in stretches for prop in stretch.props)
    needed = {prop.name for stretch in stretches for prop in stretch.props if not prop.optional}
    need = wording.joined([name for name in names if name in needed], book.joiner)
    reach = wording.joined([name for name in names if name not in needed], book.joiner)
    if need and reach:
        return wording.phrase(book.props_both, needed=need, reach=reach)
    if need:
        return wording.phrase(book.props_needed, props=need)
    return wording.phrase(book.props_reach, props=reach) if reach else ""
