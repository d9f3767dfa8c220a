"""The user's own routines: they are written, checked and built on shipped stretches, and hostile ones are refused."""

from __future__ import annotations

import os
import re
import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceguide import session
from voiceguide.errors import DataError, ExportError, RequestError, VoiceguideError
from voiceguide.library import loader
from voiceguide.library.loader import Library
from voiceguide.library.new import new_routine
from voiceguide.library.words import languages
from voiceguide.model.base import spoken_texts
from voiceguide.model.stretch import HoldMovement
from voiceguide.planning.planner import estimated_minutes
from voiceguide.planning.presets import paced


def test_a_new_routine_works_at_once(tmp_path: Path) -> None:
    path = new_routine("my-evening", tmp_path)
    library = Library(own=tmp_path)
    assert "my-evening" in library.routine_ids()
    routine = library.routine("my-evening")
    assert routine.title == "My evening"
    assert 3 < estimated_minutes(routine, paced(), library.phrasebook) < 15
    assert session.check(path) == "a routine, My evening: 3 stretches"
    slow = routine.stretches[2]
    movement, shipped = slow.movement, library.stretch("thread-the-needle").movement
    assert isinstance(movement, HoldMovement)
    assert isinstance(shipped, HoldMovement)
    assert (slow.id, slow.name, movement.hold_s.default) == ("slow-needle", "slow thread the needle", 40)
    assert movement.enter == shipped.enter


def words_in(text: str) -> set[str]:
    """Return the comments of a routine and the texts that it says."""
    comments = set(re.findall(r"# .*", text)) - {"# [pronounce]"}
    said = {words for _, words in spoken_texts(tomllib.loads(text)) if words != "Mine"}
    assert comments
    assert said
    return comments | said


@pytest.mark.parametrize("language", [language for language in languages() if language != "en"])
def test_a_new_routine_is_written_in_the_language_that_is_asked_for(tmp_path: Path, language: str) -> None:
    written = new_routine("mine", tmp_path, language).read_text(encoding="utf-8")
    in_english = new_routine("other", tmp_path).read_text(encoding="utf-8").replace("other", "mine")
    assert not words_in(written) & words_in(in_english)
    assert "@" not in written
    routine = Library(own=tmp_path).routine("mine")
    assert routine.language == language
    assert 3 < estimated_minutes(routine, paced(), Library(language).phrasebook) < 15
    assert session.check(tmp_path / "mine.toml").endswith("Mine: 3 stretches")


def test_a_language_without_a_routine_to_start_from_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no routine to start from in 'fr': there is one in de, en, es"):
        new_routine("mine", tmp_path, "fr")
    assert list(tmp_path.iterdir()) == []


def test_nothing_of_the_users_is_overwritten(tmp_path: Path) -> None:
    path = new_routine("mine", tmp_path)
    path.write_text("precious")
    with pytest.raises(RequestError, match="is there already"):
        new_routine("mine", tmp_path)
    assert path.read_text() == "precious"
    for wrong in ("../up", "My Own", "", "a/b"):
        with pytest.raises(RequestError, match="cannot name a routine"):
            new_routine(wrong, tmp_path)


def test_a_shipped_routine_is_not_hidden_by_chance(tmp_path: Path) -> None:
    for name in Library().routine_ids():
        with pytest.raises(RequestError, match=f"{name} is a shipped routine.*as in my-{name}"):
            new_routine(name, tmp_path)
    assert list(tmp_path.iterdir()) == []
    new_routine("mine", tmp_path).rename(tmp_path / "upper-back.toml")
    library = Library(own=tmp_path)
    assert [name for name in library.routine_ids() if library.hides_shipped(name)] == ["upper-back"]
    assert library.routine("upper-back").title == "Mine"


HEAD = 'id = "mine"\ntitle = "Mine"\ndescription = "Own."\n'


