"""Every kind of movement has all that planning needs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import MOVEMENTS as MOVEMENT_STRATEGIES
from tests.strategies import stretches
from voiceguide.library.loader import Library
from voiceguide.model.pacing import Pacing
from voiceguide.model.routine import Item, Routine
from voiceguide.model.script import Role
from voiceguide.model.stretch import MOVEMENTS, BaseMovement
from voiceguide.planning.describe import describe_stretch, dose_in_words
from voiceguide.planning.fitting.fit import texts_of_doses
from voiceguide.planning.phrasing.kinds import dose_of
from voiceguide.planning.phrasing.script import phrase

BOOK = Library().phrasebook


def test_random_routines_have_movements_of_every_kind() -> None:
    assert set(MOVEMENT_STRATEGIES) == set(MOVEMENTS)


@pytest.mark.parametrize("kind", MOVEMENTS)
@settings(max_examples=20)
@given(data=st.data())
def test_a_movement_of_every_kind_is_dosed_phrased_fitted_and_described(
    kind: type[BaseMovement], data: st.DataObject
) -> None:
    stretch = data.draw(stretches(movements=MOVEMENT_STRATEGIES[kind]))
    assert isinstance(stretch.movement, kind)
    item = Item(stretch=stretch.id)
    routine = Routine(
        id="one", title="One", description="Made by a test.", language="en", items=((item, stretch),), close=()
    )
    [_, section, _] = phrase(routine, Pacing(), BOOK).sections
    # The listener is led into it, and out of it again.
    roles = [beat.role for beat in section.beats if hasattr(beat, "role")]
    assert roles[0] is Role.ANNOUNCE
    assert roles[-1] is Role.RELEASE
    # The texts of the usual dose are among those that fitting may choose.
    said = {beat.text for beat in section.beats if hasattr(beat, "text")}
    assert said <= set(texts_of_doses(routine, Pacing(), BOOK))
    dose, counts = dose_of(stretch, item, Pacing()), stretch.movement.counts
    assert counts.default in {dose.repetitions, dose.rounds}
    assert not dose.notes
    described = describe_stretch(stretch, BOOK)
    assert dose_in_words(stretch, BOOK) in described
    for wording in stretch.movement.wordings():
        assert wording.say in described
