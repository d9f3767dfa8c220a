"""The Timeline: every cue, span and chapter of a session in exact frames.

Spans are half-open, `[start, end)`. A Timeline checks its own invariants when it is built, so that
whatever holds one (mixer, exporter, captions, player) can rely on them.
"""

from __future__ import annotations

import bisect
import itertools
from collections import defaultdict
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from voiceguide.model.script import Role, SpanKind, ToneName

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeVar

    from voiceguide.model.choices import Side

    _Placed = TypeVar("_Placed", "Cue", "Span", "Chapter")


class Cue(Struct, frozen=True):
    """Something that sounds."""

    role: Role
    text: str
    """The words; for a tone what a caption would say of it."""
    start: int
    """Frame of the onset of its sound."""
    end: int
    chapter: int
    stretch: str | None = None
    side: Side | None = None
    repetition: int | None = None
    tone: ToneName | None = None
    """The tone to play; None for speech."""

    @property
    def kind(self) -> Literal["speech", "tone"]:
        """Speech or tone."""
        return "tone" if self.tone else "speech"


class Span(Struct, frozen=True):
    """Something that the body does."""

    kind: SpanKind
    start: int
    end: int
    stretch: str | None = None
    side: Side | None = None
    repetition: int | None = None
    added: int = 0
    """Frames of a hold that the listener added to this side alone, while it ran."""


class Chapter(Struct, frozen=True):
    """A stretch of time with a title."""

    title: str
    start: int
    end: int
    stretch: str | None = None


class InvariantError(ValueError):
    """A timeline that breaks what always holds: a fault of voiceguide, never of the user."""


class Timeline(Struct, frozen=True):
    """A session, placed."""

    routine: str
    title: str
    language: str
    rate_hz: int
    length: int
    """Frames in all."""
    cues: tuple[Cue, ...]
    """In order of their start."""
    spans: tuple[Span, ...]
    chapters: tuple[Chapter, ...]
    notes: tuple[str, ...] = ()
    """What was shortened, extended, left out or overridden, a sentence each."""

    def __post_init__(self) -> None:
        if faults := list(_faults(self)):
            raise InvariantError("; ".join(faults))

    @property
    def duration_s(self) -> float:
        """Seconds in all."""
        return self.length / self.rate_hz

    def times(self, factor: int) -> Timeline:
        """The same session at a rate `factor` times as high: every frame number exactly so many times as large."""
        return replace(
            self,
            rate_hz=self.rate_hz * factor,
            length=self.length * factor,
            cues=_moved(self.cues, factor),
            spans=tuple(replace(span, added=span.added * factor) for span in _moved(self.spans, factor)),
            chapters=_moved(self.chapters, factor),
        )

    def speech(self) -> Iterator[Cue]:
        """The spoken cues, in order."""
        return (cue for cue in self.cues if cue.tone is None)


def _moved(items: tuple[_Placed, ...], factor: int) -> tuple[_Placed, ...]:
    return tuple(replace(item, start=item.start * factor, end=item.end * factor) for item in items)


def _faults(timeline: Timeline) -> Iterator[str]:
    yield from _cue_faults(timeline)
    yield from _chapter_faults(timeline)
    yield from _hold_faults(timeline)
    yield from _breath_faults(timeline)


def _cue_faults(timeline: Timeline) -> Iterator[str]:
    previous_start = quiet_from = 0
    for cue in timeline.cues:
        if not 0 <= cue.start < cue.end <= timeline.length:
            yield f"cue {cue.text!r} lies outside the session"
        if cue.start < previous_start:
            yield f"cue {cue.text!r} is out of order"
        previous_start = cue.start
        if cue.tone is None:
            if cue.start < quiet_from:
                yield f"cue {cue.text!r} overlaps the one before"
            quiet_from = cue.end


def _chapter_faults(timeline: Timeline) -> Iterator[str]:
    at = 0
    for chapter in timeline.chapters:
        if chapter.start != at or chapter.end <= chapter.start:
            yield f"chapter {chapter.title!r} does not follow the one before"
        at = chapter.end
    if at != timeline.length:
        yield "the chapters do not reach the end"


def _hold_faults(timeline: Timeline) -> Iterator[str]:
    holds = [span for span in timeline.spans if span.kind is SpanKind.HOLD]
    speech = list(timeline.speech())
    starts = [cue.start for cue in speech]
    for hold in holds:
        # The last cue that began before the hold may reach into it.
        first = max(0, bisect.bisect_left(starts, hold.start) - 1)
        inside = [cue for cue in speech[first : bisect.bisect_left(starts, hold.end)] if cue.end > hold.start]
        yield from _cues_in_hold_faults(hold, inside)
    yield from _side_faults(timeline, holds)


def _cues_in_hold_faults(hold: Span, inside: list[Cue]) -> Iterator[str]:
    for cue in inside:
        if cue.start < hold.start or cue.end > hold.end:
            yield f"cue {cue.text!r} runs over the edge of a hold"
        if cue.role in {Role.RELEASE, Role.HOLD}:
            yield f"{cue.role} is said inside a hold"
    counted = [cue.start for cue in inside if cue.role is Role.COUNT]
    if counted and len({after - before for before, after in itertools.pairwise([*counted, hold.end])}) > 1:
        yield f"the countdown of {hold.stretch} is uneven"


def _side_faults(timeline: Timeline, holds: list[Span]) -> Iterator[str]:
    begins = [chapter.start for chapter in timeline.chapters]
    lengths: dict[tuple[int, int | None], set[int]] = defaultdict(set)
    for hold in holds:
        if hold.side:
            lengths[bisect.bisect_right(begins, hold.start), hold.repetition].add(hold.end - hold.start - hold.added)
    if any(len(different) > 1 for different in lengths.values()):
        yield "the two sides are held for different times"


_AFTER: dict[SpanKind, frozenset[SpanKind]] = {
    SpanKind.INHALE: frozenset({SpanKind.RETAIN, SpanKind.EXHALE}),
    SpanKind.EXHALE: frozenset({SpanKind.RETAIN, SpanKind.INHALE}),
    SpanKind.RETAIN: frozenset({SpanKind.INHALE, SpanKind.EXHALE}),
}


def _breath_faults(timeline: Timeline) -> Iterator[str]:
    breath = [span for span in timeline.spans if span.kind in _AFTER]
    for before, after in itertools.pairwise(breath):
        if after.start < before.end:
            yield "two phases of breath overlap"
        elif after.start == before.end and after.kind not in _AFTER[before.kind]:
            yield f"{before.kind} is followed by {after.kind}"
        elif after.start > before.end and before.kind is SpanKind.INHALE:
            yield "an inhale is left without its exhale"
