"""Captions, read by parsers that are not ours."""

from __future__ import annotations

import html
import itertools
import re
from typing import TYPE_CHECKING, Any

import mutagen.id3
import pytest
import srt
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from tests.export import strangers
from tests.export.hum import Hum
from tests.export.measure import RATE_HZ
from tests.strategies import pacings, routines, spoken_lengths
from voiceguide.export.captions import FORMATS, QUIET_FROM_S, timed_lines
from voiceguide.export.exporter import export
from voiceguide.export.metadata import ChapterMark, Metadata, TimedLine
from voiceguide.library.loader import Library
from voiceguide.planning.phrasing.script import phrase
from voiceguide.planning.scheduling.schedule import schedule

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from voiceguide import session
    from voiceguide.model.timeline import Timeline

BOOK = Library().phrasebook

QUIET = Library().phrasebook.captions.quiet


def about(timeline: Timeline) -> Metadata:
    rate_hz = timeline.rate_hz
    chapters = tuple(ChapterMark(c.title, c.start / rate_hz, c.end / rate_hz) for c in timeline.chapters)
    return Metadata(timeline.title, "voiceguide", "sessions", "", "en", chapters, lines=timed_lines(timeline, QUIET))


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    script = phrase(draw(routines()), draw(pacings), BOOK, minutes=draw(st.integers(0, 12)))
    return schedule(script, draw(spoken_lengths(script)))


def starts(lines: tuple[TimedLine, ...]) -> list[tuple[str, float]]:
    return [(line.text, line.start_s) for line in lines]


@given(timelines())
def test_every_word_has_a_caption_at_its_moment_and_no_two_meet(timeline: Timeline) -> None:
    lines = timed_lines(timeline, QUIET)
    for line in lines:
        assert 0.0 <= line.start_s < line.end_s <= timeline.duration_s + 1e-6
    for before, after in itertools.pairwise(lines):
        assert before.end_s <= after.start_s + 1e-9
    captions = starts(lines)
    for cue in timeline.speech():
        assert any(text == cue.text and abs(at - cue.start / timeline.rate_hz) < 0.2 for text, at in captions)
    # Every long quiet has a caption.
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
    lines = timed_lines(upper_back.timeline, QUIET)
    texts = [line.text for line in lines]
    assert texts[0] == "[start chime]"
    assert "[rising tone]" in texts
    assert "[halfway chime]" in texts
    assert any(re.fullmatch(r"\[\d+ seconds of quiet\]", text) for text in texts)
    # A tone that accompanies words has no caption of its own.
    said = next(line for line in lines if line.text == "Breathe in: arch.")
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
    assert "Put the right hand over the head" in text


def test_markup_in_words_stays_text(tmp_path: Path) -> None:
    lines = (TimedLine("a < b & c --> d", 0.0, 1.0),)
    told = Metadata("T --> x", "a", "b", "", "en", (ChapterMark("One", 0.0, 1.0),), lines=lines)
    path = tmp_path / "x.vtt"
    path.write_text(FORMATS["vtt"](told))
    assert "a &lt; b &amp; c --&gt; d" in path.read_text()
    assert len(webvtt.read(str(path)).captions) == 1


HOSTILE = (
    "[start chime]",
    "[Left] hand [on] the right",
    "a < b & c > d",
    "<b>bold</b> <00:01.00>word",
    "{\\an8}at {the} top",
    "00:00:03,000 --> 00:00:04,000 words",
    "00:03.000 --> 00:04.000 more words",
    "10 breaths",
    "3",
    "2\n00:00:01,000 --> 00:00:02,000\nnext",
    "two\nlines",
    "a blank\n\nline",
    "a\u2028separator\x85and\x0bothers",
    "NOTE this",
    "STYLE",
    "WEBVTT",
    "back\\slash \\N \\h",
    "[ti:no title]",
    "[00:09.00]no time",
    "&amp; &lt;i&gt;",
    "نص من اليمين",
    "\N{PERSON IN LOTUS POSITION} breathe",
    "cafe\u0301",
    "[12 seconds of quiet]",
)
LATE_S = (5999.98, 6000.0, 6059.99, 35_999.0, 36_000.5)
"""Times around 100 minutes and around 10 hours."""


def hostile(*, late: bool = True) -> Metadata:
    """Return metadata with a line for every hostile text, one a second, and with some lines very late in a session."""
    lines = [TimedLine(text, float(number), number + 0.9) for number, text in enumerate(HOSTILE)]
    if late:
        lines += [TimedLine(f"late {at_s:g}", at_s, at_s + 0.5) for at_s in LATE_S]
    end_s = lines[-1].end_s
    title = "Neck [and] back\nand --> more"
    return Metadata(title, "voice]guide", "", "", "en", (ChapterMark(title, 0.0, end_s),), lines=tuple(lines))


def letters(text: str) -> str:
    """Return the letters and digits of a text, which must not be lost even if brackets and line breaks are."""
    return "".join(character for character in text if character.isalnum())


def same(read: list[tuple[float, str]], planned: Metadata, within_s: float) -> None:
    """Check that every line was read at its time, with all of its letters."""
    assert [letters(text) for _, text in read] == [letters(line.text) for line in planned.lines]
    for (start_s, _), line in zip(read, planned.lines, strict=True):
        assert start_s == pytest.approx(line.start_s, abs=within_s)


