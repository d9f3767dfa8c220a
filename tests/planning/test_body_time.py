"""Time for the body: words that move it are followed by enough quiet, at every words level, pace and length."""

from __future__ import annotations

import itertools
import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import STILL, pacings, routines, spoken_lengths
from voiceguide import session
from voiceguide.errors import DataError, RequestError
from voiceguide.library.loader import Library
from voiceguide.library.words import DATA
from voiceguide.model.base import tokens_in
from voiceguide.model.choices import Level, Words
from voiceguide.model.script import Rest, Role, Say, SpanKind, ToneName
from voiceguide.model.stretch import LEAST_SETTLE_S, Area, HoldMovement, Position, Stretch, hurried
from voiceguide.planning.phrasing.positions import change_s, walks
from voiceguide.planning.phrasing.script import phrase
from voiceguide.planning.phrasing.wording import Wording, sentences
from voiceguide.planning.planner import draft, plan_timeline
from voiceguide.planning.presets import PRESETS, paced, parse_length
from voiceguide.planning.scheduling.estimate import estimated_frames
from voiceguide.planning.scheduling.schedule import schedule
from voiceguide.planning.selection import selected
from voiceguide.units import SESSION_RATE_HZ as RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from voiceguide.model.routine import Routine
    from voiceguide.model.script import Script, Section
    from voiceguide.model.timeline import Cue, Timeline

LIBRARY = Library()
BOOK = LIBRARY.phrasebook
ROUTINES = sorted(LIBRARY.routines()[0])
MOVING = {Role.SETUP, Role.INSTRUCT, Role.RELEASE}
"""Roles of words that the body moves at; the phases of a breath have their own time."""


def spoken(texts: Iterable[str]) -> Mapping[str, int]:
    return estimated_frames(texts, 0.9)


def too_quick(timeline: Timeline, still: frozenset[str]) -> list[tuple[str, str, float]]:
    moving = [cue for cue in timeline.speech() if cue.role in MOVING and cue.text not in still]
    return [
        (before.text, after.text, (after.start - before.end) / RATE_HZ)
        for before, after in itertools.pairwise(moving)
        if after.start - before.end < round(LEAST_SETTLE_S * RATE_HZ) - 1
    ]


def texts_that_move_nothing(stretches: Iterable[Stretch]) -> frozenset[str]:
    steps = [step for stretch in stretches for step in (*stretch.setup, *stretch.movement.prepare) if not step.moves]
    counts = [number for number in BOOK.numbers if number]
    texts = [text for step in steps for text in step.texts()]
    filled = [
        text.replace("{Count}", count.capitalize()).replace("{count}", count) for text in texts for count in counts
    ]
    return frozenset(sentence for text in filled for sentence in sentences(text)) | frozenset(BOOK.rest)


@given(routines(most=3), pacings, st.data())
def test_what_moves_the_body_is_followed_by_time_for_it(routine: object, pacing: object, data: st.DataObject) -> None:
    script = phrase(routine, pacing, BOOK)  # type: ignore[arg-type]
    timeline = schedule(script, data.draw(spoken_lengths(script)))
    assert too_quick(timeline, frozenset({STILL, *BOOK.rest})) == []


@pytest.mark.parametrize("words", ["full", "brief", "minimal"])
@pytest.mark.parametrize("pace", PRESETS)
@pytest.mark.parametrize("name", ROUTINES)
def test_so_is_every_shipped_routine(name: str, pace: str, words: Words) -> None:
    routine = LIBRARY.routine(name)
    still = texts_that_move_nothing(routine.stretches)
    for level in Level:
        pacing = paced(pace, words=words, level=level, variation=2)
        assert too_quick(plan_timeline(routine, pacing, BOOK, spoken), still) == []


@pytest.mark.parametrize("name", ROUTINES)
def test_squeezed_to_the_shortest_length_it_is_too(name: str) -> None:
    routine = LIBRARY.routine(name)
    with pytest.raises(RequestError) as caught:
        draft(routine, paced(length_s=60.0), BOOK, spoken)
    shortest = str(caught.value).split("from ")[1].split(" to")[0]
    pacing = paced(length_s=parse_length(shortest))
    assert too_quick(plan_timeline(routine, pacing, BOOK, spoken), texts_that_move_nothing(routine.stretches)) == []


def cue_and_next(timeline: Timeline, text: str) -> tuple[Cue, Cue]:
    cues = list(timeline.speech())
    index = next(number for number, cue in enumerate(cues) if cue.text == text)
    return cues[index], cues[index + 1]


