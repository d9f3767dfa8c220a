"""Scheduling by example: exact frames for exact lengths."""

from __future__ import annotations

import itertools

from voiceguide.model.script import Breathe, Hold, Mark, Phase, Rest, Role, Say, Script, Section, SpanKind
from voiceguide.planning.scheduling import schedule

RATE_HZ = 1000  # milliseconds are frames: the numbers below can be read as either


def script(*beats: object, gap_s: float = 0.5) -> Script:
    return Script("r", "R", "en", (Section("One", None, beats, gap_s),))  # type: ignore[arg-type]


def test_sentences_keep_their_distance_and_a_rest_takes_it_in() -> None:
    made = script(Say("a", Role.SETUP), Say("b", Role.SETUP), Rest(2.0, 1.0, 4.0), Say("c", Role.SETUP))
    timeline = schedule(made, {"a": 700, "b": 300, "c": 100}, RATE_HZ)
    assert [(cue.start, cue.end) for cue in timeline.cues] == [(0, 700), (1200, 1500), (3500, 3600)]
    assert timeline.length == 3600


def test_a_rest_that_counts_from_the_words_keeps_its_least_quiet() -> None:
    rest = Rest(8.0, 1.0, 9.0, least_quiet_s=3.0)
    short = schedule(script(Say("a", Role.SWITCH), rest, Say("b", Role.SETUP)), {"a": 1000, "b": 1}, RATE_HZ)
    long = schedule(script(Say("a", Role.SWITCH), rest, Say("b", Role.SETUP)), {"a": 7000, "b": 1}, RATE_HZ)
    assert short.cues[1].start == 8000
    assert long.cues[1].start == 10_000


def breath(*texts: str) -> Breathe:
    marks = [
        (Mark(-0.4, (text, "x"), role, required=True),)
        for text, role in zip(texts, (Role.INHALE, Role.EXHALE), strict=True)
    ]
    return Breathe((Phase(SpanKind.INHALE, 4.0, marks[0]), Phase(SpanKind.EXHALE, 5.0, marks[1])))


def test_breath_words_come_early_and_phases_tile() -> None:
    timeline = schedule(script(breath("in", "out"), breath("in", "out")), {"in": 500, "out": 600, "x": 100}, RATE_HZ)
    starts = [cue.start for cue in timeline.cues]
    phases = [(span.start, span.end) for span in timeline.spans]
    assert [after - before for before, after in phases] == [4000, 5000, 4000, 5000]
    assert starts == [start - 400 for start, _ in phases]
    assert all(before[1] == after[0] for before, after in itertools.pairwise(phases))


def test_a_word_too_long_for_its_phase_is_shortened_and_said_so() -> None:
    timeline = schedule(script(breath("a long inhale", "out")), {"a long inhale": 4300, "out": 600, "x": 100}, RATE_HZ)
    assert timeline.cues[0].text == "x"
    assert [span.end - span.start for span in timeline.spans] == [4000, 5000]
    assert timeline.notes == ("'a long inhale' is shortened to 'x': the breath is too short for it.",)


def test_where_nothing_fits_the_phase_is_drawn_out_and_said_so() -> None:
    timeline = schedule(script(breath("in", "out")), {"in": 9000, "x": 5000, "out": 600}, RATE_HZ)
    inhale = timeline.spans[0]
    assert timeline.cues[0].end + 250 + 400 == inhale.end
    assert "drawn out" in timeline.notes[0]


def test_a_hold_places_marks_from_its_start_and_counts_to_its_end() -> None:
    hold = Hold(30.0, (), (Mark(5.0, ("easy",), Role.ENCOURAGE),), ("Three.", "Two.", "One."))
    timeline = schedule(
        script(Say("hold", Role.HOLD), hold),
        {"hold": 400, "easy": 900, "Three.": 300, "Two.": 250, "One.": 350},
        RATE_HZ,
    )
    span = timeline.spans[0]
    assert (span.start, span.end) == (400, 30_400)
    assert [cue.start for cue in timeline.cues] == [0, 5400, 27_400, 28_400, 29_400]


def test_a_slow_voice_counts_in_longer_steps_and_fewer_words() -> None:
    hold = Hold(8.0, (), (), ("Three.", "Two.", "One."))
    timeline = schedule(
        script(Say("hold", Role.HOLD), hold), {"hold": 400, "Three.": 1300, "Two.": 900, "One.": 900}, RATE_HZ
    )
    counts = [cue.start for cue in timeline.cues if cue.role is Role.COUNT]
    assert counts == [4900, 6650]
    assert len(timeline.notes) == 2


def test_a_mark_that_finds_no_room_is_left_out_and_said_so() -> None:
    hold = Hold(10.0, (), (Mark(5.0, ("a long story",), Role.ENCOURAGE),))
    timeline = schedule(script(Say("hold", Role.HOLD), hold), {"hold": 400, "a long story": 6000}, RATE_HZ)
    assert len(timeline.cues) == 1
    assert "left out" in timeline.notes[0]


def test_breaths_tile_a_hold_to_its_last_frame_whatever_they_round_to() -> None:
    third = 10.0 / 3
    phases = (Phase(SpanKind.INHALE, third), Phase(SpanKind.EXHALE, third)) * 3
    timeline = schedule(script(Say("hold", Role.HOLD), Hold(20.0, phases)), {"hold": 1}, RATE_HZ)
    tiles = [span for span in timeline.spans if span.kind is not SpanKind.HOLD]
    assert tiles[-1].end == timeline.spans[0].end
    assert {span.end - span.start for span in tiles} == {3333, 3334}