def by_ffmpeg(tool: Callable[[str], str], path: Path) -> list[tuple[float, str]]:
    """Return what FFmpeg reads of captions, converted to SubRip."""
    told = strangers.answer(tool("ffmpeg"), "-v", "error", "-i", path, "-f", "srt", "-")
    return [(caption.start.total_seconds(), caption.content) for caption in srt.parse(told)]


@pytest.mark.parametrize("name", ["lrc", "srt", "vtt"])
def test_ffmpeg_loses_no_letter_of_a_hostile_text(name: str, tmp_path: Path, tool: Callable[[str], str]) -> None:
    path = tmp_path / f"x.{name}"
    path.write_text(FORMATS[name](hostile()), encoding="utf-8")
    same(by_ffmpeg(tool, path), hostile(), 0.011)


def test_lrc_kit_loses_no_letter_and_no_line(tmp_path: Path, tool: Callable[[str], str]) -> None:
    path = tmp_path / "x.lrc"
    path.write_text(FORMATS["lrc"](hostile()), encoding="utf-8")
    read: dict[str, Any] = strangers.node(tool, "lrc.cjs", path)
    same(read["lines"], hostile(), 0.011)
    assert letters(read["info"]["ti"]) == "Neckandbackandmore"
    assert (read["info"]["ar"], read["info"]["la"], read["info"]["length"]) == ("voice)guide", "en", "600:01")


def test_mpv_shows_what_stands_in_brackets(tmp_path: Path, tool: Callable[[str], str]) -> None:
    sound = tmp_path / "x.flac"
    export(Hum(4 * RATE_HZ, 1), sound, Metadata("T", "A", "B", "", "en", ()))
    shown_as = {
        "lrc": ["(start chime)", "a \N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK} b", "(quiet)"],
        "srt": ["[start chime]", "a \N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK} b", "[quiet]"],
        "vtt": ["[start chime]", "a < b", "[quiet]"],
    }
    for name, expected in shown_as.items():
        lines = (TimedLine("[start chime]", 0.2, 0.9), TimedLine("a < b", 1.0, 1.9), TimedLine("[quiet]", 2.0, 3.5))
        planned = Metadata("T", "A", "B", "", "en", (ChapterMark("T", 0.0, 4.0),), lines=lines)
        path = tmp_path / f"other.{name}"
        path.write_text(FORMATS[name](planned), encoding="utf-8")
        said = strangers.mpv_says(tool, sound, f"--sub-file={path}", "--speed=2")
        assert [line["shown"] for line in said if "shown" in line] == expected, name


def test_libraries_read_hostile_texts_line_by_line(tmp_path: Path) -> None:
    planned = hostile()
    parsed = list(srt.parse(FORMATS["srt"](planned), ignore_errors=False))
    same([(caption.start.total_seconds(), caption.content) for caption in parsed], planned, 0.001)
    path = tmp_path / "x.vtt"
    path.write_text(FORMATS["vtt"](planned), encoding="utf-8")
    captions = webvtt.read(str(path)).captions
    expected = [" ".join(line.text.split()).replace("\\", "\N{FULLWIDTH REVERSE SOLIDUS}") for line in planned.lines]
    assert [html.unescape(caption.text) for caption in captions] == expected


def test_every_row_of_an_lrc_is_one_line_of_it(tmp_path: Path, tool: Callable[[str], str]) -> None:
    """This holds for the file, and for the same lines inside an MP3."""
    planned = hostile()
    rows = FORMATS["lrc"](planned).splitlines()
    timed = [re.fullmatch(r"\[(\d{2,}):([0-5]\d\.\d\d)\]([^\[\]<>]*)", row) for row in rows[-len(planned.lines) :]]
    assert all(timed)
    read = [(int(row[1]) * 60 + float(row[2]), row[3]) for row in timed if row]
    same(read, planned, 0.0051)
    path = tmp_path / "x.mp3"
    export(Hum(RATE_HZ, 1), path, hostile(late=False))
    tag = mutagen.id3.ID3(path)
    [unsynchronised] = tag.getall("USLT")
    assert unsynchronised.text.split("\n") == rows[-len(planned.lines) : -len(LATE_S)]
    assert strangers.node(tool, "id3.cjs", path)["lyrics"] == unsynchronised.text
    [synchronised] = tag.getall("SYLT")
    assert [letters(text) for text, _ in synchronised.text] == [letters(text) for text in HOSTILE]


@given(st.text(min_size=1, max_size=40).filter(letters), st.text(max_size=20))
def test_no_text_breaks_out_of_its_caption(text: str, title: str) -> None:
    lines = (TimedLine(text, 0.0, 1.0), TimedLine("next", 1.0, 2.0))
    planned = Metadata(title, "a", "b", "", "en", (ChapterMark(title, 0.0, 2.0),), lines=lines)
    captions = list(srt.parse(FORMATS["srt"](planned), ignore_errors=False))
    assert [letters(caption.content) for caption in captions] == [letters(text), "next"]
    read = webvtt.from_string(FORMATS["vtt"](planned)).captions
    assert [letters(html.unescape(caption.text)) for caption in read] == [letters(text), "next"]
    assert len(FORMATS["lrc"](planned).splitlines()) == 5 + 2
