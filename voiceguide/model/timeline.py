"""The Timeline: every cue, span and chapter of a session in exact frames.

Spans are half-open, `[start, end)`. A Timeline checks its own invariants when it is built, so that its users (mixer,
exporters, captions, player) can rely on them.

Its frames are those of the plan. The mixer and the player work with a
`Timeline[SoundFrame]`, which `at_sound_rate` makes.
"""

from __future__ import annotations

import bisect
import itertools
from collections import defaultdict
from typing import TYPE_CHECKING, Generic, Literal, cast

from msgspec import Struct
from msgspec.structs import replace

from voiceguide.model.script import Role, SpanKind, ToneName

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import TypeVar

    from voiceguide.model.choices import Side
    from voiceguide.units import PlanFrame, SoundFrame

    Frame = TypeVar("Frame", bound=int, covariant=True, default=PlanFrame)  # noqa: PLC0105 -- reads as a type
    _Placed = TypeVar("_Placed", "Cue[PlanFrame]", "Span[PlanFrame]", "Chapter[PlanFrame]")
else:
    from typing import TypeVar

    Frame = TypeVar("Frame")  # before Python 3.13 it takes no default


class Cue(Struct, Generic[Frame], frozen=True, gc=False):
    """A spoken sentence or a tone."""

    role: Role
    text: str
    """The words, or the caption of a tone."""
    start: Frame
    """The frame where its sound begins."""
    end: Frame
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


class Span(Struct, Generic[Frame], frozen=True, gc=False):
    """A stretch of time in which the body does one thing."""

    kind: SpanKind
    start: Frame
    end: Frame
    stretch: str | None = None
    side: Side | None = None
    repetition: int | None = None
    added: int = 0
    """Frames that the listener added to this hold alone while it ran."""


class Chapter(Struct, Generic[Frame], frozen=True):
    """A stretch of time with a title."""

    title: str
    start: Frame
    end: Frame
    stretch: str | None = None


class InvariantError(ValueError):
    """A timeline breaks an invariant: a fault in voiceguide, never in the user's data."""


class Timeline(Struct, Generic[Frame], frozen=True):
    """A whole session, placed in time."""

    routine: str
    title: str
    language: str
    rate_hz: int
    length: Frame
    """The number of frames."""
    cues: tuple[Cue[Frame], ...]
    """In order of their start."""
    spans: tuple[Span[Frame], ...]
    chapters: tuple[Chapter[Frame], ...]
    notes: tuple[str, ...] = ()
    """A sentence on each thing that was shortened, extended, left out or overridden."""

    def __post_init__(self) -> None:
        if faults := list(_faults(self)):
            raise InvariantError("; ".join(faults))

    @property
    def duration_s(self) -> float:
        """The length in seconds."""
        return self.length / self.rate_hz

    def at_sound_rate(self: Timeline[PlanFrame], ratio: int) -> Timeline[SoundFrame]:
        """The same session in frames of its sound, `ratio` for every frame of the plan."""
        if ratio == 1:
            return cast("Timeline[SoundFrame]", self)  # the same frames
        multiplied = replace(
            self,
            rate_hz=self.rate_hz * ratio,
            length=self.length * ratio,
            cues=_moved(self.cues, ratio),
            spans=tuple(replace(span, added=span.added * ratio) for span in _moved(self.spans, ratio)),
            chapters=_moved(self.chapters, ratio),
        )
        return cast("Timeline[SoundFrame]", multiplied)

    def speech(self) -> Iterator[Cue[Frame]]:
        """The spoken cues, in order."""
        return (cue for cue in self.cues if cue.tone is None)


def _moved(items: tuple[_Placed, ...], ratio: int) -> tuple[_Placed, ...]:
    return tuple(replace(item, start=item.start * ratio, end=item.end * ratio) for item in items)


def _faults(timeline: Timeline[int]) -> Iterator[str]:
    yield from _cue_faults(timeline)
    yield from _chapter_faults(timeline)
    yield from _hold_faults(timeline)
    yield from _breath_faults(timeline)


def _cue_faults(timeline: Timeline[int]) -> Iterator[str]:
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


def _chapter_faults(timeline: Timeline[int]) -> Iterator[str]:
    at = 0
    for chapter in timeline.chapters:
        if chapter.start != at or chapter.end <= chapter.start:
            yield f"chapter {chapter.title!r} does not follow the one before"
        at = chapter.end
    if at != timeline.length:
        yield "the chapters do not reach the end"


def _hold_faults(timeline: Timeline[int]) -> Iterator[str]:
    holds = [span for span in timeline.spans if span.kind is SpanKind.HOLD]
    speech = list(timeline.speech())
    starts = [cue.start for cue in speech]
    for hold in holds:
        # The last cue that began before the hold may reach into it.
        first = max(0, bisect.bisect_left(starts, hold.start) - 1)
        inside = [cue for cue in speech[first : bisect.bisect_left(starts, hold.end)] if cue.end > hold.start]
        yield from _cues_in_hold_faults(hold, inside)
    yield from _side_faults(timeline, holds)


def _cues_in_hold_faults(hold: Span[int], inside: list[Cue[int]]) -> Iterator[str]:
    for cue in inside:
        if cue.start < hold.start or cue.end > hold.end:
            yield f"cue {cue.text!r} runs over the edge of a hold"
        if cue.role in {Role.RELEASE, Role.HOLD}:
            yield f"{cue.role} is said inside a hold"
    counted = [cue.start for cue in inside if cue.role is Role.COUNT]
    if counted and len({after - before for before, after in itertools.pairwise([*counted, hold.end])}) > 1:
        yield f"the countdown of {hold.stretch} is uneven"


def _side_faults(timeline: Timeline[int], holds: list[Span[int]]) -> Iterator[str]:
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


def _breath_faults(timeline: Timeline[int]) -> Iterator[str]:
    breath = [span for span in timeline.spans if span.kind in _AFTER]
    for before, after in itertools.pairwise(breath):
        if after.start < before.end:
            yield "two phases of breath overlap"
        elif after.start == before.end and after.kind not in _AFTER[before.kind]:
            yield f"{before.kind} is followed by {after.kind}"
        elif after.start > before.end and before.kind is SpanKind.INHALE:
            yield "an inhale is left without its exhale"
