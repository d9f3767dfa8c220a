"""How long it takes to get from one position to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.model.stretch import Position

if TYPE_CHECKING:
    from voiceguide.model.pacing import Pacing

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
        ("standing", "chair"),
    )
)


def same_place(before: Position | None, after: Position) -> bool:
    """Whether the body is already down (or up) there, and only arranges itself."""
    if before is None:
        return False
    return before == after or (_GROUP[before] == _GROUP[after] and _GROUP[after] != "lying")


def change_s(before: Position | None, after: Position, pacing: Pacing) -> float:
    """Seconds for a change of position; `before` is None at the start of a session.

    Sitting to kneeling is a short way, anything with lying down or getting up from the floor a long
    one (the steady values are judgements, checked against floor-to-standing 4.1 s, Bohannon 2004).
    """
    if pacing.transition_s is not None:
        return pacing.transition_s
    if same_place(before, after):
        return pacing.same_posture_s
    # At the start nobody has been told to sit or lie yet, and the welcome has given time to come near.
    if before is None or frozenset({_GROUP[before], _GROUP[after]}) in _NEAR:
        return pacing.change_s
    return pacing.floor_s