def test_the_way_to_the_floor_takes_its_time_from_the_first_cue_on() -> None:
    for name in ROUTINES:
        routine = LIBRARY.routine(name)
        first = routine.stretches[0]
        timeline = plan_timeline(routine, paced(), BOOK, spoken)
        way = next(span for span in timeline.spans if span.stretch == first.id and span.kind is SpanKind.TRANSITION)
        begin = next((cue.start for cue in timeline.speech() if cue.text == BOOK.get_down), way.start)
        if first.position not in {Position.STANDING, Position.CHAIR}:
            assert (way.end - begin) / RATE_HZ >= paced().floor_s


def test_a_walk_has_its_own_time_and_its_own_words() -> None:
    wall = LIBRARY.stretch("calf-wall")
    standing = LIBRARY.stretch("half-fold")
    assert walks(standing, wall)
    for pace, preset in PRESETS.items():
        assert change_s(standing, wall, preset) >= 8.0, pace
    assert change_s(wall, wall, paced()) == paced().same_posture_s


def test_from_the_back_one_comes_up_by_one_side_whatever_the_words() -> None:
    for words in ("full", "brief", "minimal"):
        for name in ROUTINES:
            routine = LIBRARY.routine(name)
            timeline = plan_timeline(routine, paced(words=words), BOOK, spoken)
            ways_up = sum(
                before.position is Position.SUPINE and after.position not in {Position.SUPINE, Position.PRONE}
                for before, after in itertools.pairwise(routine.stretches)
            )
            rolls = [cue for cue in timeline.speech() if cue.text == sentences(BOOK.roll_up)[0]]
            assert len(rolls) == ways_up
            assert all(cue.role is Role.SAFETY for cue in rolls)


def test_what_is_laid_out_and_who_should_take_care_is_said_before_the_body_is_down_whatever_the_words() -> None:
    for name in ROUTINES:
        routine = LIBRARY.routine(name)
        for words in ("full", "brief", "minimal"):
            welcome = phrase(routine, paced(words=words), BOOK).sections[0]
            said = said_in(welcome)
            wanted = [sentence for step in routine.prepare for sentence in sentences(step.say)]
            assert [text for text in said if text in wanted] == wanted
            concerned = {condition for stretch in routine.stretches for condition in stretch.conditions}
            for condition in concerned:
                assert any(BOOK.conditions[condition] in text for text in said), (name, condition)
            for prop in {prop.name for stretch in routine.stretches for prop in stretch.props}:
                assert any(prop in text for text in said), (name, prop)


def test_furniture_is_placed_only_for_the_stretches_that_want_it() -> None:
    def laid_out(*only: str) -> set[str]:
        routine = selected(LIBRARY.routine("lower-back"), paced(only=only))
        return {text for text in said_in(phrase(routine, paced(), BOOK).sections[0]) if text.startswith("Lay the")}

    towel, cushion = "Lay the towel beside the mat, where your hands will be.", "Lay the cushion beside the mat."
    assert laid_out("strap-hamstring") == {towel}
    assert laid_out("childs-pose") == {cushion}
    assert laid_out("pelvic-tilt") == set()
    assert laid_out() == {towel, cushion}


def test_a_caution_is_said_before_its_stretch_whatever_the_words() -> None:
    for name in ROUTINES:
        routine = LIBRARY.routine(name)
        for words in ("full", "brief", "minimal"):
            said = {cue.text for cue in plan_timeline(routine, paced(words=words), BOOK, spoken).speech()}
            for stretch in routine.stretches:
                if stretch.caution:
                    assert set(sentences(stretch.caution)) <= said


def test_minimal_words_name_the_side_of_every_hold() -> None:
    for name in ROUTINES:
        timeline = plan_timeline(LIBRARY.routine(name), paced(words="minimal"), BOOK, spoken)
        for span in timeline.spans:
            if span.kind is SpanKind.HOLD and span.side:
                named = [c for c in timeline.speech() if c.role is Role.SWITCH and c.end <= span.start]
                stretch = LIBRARY.stretch(str(span.stretch))
                assert isinstance(stretch.movement, HoldMovement)
                bare = [part.bare for part in (*stretch.movement.prepare, stretch.movement.enter) if part.bare]
                wording = Wording(BOOK)
                own = [wording.fill(text, stretch=stretch, side=span.side) for text in bare if tokens_in(text)]
                assert named[-1].text in {f"{span.side.capitalize()} side.", *(sentences(text)[-1] for text in own)}


def test_bare_words_for_a_side_say_what_goes_where_rather_than_its_name() -> None:
    timeline = plan_timeline(LIBRARY.routine("full-body"), paced(words="minimal"), BOOK, spoken)
    named = [cue.text for cue in timeline.speech() if cue.role is Role.SWITCH and cue.stretch == "low-lunge"]
    assert named == ["Step the left foot forward.", "Step the right foot forward."]  # for the right hip, then the left


