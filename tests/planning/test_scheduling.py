"""Scheduling by example: exact frames for exact lengths."""

from __future__ import annotations

import itertools

import pytest

from voiceguide.library.loader import Library
from voiceguide.model.choices import Side
from voiceguide.model.script import (
    Breathe,
    Hold,
    Mark,
    Phase,
    Place,
    Rest,
    Role,
    Say,
    Script,
    Section,
    Sound,
    SpanKind,
    ToneName,
)
from voiceguide.model.timeline import Chapter, Cue, Span
from voiceguide.planning.scheduling.estimate import estimate, estimated_frames
from voiceguide.planning.scheduling.schedule import Spot, place, schedule
from voiceguide.units import PlanFrame

CAPTIONS = {tone: Library().phrasebook.captions.of(tone) for tone in ToneName}
RATE_HZ = 1000  # milliseconds are frames: the numbers below can be read as either


def script(*beats: object, gap_s: float = 0.5) -> Script:
    sections = (Section("One", None, beats, gap_s),)  # type: ignore[arg-type]
    return Script("r", "R", "en", sections, captions=CAPTIONS)


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


LEFT = Place("stretch", Side.LEFT, 2)
HERE = ("stretch", Side.LEFT, 2)
WORDS = {"in": 500, "out": 600, "hold": 400, "easy": 900, "half": 700, "last": 800, "x": 100}


def cue(role: Role, text: str, start: int, end: int, tone: ToneName | None = None, chapter: int = 0) -> Cue:
    return Cue(role, text, PlanFrame(start), PlanFrame(end), chapter, *HERE, tone)


def test_everything_that_sounds_and_everything_that_is_done_knows_where_it_belongs() -> None:
    breathed = Breathe(
        (
            Phase(SpanKind.INHALE, 4.0, (Mark(0.0, ("in",), Role.INHALE),), ToneName.INHALE),
            Phase(SpanKind.RETAIN, 1.0),
            Phase(SpanKind.EXHALE, 5.0, (Mark(0.0, ("out",), Role.EXHALE),), ToneName.EXHALE),
        ),
        LEFT,
    )
    held = Hold(
        20.0,
        (Phase(SpanKind.INHALE, 8.0), Phase(SpanKind.EXHALE, 12.0)),
        (Mark(10.0, ("half",), Role.HALFWAY, tone=ToneName.HALFWAY),),
        ("x", "in"),
        LEFT,
        added_s=4.0,
    )
    beats = (
        Sound(ToneName.SWITCH, 0.8, LEFT),
        breathed,
        Rest(2.0, 1.0, 3.0, SpanKind.REST, LEFT),
        Say("hold", Role.HOLD, LEFT),
        held,
    )
    sections = (Section("One", "stretch", beats, 0.5), Section("Two", None, (Sound(ToneName.END, 1.0),), 0.5))
    made = schedule(Script("r", "R", "en", sections, ("a note",), CAPTIONS), WORDS, RATE_HZ)
    assert made.cues == (
        cue(Role.CHIME, "[switch chime]", 0, 1400, ToneName.SWITCH),
        cue(Role.INHALE, "in", 800, 1300),
        cue(Role.INHALE, "[rising tone]", 800, 4800, ToneName.INHALE),
        cue(Role.EXHALE, "out", 5800, 6400),
        cue(Role.EXHALE, "[falling tone]", 5800, 10_800, ToneName.EXHALE),
        cue(Role.HOLD, "hold", 12_800, 13_200),
        cue(Role.CHIME, "[halfway chime]", 23_200, 24_400, ToneName.HALFWAY),
        cue(Role.HALFWAY, "half", 23_900, 24_600),
        cue(Role.COUNT, "x", 31_200, 31_300),
        cue(Role.COUNT, "in", 32_200, 32_700),
        Cue(Role.CHIME, "[end chime]", 33_200, 36_400, 1, tone=ToneName.END),
    )
    assert made.spans == (
        Span(SpanKind.INHALE, 800, 4800, *HERE),
        Span(SpanKind.RETAIN, 4800, 5800, *HERE),
        Span(SpanKind.EXHALE, 5800, 10_800, *HERE),
        Span(SpanKind.REST, 10_800, 12_800, *HERE),
        Span(SpanKind.HOLD, 13_200, 33_200, *HERE, added=4000),
        Span(SpanKind.INHALE, 13_200, 21_200, *HERE),
        Span(SpanKind.EXHALE, 21_200, 33_200, *HERE),
    )
    assert made.chapters == (Chapter("One", 0, 33_200, "stretch"), Chapter("Two", 33_200, 36_400))
    assert (made.routine, made.title, made.language, made.rate_hz) == ("r", "R", "en", RATE_HZ)
    assert (made.length, made.notes) == (36_400, ("a note",))


