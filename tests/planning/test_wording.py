"""Texts cut into sentences."""

from __future__ import annotations

import pytest

from voiceguide.planning.phrasing.wording import sentences


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Lie down. Breathe in! Ready?", ["Lie down.", "Breathe in!", "Ready?"]),
        ("lie down. breathe in.", ["lie down.", "breathe in."]),
        ("See no. 3. Then rest.", ["See no. 3.", "Then rest."]),
        ("Hold 30 sec. each side. Rest.", ["Hold 30 sec. each side.", "Rest."]),
        ("Hold 30 s. each side. Rest.", ["Hold 30 s. each side.", "Rest."]),
        ("Hold for approx. 30 s. Rest.", ["Hold for approx. 30 s.", "Rest."]),
        ("Take a prop, e.g. a block. Sit.", ["Take a prop, e.g. a block.", "Sit."]),
        ("At 7 a.m. every day. Go.", ["At 7 a.m. every day.", "Go."]),
        ("Hold 30 sec. 10 reps.", ["Hold 30 sec.", "10 reps."]),
        ("Hold 30 s. Then rest.", ["Hold 30 s.", "Then rest."]),
        ("The answer is no. Rest.", ["The answer is no.", "Rest."]),
        ("  ", []),
    ],
)
def test_the_dot_of_a_short_form_ends_no_sentence(text: str, cut: list[str]) -> None:
    assert sentences(text) == cut