def test_who_is_on_the_floor_is_told_how_to_stand_up_and_has_the_time_for_it() -> None:
    for words in ("full", "brief", "minimal"):
        timeline = plan_timeline(LIBRARY.routine("full-body"), paced(words=words), BOOK, spoken)
        up = sentences(BOOK.stand_up)
        cues = [cue for cue in timeline.speech() if cue.stretch == "doorway-chest"]
        assert [cue.text for cue in cues[1 : 1 + len(up)]] == up  # after the name
        walk = cues[1 + len(up)]
        assert walk.text == "Walk to the doorway, eyes open."
        assert (walk.start - cues[1].start) / RATE_HZ > 15


def test_the_way_down_to_the_floor_is_told_before_it_and_at_every_setting_of_words() -> None:
    for words in ("full", "brief", "minimal"):
        for routine, stretch, comes_down in (
            ("upper-back", "cat-cow", True),
            ("lower-back", "settle-supine", True),
            ("morning", "low-lunge", True),
            ("upper-back", "thoracic-extension", False),  # from hands and knees
            ("hips", "half-kneel-flexor", False),  # it has its own words, with a hand on the chair
            ("in-bed", "ankle-pumps", False),
        ):
            timeline = plan_timeline(LIBRARY.routine(routine), paced(words=words), BOOK, spoken)
            cues = [cue for cue in timeline.speech() if cue.stretch == stretch]
            assert [cue.text for cue in cues].count(BOOK.get_down) == comes_down, (words, routine)
            if comes_down:
                assert cues[1].text == BOOK.get_down, (words, routine)
                assert (cues[3].start - cues[1].start) / RATE_HZ >= (paced().floor_s or 0.0)


