"""The way from one stretch to the next: how to get there, and the time for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.model.script import Role
from voiceguide.planning.phrasing.beats import moving, rest, say, settled
from voiceguide.planning.phrasing.positions import change_s, gets_down, rolls_up, same_place, stands_up, walks
from voiceguide.planning.phrasing.wording import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.model.script import Beat, Place
    from voiceguide.model.stretch import Stretch
    from voiceguide.planning.phrasing.guiding import Guide

LEAST_WAY = 0.6
"""The share of the time between two positions that fitting to a length always leaves."""
UP_S = 5.0
"""Time for each sentence on the way from the floor to standing."""
STEADY_S = 4.0
"""Time to stand until the head is steady."""
DOWN_S = 4.0
"""The part of the way to the floor that passes while the listener hears how to go down."""
ROLL_S = 4.0
"""Time to roll from the back onto one side, and again to get up from there, at any pace."""


def arrival_beats(guide: Guide, before: Stretch | None, place: Place) -> Iterator[Beat]:
    """The way from the stretch before, with the time for it."""
    stretch, pacing = guide.stretch, guide.pacing
    arrive = stretch.arrive
    if rolls_up(before, stretch):
        settle_s = settled(ROLL_S, pacing)
        yield from say(guide.wording.phrasebook.roll_up, Role.SAFETY, place, settle_s=settle_s)
        yield rest(settle_s, place, least_s=settle_s)
    is_there, on_foot = same_place(before, stretch), walks(before, stretch)
    way_s = change_s(before, stretch, pacing)
    if stands_up(before, stretch):
        up_s = settled(UP_S, pacing)
        up = guide.wording.phrasebook.stand_up
        yield from moving(up, Role.SAFETY, place, STEADY_S, pacing, least_s=STEADY_S, between_s=UP_S)
        way_s = max(pacing.walk_s if on_foot else pacing.same_posture_s, way_s - up_s * len(sentences(up)))
    if gets_down(before, stretch):
        yield from say(guide.wording.phrasebook.get_down, Role.SAFETY, place)
        way_s = max(way_s - DOWN_S, pacing.same_posture_s)
    words = arrive.stay if is_there else arrive.walk if before and on_foot else None
    settle_s = max(way_s, settled(arrive.settle_s, pacing))
    # The listener is not hurried through the room, nor much on the way to the floor.
    least_s = min(settle_s, pacing.walk_s) if on_foot else settle_s * LEAST_WAY
    # Minimal words leave out how a position is arranged, but not which position comes.
    role = Role.SAFETY if pacing.words == "minimal" and not is_there else Role.SETUP
    said = words or arrive.at(guide.familiarity)
    between_s = least_s if on_foot else arrive.between_s
    yield from moving(said, role, place, settle_s, pacing, least_s=least_s, between_s=between_s)
