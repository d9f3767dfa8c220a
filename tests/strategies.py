"""Random stretches, routines and pacings, for property tests of planning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from voiceguide.model.choices import Level, Side
from voiceguide.model.pacing import Pacing
from voiceguide.model.routine import Closing, Item, Preparation, Routine
from voiceguide.model.stretch import (
    Arrival,
    Breath,
    BreatheMovement,
    BreathsMovement,
    Condition,
    CountMovement,
    CountRange,
    Guidance,
    HoldMovement,
    Instruction,
    Position,
    SecondsRange,
    Sides,
    Spot,
    Stretch,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voiceguide.model.script import Script
    from voiceguide.model.stretch import BaseMovement, Movement

_TENTHS = 10


def tenths(least: float, most: float) -> st.SearchStrategy[float]:
    """Return a strategy of seconds to a tenth, as people write them."""
    return st.integers(round(least * _TENTHS), round(most * _TENTHS)).map(lambda value: value / _TENTHS)


words = st.sampled_from(
    ["Lift.", "Slowly lower the shoulder.", "Sit tall. Let the arms be heavy, and breathe.", "Go on."]
)
STILL = "Nothing moves at these words."
ways = st.none() | st.sampled_from(["do less of it", "keep both feet down"])
breaths = st.builds(
    Breath,
    in_s=tenths(1.0, 8.0),
    hold_in_s=st.just(0.0) | tenths(0.0, 4.0),
    out_s=tenths(1.0, 10.0),
    hold_out_s=st.just(0.0) | tenths(0.0, 4.0),
)
instructions = st.builds(
    Instruction, say=words, brief=st.none() | words, bare=st.none() | words, also=st.lists(words, max_size=3).map(tuple)
)
guidances = st.builds(Guidance, say=words, brief=st.none() | words, settle_s=tenths(0.0, 6.0))
asides = st.builds(Guidance, say=st.just(STILL), settle_s=tenths(0.0, 3.0), moves=st.just(value=False))
guidance_lists = st.lists(guidances | asides, max_size=2).map(tuple)


@st.composite
def count_ranges(draw: st.DrawFn, most: int) -> CountRange:
    low, middle, high = sorted(draw(st.lists(st.integers(1, most), min_size=3, max_size=3)))
    return CountRange(min=low, default=middle, max=high)


@st.composite
def second_ranges(draw: st.DrawFn) -> SecondsRange:
    low, middle, high = sorted(draw(st.lists(tenths(2.0, 70.0), min_size=3, max_size=3)))
    return SecondsRange(min=low, default=middle, max=high)


breathe_movements = st.builds(
    BreatheMovement,
    mode=st.just("breathe"),
    repetitions=count_ranges(12),
    breath=breaths,
    prepare=guidance_lists,
    inhale=instructions,
    exhale=instructions,
    finish=instructions,
)
hold_movements = st.builds(
    HoldMovement,
    mode=st.just("hold"),
    hold_s=second_ranges(),
    rounds=count_ranges(3),
    breath=breaths,
    prepare=guidance_lists,
    enter=instructions,
    remind=st.lists(words, max_size=3).map(tuple),
    release=instructions,
    easier_way=ways,
    harder_way=ways,
)


@st.composite
def even_counts(draw: st.DrawFn, most: int) -> CountRange:
    low, middle, high = sorted(draw(st.lists(st.integers(1, most), min_size=3, max_size=3)))
    return CountRange(min=2 * low, default=2 * middle, max=2 * high)


count_movements = st.builds(
    CountMovement,
    mode=st.just("count"),
    repetitions=even_counts(5),
    rep_s=tenths(2.0, 8.0),
    prepare=guidance_lists,
    move=instructions,
    back=st.none() | instructions,
    easier_way=ways,
    harder_way=ways,
    finish=instructions,
)
breaths_movements = st.builds(
    BreathsMovement,
    mode=st.just("breaths"),
    breaths=count_ranges(8),
    breath=breaths,
    prepare=guidance_lists,
    finish=instructions,
)
free_holds = hold_movements.map(lambda movement: movement.model_copy(update={"breath": None}))
MOVEMENTS: Mapping[type[BaseMovement], st.SearchStrategy[Movement]] = {
    BreatheMovement: breathe_movements,
    HoldMovement: hold_movements | free_holds,
    CountMovement: count_movements,
    BreathsMovement: breaths_movements,
}
"""Movements of each kind."""


@st.composite
def stretches(draw: st.DrawFn, name: str = "stretch", movements: st.SearchStrategy[Movement] | None = None) -> Stretch:
    movement = draw(st.one_of(*MOVEMENTS.values()) if movements is None else movements)
    each = isinstance(movement, HoldMovement) and draw(st.booleans())
    alternating = isinstance(movement, CountMovement) and draw(st.booleans())
    return Stretch(
        id=name,
        name=name.replace("-", " "),
        gist="something for the back",
        position=draw(st.sampled_from(Position)),
        spot=draw(st.none() | st.sampled_from(Spot)),
        conditions=tuple(draw(st.lists(st.sampled_from(Condition), max_size=3))),
        sides=Sides(
            kind="each" if each else "alternating" if alternating else "none", first=draw(st.sampled_from(Side))
        ),
        caution=draw(st.none() | words),
        arrive=Arrival(
            say="Come down.",
            stay=draw(st.none() | st.just("Stay there.")),
            walk=draw(st.none() | st.just("Walk over there. Face it.")),
            settle_s=draw(st.just(0.0) | tenths(0.0, 20.0)),
        ),
        setup=draw(guidance_lists),
        movement=movement,
    )


@st.composite
def routines(draw: st.DrawFn, most: int = 2) -> Routine:
    known = [draw(stretches(f"stretch-{index}")) for index in range(draw(st.integers(1, most)))]
    # Some stretches come twice, since words become fewer over a session.
    chosen = [*known, *draw(st.lists(st.sampled_from(known), max_size=1))]
    return Routine(
        id="random",
        title="Random",
        description="Made by a test.",
        language="en",
        items=tuple((Item(stretch=stretch.id), stretch) for stretch in chosen),
        prepare=tuple(
            Preparation(say="Fetch a chair. Put it here.", settle_s=draw(tenths(0.0, 9.0)))
            for _ in range(draw(st.integers(0, 1)))
        ),
        close=(Closing(say="This is the end.", also=("The end.",), settle_s=2.0),),
    )


pacings = st.builds(
    Pacing,
    words=st.sampled_from(["full", "brief", "minimal"]),
    level=st.sampled_from(Level),
    variation=st.just(0) | st.integers(1, 9_999_999),
    walk_s=tenths(0.0, 12.0),
    sentence_gap_s=tenths(0.2, 2.0),
    hold_s=st.none() | tenths(1.0, 90.0) | tenths(110.0, 600.0),
    repetitions=st.none() | st.integers(1, 15),
    rounds=st.none() | st.integers(1, 4),
    breath=st.none() | breaths,
    breath_cues=st.booleans(),
    tones=st.sampled_from(["off", "soft", "full", None]),
    sleep=st.sampled_from([None, False, True]),
    breath_scale=st.sampled_from([0.7, 1.0, 1.4]),
    countdown=st.integers(0, 12),
    first_side=st.none() | st.sampled_from(Side),
    transition_s=st.none() | tenths(0.0, 20.0),
    settle_scale=st.sampled_from([0.5, 1.0, 2.0]),
    enter_s=tenths(0.0, 8.0),
    leave_s=tenths(0.0, 8.0),
    round_rest_s=tenths(0.0, 12.0),
    switch_s=tenths(0.0, 12.0),
)


@st.composite
def spoken_lengths(draw: st.DrawFn, script: Script, slowest: float = 3.0) -> dict[str, int]:
    """Return the frames of every text of a script, for a voice between hurried and far too slow."""
    factor = draw(st.floats(0.3, slowest))
    return {text: round((0.25 + 0.06 * len(text)) * factor * 24_000) for text in script.texts()}
