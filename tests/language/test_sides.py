"""Left and right: as sides of the body they must be tokens, in another sense they may be said."""

from __future__ import annotations

import time

import pytest

from voiceguide.language.en.sides import side_word

HARMLESS = [
    "From L4 to L 5.",
    "Knees at a right angle, all right.",
    "Form right angles with the elbows.",
    "A right-angled knee.",
    "All right, next one.",
    "Everything is all right.",
    "Let go of what is left over.",
    "Whatever is left over, let it be.",
    "Left-over tension.",
    "Come back right away.",
    "Right now, rest.",
    "Stay right here.",
    "Right after that, rest.",
    "Is there any tension left?",
    "Is anything left?",
    "Is there any breath left in you?",
    "No air left.",
    "Two breaths left.",
    "Three breaths are left.",
    "There are ten seconds left.",
    "Ten seconds left to go.",
    "One more round left.",
    "How much time is left?",
    "What\u2019s left?",
    "If this feels right, stay.",
    "Do what feels right for you.",
    "You are doing it right.",
    "That's right.",
    "Find the right height.",
    "At the right pace, in the right place.",
    "The right amount of effort.",
    "There is no right or wrong.",
    "Let the arm be left hanging.",
    "Nobody is left out.",
    "Sit upright, bright and alright, with leftovers.",
]
SIDES = [
    "The \uff4c\uff45\uff46\uff54 arm.",
    "Lift the R knee.",
    "Two times thirty seconds L/R.",
    "Lift the left leg.",
    "Turn right.",
    "Turn right now.",
    "To the right, now hold.",
    "Turn to the right now.",
    "Right hand over left.",
    "The right side.",
    "Look left, look right.",
    "Look right here.",
    "Left.",
    "Your right is free.",
    "Left of the mat.",
    "Three rounds left, three rounds right.",
    "The right position.",
    "Reach left and up.",
    "The left is longer.",
    "Left over right.",
    "Roll left over the mat.",
    "Turn it right.",
    "Step right then left.",
    "A right angle with the right knee.",
    "All right, now the left.",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_side_may_be_said(text: str) -> None:
    assert side_word(text) is None


@pytest.mark.parametrize("text", SIDES)
def test_a_side_is_found(text: str) -> None:
    found = side_word(text)
    assert found is not None
    assert found.lower() in {"left", "right", "l", "r"}


def test_a_text_at_the_limit_takes_no_time() -> None:
    begin = time.monotonic()
    for word in ("right ", "left, ", "is left ", "any ", "no a ", "left over ", "right-", "the right "):
        side_word((word * 300)[:300])
        side_word(word * 2000)
    assert time.monotonic() - begin < 5