@pytest.mark.parametrize(
    ("tone", "caption", "rings"),
    [
        (ToneName.START, "[start chime]", 2400),
        (ToneName.HOLD_START, "[hold chime]", 900),
        (ToneName.HALFWAY, "[halfway chime]", 1200),
        (ToneName.SWITCH, "[switch chime]", 1400),
        (ToneName.HOLD_END, "[chime]", 1800),
        (ToneName.END, "[end chime]", 3200),
    ],
)
def test_a_chime_rings_out_and_its_caption_says_which_it_is(tone: ToneName, caption: str, rings: int) -> None:
    made = schedule(script(Sound(tone, 0.5), Say("x", Role.SETUP)), WORDS, RATE_HZ)
    assert made.cues == (
        Cue(Role.CHIME, caption, 0, rings, 0, tone=tone),
        Cue(Role.SETUP, "x", 500, 600, 0),
    )
    assert made.length == rings


def test_a_chime_of_a_script_without_captions_has_the_name_of_its_tone() -> None:
    bare = Script("r", "R", "en", (Section("One", None, (Sound(ToneName.HOLD_END, 0.5),), 0.5),))
    assert schedule(bare, {}, RATE_HZ).cues[0].text == f"[{ToneName.HOLD_END}]"


def test_a_chime_that_rings_over_many_words_still_ends_inside_the_session() -> None:
    made = schedule(script(Sound(ToneName.END, 0.1), *[Say("x", Role.SETUP)] * 5, gap_s=0.1), WORDS, RATE_HZ)
    assert made.length == 3200


def test_of_two_things_that_begin_together_the_shorter_is_told_first() -> None:
    long, short = (
        Breathe((Phase(SpanKind.INHALE, 4.0, (Mark(0.0, (word,), Role.INHALE),), ToneName.INHALE),))
        for word in ("in", "x")
    )
    assert [c.text for c in schedule(script(long), WORDS, RATE_HZ).cues] == ["in", "[rising tone]"]
    slow = {**WORDS, "x": 3600}
    assert [c.text for c in schedule(script(short), slow, RATE_HZ).cues] == ["x", "[rising tone]"]


def test_words_go_with_a_chime_in_the_order_in_which_they_end() -> None:
    made = schedule(script(Sound(ToneName.START, 0.0), Say("x", Role.SETUP)), WORDS, RATE_HZ)
    assert [c.text for c in made.cues] == ["x", "[start chime]"]


def test_a_chime_comes_when_what_is_before_it_is_over() -> None:
    made = schedule(script(Say("hold", Role.HOLD), Sound(ToneName.SWITCH, 0.8), Say("x", Role.SETUP)), WORDS, RATE_HZ)
    assert [(c.text, c.start) for c in made.cues] == [("hold", 0), ("[switch chime]", 400), ("x", 1200)]


def test_a_section_begins_when_the_last_word_before_it_has_rung_out() -> None:
    sections = (
        Section("One", None, (Say("hold", Role.SETUP),), 0.5),
        Section("Two", "s", (Say("x", Role.SETUP), Say("x", Role.SETUP)), 0.2),
    )
    made = schedule(Script("r", "R", "en", sections, captions=CAPTIONS), WORDS, RATE_HZ)
    assert [(c.start, c.end, c.chapter) for c in made.cues] == [(0, 400, 0), (900, 1000, 1), (1200, 1300, 1)]
    assert made.chapters == (Chapter("One", 0, 900), Chapter("Two", 900, 1300, "s"))


def test_a_rest_without_words_before_it_is_as_long_as_it_says() -> None:
    waits = Rest(8.0, 1.0, 9.0, least_quiet_s=3.0)
    made = schedule(script(waits, Say("hold", Role.SETUP), waits, waits, Say("x", Role.SETUP)), WORDS, RATE_HZ)
    assert [(s.kind, s.start, s.end) for s in made.spans] == [
        (SpanKind.TRANSITION, 0, 8000),
        (SpanKind.TRANSITION, 8400, 16_000),
        (SpanKind.TRANSITION, 16_000, 24_000),
    ]
    # The rest counts from the first of the sentences.
    two = schedule(script(Say("hold", Role.SETUP), Say("hold", Role.SETUP), waits), WORDS, RATE_HZ)
    assert (two.spans[0].start, two.spans[0].end) == (1300, 8000)
    plain = schedule(script(Say("hold", Role.SETUP), Rest(8.0, 1.0, 9.0)), WORDS, RATE_HZ)
    assert (plain.spans[0].start, plain.spans[0].end) == (400, 8400)
    none = schedule(script(Say("hold", Role.SETUP), Rest(0.0, 0.0, 9.0)), WORDS, RATE_HZ)
    assert none.spans == ()


