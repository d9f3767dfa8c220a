"""Re-planning during play keeps all that has begun to the frame, for any routine, moment and change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.strategies import pacings, routines
from voiceguide.errors import RequestError
from voiceguide.library.loader import Library
from voiceguide.model.pacing import Pacing
from voiceguide.model.script import Hold, SpanKind
from voiceguide.planning.phrasing.script import phrase
from voiceguide.planning.repacing import faster, fewer_words, slower
from voiceguide.planning.scheduling.schedule import place
from voiceguide.planning.scheduling.splice import one_more_breath, spliced
from voiceguide.planning.selection import selected
from voiceguide.units import SESSION_RATE_HZ as RATE_HZ
from voiceguide.units import PlanFrame

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiceguide.model.script import Script
    from voiceguide.model.timeline import Span, Timeline

LIBRARY = Library()
BOOK = LIBRARY.phrasebook
CHANGES = [slower, faster, fewer_words]


def lengths_of(*scripts: Script, factor: float = 1.0) -> dict[str, int]:
    return {text: round((0.25 + 0.06 * len(text)) * factor * RATE_HZ) for script in scripts for text in script.texts()}


def begun(timeline: Timeline, frame: int) -> list[object]:
    cues = [(cue.start, cue.end, cue.text, cue.tone, cue.chapter) for cue in timeline.cues if cue.start < frame]
    return [*cues, *((span.kind, span.start) for span in timeline.spans if span.start < frame)]


@given(routines(), pacings, st.sampled_from(CHANGES), st.floats(0.0, 1.0), st.floats(0.3, 2.0))
def test_what_has_begun_stays_and_the_rest_is_phrased_anew(
    routine: object, pacing: Pacing, change: Callable[[Pacing], Pacing], share: float, factor: float
) -> None:
    old = phrase(routine, pacing, BOOK)  # type: ignore[arg-type]
    new = phrase(routine, change(pacing), BOOK)  # type: ignore[arg-type]
    lengths = lengths_of(old, new, factor=factor)
    before = place(old, lengths)
    frame = round(share * before.timeline.length)
    try:
        found = spliced(old, before, PlanFrame(frame), new, lengths)
    except RequestError:
        # It is refused only if hardly anything is left.
        assert before.spots[-1].start < frame or len(before.timeline.chapters) - 1 in {
            cue.chapter for cue in before.timeline.cues if cue.start >= frame
        }
        return
    assert begun(found.placement.timeline, frame) == begun(before.timeline, frame)
    assert found.placement.timeline == place(found.script, lengths).timeline


@given(routines(), pacings, st.sampled_from(CHANGES))
def test_from_the_very_start_it_is_the_new_script(
    routine: object, pacing: Pacing, change: Callable[[Pacing], Pacing]
) -> None:
    old = phrase(routine, pacing, BOOK)  # type: ignore[arg-type]
    new = phrase(routine, change(pacing), BOOK)  # type: ignore[arg-type]
    lengths = lengths_of(old, new)
    assert spliced(old, place(old, lengths), PlanFrame(0), new, lengths).script == new


@pytest.mark.parametrize("routine_id", LIBRARY.routine_ids())
@pytest.mark.parametrize("share", [0.1, 0.4, 0.7])
def test_slower_takes_longer_and_faster_is_sooner_done(routine_id: str, share: float) -> None:
    routine = LIBRARY.routine(routine_id)
    old = phrase(routine, Pacing(), BOOK)
    slow, quick = phrase(routine, slower(Pacing()), BOOK), phrase(routine, faster(Pacing()), BOOK)
    lengths = lengths_of(old, slow, quick)
    before = place(old, lengths)
    frame = round(share * before.timeline.length)
    left = before.timeline.length - frame
    longer = spliced(old, before, PlanFrame(frame), slow, lengths).placement.timeline.length - frame
    shorter = spliced(old, before, PlanFrame(frame), quick, lengths).placement.timeline.length - frame
    assert left * 1.02 < longer < left * 1.25
    assert left * 0.8 < shorter < left * 0.98


def holds(timeline: Timeline) -> list[Span]:
    return [span for span in timeline.spans if span.kind is SpanKind.HOLD]


@given(routines(), pacings, st.data())
def test_one_more_breath_lengthens_this_hold_and_its_other_side(
    routine: object, pacing: Pacing, data: st.DataObject
) -> None:
    script = phrase(routine, pacing, BOOK)  # type: ignore[arg-type]
    lengths = lengths_of(script)
    before = place(script, lengths)
    assume(holds(before.timeline))
    number = data.draw(st.integers(0, len(holds(before.timeline)) - 1))
    hold = holds(before.timeline)[number]
    frame = data.draw(st.integers(hold.start, hold.end - 1))
    try:
        found = one_more_breath(script, before, PlanFrame(frame), lengths)
    except RequestError as error:
        # It is refused only once the countdown has begun, or the end was announced and cannot be announced again.
        assert "too late" in str(error)  # noqa: PT017 -- the other outcome is checked below
        assert any(cue.start < frame for cue in before.timeline.cues if hold.start <= cue.start)
        return
    timeline = found.placement.timeline
    assert begun(timeline, frame) == begun(before.timeline, frame)
    after = holds(timeline)
    assert len(after) == len(holds(before.timeline))
    added = after[number].end - after[number].start - (hold.end - hold.start)
    assert added > 0
    section = next(s for s in script.sections if any(isinstance(beat, Hold) for beat in s.beats))
    assert section
    for index, (one, other) in enumerate(zip(holds(before.timeline), after, strict=True)):
        grown = other.end - other.start - (one.end - one.start)
        if index != number and grown:
            # This is the second side, which gets what the first has got.
            assert grown == added
            assert (one.repetition, index > number, one.side != hold.side) == (hold.repetition, True, True)


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=14), st.sampled_from([300.0, 480.0, 600.0]))
def test_the_minutes_that_are_to_go_stay_true_however_many_breaths_are_added(at: list[float], hold_s: float) -> None:
    pacing = Pacing(hold_s=hold_s, only=("upper-trapezius",))
    script = phrase(selected(LIBRARY.routine("upper-back"), pacing), pacing, BOOK)
    lengths = lengths_of(script)
    placement = place(script, lengths)
    for share in sorted(at):
        hold = holds(placement.timeline)[0]
        frame = hold.start + round(share * (hold.end - hold.start - RATE_HZ))
        try:
            found = one_more_breath(script, placement, PlanFrame(frame), lengths)
        except RequestError:
            continue
        script, placement = found.script, found.placement
        hold = holds(placement.timeline)[0]
        told = [c for c in placement.timeline.speech() if hold.start <= c.start < hold.end and "minute" in c.text]
        numbers = {"Eight": 8, "Six": 6, "Four": 4, "Two": 2, "One": 1}
        for cue in told:
            if cue.start > frame:
                assert (hold.end - cue.start) / RATE_HZ == pytest.approx(60 * numbers[cue.text.split()[0]], abs=0.01)


def test_without_a_hold_there_is_none_to_lengthen() -> None:
    script = phrase(LIBRARY.routine("upper-back"), Pacing(), BOOK)
    lengths = lengths_of(script)
    with pytest.raises(RequestError, match="no hold"):
        one_more_breath(script, place(script, lengths), PlanFrame(0), lengths)


def test_slower_and_faster_end_at_their_limits() -> None:
    for change in (slower, faster):
        pacing, steps = Pacing(), 0
        while (changed := change(pacing)) != pacing:
            pacing, steps = changed, steps + 1
        assert 3 <= steps <= 12
    assert fewer_words(fewer_words(Pacing())).words == "minimal"
