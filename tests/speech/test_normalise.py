"""Texts made ready, or refused."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceguide.errors import UnspeakableError
from voiceguide.speech.normalise import check_speakable, normalise

LATIN = frozenset({"LATIN"})


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Hold 30s", "Hold 30 seconds"),
        ("Hold for 45 s.", "Hold for 45 seconds."),
        ("1s", "1 second"),
        ("30 sec. each side", "30 seconds each side"),
        ("Hold 30s. Then rest.", "Hold 30 seconds. Then rest."),
        ("a 10-min session", "a 10 minute session"),
        ("0:30", "30 seconds"),
        ("1:30 each", "1 minute 30 seconds each"),
        ("2:00", "2 minutes"),
        ("3 x 10", "3 times 10"),
        ("3×10", "3 times 10"),  # noqa: RUF001
        ("1/2 way", "a half way"),
        ("2 1/2 breaths", "2 and a half breaths"),
        ("½ a breath", "a half a breath"),
        ("turn 90°", "turn 90 degrees"),
        ("the IT band", "the I T band"),
        ("20-30 s", "20 to 30 seconds"),
        ("50%", "50 percent"),
        ("arms & legs", "arms and legs"),
        ("child\u2019s  pose ", "child's pose"),
    ],
)
def test_what_people_write_becomes_words(text: str, spoken: str) -> None:
    assert normalise(text) == spoken


@given(st.text(max_size=400))
def test_normalising_twice_changes_nothing_more_and_checking_never_crashes(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    with contextlib.suppress(UnspeakableError):
        check_speakable(once, LATIN)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("...", "neither letters nor digits"),
        ("дыши", "Cyrillic"),
        ("吸气", "Cjk"),
        ("تنفس", "Arabic"),
        ("breathe 😀", "grinning face"),
        ("<speak>hi</speak>", "markup"),
        ("[word](/x/)", "markup"),
        ("a" * 301, "at most 300"),
    ],
)
def test_what_an_engine_would_swallow_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(UnspeakableError, match=reason):
        check_speakable(normalise(text), LATIN)


def test_other_scripts_pass_where_the_engine_reads_them() -> None:
    check_speakable("дыши", None)
    check_speakable("Atmen Sie aus, über die Lippen.", LATIN)