def early(kind: SpanKind, seconds: float, *forms: str, required: bool = True) -> Phase:
    role = Role.INHALE if kind is SpanKind.INHALE else Role.EXHALE
    return Phase(kind, seconds, (Mark(-0.4, forms, role, required=required),))


def test_the_first_breath_waits_until_its_word_can_come_early() -> None:
    """The word comes a quarter of a second after those before it, so that nobody is hurried into the breath."""
    breath_in = Breathe((early(SpanKind.INHALE, 4.0, "in"), Phase(SpanKind.EXHALE, 5.0)))
    made = schedule(script(Say("hold", Role.SETUP), breath_in), WORDS, RATE_HZ)
    assert made.cues[1].start == 400 + 250
    assert made.spans[0].start == 400 + 250 + 400
    later = schedule(script(Say("hold", Role.SETUP), Rest(3.0, 1, 9), breath_in), WORDS, RATE_HZ)
    assert later.cues[1].start == 3400 - 400
    # A breath waits for spoken words only, not for a chime.
    chimed = schedule(script(Sound(ToneName.END, 0.5), breath_in), WORDS, RATE_HZ)
    assert chimed.spans[0].start == 500
    alone = schedule(script(Breathe((Phase(SpanKind.INHALE, 4.0), Phase(SpanKind.EXHALE, 5.0)))), {}, RATE_HZ)
    assert [(s.start, s.end) for s in alone.spans] == [(0, 4000), (4000, 9000)]


@pytest.mark.parametrize(
    ("frames", "said", "drawn"),
    [
        # From 0.4 s before the inhale to 0.65 s (0.4 s and the least quiet) before its end: 3.75 s.
        (3750, "in", 0),
        (3751, "x", 0),
    ],
)
def test_a_word_fits_to_the_frame_before_the_next_one_comes_early(frames: int, said: str, drawn: int) -> None:
    phases = (early(SpanKind.INHALE, 4.0, "in", "x"), early(SpanKind.EXHALE, 5.0, "out"))
    made = schedule(script(Breathe(phases)), {**WORDS, "in": frames}, RATE_HZ)
    assert made.cues[0].text == said
    assert made.spans[0].end - made.spans[0].start == 4000 + drawn
    # After the last phase no word comes early.
    only = schedule(script(Breathe((early(SpanKind.INHALE, 4.0, "in", "x"),))), {**WORDS, "in": 4150}, RATE_HZ)
    assert only.cues[0].text == "in"


def test_a_word_fits_to_the_frame_in_every_breath_not_in_the_first_alone() -> None:
    """It leaves room for the word of the phase that follows, however early that comes."""
    soon = Phase(SpanKind.EXHALE, 5.0, (Mark(-1.0, ("out", "x"), Role.EXHALE),))
    late = early(SpanKind.INHALE, 4.0, "in", "x")
    for frames, said in ((2750 + 400, "in"), (2751 + 400, "x")):
        made = schedule(script(Breathe((late, soon, late, soon))), {**WORDS, "in": frames}, RATE_HZ)
        assert [c.text for c in made.cues] == [said, "out", said, "out"]
    for frames, said in ((5350, "out"), (5351, "x")):
        made = schedule(script(Breathe((late, soon, late))), {**WORDS, "out": frames}, RATE_HZ)
        assert [c.text for c in made.cues] == ["in", said, "in"]
    made = schedule(script(Breathe((late, soon, late))), {**WORDS, "in": 3151}, RATE_HZ)
    assert [c.text for c in made.cues] == ["x", "out", "in"]


def test_of_three_forms_the_barest_is_said_where_none_fits() -> None:
    phases = (early(SpanKind.INHALE, 4.0, "in", "half", "x"), Phase(SpanKind.EXHALE, 5.0))
    made = schedule(script(Breathe(phases)), {"in": 9000, "half": 8000, "x": 6000}, RATE_HZ)
    assert made.cues[0].text == "x"
    assert made.spans[0].end == 6250


