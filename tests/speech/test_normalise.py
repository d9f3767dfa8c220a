"""Texts are made ready to be spoken, or refused."""

from __future__ import annotations

import contextlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceguide.errors import UnspeakableError
from voiceguide.speech.normalise import check_speakable, normalise
from voiceguide.speech.pronouncing import Pronunciations, pronunciations

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


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("hinge/deadlift", "hinge or deadlift"),
        ("A mat/towel.", "A mat or towel."),
        ("a block/book/towel", "a block or book or towel"),
        ("a mat/ towel", "a mat or towel"),
        ("a mat /towel", "a mat or towel"),
        ("and/or", "and or"),
        ("Either/Or", "Either Or"),
        ("breathe in/out", "breathe in and out"),
        ("Inhale/Exhale", "Inhale and Exhale"),
        ("cat/cow", "cat and cow"),
        ("up/down, on/off, open/close", "up and down, on and off, open and cloze"),
        ("push/pull, work/rest", "push and pull, work and rest"),
        ("flexion/extension, contract/relax", "flexion and extension, contract and relax"),
        ("tai chi/qigong 2x", "tie chee or chee gong 2 times"),
        ("a strap / a towel", "a strap, a towel"),
        ("w/strap, w/o shoes, w/out a mat", "with strap, without shoes, without a mat"),
        ("w/2 blocks", "with 2 blocks"),
        ("N/A", "N/A"),
        ("10 e/s/twice", "10 each side or twice"),
        ("sit/w/a strap", "sit or with a strap"),
        ("open/close your eyes", "open and cloze your eyes"),
    ],
)
def test_a_slash_between_words_is_said_as_it_is_meant(text: str, spoken: str) -> None:
    assert normalise(text) == spoken
    assert normalise(spoken) == spoken


def test_a_slash_is_left_to_words_of_the_users_own_and_to_other_languages() -> None:
    words = Pronunciations({"Push/pull day": "push pull day"})
    assert normalise("Push/pull day 2x, mat/towel", words) == "push pull day 2 times, mat or towel"
    assert normalise("Push/pull day, mat/towel", words) == "push pull day, mat or towel"
    assert normalise("ein/aus", pronunciations({}, "de")) == "ein/aus"


@pytest.mark.parametrize(
    ("signs", "plain"),
    [
        ("\u2018\u2019\u201a\u201b\u02bc\u02b9\u2032\u00b4\u2039\u203a", "'"),
        ("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u301d\u301e", '"'),
        ("\u2010\u2011\u2012\u2212\u2043\u02d7\ufe63", "-"),
        ("\u2015", "\u2014"),
        ("\u2026", "."),
        ("\u2044\u2215", "/"),
        ("\u2236", ":"),
    ],
)
def test_signs_that_are_typed_in_many_ways_become_one(signs: str, plain: str) -> None:
    for sign in signs:
        assert normalise(f"X{sign}ray") == f"X{plain}ray"


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("1\u223630", "1 minute 30 seconds"),
        ("\u223c10 min", "about 10 minutes"),
        ("3\u27158, 3\u27168, 3\u2a2f8", "3 times 8, 3 times 8, 3 times 8"),
        ("\u21163", "number 3"),
        ("\ufb01ngers", "fingers"),
        ("\U0001d411est", "Rest"),
        ("\uff32est", "Rest"),
        ("\uff76\uff80", "\u30ab\u30bf"),
        ("1\u20442", "a half"),
        ("2\u00bd min", "2 and a half minutes"),
        ("\u215e", "seven eighths"),
        ("soft\u00adly\u200b", "softly"),
        ("one\u00a0\u2003two", "one two"),
        ("45 \u00ba, 45\u02da", "45 degrees, 45 degrees"),
        ("1\u00ba", "1 degree"),
        ("3\u20e3 sets", "3 sets"),
        ("cafe\u0301", "caf\u00e9"),
    ],
)
def test_characters_of_a_web_page_become_those_of_a_keyboard(text: str, spoken: str) -> None:
    assert normalise(text) == spoken


@pytest.mark.parametrize("bullet", "\u2022\u25e6\u25aa\u2023\u25cf\u25cb\u25a0\u25b8\u25ba\u2713\u2714\u2610")
def test_a_bullet_is_not_said(bullet: str) -> None:
    assert normalise(f"{bullet} Lie down") == normalise(f"{bullet}Lie down") == "Lie down"


