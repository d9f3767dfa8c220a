"""Splicing: a Script that goes on differently from where a session stands.

What has been heard, or is about to be, stays as it is: the new Script begins with the very beats of the
old one, and beats alike are placed alike. What comes from a beat that has not begun is phrased anew.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from voiceguide.errors import RequestError
from voiceguide.model.script import FREE_BREATH_S, Breathe, Hold, Rest, Role, Say, Script, Sound, SpanKind
from voiceguide.model.timeline import InvariantError
from voiceguide.planning.scheduling.schedule import place

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from voiceguide.model.script import Beat, Mark, Phase, Section
    from voiceguide.model.timeline import Timeline
    from voiceguide.planning.scheduling.schedule import Placement
    from voiceguide.units import PlanFrame


class Spliced(Struct, frozen=True):
    """A Script and where its beats lie."""

    script: Script
    placement: Placement


def spliced(
    script: Script, placement: Placement, from_frame: PlanFrame, new: Script, spoken_frames: Mapping[str, int]
) -> Spliced:
    """`script` up to the first beat that begins at `from_frame` or later, and from there on `new`.

    `new` phrases the same routine: section by section they mean the same. `spoken_frames` holds the
    length of every text of both. Raises RequestError where nothing is left to change.
    """
    for spot in placement.spots:
        if spot.start < from_frame:
            continue
        sections = tuple(_joined(script, new, spot.section, spot.index))
        if found := _kept(replace(new, sections=sections), placement.timeline, from_frame, spoken_frames):
            return found
    message = "the session is nearly over: nothing is left to change"
    raise RequestError(message)


def one_more_breath(
    script: Script, placement: Placement, from_frame: PlanFrame, spoken_frames: Mapping[str, int]
) -> Spliced:
    """The hold that is going on at `from_frame`, a breath longer; on the first of two sides the second as well.

    Raises RequestError where no hold is going on, or its end has been announced.
    """
    spots = {(spot.section, spot.index): spot.start for spot in placement.spots}
    for (number, index), start in spots.items():
        beat = script.sections[number].beats[index]
        if not isinstance(beat, Hold) or not start <= from_frame < start + round(
            beat.seconds * placement.timeline.rate_hz
        ):
            continue
        begun = _with_what_was_said(beat, placement.timeline, start, from_frame)
        longer = _longer(begun, (from_frame - start) / placement.timeline.rate_hz)
        beats = list(script.sections[number].beats)
        others = [
            later
            for later in range(index + 1, len(beats))
            if isinstance(other := beats[later], Hold)
            and other.place.repetition == beat.place.repetition
            and other.place.side not in {None, beat.place.side}
        ]
        is_second = beat.place.side is not None and not others
        added_s = longer.seconds - beat.seconds
        beats[index] = replace(longer, added_s=beat.added_s + added_s) if is_second else longer
        for later in others:
            other = beats[later]
            assert isinstance(other, Hold)  # noqa: S101 -- narrows the type
            beats[later] = _longer(other, 0.0)
        section = replace(script.sections[number], beats=tuple(beats))
        sections = (*script.sections[:number], section, *script.sections[number + 1 :])
        if found := _kept(replace(script, sections=sections), placement.timeline, from_frame, spoken_frames):
            return found
        message = "the hold is ending: too late for one more breath"
        raise RequestError(message)
    message = "no hold is going on"
    raise RequestError(message)


def _joined(old: Script, new: Script, number: int, index: int) -> Iterator[Section]:
    """The sections of `old` up to that beat, and those of `new` behind it."""
    yield from old.sections[:number]
    if index == 0:
        yield from new.sections[number:]
        return
    before, behind = old.sections[number], new.sections[number]
    yield replace(before, beats=(*before.beats[:index], *behind.beats[_matching(before, behind, index) :]))
    yield from new.sections[number + 1 :]


def _matching(old: Section, new: Section, index: int) -> int:
    """The beat of `new` that means what beat `index` of `old` means; the one behind, where it is gone."""
    matcher = SequenceMatcher(
        None, [_meaning(beat) for beat in old.beats], [_meaning(beat) for beat in new.beats], autojunk=False
    )
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if index < end:
            return new_start + index - start if tag == "equal" else new_end
    return len(new.beats)


def _meaning(beat: Beat) -> Hashable:
    """What a beat is, whatever its words and however long."""
    match beat:
        case Say():
            return "say", beat.place, beat.role
        case Rest():
            return "rest", beat.place, beat.kind
        case Sound():
            return "sound", beat.place, beat.tone
        case Breathe():
            return "breathe", beat.place
        case Hold():
            return "hold", beat.place


def _kept(script: Script, before: Timeline, from_frame: PlanFrame, spoken_frames: Mapping[str, int]) -> Spliced | None:
    """The script placed; None where that would change what began before `from_frame`, or break what must hold."""
    try:
        placement = place(script, spoken_frames, before.rate_hz)
    except InvariantError:
        return None
    if _begun(placement.timeline, from_frame) != _begun(before, from_frame):
        return None
    return Spliced(script, placement)


def _begun(timeline: Timeline, frame: int) -> tuple[object, ...]:
    """What has begun before `frame`. Holds count by their beginning: one that runs may become longer."""
    cues = [(cue.start, cue.end, cue.text, cue.tone) for cue in timeline.cues if cue.start < frame]
    spans = [
        (span.start, min(span.end, frame) if span.kind is SpanKind.HOLD else span.end, span.kind)
        for span in timeline.spans
        if span.start < frame
    ]
    chapters = [(chapter.start, chapter.title) for chapter in timeline.chapters if chapter.start < frame]
    return tuple(cues), tuple(spans), tuple(chapters)


def _with_what_was_said(hold: Hold, timeline: Timeline, start: int, frame: int) -> Hold:
    """The hold with every mark before `frame` in the form that was said: more room must not change it now."""
    said = {cue.text for cue in timeline.cues if start <= cue.start < frame and cue.tone is None}
    elapsed_s = (frame - start) / timeline.rate_hz

    def fixed(mark: Mark) -> Mark:
        if mark.at_s >= elapsed_s:
            return mark
        return replace(mark, forms=tuple(form for form in mark.forms if form in said)[:1])

    return replace(hold, marks=tuple(fixed(mark) for mark in hold.marks))


def _longer(hold: Hold, elapsed_s: float) -> Hold:
    """The hold a breath longer; what is still to be said moves along with the middle or the end it belongs to."""
    cycle = _first_breath(hold.breath)
    cycle_s = sum(phase.seconds for phase in cycle) or FREE_BREATH_S
    shifts = {Role.HALFWAY: cycle_s / 2, Role.REMAINING: cycle_s}

    def moved(mark: Mark) -> Mark:
        return mark if mark.at_s < elapsed_s else replace(mark, at_s=mark.at_s + shifts.get(mark.role, 0.0))

    return replace(
        hold,
        seconds=hold.seconds + cycle_s,
        breath=hold.breath + cycle if hold.breath else (),
        # What is left is announced by the end, the middle by itself: one may overtake the other.
        marks=tuple(sorted(map(moved, hold.marks), key=lambda mark: mark.at_s)),
    )


def _first_breath(phases: tuple[Phase, ...]) -> tuple[Phase, ...]:
    for index, phase in enumerate(phases):
        if index and phase.kind is SpanKind.INHALE:
            return phases[:index]
    return phases
