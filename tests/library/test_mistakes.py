"""Mistakes in data files: all of them, each with file, line and field."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from voiceguide.errors import DataError, RequestError, UnknownNameError
from voiceguide.library.toml_file import MAX_BYTES, read_model
from voiceguide.library.toml_lines import field_lines
from voiceguide.model.routine import RoutineFile
from voiceguide.model.stretch import Stretch

if TYPE_CHECKING:
    from voiceguide.library.loader import Library

GOOD = (Path(__file__).parents[2] / "voiceguide/library/en/stretches/upper-trapezius.toml").read_text(encoding="utf-8")


def mistakes(tmp_path: Path, text: str) -> list[tuple[int | None, str, str]]:
    path = tmp_path / "stretch.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_model(path, Stretch)
    assert all(line.startswith(str(path)) for line in str(caught.value).splitlines())
    return [(mistake.line, mistake.field, mistake.message) for mistake in caught.value.mistakes]


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


def test_every_mistake_is_listed_with_its_line_and_field(tmp_path: Path) -> None:
    text = GOOD.replace('position = "seated"', 'position = "hanging"')
    text = 'settle_s = "long"'.join(text.rsplit("settle_s = 4", 1))
    text = text.replace("hold_s = { min = 20", "hold_s = { min = 40") + "\n[surprise]\nx = 1\n"
    found = {field: (line, message) for line, field, message in mistakes(tmp_path, text)}
    assert set(found) == {"position", "movement.prepare.1.settle_s", "movement.hold_s", "surprise"}
    assert found["position"][0] == line_of(text, "hanging")
    assert found["movement.prepare.1.settle_s"][0] == line_of(text, '"long"')
    assert found["movement.hold_s"][0] == line_of(text, "hold_s")
    assert "min <= default <= max" in found["movement.hold_s"][1]
    assert found["surprise"][0] == line_of(text, "[surprise]")


@pytest.mark.parametrize("side", ["left", "le\u200bft", "\uff4c\uff45\uff46\uff54"], ids=ascii)
def test_a_side_in_plain_words_is_a_mistake(library: Library, tmp_path: Path, side: str) -> None:
    """Invisible characters and other forms of its letters do not hide it."""
    path = tmp_path / "stretch.toml"
    path.write_text(GOOD.replace("Slowly lift the head.", f"Slowly lift to the {side}.", 1), encoding="utf-8")
    with pytest.raises(DataError, match=r"movement\.release\.say: write the side as a token.*not as 'left'"):
        library.read(path)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("Slowly lift the head.", "Slowly lift the {head}.", "unknown token"),
        ("Slowly lift the head.", "Slowly lift the {side.", "unknown token"),
        ("Slowly lift the head.", "Slowly\\u0007 lift.", "control characters"),
        ("Slowly lift the head.", "x" * 301, "longer than 300 characters"),
        ('kind = "each"', 'kind = "none"', "a side token in a stretch without sides"),
        ('gist = "a stretch', 'gist = "{side} a stretch', "where no side has begun"),
    ],
)
def test_words_are_checked_for_the_ear(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in GOOD
    assert any(complaint in message for _, _, message in mistakes(tmp_path, GOOD.replace(old, new)))


def test_a_byte_order_mark_is_no_mistake(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    text = 'id = "mine"\r\ntitle = "Mine"\r\ndescription = "Short."\r\n[[items]]\r\nstretch = "cat-cow"\r\n'
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert library.routine(str(path)).title == "Mine"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("cat-cow", "cat-caw").encode())
    with pytest.raises(DataError, match=r"mine\.toml:5: items\.1\.stretch"):
        library.routine(str(path))


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    [(line, field, message)] = mistakes(tmp_path, "id = 'x'\nname = = 'y'\n")
    assert (line, field) == (2, "")
    assert message.startswith("not valid TOML")
    [(line, _, _)] = mistakes(tmp_path, "id = 'x'\nname = [1, 2\n")
    assert line == 3


def test_files_that_are_none_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    with pytest.raises(RequestError, match="cannot be read"):
        read_model(path, RoutineFile)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RequestError, match="not UTF-8"):
        read_model(path, RoutineFile)
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(RequestError, match="larger than"):
        read_model(path, RoutineFile)
    path.write_text("a=" + "[" * 100_000, encoding="utf-8")
    with pytest.raises(DataError):
        read_model(path, RoutineFile)


def test_routines_come_by_id_or_by_path(library: Library, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean upper-back"):
        library.routine("uper-back")
    path = tmp_path / "mine.toml"
    path.write_text(
        'id = "mine"\ntitle = "Mine"\ndescription = "Short."\n[[items]]\nstretch = "cat-cow"\nrepetitions = 3\n',
        encoding="utf-8",
    )
    assert [stretch.id for stretch in library.routine(str(path)).stretches] == ["cat-cow"]
    path.write_text(path.read_text(encoding="utf-8").replace("cat-cow", "cat-caw"), encoding="utf-8")
    with pytest.raises(DataError, match=r"items\.1\.stretch: no stretch is called 'cat-caw': did you mean cat-cow"):
        library.routine(str(path))


def test_a_preparation_names_props_that_its_stretches_want(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    text = 'id = "mine"\ntitle = "Mine"\ndescription = "Short."\n[[prepare]]\nsay = "Lay a cushion down."\n'
    path.write_text(text + 'props = ["a cushon"]\n[[items]]\nstretch = "childs-pose"\n', encoding="utf-8")
    wanted = r"6: prepare\.1\.props\.1: no prop of its stretches is called 'a cushon': did you mean a cushion"
    with pytest.raises(DataError, match=wanted):
        library.routine(str(path))
    path.write_text(path.read_text(encoding="utf-8").replace("cushon", "cushion"), encoding="utf-8")
    assert library.routine(str(path)).prepare[0].props == ("a cushion",)


def test_lines_are_found_in_tables_lists_and_behind_multi_line_strings() -> None:
    text = 'a = 1\nb = """\nc = 2\n"""\n[t]\nd = 3\n[[l]]\ne = 4\n[[l]]\ne = 5\n[l.sub]\nf = 6\n[[l.m]]\ng = 7\n'
    lines = field_lines(text)
    assert lines["a",] == 1
    assert ("c",) not in lines
    assert lines["t", "d"] == 6
    assert lines["l", 1, "e"] == 10
    assert lines["l", 1, "sub", "f"] == 12
    assert lines["l", 1, "m", 0, "g"] == 14