def test_a_breath_is_drawn_out_by_as_much_as_its_shortest_word_lacks() -> None:
    phases = (early(SpanKind.INHALE, 4.0, "in", "x"), early(SpanKind.EXHALE, 5.0, "out"))
    made = schedule(script(Breathe(phases, LEFT)), {**WORDS, "in": 9000, "x": 3760}, RATE_HZ)
    assert [(s.start, s.end) for s in made.spans] == [(400, 4410), (4410, 9410)]
    assert [(c.text, c.start, c.end) for c in made.cues] == [("x", 0, 3760), ("out", 4010, 4610)]
    assert made.notes == ("One, left side: a breath is drawn out so that 'x' fits.",)


def test_a_word_that_is_not_required_is_left_out_of_a_breath() -> None:
    phases = (early(SpanKind.INHALE, 4.0, "in", required=False), Phase(SpanKind.EXHALE, 5.0))
    made = schedule(script(Breathe(phases)), {"in": 9000}, RATE_HZ)
    assert made.cues == ()
    assert [s.end - s.start for s in made.spans] == [4000, 5000]


def test_two_words_in_one_phase_keep_their_distance() -> None:
    marks = (Mark(-0.4, ("in",), Role.INHALE), Mark(0.2, ("half",), Role.HALFWAY), Mark(3.0, ("x",), Role.COUNT))
    made = schedule(script(Breathe((Phase(SpanKind.INHALE, 6.0, marks),))), WORDS, RATE_HZ)
    # The phase begins at 0.4 s; the second word waits for the first, the third for nothing.
    assert [(c.text, c.start) for c in made.cues] == [("in", 0), ("half", 750), ("x", 3400)]


@pytest.mark.parametrize(
    ("following", "at_s", "text", "start"),
    [
        # "half", 0.7 s long, ends at 3.35 s: 1.25 s before the next word, which comes 0.4 s early.
        (early(SpanKind.INHALE, 4.0, "in"), 1.0, "half", 5000 - 400 - 250 - 1000 - 700),
        # The next phase says nothing, so the extra second is not kept.
        (Phase(SpanKind.INHALE, 4.0), 1.0, "half", 5000 - 250 - 700),
        # It never comes earlier than its mark, however close the next word is.
        (early(SpanKind.INHALE, 4.0, "in"), 4.0, "x", 4000),
    ],
)
def test_a_word_for_the_turn_comes_as_late_as_the_word_of_the_next_breath_allows(
    following: Phase, at_s: float, text: str, start: int
) -> None:
    out = Phase(SpanKind.EXHALE, 5.0, (Mark(at_s, (text,), Role.HALFWAY, late=True),))
    made = schedule(script(Breathe((out, following))), WORDS, RATE_HZ)
    assert (made.cues[0].text, made.cues[0].start) == (text, start)
    at_once = Phase(SpanKind.EXHALE, 5.0, (Mark(at_s, (text,), Role.HALFWAY),))
    assert schedule(script(Breathe((at_once, following))), WORDS, RATE_HZ).cues[0].start == at_s * 1000


def test_a_word_waits_for_the_word_of_the_phase_before() -> None:
    first = Phase(SpanKind.INHALE, 2.0, (Mark(0.0, ("in", "x"), Role.INHALE, required=True),))
    made = schedule(
        script(Breathe((first, Phase(SpanKind.EXHALE, 5.0, (Mark(-1.0, ("out",), Role.EXHALE),))))),
        {**WORDS, "in": 1900, "x": 1500},
        RATE_HZ,
    )
    assert [(c.text, c.start) for c in made.cues] == [("x", 0), ("out", 1750)]
    assert made.spans[1].start == 1500 + 250 + 1000


def test_words_after_a_breath_come_when_it_has_ended() -> None:
    made = schedule(script(breath("in", "out"), Say("x", Role.RELEASE), breath("in", "out")), WORDS, RATE_HZ)
    assert made.cues[2].start == made.spans[1].end == 9400
    assert made.spans[2].start == 9500 + 250 + 400