def test_nobody_is_told_to_kneel_up_in_bed(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    stretches = ("bed-knee-hug", "seated-ankles", "bed-breathing", "cat-cow")
    items = "".join(f'[[items]]\nstretch = "{name}"\n' for name in stretches)
    own.write_text(f'id = "own"\ntitle = "X"\ndescription = "From bed."\n{items}', encoding="utf-8")
    said = [cue.text for cue in plan_timeline(LIBRARY.routine(str(own)), paced(), BOOK, spoken).speech()]
    assert sentences(BOOK.stand_up)[1] not in said
    at = next(number for number, text in enumerate(said) if "cat-cow" in text)
    assert said[at + 1 : at + 4] == [*sentences(BOOK.roll_up), BOOK.get_down]
    assert said.count(BOOK.get_down) == 1


def test_a_session_that_ends_early_has_a_close_that_fits_it() -> None:
    library = LIBRARY.routine("full-body")
    spoken_out: tuple[Words, ...] = ("full", "brief")
    for words in spoken_out:
        script = phrase(selected(library, paced(only=("low-lunge",), words=words)), paced(words=words), BOOK)
        assert said_in(script.sections[-1]) == sentences(BOOK.close[0])
        whole = phrase(selected(library, paced(only=("side-bends",))), paced(), BOOK)
        assert said_in(whole.sections[-1])[0].startswith("Now stand still")
    lying = selected(LIBRARY.routine("lower-back"), paced(only=("knee-hug",)))
    other: tuple[Words, ...] = ("full", "minimal")
    for words in other:
        assert said_in(phrase(lying, paced(words=words), BOOK).sections[-1])[-1] == BOOK.close_lying


def test_no_routine_of_minimal_words_leaves_somebody_on_the_back_without_the_way_up() -> None:
    for name in ROUTINES:
        routine = LIBRARY.routine(name)
        if routine.stretches[-1].position is Position.SUPINE and name != "in-bed":
            said = " ".join(phrase(routine, paced(words="minimal"), BOOK).texts())
            assert "one side before you get up" in said or "onto one side" in said, name


def test_tones_say_once_what_they_mean_before_they_come() -> None:
    for name in ROUTINES:
        for words in ("full", "minimal"):
            timeline = plan_timeline(LIBRARY.routine(name), paced(words=words), BOOK, spoken)
            for tone, meaning in ((ToneName.RETURN, BOOK.return_tone), (ToneName.TICK, BOOK.tick)):
                first = next((cue.start for cue in timeline.cues if cue.tone is tone), None)
                told = [cue.start for cue in timeline.speech() if cue.text == meaning]
                assert len(told) <= 1, (name, tone)
                if first is not None:
                    assert told, (name, tone)
                    assert told[0] < first, (name, tone)


def test_an_easier_way_is_offered_once_and_said_alone_where_it_is_chosen() -> None:
    routine = LIBRARY.routine("neck-shoulders")
    way = LIBRARY.stretch("ear-to-shoulder").movement.easier_way
    assert way
    said = {level: texts(routine, level) for level in ("usual", "easier", "harder")}
    assert [text for text in said["usual"] if text.startswith("To make it easier, ")] != []
    first, second = (way.split("{")[0] for _ in range(2))
    assert first == second
    offered = [text for text in said["usual"] if text.startswith(f"To make it easier, {first}")]
    assert len(offered) == 1
    alone = [text for text in said["easier"] if text.startswith(f"The easier way: {first}")]
    assert len(alone) >= 2  # on each side
    assert not [text for text in said["easier"] if text.startswith("To make it easier, ")]
    assert not [text for text in said["harder"] if text.startswith("To make it easier, ")]


def said_in(section: Section) -> list[str]:
    return [beat.text for beat in section.beats if isinstance(beat, Say)]


def texts(routine: object, level: str) -> list[str]:
    script: Script = phrase(routine, paced(level=level), BOOK)  # type: ignore[arg-type]
    return [text for section in script.sections for text in said_in(section)]


@pytest.mark.parametrize("path", sorted(DATA.glob("en/*/*.toml")), ids=lambda path: path.stem)
def test_no_shipped_file_hurries_the_body(path: Path) -> None:
    assert list(hurried(tomllib.loads(path.read_text(encoding="utf-8")))) == []


def test_check_names_the_line_that_hurries_the_body(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'id = "mine"\ntitle = "Mine"\ndescription = "Short."\n'
        '[[prepare]]\nsay = "Fetch a chair."\nsettle_s = 1\n'
        '[[items]]\nstretch = "own"\n'
        '[[stretches]]\nid = "own"\nlike = "march"\n'
        '[[stretches.setup]]\nsay = "Stand tall."\nsettle_s = 0.7\n'
        '[[stretches.setup]]\nsay = "You will lift one knee."\nsettle_s = 0.7\nmoves = false\n'
        "[stretches.movement]\nrep_s = 2\n"
    )
    with pytest.raises(DataError) as caught:
        session.check(path)
    assert [(mistake.line, mistake.field) for mistake in caught.value.mistakes] == [
        (6, "prepare.1.settle_s"),
        (14, "stretches.1.setup.1.settle_s"),
        (20, "stretches.1.movement.rep_s"),
    ]
    assert "0.7 s are too few to do it with closed eyes: write 2.5 or more" in str(caught.value)
    # The routine can be played all the same: the session gives the body its time.
    routine = session.load(str(path))
    assert too_quick(plan_timeline(routine, paced(), BOOK, spoken), texts_that_move_nothing(routine.stretches)) == []


def test_every_stretch_and_routine_says_what_it_is_for_and_has_an_easier_way() -> None:
    for name in LIBRARY.stretch_ids():
        stretch = LIBRARY.stretch(name)
        assert stretch.areas, name
        assert set(stretch.areas) <= set(Area)
        assert stretch.movement.easier_way or name == "quiet-rest", name  # its words offer lying on one side
    for name in ROUTINES:
        assert LIBRARY.routine(name).areas, name


def times_to_do(routine: Routine, pace: str) -> list[tuple[str, float]]:
    """Each rest, with the text before it, of steps that move the body and of the ways between two stretches."""
    script = phrase(routine, paced(pace), BOOK)
    return [
        (before.text, after.seconds)
        for section in script.sections
        for before, after in itertools.pairwise(section.beats)
        if isinstance(before, Say) and isinstance(after, Rest) and before.role in {Role.SETUP, Role.SAFETY}
    ]


@pytest.mark.parametrize("name", ROUTINES)
def test_a_brisk_pace_leaves_the_time_to_fetch_a_cushion_and_to_come_down(name: str) -> None:
    """Words are quicker there, and nothing is waited for; what the body does takes as long as it takes."""
    routine = LIBRARY.routine(name)
    steps = [
        step for stretch in routine.stretches for step in (*stretch.setup, *stretch.movement.prepare) if step.moves
    ]
    authored = {sentences(step.say)[-1]: step.settle_s for step in steps if not tokens_in(step.say)}
    brisk = times_to_do(routine, "brisk")
    assert [(text, rest_s) for text, rest_s in brisk if rest_s < authored.get(text, 0.0)] == []
    for before, after in zip((None, *routine.stretches), routine.stretches, strict=False):
        usual_s = change_s(before, after, paced())
        stays = usual_s == paced().same_posture_s
        assert change_s(before, after, paced("brisk")) == (paced("brisk").same_posture_s if stays else usual_s)
