"""How the body gets from one position to another, and how long that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.model.stretch import Position, Spot

if TYPE_CHECKING:
    from voiceguide.model.pacing import Pacing
    from voiceguide.model.stretch import Stretch

_GROUP = {
    Position.STANDING: "standing",
    Position.CHAIR: "chair",
    Position.SEATED: "sitting",
    Position.LONG_SITTING: "sitting",
    Position.ALL_FOURS: "kneeling",
    Position.HALF_KNEELING: "half kneeling",
    Position.SUPINE: "lying",
    Position.PRONE: "lying",
}
_NEAR = tuple(
    frozenset(pair)
    for pair in (
        ("sitting", "kneeling"),
        ("sitting", "half kneeling"),
        ("kneeling", "half kneeling"),
        ("standing", "half kneeling"),
    )
)


_UPRIGHT = frozenset({"standing", "chair"})


def same_place(before: Stretch | None, after: Stretch) -> bool:
    """Whether the body is already in that position and at that spot, and only has to arrange itself."""
    if before is None or before.place is not after.place:
        return False
    one, other = _GROUP[before.position], _GROUP[after.position]
    return before.position is after.position or (one == other and one != "lying")


def walks(before: Stretch | None, after: Stretch) -> bool:
    """Whether the listener walks to another spot, such as a wall. At the start the mat and the chair are at hand."""
    if before is None:
        return after.place not in {Spot.MAT, Spot.OPEN, Spot.CHAIR, Spot.BED}
    is_upright = bool({_GROUP[before.position], _GROUP[after.position]} & _UPRIGHT)
    return before.place is not after.place and is_upright and {before.place, after.place} != {Spot.MAT, Spot.OPEN}


def rolls_up(before: Stretch | None, after: Stretch) -> bool:
    """Whether the listener gets up from lying on the back: by way of one side, or it would be a sit-up."""
    return before is not None and before.position is Position.SUPINE and _GROUP[after.position] != "lying"


def stands_up(before: Stretch | None, after: Stretch) -> bool:
    """Whether the listener gets up from the floor to stand, or to sit on a chair."""
    if before is None or before.place is Spot.BED:
        return False
    return _GROUP[before.position] not in _UPRIGHT and _GROUP[after.position] in _UPRIGHT


def gets_down(before: Stretch | None, after: Stretch) -> bool:
    """Whether the listener comes down to the floor from standing, a chair or a bed, to sit, lie or be on both knees.

    For one knee a stretch has its own words: what to hold depends on where it is done.
    """
    is_above = before is None or before.place is Spot.BED or _GROUP[before.position] in _UPRIGHT
    return is_above and after.place is not Spot.BED and _GROUP[after.position] in {"sitting", "kneeling", "lying"}


def change_s(before: Stretch | None, after: Stretch, pacing: Pacing) -> float:
    """Seconds from one stretch to the next; `before` is None at the start of a session, when the listener stands.

    Between sitting and kneeling the way is short; lying down and getting up from the floor take long. The steady values
    are judgements, checked against 4.1 s from the floor to standing (Bohannon 2004). A walk is added.
    """
    if pacing.transition_s is not None:
        return pacing.transition_s
    if same_place(before, after):
        return pacing.same_posture_s
    one, other = _GROUP[before.position] if before else "standing", _GROUP[after.position]
    walk_s = pacing.walk_s if walks(before, after) else 0.0
    if one == other and one in _UPRIGHT:
        return max(walk_s, pacing.same_posture_s)
    if one == other and one != "lying":
        return pacing.same_posture_s
    if (before is not None and frozenset({one, other}) in _NEAR) or {one, other} == {"standing", "chair"}:
        return walk_s + pacing.change_s
    return walk_s + pacing.floor_s
