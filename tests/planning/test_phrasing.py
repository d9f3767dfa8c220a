"""Phrasing: the words taper, name what comes next, keep the sides apart, and leave quiet."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import pytest

from voiceguide.errors import RequestError, UnknownNameError
from voiceguide.library.loader import Library
from voiceguide.model.base import MAX_TEXT_CHARS
from voiceguide.model.pacing import Pacing
from voiceguide.model.script import Breathe, Hold, Role, Say, SpanKind, ToneName
from voiceguide.planning.phrasing.script import phrase
from voiceguide.planning.planner import write_script
from voiceguide.planning.presets import PRESETS, paced, pacing_with, parse_breath
from voiceguide.planning.scheduling.estimate import estimate
from voiceguide.planning.selection import selected
from voiceguide.units import to_frames

if TYPE_CHECKING:
    from pathlib import Path

    from voiceguide.model.choices import Words
    from voiceguide.model.script import Script
    from voiceguide.model.timeline import Cue, Timeline


def script_of(library: Library, **changes: object) -> Script:
    pacing = pacing_with(changes)
    return write_script(selected(library.routine("upper-back"), pacing), pacing, library.phrasebook)


def timeline_of(library: Library, **changes: object) -> Timeline:
    return estimate(script_of(library, **changes), 0.9)


def breaths(script: Script) -> list[Breathe]:
    return [beat for section in script.sections for beat in section.beats if isinstance(beat, Breathe)]


def test_breath_words_taper_from_a_sentence_to_a_word_to_the_tone_alone(library: Library) -> None:
    words = [
        [mark.forms[0] for phase in breath.phases for mark in phase.marks if mark.role in {Role.INHALE, Role.EXHALE}]
        for breath in breaths(script_of(library))
    ]
    assert words[0] == ["Breathe in: arch.", "Breathe out: round."]
    assert words[1] == ["In: arch.", "Out: round."]
    assert words[2] == ["In.", "Out."]
    assert words[3:] == [[]] * 5


def test_a_tone_never_comes_alone_the_first_time(library: Library) -> None:
    timeline = timeline_of(library)
    for tone in ToneName:
        first = next((cue for cue in timeline.cues if cue.tone is tone), None)
        if first:
            near = [c for c in timeline.speech() if first.start - to_frames(1) <= c.start <= first.end + to_frames(4)]
            assert near or tone is ToneName.END, tone


def test_halfway_and_last_one_are_said_in_an_exhale(library: Library) -> None:
    asides = {
        mark.forms[0]: (breath.place.repetition, phase.kind)
        for breath in breaths(script_of(library))
        for phase in breath.phases
        for mark in phase.marks
        if mark.role in {Role.HALFWAY, Role.REMAINING}
    }
    assert asides == {"Halfway.": (4, SpanKind.EXHALE), "Last one.": (7, SpanKind.EXHALE)}


def test_no_breath_says_the_movement_once_and_then_counts(library: Library) -> None:
    script = script_of(library, breath_cues=False, repetitions=3)
    words = [[m.forms[0] for p in b.phases for m in p.marks if m.role is not Role.REMAINING] for b in breaths(script)]
    assert words[1:] == [["Two."], ["Three."]]
    assert not any(phase.tone for breath in breaths(script) for phase in breath.phases)


def test_each_section_names_its_stretch_and_what_comes_next(library: Library) -> None:
    script = script_of(library)
    firsts = [next(beat for beat in section.beats if isinstance(beat, Say)) for section in script.sections[1:-1]]
    assert [beat.text.split(",")[0] for beat in firsts] == ["First", "Next", "Next", "And last"]
    for beat, section in zip(firsts, script.sections[1:-1], strict=True):
        assert section.title.lower() in beat.text


def test_safety_is_said_at_the_start_and_before_neck_work(library: Library) -> None:
    safety = {c.stretch: c for c in timeline_of(library).speech() if c.role is Role.SAFETY}
    assert {None, "upper-trapezius"} <= set(safety)
    stretches = library.routine("upper-back").stretches
    assert set(safety) == {None, *(each.id for each in stretches if each.caution or each.movement.easier_way)}


@pytest.mark.parametrize("first", ["left", "right"])
def test_the_felt_side_of_the_neck_is_the_other_one(library: Library, first: str) -> None:
    for cue in timeline_of(library, first_side=first).speech():
        if cue.stretch == "upper-trapezius" and cue.side:
            if cue.role is Role.ENCOURAGE:
                assert cue.side.other in cue.text
                assert cue.side not in cue.text
            if cue.role is Role.INSTRUCT:
                assert re.search(f"{cue.side} ear toward (the )?{cue.side} shoulder", cue.text.lower())
    sides = [
        span.side for span in timeline_of(library, first_side=first).spans if span.kind is SpanKind.HOLD and span.side
    ]
    assert sides[0] == first


def test_both_sides_say_the_same_words_but_for_the_side(library: Library) -> None:
    """Words name `left` or `right` only with the side of their beat, so swapping sides swaps words."""
    swap = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}
    swapped = [
        re.sub("[Ll]eft|[Rr]ight", lambda m: swap[m[0]], c.text) for c in timeline_of(library, first_side="left").cues
    ]
    assert swapped == [cue.text for cue in timeline_of(library, first_side="right").cues]


@pytest.mark.parametrize("routine_id", Library().routine_ids())
@pytest.mark.parametrize("pace", list(PRESETS))
@pytest.mark.parametrize("words", ["full", "brief", "minimal"])
def test_speech_leaves_quiet_in_every_hold(library: Library, routine_id: str, pace: str, words: Words) -> None:
    pacing = paced(pace, words=words)
    script = write_script(library.routine(routine_id), pacing, library.phrasebook)
    timeline = estimate(script, pacing.speech_rate)
    for hold in (span for span in timeline.spans if span.kind is SpanKind.HOLD):
        inside = [cue for cue in timeline.speech() if hold.start <= cue.start < hold.end]
        assert sum(cue.end - cue.start for cue in inside) <= 0.35 * (hold.end - hold.start)
        if hold.end - hold.start >= to_frames(25):
            edges = [hold.start, *(edge for cue in inside for edge in (cue.start, cue.end)), hold.end]
            longest = max(after - before for before, after in zip(edges[::2], edges[1::2], strict=True))
            assert longest >= to_frames(8)


def told_in_holds(timeline: Timeline) -> list[list[tuple[int, str]]]:
    """Return for every hold its cues about the minutes to go: the seconds that are left, and the words."""
    return [
        [
            (round((hold.end - cue.start) / timeline.rate_hz), cue.text)
            for cue in timeline.speech()
            if hold.start <= cue.start < hold.end and "minute" in cue.text
        ]
        for hold in timeline.spans
        if hold.kind is SpanKind.HOLD
    ]


def test_a_long_hold_says_now_and_then_how_many_minutes_are_to_go(library: Library) -> None:
    first, *others = told_in_holds(timeline_of(library, hold_s=300))
    assert first == [(240, "Four minutes to go."), (120, "Two minutes to go."), (60, "One minute to go.")]
    # The listener knows the phrase by then: the number alone is said.
    assert [told for told in others[0] if told[0] == 120] == [(120, "Two minutes.")]
    ten = told_in_holds(timeline_of(library, hold_s=600, words="brief"))[0]
    assert ten == [(60 * m, f"{n} minutes.") for m, n in ((8, "Eight"), (6, "Six"), (4, "Four"), (2, "Two"))] + [
        (60, "One minute.")
    ]


@pytest.mark.parametrize("words", ["full", "brief", "minimal"])
@pytest.mark.parametrize("hold_s", [121, 135, 150, 170, 180, 200, 240, 300, 330, 420, 480, 600])
@pytest.mark.parametrize("routine_id", ["upper-back", "wind-down"])
def test_what_is_to_go_is_true_and_leaves_the_quiet_of_a_hold_alone(
    library: Library, routine_id: str, hold_s: int, words: Words
) -> None:
    pacing = paced(hold_s=float(hold_s), words=words, sleep=False)
    timeline = estimate(write_script(library.routine(routine_id), pacing, library.phrasebook), pacing.speech_rate)
    for told in told_in_holds(timeline):
        assert all(seconds % 60 == 0 for seconds, _ in told)
        assert hold_s < 300 or told
    for hold in (span for span in timeline.spans if span.kind is SpanKind.HOLD):
        inside = [cue for cue in timeline.speech() if hold.start <= cue.start < hold.end]
        assert sum(cue.end - cue.start for cue in inside) <= 0.1 * (hold.end - hold.start)
        for before, behind in itertools.pairwise(cue for cue in inside if cue.role is Role.REMAINING):
            assert behind.start - before.end >= to_frames(8)


@pytest.mark.parametrize("hold_s", [30, 60, 90, 120])
def test_a_hold_of_two_minutes_and_less_says_nothing_of_minutes(library: Library, hold_s: int) -> None:
    assert not any(told_in_holds(timeline_of(library, hold_s=hold_s)))


def test_a_rest_is_left_alone_for_longer_and_told_less(library: Library) -> None:
    def told(hold_s: float) -> list[int]:
        pacing = paced(hold_s=hold_s, only=("quiet-rest",), sleep=False)
        routine = selected(library.routine("wind-down"), pacing)
        timeline = estimate(write_script(routine, pacing, library.phrasebook), 0.9)
        [rest] = told_in_holds(timeline)
        return [seconds for seconds, _ in rest]

    assert told(180) == []
    assert told(300) == [120]
    assert told(600) == [300, 120]


def test_there_is_more_quiet_than_speech(library: Library) -> None:
    timeline = timeline_of(library)
    assert sum(cue.end - cue.start for cue in timeline.speech()) < 0.35 * timeline.length


def test_no_sentence_is_said_twice_running(library: Library) -> None:
    texts = [cue.text for cue in timeline_of(library).speech()]
    assert all(before != after for before, after in itertools.pairwise(texts))


def test_a_countdown_takes_the_place_of_one_more_breath(library: Library) -> None:
    holds = [b for s in script_of(library, countdown=3).sections for b in s.beats if isinstance(b, Hold)]
    assert {hold.countdown for hold in holds} == {("Three.", "Two.", "One.")}
    assert not any(mark.role is Role.REMAINING for hold in holds for mark in hold.marks)


def test_holds_are_whole_breaths_and_a_hold_that_is_not_is_held_all_the_same(library: Library) -> None:
    for hold_s, count in ((20, 2), (30, 3), (25, 2), (60, 6)):
        holds = [b for s in script_of(library, hold_s=hold_s).sections for b in s.beats if isinstance(b, Hold)]
        assert {len(hold.breath) for hold in holds} == {2 * count}
        assert all(sum(phase.seconds for phase in hold.breath) == pytest.approx(hold_s) for hold in holds)
    short = [b for s in script_of(library, hold_s=3).sections for b in s.beats if isinstance(b, Hold)]
    assert {(hold.seconds, hold.breath) for hold in short} == {(3.0, ())}


def test_doses_outside_the_data_are_kept_and_noted(library: Library) -> None:
    timeline = timeline_of(library, hold_s=45, repetitions=12)
    assert timeline.notes == (
        "Cat-cow: 12 repetitions as asked; its usual dose is 8 to 10.",
        "Thoracic extension: 45 s hold as asked; its usual dose is 20 to 30.",
        "Upper trapezius: 45 s hold as asked; its usual dose is 20 to 30.",
        "Thread the needle: 45 s hold as asked; its usual dose is 20 to 30.",
    )
    assert not timeline_of(library, hold_s=25, repetitions=10).notes


def test_the_welcome_says_how_long_it_will_take(library: Library) -> None:
    for changes in ({}, {"pace": "gentle"}, {"hold_s": 60}, {"only": ("cat-cow",)}):
        script = script_of(library, **changes)
        minutes = estimate(script, pacing_with(changes).speech_rate).duration_s / 60
        said = next(b.text for b in script.sections[0].beats if isinstance(b, Say) and "minutes" in b.text)
        assert library.phrasebook.numbers.index(said.split("about ")[1].split(" ")[0]) == pytest.approx(
            minutes, abs=0.7
        )


def test_a_repeated_stretch_is_known_the_second_time(library: Library) -> None:
    routine = library.routine("upper-back")
    twice = routine.model_copy(update={"items": (*routine.items[:1], *routine.items[:1])})
    script = phrase(twice, paced(), library.phrasebook)
    first, second = (sum(isinstance(beat, Say) for beat in section.beats) for section in script.sections[1:3])
    assert second < first


def test_minimal_words_are_names_sides_counts_and_what_keeps_one_safe(library: Library) -> None:
    timeline = timeline_of(library, words="minimal", countdown=3)
    assert {cue.role for cue in timeline.speech()} <= {
        Role.WELCOME,
        Role.SAFETY,
        Role.RELEASE,
        Role.CLOSE,
        Role.ANNOUNCE,
        Role.NEXT,
        Role.SWITCH,
        Role.COUNT,
        Role.REMAINING,
    }
    said = [c.text for c in timeline.speech() if c.role is not Role.SAFETY]
    assert said[:2] == ["Upper back.", "First, cat-cow."]
    tones = [cue.tone for cue in timeline.cues if cue.tone]
    holds = sum(span.kind is SpanKind.HOLD for span in timeline.spans)
    assert tones.count(ToneName.HOLD_START) == tones.count(ToneName.HOLD_END) == holds == 7
    full = timeline_of(library)
    assert [s.end - s.start for s in full.spans if s.kind is SpanKind.HOLD] == [
        s.end - s.start for s in timeline.spans if s.kind is SpanKind.HOLD
    ]
    assert timeline_of(library, words="brief").length < full.length


def test_only_and_skip(library: Library) -> None:
    assert [s.stretch for s in script_of(library, only=("thread-the-needle", "cat-cow")).sections[1:-1]] == [
        "cat-cow",
        "thread-the-needle",
    ]
    assert len(script_of(library, skip=("cat-cow",)).sections) == 5
    with pytest.raises(UnknownNameError, match="did you mean cat-cow"):
        script_of(library, skip=("catcow",))
    with pytest.raises(RequestError, match="nothing is left"):
        script_of(library, only=("cat-cow",), skip=("cat-cow",))


def test_breaths_are_parsed() -> None:
    assert parse_breath("4:6").total_s == 10
    assert parse_breath("4:7:8:0.5").hold_out_s == 0.5
    for wrong in ("4", "4:x", "1:2:3", "4:99", "0:4", ""):
        with pytest.raises(RequestError):
            parse_breath(wrong)


def test_one_is_not_spoken_of_as_many(library: Library) -> None:
    timeline = timeline_of(library, repetitions=1, rounds=1)
    assert timeline.notes[0] == "Cat-cow: 1 repetition as asked; its usual dose is 8 to 10."
    assert "Thoracic extension: 1 round as asked; its usual dose is 2 to 3." in timeline.notes
    routine = library.routine("upper-back")
    for minutes in (0, 1):
        texts = list(phrase(routine, paced(), library.phrasebook, minutes=minutes).texts())
        assert texts[0] == "Upper back."
        assert not any("minutes" in text for text in texts)


def test_knobs_out_of_range_are_all_named() -> None:
    with pytest.raises(RequestError) as caught:
        paced("steady", hold_s=9999, repetitions=0)
    assert "hold_s" in str(caught.value)
    assert "repetitions" in str(caught.value)
    with pytest.raises(UnknownNameError):
        paced("hasty")


def test_a_rest_is_not_called_a_hold_and_nothing_is_announced_in_it(library: Library) -> None:
    script = write_script(library.routine("wind-down"), paced(), library.phrasebook)
    rest = next(section for section in script.sections if section.stretch == "quiet-rest")
    [hold] = [beat for beat in rest.beats if isinstance(beat, Hold)]
    assert "Rest here." in [beat.text for beat in rest.beats if isinstance(beat, Say)]
    assert {mark.role for mark in hold.marks} <= {Role.ENCOURAGE}


@pytest.mark.parametrize("words", ["full", "brief"])
def test_the_other_side_is_always_named(library: Library, words: Words) -> None:
    for routine_id in library.routine_ids():
        script = write_script(library.routine(routine_id), paced(words=words), library.phrasebook)
        for section in script.sections:
            sides = {beat.place.side for beat in section.beats if isinstance(beat, Hold)} - {None}
            for side in sides:
                said = [b.text.lower() for b in section.beats if isinstance(b, Say) and b.place.side == side]
                assert any("left" in text or "right" in text for text in said), (routine_id, section.title, side)


def test_without_tones_the_breath_words_go_on_to_the_end(library: Library) -> None:
    script = script_of(library, tones="off", repetitions=6)
    breaths = [beat for section in script.sections for beat in section.beats if isinstance(beat, Breathe)]
    assert len(breaths) == 6
    assert not any(phase.tone for breath in breaths for phase in breath.phases)
    for breath in breaths:
        assert all(phase.marks for phase in breath.phases)
    assert breaths[-1].phases[0].marks[0].forms[0] == "In."


def test_tones_are_not_spoken_of_where_there_are_none(library: Library) -> None:
    routine = library.routine("wind-down")
    for changes in ({"tones": "off"}, {"breath_cues": False}):
        texts = " ".join(phrase(routine, Pacing.model_validate(changes), library.phrasebook).texts())
        assert "tone" not in texts.lower()
        minimal = Pacing.model_validate({"words": "minimal", **changes})
        assert "tone" not in " ".join(phrase(routine, minimal, library.phrasebook).texts()).lower()
    assert "The tone rises" in " ".join(phrase(routine, Pacing(words="minimal"), library.phrasebook).texts())


def speech_of(library: Library, routine: str, words: Words) -> list[Cue]:
    pacing = paced(words=words)
    script = write_script(library.routine(routine), pacing, library.phrasebook)
    return list(estimate(script, pacing.speech_rate).speech())


def test_rounds_of_both_sides_say_how_many_are_left(library: Library) -> None:
    book = library.phrasebook
    settings: tuple[Words, ...] = ("full", "minimal")
    for words in settings:
        cues = [cue for cue in speech_of(library, "hips", words) if cue.stretch == "figure-four"]
        [again] = [number for number, cue in enumerate(cues) if cue.text == book.last_round]
        before, after = cues[again - 1], cues[again + 1]
        assert (before.side, before.repetition, before.role) == ("left", 1, Role.RELEASE)
        assert (after.side, after.repetition) == ("right", 2)


def test_an_easier_way_is_offered_in_brief_words_too(library: Library) -> None:
    settings: tuple[Words, ...] = ("full", "brief", "minimal")
    offers = [
        sum(cue.text.startswith("To make it easier, ") for cue in speech_of(library, "upper-back", words))
        for words in settings
    ]
    assert offers == [4, 4, 0]


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_more_conditions_than_one_text_can_hold_are_named_in_several(language: str, tmp_path: Path) -> None:
    """Ten stretches of an own routine concern them all."""
    stretches = (
        *("ankle-pumps", "wrist-flexor", "cat-cow", "seated-cat-cow", "seated-hamstring", "sphinx", "low-lunge"),
        *("bed-breathing", "half-fold", "arm-raises"),
    )
    own = tmp_path / "all.toml"
    head = f'id = "all"\ntitle = "X"\ndescription = "All."\nlanguage = "{language}"\n'
    own.write_text(head + "".join(f'[[items]]\nstretch = "{name}"\n' for name in stretches), encoding="utf-8")
    library = Library(language)
    routine, book = library.routine(str(own)), library.phrasebook
    begin, end = book.screening.split("{conditions}")
    welcome = write_script(routine, paced(), book).sections[0]
    said = [beat.text for beat in welcome.beats if isinstance(beat, Say) and beat.text.endswith(end)]
    assert len(said) == 2
    assert all(text.startswith(begin) and len(text) <= MAX_TEXT_CHARS for text in said)
    for name in book.conditions.values():
        assert sum(name in text for text in said) == 1, name