CANNOT = "cannot be spoken: "
NAMELESS = unicodedata.name("\U00017000", "UNKNOWN").split()[0].title()
"""The name of Tangut script, or `Unknown`: Python 3.11 has no names for its signs."""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is nothing to say: the text is empty"),
        ("a" * 301, f"'{'a' * 40}'… has 301 characters: say at most 300 at once"),
        ("?!", f"'?!' {CANNOT}it holds neither letters nor digits"),
        ("дыши", f"'дыши' {CANNOT}'д' is Cyrillic script, which this voice does not read"),
        ("\U00017000", f"'\U00017000' {CANNOT}'\U00017000' is {NAMELESS} script, which this voice does not read"),
        ("٣ reps", f"'٣ reps' {CANNOT}'٣' is a digit that this voice does not read; write it as 0 to 9"),
        ("a 😀", f"'a 😀' {CANNOT}'😀' (grinning face) has no sound"),
        ("a\x07", rf"'a\x07' {CANNOT}'\x07' (cc) has no sound"),
        ("a ¨", f"'a ¨' {CANNOT}'¨' (diaeresis) has no sound"),
        ("a²", f"'a²' {CANNOT}'²' (superscript two) has no sound"),
        (
            "B12",
            (f"'B12' {CANNOT}what 'B12' means is not clear; write it in words, as in 'three sets of ten', "
            "or how it sounds under [pronounce]"),
        ),
        ("a + b", f"'a + b' {CANNOT}'+' is markup, not a word; write 'plus'"),
        ("a = b", f"'a = b' {CANNOT}'=' is markup, not a word; write 'is'"),
        ("a < b", f"'a < b' {CANNOT}'<' is markup, not a word; write 'less than'"),
        ("a > b", f"'a > b' {CANNOT}'>' is markup, not a word; write 'more than'"),
        ("a ~ b", f"'a ~ b' {CANNOT}'~' is markup, not a word; write 'about'"),
        ("a @ b", f"'a @ b' {CANNOT}'@' is markup, not a word; write 'at'"),
        ("20 > 30 S", f"'20 > 30 S' {CANNOT}'>' is markup, not a word; write 'more than'"),
        ("20 S > 30 S", f"'20 S > 30 S' {CANNOT}'>' is markup, not a word; write 'more than'"),
        ("№ of sets", f"'№ of sets' {CANNOT}'#' is markup, not a word; write 'number'"),
        ("a # b", f"'a # b' {CANNOT}'#' is markup, not a word; write 'number'"),
        ("a ° b", f"'a ° b' {CANNOT}'°' (degree sign) has no sound; write 'degrees'"),
        ("a % b", f"'a % b' {CANNOT}'%' (percent sign) has no sound; write 'percent'"),
        ("a ± b", f"'a ± b' {CANNOT}'±' (plus-minus sign) has no sound; write 'plus or minus'"),
        ("a → b", f"'a → b' {CANNOT}'→' (rightwards arrow) has no sound; write 'to'"),
        *((f"X {sign}", f"{f'X {sign}'!r} {CANNOT}{sign!r} is markup, not a word") for sign in "[]{}\\|`^_*"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_and_what_to_write_instead(text: str, message: str) -> None:
    with pytest.raises(UnspeakableError) as caught:
        check_speakable(normalise(text), LATIN, text)
    assert str(caught.value) == message


def test_what_may_be_said_is_let_through() -> None:
    check_speakable('X, it\'s "so": (a-b) – c — d; e/f? 3! \u1e9b\u0323', LATIN)  # noqa: RUF001 -- a dash that people type
    check_speakable("q\u0301", LATIN)
    check_speakable("٣ дыши", None)
    check_speakable("a" * 300, LATIN)


def test_a_text_is_read_up_to_the_limit_and_told_by_its_own_length_beyond() -> None:
    assert normalise("a" * 296 + " 5 s") == "a" * 296 + " 5 seconds"
    with pytest.raises(UnspeakableError, match=r"'a{40}'… has 301 characters"):
        check_speakable(normalise("a" * 297 + " 5 s"), LATIN)
