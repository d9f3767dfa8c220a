"""The arithmetic of word errors; the recogniser itself is not tested."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.word_errors import misheard, words_of

WORDS = st.lists(st.sampled_from(["neck", "long", "one", "next"]), max_size=6).map(" ".join)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("Stay here for thirty seconds.", "stay here for 30 seconds"),
        ("Twenty-five more.", "25 more."),
        ("Two.", "2"),
        ("Step back, one arm's length.", "Step back one arms length."),
        ("Come back to the centre, side-lying.", "Come back to the center side lying."),
        ("Hold the kneecap now.", "Hold the knee cap now."),
        ("Out: press.", "Outpress."),
    ],
)
def test_what_is_only_spelt_otherwise_is_no_error(said: str, heard: str) -> None:
    assert misheard(said, heard) == []
    assert misheard(heard, said) == []


@pytest.mark.parametrize(
    ("said", "heard", "found", "errors"),
    [
        ("Let the jaw be loose.", "Let the job be loose.", ["jaw -> job"], 1),
        ("The back of the neck stays long.", "the back of the next day is long", ["neck stays -> next day is"], 3),
        ("Bend the right knee.", "Then the right knee", ["bend -> then"], 1),
        ("Sit, and breathe out.", "Sit and breathe", ["out -> (nothing)"], 1),
        ("Rest here.", "Now rest here.", ["(nothing) -> now"], 1),
        ("In. Out. Hold.", "In. Out of. Told.", ["hold -> of told"], 2),
        ("An arm's length from the wall", "and arms length from a wall", ["an -> and", "the -> a"], 2),
        ("Hold the kneecap now.", "Hold the knee cap.", ["now -> (nothing)"], 1),
        ("Hold.", "", ["hold -> (nothing)"], 1),
    ],
)
def test_runs_of_misheard_words_are_found_and_counted(said: str, heard: str, found: list[str], errors: int) -> None:
    runs = misheard(said, heard)
    assert [str(run) for run in runs] == found
    assert sum(run.errors for run in runs) == errors


@given(WORDS, WORDS)
def test_errors_are_as_few_as_can_be_and_the_same_from_both_sides(said: str, heard: str) -> None:
    errors = sum(run.errors for run in misheard(said, heard))
    assert errors == sum(run.errors for run in misheard(heard, said))
    one, other = words_of(said), words_of(heard)
    assert abs(len(one) - len(other)) <= errors <= max(len(one), len(other))
    assert (errors == 0) == (one == other)


@given(WORDS, WORDS, WORDS)
def test_errors_keep_to_the_way_round(said: str, between: str, heard: str) -> None:
    def errors(one: str, other: str) -> int:
        return sum(run.errors for run in misheard(one, other))

    assert errors(said, heard) <= errors(said, between) + errors(between, heard)