def held(*beats: object, gap_s: float = 0.5) -> Script:
    return script(Say("hold", Role.HOLD), *beats, gap_s=gap_s)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (1750, "easy"),  # 5.0 to 6.75 s: a quarter of a second before the next cue, exactly
        (1751, None),
    ],
)
def test_in_a_hold_a_word_leaves_a_quarter_of_a_second_before_the_next_mark(first: int, second: str | None) -> None:
    """Otherwise the listener would hear the reminder run into the word for halfway."""
    marks = (Mark(5.0, ("easy",), Role.ENCOURAGE), Mark(7.0, ("half",), Role.HALFWAY), Mark(12.0, ("x",), Role.COUNT))
    made = schedule(held(Hold(20.0, (), marks)), {**WORDS, "easy": first}, RATE_HZ)
    spoken = [c.text for c in made.cues[1:]]
    assert spoken == ([second] if second else []) + ["half", "x"]
    assert made.notes == (() if second else ("One: no room in the hold for 'easy', left out.",))


@pytest.mark.parametrize(("frames", "fits"), [(2750, True), (2751, False)])
def test_in_a_hold_a_word_leaves_a_quarter_of_a_second_before_counting_begins(frames: int, fits: bool) -> None:  # noqa: FBT001
    marks = (Mark(5.0, ("easy",), Role.ENCOURAGE),)
    made = schedule(held(Hold(10.0, (), marks, ("x", "x"), LEFT)), {**WORDS, "easy": frames}, RATE_HZ)
    assert ("easy" in [c.text for c in made.cues]) is fits
    assert made.notes == (() if fits else ("One, left side: no room in the hold for 'easy', left out.",))


@pytest.mark.parametrize(("frames", "fits"), [(4750, True), (4751, False)])
def test_in_a_hold_a_word_leaves_a_quarter_of_a_second_before_its_end(frames: int, fits: bool) -> None:  # noqa: FBT001
    made = schedule(held(Hold(10.0, (), (Mark(5.0, ("easy",), Role.ENCOURAGE),))), {**WORDS, "easy": frames}, RATE_HZ)
    assert ("easy" in [c.text for c in made.cues]) is fits


def test_in_a_hold_a_word_waits_for_the_one_before_it_and_for_its_own_chime() -> None:
    marks = (
        Mark(5.0, ("easy",), Role.ENCOURAGE),
        Mark(6.0, ("half",), Role.HALFWAY, tone=ToneName.HALFWAY),
        Mark(12.0, (), Role.HALFWAY, tone=ToneName.SWITCH),
    )
    made = schedule(held(Hold(20.0, (), marks)), {**WORDS, "easy": 750}, RATE_HZ)
    assert [(c.text, c.start) for c in made.cues[1:]] == [
        ("easy", 5400),
        ("[halfway chime]", 6400),
        ("half", 7100),
        ("[switch chime]", 12_400),
    ]
    assert made.notes == ()
    late = schedule(
        held(Hold(20.0, (), (Mark(0.0, ("easy",), Role.ENCOURAGE), Mark(1.2, ("x",), Role.COUNT)))), WORDS, RATE_HZ
    )
    assert [(c.text, c.start) for c in late.cues[1:]] == [("easy", 400), ("x", 1600)]


def test_a_hold_takes_the_fullest_words_that_fit() -> None:
    marks = (Mark(5.0, ("easy", "half", "x"), Role.ENCOURAGE),)
    made = schedule(held(Hold(10.0, (), marks)), {**WORDS, "easy": 5000, "half": 4700}, RATE_HZ)
    assert made.cues[1].text == "half"
    assert made.notes == ("'easy' is shortened to 'half': the breath is too short for it.",)


def test_a_hold_of_no_length_is_none() -> None:
    made = schedule(held(Hold(0.0), Say("x", Role.RELEASE)), WORDS, RATE_HZ)
    assert made.spans == ()
    assert made.cues[1].start == 400, "release is said at once"


def test_release_is_said_as_the_hold_ends() -> None:
    made = schedule(held(Hold(3.0), Say("x", Role.RELEASE)), WORDS, RATE_HZ)
    assert made.cues[1].start == made.spans[0].end == 3400


COUNTS = {"hold": 400, "Three.": 300, "Two.": 250, "One.": 350}


@pytest.mark.parametrize(
    ("seconds", "onsets", "notes"),
    [
        (6.0, {"Three.": 3400, "Two.": 4400, "One.": 5400}, ()),
        # At most half of the hold is counted. The first numbers are dropped: nobody is released on "two".
        (5.9, {"Two.": 4300, "One.": 5300}, ("One: the countdown is shortened to 2, half of the hold.",)),
        (2.0, {"One.": 1400}, ("One: the countdown is shortened to 1, half of the hold.",)),
        (1.9, {}, ("One: the countdown is shortened to 0, half of the hold.",)),
    ],
)
def test_a_countdown_ends_on_one_however_much_of_it_there_is_room_for(
    seconds: float, onsets: dict[str, int], notes: tuple[str, ...]
) -> None:
    made = schedule(held(Hold(seconds, (), (), ("Three.", "Two.", "One."))), COUNTS, RATE_HZ)
    assert {c.text: c.start for c in made.cues[1:]} == onsets
    assert made.notes == notes


