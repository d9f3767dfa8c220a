"""Captions: everything that is heard, as text with times. WebVTT, SubRip, LRC, and a transcript to read.

Sounds other than speech stand in brackets: chimes, breath tones without a word, and longer pauses. The brackets are
square, but round in LRC.
"""

from __future__ import annotations

import bisect
import itertools
from typing import TYPE_CHECKING, Final

from voiceguide.errors import UnknownNameError
from voiceguide.export.caption_text import lrc_text, one_line, sub_rip_text, web_vtt_text
from voiceguide.export.lrc import lrc_length, lrc_lines
from voiceguide.export.metadata import TimedLine
from voiceguide.model.script import CHIMES
from voiceguide.units import clock, timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from voiceguide.export.metadata import Metadata
    from voiceguide.model.timeline import Timeline

QUIET_FROM_S: Final = 5.0
"""A pause this long gets a caption of its own, so that a reader does not wonder whether the session has stopped."""
LEAST_S: Final = 0.9
"""A caption stays at least this long if the next one leaves it the time: `Two.` takes 0.3 s to say."""
_GAP_S: Final = 0.001


def timed_lines(timeline: Timeline, quiet: str) -> tuple[TimedLine, ...]:
    """Everything that is heard, in order and without overlap; `quiet` is the caption of a longer pause: {seconds}.

    A line begins with its sound, to the millisecond. A tone under a word is left out, and a chime that rings on into a
    word ends where the word begins.
    """
    return tuple(_with_quiet(_apart(_heard(timeline)), timeline.duration_s, quiet))


def _heard(timeline: Timeline) -> Iterator[TimedLine]:
    rate_hz = timeline.rate_hz
    ends = [cue.end for cue in timeline.speech()]
    starts = [cue.start for cue in timeline.speech()]
    for cue in timeline.cues:
        # A chime is announced even if a word follows while it rings; a tone that accompanies a word is not.
        under_a_word = bisect.bisect_left(starts, cue.end) > bisect.bisect_right(ends, cue.start)
        if cue.tone is None or cue.tone in CHIMES or not under_a_word:
            yield TimedLine(cue.text, round(cue.start / rate_hz, 3), round(cue.end / rate_hz, 3))


def _apart(lines: Iterable[TimedLine]) -> Iterator[TimedLine]:
    """The lines without overlap: each ends before the next begins, and short ones stay longer if there is time."""
    for line, following in itertools.pairwise(itertools.chain(lines, (None,))):
        if line is not None:
            limit_s = following.start_s - _GAP_S if following else float("inf")
            end_s = min(max(line.end_s, line.start_s + LEAST_S), limit_s)
            if end_s > line.start_s:
                yield TimedLine(line.text, line.start_s, round(end_s, 3))


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
    """WebVTT (W3C), with the title as a note."""
    cues = (
        f"{timestamp(line.start_s)} --> {timestamp(line.end_s)}\n{web_vtt_text(line.text)}\n" for line in metadata.lines
    )
    return f"WEBVTT\n\nNOTE {web_vtt_text(metadata.title)}\n\n" + "\n".join(cues)


def sub_rip(metadata: Metadata) -> str:
    """SubRip: numbered cues with decimal commas."""
    cues = (
        f"{number}\n{timestamp(line.start_s)} --> {timestamp(line.end_s)}\n{sub_rip_text(line.text)}\n"
        for number, line in enumerate(metadata.lines, start=1)
    )
    return "\n".join(cues)


def lrc(metadata: Metadata) -> str:
    """LRC, which music players read from beside a file of the same name."""
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
    """Plain text to read or to publish: the chapters with their times, and the words of each."""
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
    """The paths of the captions of a file: beside it, with its name. Raises UnknownNameError for an unknown format."""
    targets = {}
    for name in formats:
        if name not in FORMATS:
            raise UnknownNameError("caption format", name, FORMATS)
        targets[name] = path.with_suffix(f".{name}")
    return targets
