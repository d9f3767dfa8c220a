"""Fitting with small numbers, compared with a plain search through all combinations."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from msgspec.structs import replace

from voiceguide.library.loader import Library
from voiceguide.model.choices import Side
from voiceguide.model.pacing import Pacing
from voiceguide.model.routine import Closing, Item, Routine
from voiceguide.model.script import Hold, Place, Rest, Role, Say, Script, Section, SpanKind
from voiceguide.model.stretch import (
    Arrival,
    Breath,
    BreatheMovement,
    BreathsMovement,
    CountMovement,
    CountRange,
    Guidance,
    HoldMovement,
    Instruction,
    Position,
    SecondsRange,
    Sides,
    Stretch,
)
from voiceguide.planning.fitting import fit as fitting
from voiceguide.planning.fitting.fit import (
    Choice,
    UnreachableError,
    around_of,
    best,
    choices,
    extremes,
    fit,
    texts_around,
    texts_for_fitting,
    texts_of_doses,
)
from voiceguide.planning.phrasing.script import phrase, turns_of
from voiceguide.planning.scheduling.schedule import schedule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from voiceguide.model.stretch import Movement

RATE_HZ = 24_000
BOOK = Library().phrasebook
BREATH = Breath(in_s=4, out_s=6)
GO = Instruction(say="Go on.", brief="On.")


def stretch(name: str, movement: Movement, sides: str = "none") -> Stretch:
    return Stretch(
        id=name,
        name=name,
        gist="something",
        position=Position.CHAIR,
        sides=Sides(kind=sides, first=Side.LEFT),
        arrive=Arrival(say=f"Come to {name}.", stay=None),
        setup=(Guidance(say="Sit tall.", settle_s=2.0),),
        movement=movement,
    )


def seconds(low: float, usual: float, high: float) -> SecondsRange:
    return SecondsRange(min=low, default=usual, max=high)


def times(low: int, usual: int, high: int) -> CountRange:
    return CountRange(min=low, default=usual, max=high)


HELD = stretch(
    "held",
    HoldMovement(mode="hold", hold_s=seconds(20, 30, 45), rounds=times(1, 1, 3), breath=BREATH, enter=GO, release=GO),
    "each",
)
FREE = stretch("free", HoldMovement(mode="hold", hold_s=seconds(11, 12, 21), enter=GO, release=GO))
MOVED = stretch(
    "moved", BreatheMovement(mode="breathe", repetitions=times(2, 3, 6), breath=BREATH, inhale=GO, exhale=GO, finish=GO)
)
BREATHED = stretch("breathed", BreathsMovement(mode="breaths", breaths=times(3, 5, 6), breath=BREATH, finish=GO))
COUNTED = stretch("counted", CountMovement(mode="count", repetitions=times(3, 4, 5), rep_s=3.0, move=GO, finish=GO))
IN_TURNS = stretch(
    "in-turns",
    CountMovement(
        mode="count", repetitions=times(4, 6, 10), rep_s=3.0, move=Instruction(say="Reach {side}."), finish=GO
    ),
    "alternating",
)


def routine(*stretches: Stretch, items: Sequence[Item] = ()) -> Routine:
    return Routine(
        id="small",
        title="Small",
        description="Made by a test.",
        language="en",
        items=tuple(zip(items or [Item(stretch=s.id) for s in stretches], stretches, strict=True)),
        close=(Closing(say="This is the end.", settle_s=2.0),),
    )


def spoken(texts: Iterable[str]) -> dict[str, int]:
    return {text: 2400 + 1200 * len(text) for text in texts}


def lengths_of(made: Routine, pacing: Pacing) -> dict[str, int]:
    return spoken(texts_for_fitting(made, pacing, BOOK, 5))


def doses(only: Stretch, item: Item | None = None, **knobs: Any) -> list[Any]:  # noqa: ANN401 -- of Pacing
    """Return every dose of a stretch alone: the hold or the repetitions, the rounds, and the cost."""
    made, pacing = routine(only, items=[item or Item(stretch=only.id)]), Pacing(**knobs)
    [turn] = turns_of(made, pacing, BOOK)
    return [
        (c.item.hold_s or c.item.repetitions, c.item.rounds, c.cost)
        for c in choices(turn, pacing, lengths_of(made, pacing))
    ]


def squared(part: float, whole: float) -> float:
    return (part / whole) ** 2


def test_a_hold_moves_in_whole_breaths_and_rounds_inside_their_limits() -> None:
    assert doses(HELD) == [
        (hold_s, rounds, pytest.approx(squared(hold_s - 30, 25) + squared(rounds - 1, 2)))
        for hold_s in (20.0, 30.0, 40.0)
        for rounds in (1, 2, 3)
    ]


def test_a_hold_of_the_routines_own_stays_among_the_whole_breaths() -> None:
    found = doses(HELD, Item(stretch="held", hold_s=33, rounds=2))
    assert [dose[:2] for dose in found] == [(h, r) for h in (20.0, 30.0, 33.0, 40.0) for r in (1, 2, 3)]
    assert found[7] == (33.0, 2, 0.0)
    assert found[0][2] == pytest.approx(squared(13, 25) + squared(1, 2))


@pytest.mark.parametrize(
    ("in_s", "out_s", "low", "high", "holds"),
    [
        (1.0, 1.1, 2.1, 6.3, [2.1, 4.2, 6.3]),
        (1.0, 1.1, 2.2, 10.5, [4.2, 6.3, 8.4, 10.5]),
        (2.1, 3.2, 42.0, 53.0, [42.4, 47.7, 53.0]),
        (4.0, 6.0, 1.0, 9.9, [9.0]),
    ],
)
def test_a_hold_can_be_as_long_as_its_range_where_that_is_whole_breaths_of_tenths(
    in_s: float, out_s: float, low: float, high: float, holds: list[float]
) -> None:
    """Tenths are not exact in binary: rounded down, the longest session would be a breath too short."""
    usual = holds[len(holds) // 2]
    breathed = stretch(
        "held",
        HoldMovement(
            mode="hold", hold_s=seconds(low, usual, high), breath=Breath(in_s=in_s, out_s=out_s), enter=GO, release=GO
        ),
    )
    assert [dose[0] for dose in doses(breathed)] == holds


def test_a_dose_outside_its_limits_that_the_routine_asks_for_is_among_the_others() -> None:
    assert [dose[::2] for dose in doses(MOVED, Item(stretch="moved", repetitions=9))][-1] == (9, 0.0)
    assert [dose[:2] for dose in doses(HELD, Item(stretch="held", rounds=5))][4:8] == [
        (30.0, 1),
        (30.0, 2),
        (30.0, 3),
        (30.0, 5),
    ]


def test_a_free_hold_moves_in_steps_of_five_seconds() -> None:
    assert doses(FREE) == [(hold_s, 1, pytest.approx(squared(hold_s - 12, 10))) for hold_s in (12.0, 15.0, 20.0)]


def test_what_has_one_dose_only_costs_what_it_leaves_it_by() -> None:
    narrow = stretch("free", HoldMovement(mode="hold", hold_s=seconds(30, 30, 30.5), enter=GO, release=GO))
    assert doses(narrow, Item(stretch="free", hold_s=32)) == [(30.0, 1, pytest.approx(4.0)), (32.0, 1, 0.0)]


@pytest.mark.parametrize(
    ("knobs", "expected"),
    [
        ({"hold_s": 25}, [(25.0, 1), (25.0, 2), (25.0, 3)]),
        ({"rounds": 2}, [(20.0, 2), (30.0, 2), (40.0, 2)]),
        ({"hold_s": 25, "rounds": 1}, [(25.0, 1)]),
        ({"repetitions": 9}, [(h, r) for h in (20.0, 30.0, 40.0) for r in (1, 2, 3)]),
    ],
)
def test_a_hold_that_the_listener_has_asked_for_stays_as_it_was_asked(
    knobs: dict[str, Any], expected: list[tuple[float, int]]
) -> None:
    assert [dose[:2] for dose in doses(HELD, **knobs)] == expected


@pytest.mark.parametrize(
    ("only", "free", "fixed"),
    [
        (MOVED, [2, 3, 4, 5, 6], [7]),
        (COUNTED, [3, 4, 5], [7]),
        # Breaths are not repetitions: the option does not concern them.
        (BREATHED, [3, 4, 5, 6], [3, 4, 5, 6]),
        # Both sides get the same number, so repetitions come in pairs, whatever is asked for.
        (IN_TURNS, [4, 6, 8, 10], [8]),
    ],
)
def test_repetitions_move_one_by_one_or_in_pairs_of_sides_unless_they_were_asked_for(
    only: Stretch, free: list[int], fixed: list[int]
) -> None:
    assert [dose[0] for dose in doses(only)] == free
    assert [dose[0] for dose in doses(only, hold_s=25, rounds=2)] == free
    assert [dose[0] for dose in doses(only, repetitions=7)] == fixed


def test_what_a_repetition_costs_goes_by_its_range() -> None:
    assert [dose[2] for dose in doses(MOVED)] == pytest.approx([squared(n - 3, 4) for n in range(2, 7)])
    assert [dose[2] for dose in doses(BREATHED)] == pytest.approx([squared(n - 5, 3) for n in range(3, 7)])
    assert [dose[2] for dose in doses(IN_TURNS)] == pytest.approx([squared(n - 6, 6) for n in (4, 6, 8, 10)])


def rests_at(section: Section, which: str) -> Section:
    """Return the section with every rest at its shortest, usual or longest length."""
    return replace(
        section,
        beats=tuple(replace(b, seconds=getattr(b, which)) if isinstance(b, Rest) else b for b in section.beats),
    )


def measured(sections: Iterable[Section], lengths: dict[str, int]) -> tuple[int, int, int]:
    """Return the length of sections with rests at their shortest, as the preset has them, and at their longest."""
    kept = list(sections)
    low, usual, high = (
        sum(schedule(Script("", "", "", (rests_at(s, which),)), lengths).length for s in kept)
        for which in ("min_s", "seconds", "max_s")
    )
    return low, usual, high


ALL = (HELD, MOVED, BREATHED, IN_TURNS, HELD)


def test_every_dose_is_known_by_its_length_with_short_usual_and_long_rests() -> None:
    made, pacing = routine(*ALL), Pacing(switch_s=5, enter_s=3, leave_s=2, transition_s=6)
    lengths = lengths_of(made, pacing)
    draft = phrase(made, pacing, BOOK, minutes=5)
    assert around_of(draft, lengths) == measured([draft.sections[0], draft.sections[-1]], lengths)
    for number, turn in enumerate(turns_of(made, pacing, BOOK)):
        found = choices(turn, pacing, lengths)
        for choice in found:
            items = list(made.items)
            items[number] = (choice.item, items[number][1])
            section = phrase(made.model_copy(update={"items": tuple(items)}), pacing, BOOK).sections[1 + number]
            assert (choice.shortest, choice.preset, choice.longest) == measured([section], lengths)
        assert found[0].shortest < found[0].preset < found[-1].longest
        assert extremes(turn, pacing, lengths) == (found[0].shortest, found[-1].longest)


def test_every_word_that_may_be_said_is_spoken_before_it_is_fitted_and_no_other() -> None:
    made, pacing = routine(HELD, COUNTED, IN_TURNS), Pacing(countdown=3)
    wanted = set()
    for rounds, counted, turns, hold_s in itertools.product((1, 2, 3), (3, 4, 5), (4, 6, 8, 10), (20, 30, 40)):
        items = (
            Item(stretch="held", rounds=rounds, hold_s=hold_s),
            Item(stretch="counted", repetitions=counted),
            Item(stretch="in-turns", repetitions=turns),
        )
        wanted |= set(phrase(routine(HELD, COUNTED, IN_TURNS, items=items), pacing, BOOK, minutes=12).texts())
    found = texts_for_fitting(made, pacing, BOOK, 12)
    assert set(found) == wanted
    assert len(found) == len(wanted)
    assert any("twelve" in text for text in found)


@pytest.mark.parametrize("words", ["full", "minimal"])
@pytest.mark.parametrize("minutes", [5, 12])
def test_a_batch_of_many_lengths_knows_every_word_of_each(minutes: int, words: Any) -> None:  # noqa: ANN401 -- of Pacing
    """The words of the doses are listed once, and the words around them for each length.

    A word missing from both lists would be noticed only when the file is made.
    """
    made, pacing = routine(HELD, COUNTED, IN_TURNS), Pacing(countdown=3, words=words)
    around, of_doses = texts_around(made, pacing, BOOK, minutes), texts_of_doses(made, pacing, BOOK)
    assert {*around, *of_doses} == set(texts_for_fitting(made, pacing, BOOK, minutes))
    assert not set(around) & set(of_doses)
    assert len(of_doses) == len(set(of_doses))
    assert any(BOOK.numbers[minutes] in text for text in around) == (words == "full")


def ways(
    options: Sequence[Sequence[Choice]], target: int, around: tuple[int, int, int]
) -> Iterator[tuple[float, tuple[Choice, ...]]]:
    """Yield the total cost of every combination that rests can bring to the target, and the combination."""
    for combination in itertools.product(*options):
        low, usual, high = (
            start + sum(getattr(choice, name) for choice in combination)
            for start, name in zip(around, ("shortest", "preset", "longest"), strict=True)
        )
        if low <= target <= high:
            room = high - usual if target >= usual else usual - low
            share = (target - usual) / room if room else 0.0
            yield sum(choice.cost for choice in combination) + 4.0 * share**2, combination


def rows(seed: int, unit: int = 1, count: int = 3) -> list[list[Choice]]:
    """Return choices of small lengths, so that many targets lie on an edge; presets are multiples of `unit`."""
    random = np.random.default_rng(seed)
    made = []
    for row in range(count):
        choices = []
        for number in range(int(random.integers(1, 4))):
            usual = int(random.integers(4, 12)) * unit
            below, above = (int(random.integers(0, 4)) for _ in range(2)) if unit == 1 else (300, 500)
            item = Item(stretch=f"s{row}", repetitions=number + 1)
            choices.append(Choice(item, float(random.random()), usual - below, usual, usual + above))
        made.append(choices)
    return made


@pytest.mark.parametrize("seed", range(10))
def test_the_plan_is_the_one_nearest_to_the_preset_at_every_length_there_is(seed: int) -> None:
    options, around = rows(seed), (2, 4, 5)
    for target in range(60):
        wanted = min(ways(options, target, around), default=None, key=lambda way: way[0])
        chosen = best(options, target, around)
        if wanted is None:
            assert chosen is None
        else:
            assert chosen is not None
            [(cost, _)] = ways([[choice] for choice in chosen], target, around)
            assert cost == pytest.approx(wanted[0], abs=1e-12)
            assert [choice.item.stretch for choice in chosen] == [row[0].item.stretch for row in options]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("most", [1, 5])
def test_of_ways_of_one_length_the_one_nearest_to_the_preset_goes_on(
    seed: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a routine too long to try all combinations, nothing is lost if lengths agree to a twentieth of a second."""
    monkeypatch.setattr(fitting, "_MOST_STATES", most)
    options, around = rows(seed, unit=1200, count=4), (100, 700, 900)
    for target in range(6 * 1200, 46 * 1200, 600):
        wanted = min(ways(options, target, around), default=None, key=lambda way: way[0])
        chosen = best(options, target, around)
        assert (chosen is None) == (wanted is None)
        if chosen and wanted:
            [(cost, _)] = ways([[choice] for choice in chosen], target, around)
            assert cost == pytest.approx(wanted[0], abs=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_however_long_the_routine_its_exact_ends_can_be_had(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ways to the shortest and longest session are kept, even if others as long are nearer to the preset."""
    monkeypatch.setattr(fitting, "_MOST_STATES", 2)
    options, around = rows(seed, count=6), (2, 4, 5)
    low = around[0] + sum(min(choice.shortest for choice in row) for row in options)
    high = around[2] + sum(max(choice.longest for choice in row) for row in options)
    for target in (low, high):
        chosen = best(options, target, around)
        assert chosen is not None
        assert list(ways([[choice] for choice in chosen], target, around))
    assert best(options, low - 1, around) is None
    assert best(options, high + 1, around) is None


def test_of_ways_of_about_one_length_the_cheapest_goes_on_and_the_ends_of_all() -> None:
    sums = np.array(
        [
            # Within one twentieth of a second, 1,200 frames: the second is nearest to the preset.
            (500, 1200, 1300),
            (600, 2399, 2400),
            (700, 1800, 2500),
            # Within the next one: the first is.
            (800, 2400, 2600),
            (900, 3599, 3700),
            # The shortest of all and the longest, though they cost the most.
            (400, 1300, 1301),
            (1000, 1900, 4000),
        ]
    )
    costs = np.array([0.3, 0.1, 0.2, 0.1, 0.2, 0.9, 0.8])
    assert fitting._closest(sums, costs).tolist() == [1, 3, 5, 6]


def test_rests_with_a_single_frame_of_room_are_moved_by_all_of_it() -> None:
    """Moving them has its full cost, so a dose that moves no rest may be nearer to the preset."""
    moved = Choice(Item(stretch="x", repetitions=1), 0.0, 10, 10, 11)
    still = Choice(Item(stretch="x", repetitions=2), 3.0, 11, 11, 11)
    assert best([[moved, still]], 11, (0, 0, 0)) == (still,)
    assert best([[moved, replace(still, cost=5.0)]], 11, (0, 0, 0)) == (moved,)


def test_a_routine_of_sixty_items_takes_no_memory_that_would_be_missed() -> None:
    """There are four to the sixtieth ways, of which at most sixty thousand are held at a time."""
    row = [Choice(Item(stretch="x"), 0.1 * n, 1000 * n + 999, 1000 * n + 1300, 1000 * n + 1450) for n in range(4)]
    chosen = best([row] * 60, 60 * 2300, (0, 0, 0))
    assert chosen is not None
    assert sum(choice.shortest for choice in chosen) <= 60 * 2300 <= sum(choice.longest for choice in chosen)


PACING = Pacing(switch_s=5, enter_s=3, leave_s=2, transition_s=6)


def ends(made: Routine, pacing: Pacing, lengths: dict[str, int], minutes: int = 5) -> tuple[int, int]:
    found = [choices(turn, pacing, lengths) for turn in turns_of(made, pacing, BOOK)]
    around = around_of(phrase(made, pacing, BOOK, minutes=minutes), lengths)
    return (
        around[0] + sum(min(choice.shortest for choice in row) for row in found),
        around[2] + sum(max(choice.longest for choice in row) for row in found),
    )


def fitted_to(made: Routine, pacing: Pacing, lengths: dict[str, int], frames: int) -> Script:
    asked = pacing.model_copy(update={"length_s": frames / RATE_HZ})
    return fit(made, asked, BOOK, lengths, 5).script


@pytest.mark.parametrize("share", [0.0, 0.001, 0.35, 0.77, 1.0])
@pytest.mark.parametrize("stretches", [(HELD, MOVED), (COUNTED, FREE)])
def test_a_session_lasts_what_was_asked_to_the_frame_from_the_shortest_to_the_longest(
    stretches: tuple[Stretch, ...], share: float
) -> None:
    made = routine(*stretches)
    lengths = lengths_of(made, PACING)
    low, high = ends(made, PACING, lengths)
    frames = round(low + share * (high - low))
    script = fitted_to(made, PACING, lengths, frames)
    assert schedule(script, lengths).length == frames
    assert (script.title, len(script.sections)) == ("Small", len(stretches) + 2)


def test_a_frame_beyond_the_ends_is_refused() -> None:
    made = routine(*ALL)
    lengths = lengths_of(made, PACING)
    low, high = ends(made, PACING, lengths)
    for frames in (low - 1, high + 1):
        with pytest.raises(UnreachableError, match=r"^\d+:\d\d cannot be reached$"):
            fitted_to(made, PACING, lengths, frames)


def test_the_doses_are_those_that_the_search_has_chosen() -> None:
    made = routine(*ALL)
    lengths = lengths_of(made, PACING)
    low, high = ends(made, PACING, lengths)
    options = [choices(turn, PACING, lengths) for turn in turns_of(made, PACING, BOOK)]
    around = around_of(phrase(made, PACING, BOOK, minutes=5), lengths)
    for share in (0.05, 0.6):
        frames = round(low + share * (high - low))
        asked = PACING.model_copy(update={"length_s": frames / RATE_HZ})
        fitted = fit(made, asked, BOOK, lengths, 5)
        chosen = best(options, frames, around)
        assert chosen is not None
        assert fitted.routine.items == tuple(
            (choice.item, stretch) for choice, stretch in zip(chosen, ALL, strict=True)
        )
        assert any("five minutes" in text for text in fitted.script.texts())
        usual = phrase(fitted.routine, PACING, BOOK, minutes=5)
        assert list(usual.texts()) == list(fitted.script.texts())


def all_rests(script: Script) -> list[Rest]:
    return [beat for section in script.sections for beat in section.beats if isinstance(beat, Rest)]


@pytest.mark.parametrize("share", [0.02, 0.6])
def test_all_rests_move_by_the_same_share_of_their_room(share: float) -> None:
    """The shares agree to a millisecond or two: no rest is long so that another can be hurried."""
    made = routine(*ALL)
    lengths = lengths_of(made, PACING)
    low, high = ends(made, PACING, lengths)
    asked = PACING.model_copy(update={"length_s": round(low + share * (high - low)) / RATE_HZ})
    fitted = fit(made, asked, BOOK, lengths, 5)
    usual = all_rests(phrase(fitted.routine, PACING, BOOK, minutes=5))
    moved = all_rests(fitted.script)
    shorter = sum(rest.seconds for rest in moved) < sum(rest.seconds for rest in usual)
    shares = [
        (now.seconds - was.seconds) / room
        for was, now in zip(usual, moved, strict=True)
        if (room := was.seconds - was.min_s if shorter else was.max_s - was.seconds) > 0.5
    ]
    assert len(shares) > 10
    assert max(shares) - min(shares) < 0.004
    assert -1.001 <= min(shares) <= max(shares) <= 1.001
    assert abs(float(np.median(shares))) > 0.01


def test_the_share_is_found_in_a_few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each round schedules the whole session while the listener waits."""
    made = routine(*ALL)
    lengths = lengths_of(made, PACING)
    low, high = ends(made, PACING, lengths)
    scheduled: list[int] = []

    def counted(script: Script, *arguments: Any) -> object:  # noqa: ANN401 -- of schedule
        scheduled.append(len(script.sections))
        return schedule(script, *arguments)

    monkeypatch.setattr(fitting, "schedule", counted)
    # Near the shortest length the curve bends: false position alone would creep.
    for share, rounds in ((0.02, 9), (0.1, 12), (0.4, 7), (0.7, 7)):
        scheduled.clear()
        fitted_to(made, PACING, lengths, round(low + float(share) * (high - low)))
        assert sum(count > 1 for count in scheduled) <= rounds


def only_rests(*rests: Rest) -> Script:
    return Script("r", "R", "en", (Section("A", None, rests[:1], 0.5), Section("B", None, rests[1:], 0.5)))


def seconds_of(script: Script) -> list[float]:
    return [rest.seconds for rest in all_rests(script)]


def test_what_is_left_of_a_millisecond_goes_to_the_longest_rest() -> None:
    """A rest that counts from the start of its words gets none of it: it may be over before they are."""
    short, long, words = Rest(1.0, 0, 9), Rest(3.0, 0, 9), Rest(5.0, 0, 9, least_quiet_s=1.0)
    script = only_rests(short, long, words)
    assert fitting._with_remainder(script, 0) is script
    assert seconds_of(fitting._with_remainder(script, 24)) == [1.0, 3.001, 5.0]
    assert seconds_of(fitting._with_remainder(script, -24)) == [1.0, 2.999, 5.0]
    assert seconds_of(fitting._with_remainder(only_rests(long, short), 12)) == [3.0005, 1.0]
    # Of two rests of the same length, the later one.
    assert seconds_of(fitting._with_remainder(only_rests(long, short, long), 24)) == [3.0, 1.0, 3.001]
    assert seconds_of(fitting._with_remainder(only_rests(long, long, short), 24)) == [3.0, 3.001, 1.0]
    waited = only_rests(words, words)
    assert fitting._with_remainder(waited, 24) is waited
    # The rest gets whole frames: half a frame more would be rounded off again.
    odd = only_rests(Rest(3.0 + 0.4 / RATE_HZ, 0, 9))
    assert seconds_of(fitting._with_remainder(odd, 1)) == [3.0 + 1 / RATE_HZ]


def test_what_is_no_rest_stays_where_it_is() -> None:
    beats = (Say("a", Role.SETUP), Rest(1.0, 0, 9), Hold(5.0, place=Place("s")), Rest(2.0, 0, 9), Say("b", Role.SETUP))
    script = Script("r", "R", "en", (Section("A", "s", beats, 0.5),), ("a note",))
    [section] = fitting._with_remainder(script, 24).sections
    assert section == Section("A", "s", (*beats[:3], Rest(2.001, 0, 9), beats[4]), 0.5)
    rested = fitting._rested(script, 10 * RATE_HZ, {"a": 2400, "b": 2400})
    assert schedule(rested, {"a": 2400, "b": 2400}).length == 10 * RATE_HZ
    assert rested.notes == ("a note",)
    assert [type(beat) for beat in rested.sections[0].beats] == [Say, Rest, Hold, Rest, Say]
    assert SpanKind.HOLD in {span.kind for span in schedule(rested, {"a": 2400, "b": 2400}).spans}
