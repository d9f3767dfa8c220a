"""Captions, read by parsers that are not ours."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import srt
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import pacings, routines, spoken_lengths
from voiceguide.export.about import About, ChapterMark, TimedLine
from voiceguide.export.captions import FORMATS, QUIET_FROM_S, timed_lines
from voiceguide.library.loader import Library
from voiceguide.planning.phrasing import phrase
from voiceguide.planning.scheduling import schedule

if TYPE_CHECKING:
    from pathlib import Path

    from voiceguide import session
    from voiceguide.model.timeline import Timeline

BOOK = Library().phrasebook


def about(timeline: Timeline) -> About:
    rate_hz = timeline.rate_hz
    chapters = tuple(ChapterMark(c.title, c.start / rate_hz, c.end / rate_hz) for c in timeline.chapters)
    return About(timeline.title, "voiceguide", "sessions", "", "en", chapters, lines=timed_lines(timeline))


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    script = phrase(draw(routines()), draw(pacings), BOOK, minutes=draw(st.integers(0, 12)))
    return schedule(script, draw(spoken_lengths(script)))


def starts(lines: tuple[TimedLine, ...]) -> list[tuple[str, float]]:
    return [(line.text, line.start_s) for line in lines]


@given(timelines())
def test_every_word_has_a_caption_at_its_moment_and_no_two_meet(timeline: Timeline) -> None:
    lines = timed_lines(timeline)
    for line in lines:
        assert 0.0 <= line.start_s < line.end_s <= timeline.duration_s + 1e-6
    for before, after in itertools.pairwise(lines):
        assert before.end_s <= after.start_s + 1e-9
    captions = starts(lines)
    for cue in timeline.speech():
        assert any(text == cue.text and abs(at - cue.start / timeline.rate_hz) < 0.2 for text, at in captions)
    # No long quiet without a word about it.
    for before, after in itertools.pairwise(lines):
        assert after.start_s - before.end_s < QUIET_FROM_S


@given(timelines())
def test_strangers_read_them(timeline: Timeline) -> None:
    told = about(timeline)
    parsed = list(srt.parse(FORMATS["srt"](told), ignore_errors=False))
    assert [caption.content for caption in parsed] == [line.text for line in told.lines]
    for caption, line in zip(parsed, told.lines, strict=True):
        assert abs(caption.start.total_seconds() - line.start_s) < 0.001
        assert abs(caption.end.total_seconds() - line.end_s) < 0.001
    read = webvtt.from_string(FORMATS["vtt"](told))
    assert [caption.text for caption in read.captions] == [line.text for line in told.lines]
    assert all(
        abs(caption.start_in_seconds - int(line.start_s)) <= 1
        for caption, line in zip(read.captions, told.lines, strict=True)
    )


def test_what_is_no_speech_is_in_brackets(upper_back: session.Session) -> None:
    lines = timed_lines(upper_back.timeline)
    texts = [line.text for line in lines]
    assert texts[0] == "[start chime]"
    assert "[rising tone]" in texts
    assert "[halfway chime]" in texts
    assert any(re.fullmatch(r"\[\d+ seconds of quiet\]", text) for text in texts)
    # A tone that goes with a word is not announced beside it.
    said = next(line for line in lines if line.text == "Breathe in: arch, chest and tailbone lift.")
    assert not [line for line in lines if line.text == "[rising tone]" and abs(line.start_s - said.start_s) < 3]


def test_lrc_and_transcript(upper_back: session.Session) -> None:
    told = about(upper_back.timeline)
    rows = FORMATS["lrc"](told).splitlines()
    assert rows[0] == "[ti:Upper back]"
    timed = [row for row in rows if re.match(r"\[\d\d:\d\d\.\d\d\]", row)]
    assert len(timed) == len(told.lines)
    text = FORMATS["txt"](told)
    for chapter in upper_back.timeline.chapters:
        assert text.count(f"  {chapter.title}\n") == 2
    assert "Right hand over the head" in text


def test_markup_in_words_stays_text(tmp_path: Path) -> None:
    lines = (TimedLine("a < b & c --> d", 0.0, 1.0),)
    told = About("T --> x", "a", "b", "", "en", (ChapterMark("One", 0.0, 1.0),), lines=lines)
    path = tmp_path / "x.vtt"
    path.write_text(FORMATS["vtt"](told))
    assert "a &lt; b &amp; c --&gt; d" in path.read_text()
    assert len(webvtt.read(str(path)).captions) == 1
