"""The invariants of docs/design.md, for any routine, any pacing and any voice."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import pacings, routines, spoken_lengths
from voiceguide.library.loader import Library
from voiceguide.model.script import Breathe, Hold, Role, SpanKind, ToneName
from voiceguide.planning.phrasing.breathing import WORD_LEAD_S
from voiceguide.planning.phrasing.script import phrase
from voiceguide.planning.scheduling.schedule import ASIDE_APART_S, COUNT_STEP_S, CUE_GAP_S, schedule
from voiceguide.units import SESSION_RATE_HZ as RATE_HZ
from voiceguide.units import to_frames

if TYPE_CHECKING:
    from voiceguide.model.script import Script
    from voiceguide.model.timeline import Timeline

BOOK = Library().phrasebook


@st.composite
def planned(draw: st.DrawFn) -> tuple[Script, Timeline, dict[str, int]]:
    # A Timeline checks its own invariants as it is built, so building it is half of every test here.
    script = phrase(draw(routines()), draw(pacings), BOOK, minutes=draw(st.integers(0, 12)))
    lengths = draw(spoken_lengths(script))
    return script, schedule(script, lengths), lengths


def beats(script: Script, kind: type) -> list[object]:
    return [beat for section in script.sections for beat in section.beats if isinstance(beat, kind)]


@given(planned())
def test_no_two_spoken_cues_overlap_and_none_is_cut(made: tuple[Script, Timeline, dict[str, int]]) -> None:
    _, timeline, lengths = made
    speech = list(timeline.speech())
    for cue in speech:
        assert cue.end - cue.start == lengths[cue.text]
    for before, after in itertools.pairwise(speech):
        assert before.end <= after.start


@given(planned())
def test_a_hold_lasts_what_was_asked_to_the_frame(made: tuple[Script, Timeline, dict[str, int]]) -> None:
    script, timeline, _ = made
    asked = [to_frames(beat.seconds) for beat in beats(script, Hold) if isinstance(beat, Hold)]
    held = [span.end - span.start for span in timeline.spans if span.kind is SpanKind.HOLD]
    assert held == asked


@given(planned())
def test_hold_is_said_before_its_clock_starts_and_release_after_it_has_stopped(
    made: tuple[Script, Timeline, dict[str, int]],
) -> None:
    _, timeline, _ = made
    speech = list(timeline.speech())
    for span in timeline.spans:
        if span.kind is not SpanKind.HOLD:
            continue
        if any(cue.tone is ToneName.HOLD_START and cue.stretch == span.stretch for cue in timeline.cues):
            # With minimal words a chime stands for the word, and the chime at the end for the release.
            assert any(
                cue.tone is ToneName.HOLD_START and 0 < span.start - cue.start < RATE_HZ for cue in timeline.cues
            )
            continue
        before = [cue for cue in speech if cue.end <= span.start][-1]
        after = next((cue for cue in speech if cue.start >= span.end), None)
        assert before.role is Role.HOLD
        # Nothing is said after a rest that the listener falls asleep in.
        assert after.role is Role.RELEASE if after else span.end == max(held.end for held in timeline.spans[:-1])


@given(planned())
def test_nobody_speaks_over_the_first_second_of_a_breath_but_of_the_breath(
    made: tuple[Script, Timeline, dict[str, int]],
) -> None:
    """`Halfway` and `last one` come as late in their phase as the word of the next breath allows."""
    _, timeline, _ = made
    held = [(span.start, span.end) for span in timeline.spans if span.kind is SpanKind.HOLD]
    phases = [
        span
        for span in timeline.spans
        if span.kind in {SpanKind.INHALE, SpanKind.EXHALE, SpanKind.RETAIN}
        and not any(start <= span.start < end for start, end in held)
    ]
    speech = list(timeline.speech())
    for cue in speech:
        if cue.text not in {BOOK.halfway, BOOK.last_repetition}:
            continue
        around = [span for span in phases if span.start < cue.end and cue.start < span.end]
        for span in around:
            assert cue.start >= span.start + RATE_HZ
        for span in around:
            turn = min([span.end, *(later.start for later in speech if later.start >= cue.end)])
            late_enough = WORD_LEAD_S + CUE_GAP_S + ASIDE_APART_S
            assert turn - cue.end <= to_frames(late_enough) + 1


@given(planned())
def test_both_sides_get_the_same_hold_and_as_many(made: tuple[Script, Timeline, dict[str, int]]) -> None:
    _, timeline, _ = made
    for chapter in timeline.chapters:
        holds = [s for s in timeline.spans if s.kind is SpanKind.HOLD and chapter.start <= s.start < chapter.end]
        sides = {side: [s.end - s.start for s in holds if s.side == side] for side in ("left", "right")}
        assert sides["left"] == sides["right"]


@given(planned())
def test_breath_phases_alternate_and_tile_what_they_belong_to(made: tuple[Script, Timeline, dict[str, int]]) -> None:
    script, timeline, _ = made
    kinds = {SpanKind.INHALE, SpanKind.EXHALE, SpanKind.RETAIN}
    phases = [span for span in timeline.spans if span.kind in kinds]
    for hold in (span for span in timeline.spans if span.kind is SpanKind.HOLD):
        inside = [phase for phase in phases if hold.start <= phase.start < hold.end]
        if inside:
            assert inside[0].start == hold.start
            assert inside[0].kind is SpanKind.INHALE
            assert inside[-1].end == hold.end
            assert inside[-1].kind in {SpanKind.EXHALE, SpanKind.RETAIN}
            assert all(a.end == b.start for a, b in itertools.pairwise(inside))
    breathed = [beat for beat in beats(script, Breathe) if isinstance(beat, Breathe)]
    outside = [
        phase
        for phase in phases
        if not any(s.kind is SpanKind.HOLD and s.start <= phase.start < s.end for s in timeline.spans)
    ]
    assert [phase.kind for phase in outside] == [phase.kind for beat in breathed for phase in beat.phases]
    for before, after in itertools.pairwise(outside):
        begins_anew = after.kind is SpanKind.INHALE and after.repetition == 1
        if not begins_anew:
            assert before.end == after.start


@given(planned())
def test_a_countdown_is_even_and_lands_on_the_end(made: tuple[Script, Timeline, dict[str, int]]) -> None:
    _, timeline, _ = made
    for hold in (span for span in timeline.spans if span.kind is SpanKind.HOLD):
        onsets = [c.start for c in timeline.speech() if c.role is Role.COUNT and hold.start <= c.start < hold.end]
        if onsets:
            steps = {b - a for a, b in itertools.pairwise([*onsets, hold.end])}
            assert len(steps) == 1
            assert steps.pop() % to_frames(COUNT_STEP_S) == 0


@given(planned())
def test_chapters_tile_the_timeline_and_begin_with_their_first_cue(
    made: tuple[Script, Timeline, dict[str, int]],
) -> None:
    _, timeline, _ = made
    assert timeline.chapters[0].start == 0
    assert timeline.chapters[-1].end == timeline.length
    for index, chapter in enumerate(timeline.chapters):
        first = next((cue for cue in timeline.cues if cue.chapter == index), None)
        if first is None:  # the quiet end of a session that ends in sleep
            assert chapter is timeline.chapters[-1]
            continue
        assert first.start == chapter.start
        assert chapter.end == (
            timeline.chapters[index + 1].start if chapter is not timeline.chapters[-1] else timeline.length
        )


@given(planned())
def test_a_voice_never_speaks_over_the_turn_of_a_breath(made: tuple[Script, Timeline, dict[str, int]]) -> None:
    _, timeline, _ = made
    turns = [
        s.end for s in timeline.spans if s.kind in {SpanKind.INHALE, SpanKind.EXHALE} and s.repetition and not s.side
    ]
    holds = [s for s in timeline.spans if s.kind is SpanKind.HOLD]
    for cue in timeline.speech():
        if cue.role in {Role.INHALE, Role.EXHALE, Role.HALFWAY, Role.REMAINING} and not any(
            hold.start <= cue.start < hold.end for hold in holds
        ):
            # A word may come early for its own phase; it never runs on into the next one.
            later = [turn for turn in turns if turn > cue.start + to_frames(0.45)]
            if later:
                assert cue.end <= min(later)


@given(planned())
def test_what_is_left_out_shortened_or_drawn_out_is_noted(made: tuple[Script, Timeline, dict[str, int]]) -> None:
    script, timeline, _ = made
    said = {cue.text for cue in timeline.speech()}
    for beat in beats(script, Hold):
        assert isinstance(beat, Hold)
        for mark in beat.marks:
            if mark.forms and not said & set(mark.forms):
                assert any(mark.forms[-1] in note for note in timeline.notes)
    asked = sum(to_frames(p.seconds) for b in beats(script, Breathe) if isinstance(b, Breathe) for p in b.phases)
    holds = [span for span in timeline.spans if span.kind is SpanKind.HOLD]
    kinds = {SpanKind.INHALE, SpanKind.EXHALE, SpanKind.RETAIN}
    breathed = sum(
        s.end - s.start
        for s in timeline.spans
        if s.kind in kinds and not any(h.start <= s.start < h.end for h in holds)
    )
    if breathed > asked:
        assert any("drawn out" in note for note in timeline.notes)
    else:
        assert breathed == asked


@given(planned())
def test_every_dose_that_leaves_its_range_is_noted(made: tuple[Script, Timeline, dict[str, int]]) -> None:
    # The strategies are built so that a dose leaves its range only if the pacing overrides it.
    script, timeline, _ = made
    for text in script.notes:
        assert text in timeline.notes
        assert "as asked" in text or "both sides get as many" in text