def mistakes(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        Library().routine(str(path))
    return [str(mistake).removeprefix(f"{path}:") for mistake in caught.value.mistakes]


def test_mistakes_in_own_stretches_have_lines_and_fields(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        '[[items]]\nstretch = "own"\n[[items]]\nstretch = "nowhere"\n'
        '[[stretches]]\nid = "own"\nlike = "cat-cow"\nposition = "hanging"\n[stretches.movement]\nrepetitions = 3\n'
        '[[stretches]]\nid = "other"\nlike = "cat-caw"\n',
    )
    assert len(found) == 4
    assert found[0].startswith("11: stretches.1.position: it must be 'standing'")
    assert found[1].startswith("13: stretches.1.movement.repetitions:")
    assert "16: stretches.2.like: no stretch is called 'cat-caw': did you mean cat-cow" in found[2]
    assert found[3].startswith("7: items.2.stretch: no stretch is called 'nowhere'")


def checked(path: Path, text: str, voice: str = "hibari:heart") -> list[tuple[int | None, str, str]]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        session.check(path, voice=voice)
    return [(mistake.line, mistake.field, mistake.message) for mistake in caught.value.mistakes]


EVERY_MISTAKE = """id = "mine"
title = "首"
description = "Shown, <never> spoken."
[[items]]
stretch = "cat-cow"
hold_s = -1
[[items]]
stretch = "cat-caw"
[[close]]
say = "<speak>Rest.</speak>"
[[close]]
say = "Rest. [[inpt PHON]] Go on."
[[close]]
say = "Turn {side}."
[[close]]
say = "Rest \\u202e now."
[[stretches]]
id = "own"
like = "chin-tuck"
position = "hanging"
caution = "Mind {count} and {side}."
[stretches.movement]
prepare = [{ say = "Slowly, {other}." }]
rep_s = 99
finish = { say = "Rest. ... Go on." }
"""


def test_every_mistake_is_in_one_report(tmp_path: Path) -> None:
    found = {(line, field): why for line, field, why in checked(tmp_path / "mine.toml", EVERY_MISTAKE)}
    for place, why in {
        (2, "title"): "Cjk script, which this voice does not read",
        (6, "items.1.hold_s"): "at least 1",
        (8, "items.2.stretch"): "did you mean cat-cow",
        (10, "close.1.say"): "'<' is markup",
        (12, "close.2.say"): "'[' is markup",
        (14, "close.3.say"): "tokens are filled in only in the words of a stretch",
        (16, "close.4.say"): "control characters",
        (20, "stretches.1.position"): "it must be 'standing'",
        (21, "stretches.1.caution"): "a side token in a stretch without sides",
        (23, "stretches.1.movement.prepare.1.say"): "a side token in a stretch without sides",
        (24, "stretches.1.movement.rep_s"): "at most 30",
        (25, "stretches.1.movement.finish.say"): "neither letters nor digits",
    }.items():
        assert why in found.pop(place)
    assert found == {}


def test_what_is_shown_and_never_spoken_may_hold_any_sign(tmp_path: Path) -> None:
    path = new_routine("mine", tmp_path)
    path.write_text(path.read_text("utf-8").replace("A routine of my own.", "<首> & [so on]"), encoding="utf-8")
    assert session.check(path) == "a routine, Mine: 3 stretches"


def test_the_voice_decides_which_letters_are_read(tmp_path: Path) -> None:
    path = new_routine("mine", tmp_path)
    text = path.read_text("utf-8").replace("This is the end.", "Это конец.")
    [(line, field, why)] = checked(path, text)
    assert (text.splitlines()[(line or 0) - 1].split()[0], field) == ("say", "close.2.say")
    assert "Cyrillic" in why
    # An English voice of the system reads other scripts, or spells them.
    assert session.check(path, voice="pyttsx3:en-us") == "a routine, Mine: 3 stretches"
    with pytest.raises(RequestError, match="speaks 'ru', and the session is in 'en'"):
        session.check(path, voice="pyttsx3:ru")


def test_sentences_put_together_are_looked_at_too(tmp_path: Path) -> None:
    """A routine that passes the check can be planned; here a name and a gist would make too long a sentence."""
    path = new_routine("mine", tmp_path)
    text = path.read_text("utf-8").replace('name = "slow', f'gist = "{"x" * 290}"\nname = "{"slow " * 20}')
    [(_, field, why)] = checked(path, text)
    assert field == ""
    assert "say at most 300 at once" in why


@pytest.mark.parametrize(
    ("name", "old", "new", "field"),
    [
        ("upper-trapezius", 'say = "Sit tall', 'say = "{Side} and tall', "arrive.say"),
        ("upper-trapezius", 'gist = "a', 'gist = "{count} of a', "gist"),
        ("neck-turns", '[movement.finish]\nsay = "', '[movement.finish]\nsay = "{Side}, ', "movement.finish.say"),
        ("cat-cow", 'name = "a mat"', 'name = "a {side} mat"', "props.1.name"),
        ("cat-cow", 'brief = "In: arch."', 'brief = "In: arch @home."', "movement.inhale.brief"),
    ],
)
def test_a_stretch_of_its_own_file_is_looked_at_text_by_text(
    tmp_path: Path, name: str, old: str, new: str, field: str
) -> None:
    text = (Path(loader.__file__).parent / f"en/stretches/{name}.toml").read_text("utf-8")
    assert old in text
    [(line, at, _)] = checked(tmp_path / "own.toml", text.replace(old, new, 1))
    assert at == field
    assert new.splitlines()[-1] in text.replace(old, new, 1).splitlines()[(line or 0) - 1]


PRONOUNCED = """id = "mine"
title = "Mine, in 4K"
description = "x"
[[items]]
stretch = "cat-cow"
[[close]]
say = "Rest in jooj, 3x30s."
"""


def test_a_routine_says_how_its_words_sound(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    [(line, field, why)] = checked(path, PRONOUNCED)
    assert (line, field) == (2, "title")
    assert "what '4K' means is not clear" in why
    path.write_text(PRONOUNCED + '[pronounce]\n"4K" = "four K"\njooj = "zhoozh"\n', encoding="utf-8")
    assert session.check(path) == "a routine, Mine, in 4K: 1 stretch"
    routine = Library(pronounce={"jooj": "joodge", "mat": "matt"}).routine(str(path))
    assert routine.pronounce == {"4K": "four K", "jooj": "zhoozh", "mat": "matt"}
    assert routine.title == "Mine, in 4K"


def test_mistakes_in_its_words_have_line_and_field(tmp_path: Path) -> None:
    text = PRONOUNCED.replace("4K", "four K") + '[pronounce]\nsay = "zay"\nmat = "<b>"\n"a " = 3\n'
    assert [(line, field) for line, field, _ in checked(tmp_path / "mine.toml", text)] == [
        (10, "pronounce.mat"),
        (11, "pronounce.a "),
    ]


def test_a_mistake_among_its_words_makes_none_of_the_others_one(tmp_path: Path) -> None:
    text = PRONOUNCED + '[pronounce]\n"4K" = "four K"\na = 3\n'
    assert [(line, field) for line, field, _ in checked(tmp_path / "mine.toml", text)] == [(10, "pronounce.a")]


def test_numbers_are_refused_with_file_line_and_how_to_write_them(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    text = PRONOUNCED.replace("Rest in jooj, 3x30s.", "Rest at 7:30.").replace("4K", "four K")
    [(line, field, why)] = checked(path, text)
    assert (line, field) == (7, "close.1.say")
    assert "write '7:30 am' for a time of day" in why
    with pytest.raises(DataError, match=r"mine\.toml:7: close\.1\.say: .*7:30 am"):
        session.plan(str(path), cache_dir=tmp_path / "clips")


@pytest.mark.parametrize("said", ["Knees at a right angle, all right.", "Feel what is left over.", "Right away, rest."])
def test_what_is_no_side_may_be_said_in_a_stretch(tmp_path: Path, said: str) -> None:
    path = tmp_path / "mine.toml"
    own = f'[[stretches]]\nid = "one"\nlike = "childs-pose"\n[stretches.arrive]\nsay = "{said}"\n'
    path.write_text(HEAD + '[[items]]\nstretch = "one"\n' + own, encoding="utf-8")
    assert Library().routine(str(path)).stretches[0].arrive.say == said
    assert "a routine" in session.check(path)


def test_a_new_stretch_can_be_whole(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        HEAD
        + """
[[items]]
stretch = "wrist-circle"
[[stretches]]
id = "wrist-circle"
name = "wrist circles"
gist = "slow circles with both hands"
position = "chair"
arrive = { say = "Sit on the chair, both feet on the floor." }
[stretches.movement]
mode = "count"
repetitions = { min = 4, default = 6, max = 10 }
rep_s = 4
move = { say = "Circle both hands, slowly, one full turn." }
finish = { say = "Let the hands rest." }
""",
        encoding="utf-8",
    )
    library = Library()
    assert estimated_minutes(library.routine(str(tmp_path / "mine.toml")), paced(), library.phrasebook) > 0.5


@pytest.mark.parametrize(
    "hostile",
    [
        "x = " + "[" * 200_000,
        "x = " + "{a=" * 50_000,
        "\n".join(f'[[items]]\nstretch = "s{number}"' for number in range(30_000)),
        '[[items]]\nstretch = "cat-cow"\nhold_s = 1e308\n',
        '[[items]]\nstretch = "cat-cow"\nhold_s = nan\n',
        '[[items]]\nstretch = "cat-cow"\nrepetitions = 99999999999999999999\n',
        'title = "two"\n',
        '[[items]]\nstretch = "../../etc/passwd"\n',
        '[[close]]\nsay = "<speak>loud</speak>\\u0000"\n',
        '[[close]]\nsay = "' + "a" * 100_000 + '"\n',
        "a." * 20_000 + "b = 1\n",
        "".join(f"k{number}." + "a." * 2400 + "b = 1\n" for number in range(50)),
        ".".join('"\u2028"' if number % 2000 == 0 else "a" for number in range(9000)) + " = 1\n",
        '[[items]]\nstretch = "cat-cow"\nrepetitions = ' + "1" * 4900 + "\n",
        "".join(f'[[items]]\nstretch = "{"s" * 50}{number}"\n' for number in range(2000)),
        "".join(f"k{number} = 1\n" for number in range(30_000)),
    ],
    ids=lambda text: text[:20],
)
def test_hostile_files_are_refused_in_bounded_time(tmp_path: Path, hostile: str) -> None:
    path = tmp_path / "hostile.toml"
    path.write_text(HEAD + hostile, encoding="utf-8")
    begin = time.monotonic()
    with pytest.raises(RequestError):
        Library().routine(str(path))
    assert time.monotonic() - begin < 20


def test_a_device_without_an_end_is_not_read_to_it() -> None:
    with pytest.raises(RequestError, match="/dev/zero cannot be read: Not an ordinary file"):
        session.check("/dev/zero")


def test_a_file_cannot_write_to_the_terminal_that_checks_it(tmp_path: Path) -> None:
    found = mistakes(tmp_path, '"\\u001b[31mred\\u0007" = 1\n"two\\nlines" = 2\n[[items]]\nstretch = "cat-cow"\n')
    assert [line.partition(": ")[2].partition(":")[0] for line in found] == ["\\x1b[31mred\\x07", "two\\nlines"]
    for said in ("\\u009b31m", "\\u2028", "\\u202e"):
        [line] = mistakes(tmp_path, f'[[items]]\nstretch = "cat-cow"\n[[close]]\nsay = "Rest {said} now."\n')
        assert "cannot be spoken" in line


def test_of_very_many_mistakes_the_first_are_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + "".join(f"k{number} = 1\n" for number in range(500)), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        Library().routine(str(path))
    lines = str(caught.value).split("\n")
    assert (len(caught.value.mistakes), len(lines), lines[-1]) == (501, 101, "... and 401 more mistakes")


def test_a_file_of_a_hundred_megabytes_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.toml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(RequestError, match="larger than"):
        Library().routine(str(path))


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: (HEAD + text).encode()))
def test_no_file_makes_more_than_a_clear_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "r.toml"
    path.write_bytes(data)
    with pytest.raises(VoiceguideError) as caught:
        Library().routine(str(path))
    assert str(path) in str(caught.value)


def test_suffixes_are_known_in_any_case(tmp_path: Path) -> None:
    new_routine("mine", tmp_path).rename(tmp_path / "Mine.TOML")
    library = Library(own=tmp_path)
    assert "Mine" in library.routine_ids()
    assert library.routine("Mine").id == library.routine(str(tmp_path / "Mine.TOML")).id == "mine"
    assert loader.is_path("Mine.Toml")
    with pytest.raises(RequestError, match=r"Other\.TOML cannot be read"):
        library.routine("Other.TOML")


def test_what_editors_leave_in_the_folder_is_no_routine(tmp_path: Path) -> None:
    new_routine("mine", tmp_path)
    (tmp_path / ".#mine.toml").symlink_to("somebody@somewhere.1234:5678")
    for name in (
        ".mine.toml",
        "#mine.toml#",
        "#mine.toml",
        "mine.toml~",
        "~mine.toml",
        ".mine.toml.swp",
        "._mine.toml",
    ):
        (tmp_path / name).write_bytes(b"\0" * 100)
    (tmp_path / "gone.toml").symlink_to("nowhere.toml")
    (tmp_path / "folder.toml").mkdir()
    os.mkfifo(tmp_path / "pipe.toml")
    library = Library(own=tmp_path)
    assert set(library.routine_ids()) - set(Library().routine_ids()) == {"mine"}
    routines, left_out = library.routines()
    assert "mine" in routines
    assert left_out == []


def test_names_that_are_not_utf_8_are_routines_too(tmp_path: Path) -> None:
    new_routine("mine", tmp_path).rename(tmp_path / os.fsdecode(b"caf\xe9.toml"))
    (tmp_path / os.fsdecode(b"\xff\x1b.toml")).write_text("id =")
    routines, left_out = Library(own=tmp_path).routines()
    assert routines[os.fsdecode(b"caf\xe9")].id == "mine"
    assert left_out == [f"{tmp_path}/\\xff\\x1b.toml is left out: 1 mistake, which `check()` lists"]


def test_a_folder_that_cannot_be_written_to_is_no_mistake_in_the_request(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ExportError, match=r"mine\.toml was not written: Not a directory"):
        new_routine("mine", tmp_path / "file" / "routines")