@pytest.mark.parametrize(("longest", "step"), [(750, 1000), (751, 1250), (1000, 1250), (1001, 1500), (1400, 1750)])
def test_a_slow_voice_counts_in_the_least_step_that_its_longest_number_fits_in(longest: int, step: int) -> None:
    made = schedule(held(Hold(20.0, (), (), ("Three.", "Two.", "One."))), {**COUNTS, "Two.": longest}, RATE_HZ)
    assert [20_400 - c.start for c in made.cues[1:]] == [3 * step, 2 * step, step]
    slow = f"The voice is too slow to count seconds: the countdown goes by {step / 1000:g} s."
    assert made.notes == ((slow,) if step > 1000 else ())


def test_every_beat_is_known_by_where_the_first_thing_of_it_begins() -> None:
    sections = (
        Section("One", None, (Sound(ToneName.START, 1.0), Rest(0.2, 0.0, 1.0), breath("in", "out")), 0.5),
        Section("Two", None, (Hold(0.0), Say("hold", Role.HOLD), Hold(3.0), Rest(1.0, 0.0, 2.0)), 0.5),
    )
    made = place(Script("r", "R", "en", sections, captions=CAPTIONS), WORDS, RATE_HZ)
    # The word of the breath comes early by more than the rest lasts, so it begins before the rest.
    assert made.spots == (
        Spot(0, 0, PlanFrame(0)),
        Spot(0, 1, PlanFrame(1000)),
        Spot(0, 2, PlanFrame(800)),
        Spot(1, 0, PlanFrame(10_200)),
        Spot(1, 1, PlanFrame(10_200)),
        Spot(1, 2, PlanFrame(10_600)),
        Spot(1, 3, PlanFrame(13_600)),
    )
    assert made.timeline == schedule(Script("r", "R", "en", sections, captions=CAPTIONS), WORDS, RATE_HZ)


def test_an_empty_hold_is_where_it_would_have_been() -> None:
    sections = (Section("One", None, (Say("hold", Role.HOLD), Hold(0.0), Say("x", Role.SETUP), Hold(2.0)), 0.5),)
    made = place(Script("r", "R", "en", sections, captions=CAPTIONS), WORDS, RATE_HZ)
    assert [spot.start for spot in made.spots] == [0, 400, 400, 500]
    later = (Section("One", None, (Hold(0.0), Rest(0.0, 0, 1), Sound(ToneName.START, 0.1), Rest(1.0, 0, 1)), 0.5),)
    assert [spot.start for spot in place(Script("r", "R", "en", later), {}, RATE_HZ).spots] == [0, 0, 0, 100]


def test_breaths_in_a_row_are_known_each_by_its_own_start() -> None:
    made = place(
        Script("r", "R", "en", (Section("One", None, (breath("in", "out"), breath("in", "out")), 0.5),)), WORDS, RATE_HZ
    )
    assert [spot.start for spot in made.spots] == [0, 9000]


def test_the_same_note_is_told_once_the_scripts_own_first() -> None:
    hold = Hold(3.0, (), (Mark(1.0, ("easy",), Role.ENCOURAGE),))
    beats = (Say("hold", Role.HOLD), hold, Say("x", Role.RELEASE), Say("hold", Role.HOLD), hold)
    sections = (Section("One", None, beats, 0.5),)
    made = schedule(Script("r", "R", "en", sections, ("first",)), {**WORDS, "easy": 5000}, RATE_HZ)
    assert made.notes == ("first", "One: no room in the hold for 'easy', left out.")


def test_a_length_that_nobody_has_spoken_is_guessed_from_its_letters() -> None:
    assert estimated_frames(["", "a" * 100], 1.0) == {"": 4800, "a" * 100: 126_000}
    assert estimated_frames(["a" * 100], 0.5) == {"a" * 100: 252_000}
    made = estimate(script(Say("a" * 100, Role.SETUP)), 0.5)
    assert (made.rate_hz, made.length) == (24_000, 252_000)
