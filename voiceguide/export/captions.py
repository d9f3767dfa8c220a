"""Captions: what is heard, as text with times. WebVTT, SubRip, LRC, and a transcript to read.

What is no speech stands in brackets: chimes, the breath tones that no word goes with, and every longer quiet. The
brackets are square, but round in LRC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from voiceguide.errors import UnknownNameError
from voiceguide.export.caption_text import lrc_text, one_line, sub_rip_text, web_vtt_text
from voiceguide.export.lrc import lrc_length, lrc_lines
from voiceguide.export.metadata import TimedLine
from voiceguide.model.script import CHIMES
from voiceguide.units import clock, timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from voiceguide.export.metadata import Metadata
    from voiceguide.model.timeline import Timeline

QUIET_FROM_S: Final = 5.0
"""Quiet that long is a caption of its own: who reads should not wonder whether it has stopped."""
LEAST_S: Final = 0.9
"""A caption stays at least so long, where the next one leaves it the time: `Two.` takes 0.3 s to say."""
_GAP_S: Final = 0.001


def timed_lines(timeline: Timeline, quiet: str) -> tuple[TimedLine, ...]:
    """Everything that is heard, in order, no two at once; `quiet` is what is read in its longer pauses: {seconds}.

    A line begins with its sound, to the millisecond. A tone that sounds under a word, or a chime that rings on
    into one, gives way to it.
    """
    return tuple(_with_quiet(_apart(_heard(timeline)), timeline.duration_s, quiet))


def _heard(timeline: Timeline) -> list[TimedLine]:
    rate_hz = timeline.rate_hz
    speech = [(cue.start, cue.end) for cue in timeline.speech()]
    lines = []
    for cue in timeline.cues:
        # Chimes are announced even where a word follows while they ring; tones that go along with a word are not.
        if cue.tone and any(start < cue.end and cue.start < end for start, end in speech) and cue.tone not in CHIMES:
            continue
        lines.append(TimedLine(cue.text, round(cue.start / rate_hz, 3), round(cue.end / rate_hz, 3)))
    return lines


def _apart(lines: Sequence[TimedLine]) -> list[TimedLine]:
    """Each line ends before the next one begins; short ones stay a little longer where they may."""
    apart = []
    for number, line in enumerate(lines):
        limit_s = lines[number + 1].start_s - _GAP_S if number + 1 < len(lines) else float("inf")
        end_s = min(max(line.end_s, line.start_s + LEAST_S), limit_s)
        if end_s > line.start_s:
            apart.append(TimedLine(line.text, line.start_s, round(end_s, 3)))
    return apart


def _with_quiet(lines: Iterable[TimedLine], duration_s: float, quiet: str) -> Iterator[TimedLine]:
    at_s = 0.0
    for line in lines:
        yield from _quiet(at_s, line.start_s, quiet)
        at_s = min(line.end_s, duration_s)
        yield TimedLine(line.text, line.start_s, at_s)
    yield from _quiet(at_s, duration_s, quiet)


def _quiet(start_s: float, end_s: float, quiet: str) -> Iterator[TimedLine]:
    if end_s - start_s >= QUIET_FROM_S:
        yield TimedLine(quiet.format(seconds=f"{end_s - start_s:.0f}"), start_s + _GAP_S, end_s - _GAP_S)


def web_vtt(metadata: Metadata) -> str:
    """WebVTT (W3C), the title as a note."""
    cues = (
        f"{timestamp(line.start_s)} --> {timestamp(line.end_s)}\n{web_vtt_text(line.text)}\n" for line in metadata.lines
    )
    return f"WEBVTT\n\nNOTE {web_vtt_text(metadata.title)}\n\n" + "\n".join(cues)


def sub_rip(metadata: Metadata) -> str:
    """SubRip: numbered, with decimal commas."""
    cues = (
        f"{number}\n{timestamp(line.start_s)} --> {timestamp(line.end_s)}\n{sub_rip_text(line.text)}\n"
        for number, line in enumerate(metadata.lines, start=1)
    )
    return "\n".join(cues)


def lrc(metadata: Metadata) -> str:
    """LRC, as music players read it beside a file of the same name."""
    length_s = metadata.chapters[-1].end_s if metadata.chapters else 0.0
    head = {
        "ti": lrc_text(metadata.title),
        "ar": lrc_text(metadata.artist),
        "al": lrc_text(metadata.album),
        "la": metadata.language,
        "length": lrc_length(length_s),
    }
    return "\n".join([*(f"[{name}:{text}]" for name, text in head.items()), *lrc_lines(metadata.lines)]) + "\n"


def transcript(metadata: Metadata) -> str:
    """Plain text to read, or to publish beside the file: chapters with their times, and what is said in each."""
    parts = [one_line(metadata.title), ""]
    parts += [f"{clock(chapter.start_s)}  {one_line(chapter.title)}" for chapter in metadata.chapters]
    for chapter in metadata.chapters:
        parts += ["", f"{clock(chapter.start_s)}  {one_line(chapter.title)}", ""]
        parts += [
            f"    {clock(line.start_s)}  {one_line(line.text)}"
            for line in metadata.lines
            if chapter.start_s <= line.start_s < chapter.end_s
        ]
    return "\n".join(parts) + "\n"


FORMATS: Final[Mapping[str, Callable[[Metadata], str]]] = {
    "vtt": web_vtt,
    "srt": sub_rip,
    "lrc": lrc,
    "txt": transcript,
}


def caption_targets(path: Path, formats: Iterable[str]) -> dict[str, Path]:
    """Where the captions of a file go: beside it, by the same name. UnknownNameError for an unknown format."""
    targets = {}
    for name in formats:
        if name not in FORMATS:
            raise UnknownNameError("caption format", name, FORMATS)
        targets[name] = path.with_suffix(f".{name}")
    return targets
