"""The lines of fields in TOML: every way to write a field, and hostile texts that must not take long."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scaling import LINEAR, growth
from voiceguide.errors import DataError, UnknownNameError
from voiceguide.library.loader import Library
from voiceguide.library.toml_lines import field_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from voiceguide.library.toml_lines import Field

EVERY_WAY = r'''# = "no key"
plain = 1
"quoted key" = """
[no.table]
no = "key"
""\""" """
'literal'.dotted . "escap\u0065d" = { inline = 1, list = [
  { inside = "}]#\"" }, # ] no = "end"
  2, 3,
  'last' ] }
literal_lines = \'\'\'
[no]
no = 1
\'\'\'
[ "a.b" . table ]
date = 1979-05-27 07:32:00 # = 1
"" = ''
[[list]]
nested = [ [1,
2], [
 3]]
[[list]]
[list.sub]
x.y = 1
x.z = """a""""
[[list.deeper]]
last = """a"""""
'''.replace("\\'", "'")

EVERY_LINE: dict[Field, int] = {
    ("plain",): 2,
    ("quoted key",): 3,
    ("literal",): 7,
    ("literal", "dotted"): 7,
    ("literal", "dotted", "escaped"): 7,
    ("literal", "dotted", "escaped", "inline"): 7,
    ("literal", "dotted", "escaped", "list"): 7,
    ("literal", "dotted", "escaped", "list", 0): 8,
    ("literal", "dotted", "escaped", "list", 0, "inside"): 8,
    ("literal", "dotted", "escaped", "list", 1): 9,
    ("literal", "dotted", "escaped", "list", 2): 9,
    ("literal", "dotted", "escaped", "list", 3): 10,
    ("literal_lines",): 11,
    ("a.b",): 15,
    ("a.b", "table"): 15,
    ("a.b", "table", "date"): 16,
    ("a.b", "table", ""): 17,
    ("list",): 18,
    ("list", 0): 18,
    ("list", 0, "nested"): 19,
    ("list", 0, "nested", 0, 1): 20,
    ("list", 0, "nested", 1): 20,
    ("list", 0, "nested", 1, 0): 21,
    ("list", 1): 22,
    ("list", 1, "sub"): 23,
    ("list", 1, "sub", "x"): 24,
    ("list", 1, "sub", "x", "y"): 24,
    ("list", 1, "sub", "x", "z"): 25,
    ("list", 1, "deeper"): 26,
    ("list", 1, "deeper", 0): 26,
    ("list", 1, "deeper", 0, "last"): 27,
}


def fields(data: object, at: Field = ()) -> Iterator[Field]:
    """Yield every key and index in data that tomllib has read."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield (*at, key)
            yield from fields(value, (*at, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from fields(value, (*at, number))


def test_every_way_to_write_a_field_has_its_line() -> None:
    assert dict(field_lines(EVERY_WAY)) == EVERY_LINE
    assert set(fields(tomllib.loads(EVERY_WAY))) <= set(EVERY_LINE)


def test_every_key_of_the_shipped_data_is_found_on_a_line_that_names_it(library: Library) -> None:
    assert library.routine_ids()
    for path in sorted((Path(__file__).parents[2] / "voiceguide/library/en").rglob("*.toml")):
        text = path.read_text("utf-8")
        lines, written = field_lines(text), text.split("\n")
        for field in fields(tomllib.loads(text)):
            assert str(field[-1]) in written[lines[field] - 1], (path, field)


CHARACTER = st.characters(exclude_categories=["Cs"], exclude_characters="\x7f")
KEY = st.text(CHARACTER, max_size=6)
VALUE = st.recursive(
    st.integers() | st.text(CHARACTER, max_size=12) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=3),
    max_leaves=8,
)
QUIET = st.sampled_from(["", "# [no] = '\"\n", "\n", " \t\n", '# """\n'])


class Writer:
    """Writes data as TOML in notations that hypothesis chooses, and notes the line of each field."""

    def __init__(self, draw: Any) -> None:  # noqa: ANN401 -- hypothesis' own
        self.draw = draw
        self.text = ""
        self.lines: dict[Field, int] = {}

    def document(self, tables: list[tuple[str, dict[str, Any]]]) -> None:
        counts: dict[str, int] = {}
        for name, table in tables:
            self.put(self.draw(QUIET))
            number = counts[name] = counts.get(name, -1) + 1
            self.note((name,))
            self.note((name, number))
            self.put(f"[[{self.key(name)}]]\n")
            for key, value in table.items():
                self.put(self.draw(QUIET))
                self.pair((name, number, key), key, value)
                self.put("\n")

    def pair(self, at: Field, key: str, value: object) -> None:
        self.note(at)
        self.put(f"{self.key(key)} = ")
        self.value(at, value)

    def value(self, at: Field, value: object) -> None:
        if isinstance(value, dict):
            self.put("{ ")
            for number, (key, part) in enumerate(value.items()):
                self.put(", " if number else "")
                self.pair((*at, key), key, part)
            self.put(" }")
        elif isinstance(value, list):
            self.put("[")
            first = self.line
            for number, part in enumerate(value):
                self.put("," if number else "")
                self.put(self.draw(QUIET))
                if self.line != first:
                    self.note((*at, number))
                self.value((*at, number), part)
            self.put(self.draw(QUIET))
            self.put("]")
        elif isinstance(value, str) and "'''" not in value and value.isprintable() and not value.endswith("'"):
            self.put(f"'''\n{value}\n'''" if self.draw(st.booleans()) else _quoted(value))
        else:
            self.put(_quoted(value))

    def key(self, key: str) -> str:
        is_bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
        return key if is_bare and self.draw(st.booleans()) else _quoted(key)

    @property
    def line(self) -> int:
        return self.text.count("\n") + 1

    def note(self, at: Field) -> None:
        self.lines.setdefault(at, self.line)

    def put(self, text: str) -> None:
        self.text += text


def _quoted(value: object) -> str:
    """Return a value as JSON, which is TOML too, except for the characters that CHARACTER leaves out."""
    return json.dumps(value, ensure_ascii=False)


@given(st.data(), st.lists(st.tuples(KEY, st.dictionaries(KEY, VALUE, max_size=3)), max_size=4))
def test_lines_are_those_that_they_were_written_on(
    data: st.DataObject, tables: list[tuple[str, dict[str, Any]]]
) -> None:
    writer = Writer(data.draw)
    writer.document(tables)
    assert set(tomllib.loads(writer.text)) == {name for name, _ in tables}
    assert dict(field_lines(writer.text)) == writer.lines


HOSTILE: dict[str, Callable[[int], str]] = {
    "a header of blanks": lambda n: f"a = [\n{'[' + ' ' * n + chr(10) + '],' + chr(10)}]",
    "a header with an end of blanks": lambda n: f"[{' ' * n}a{' ' * n}]\n",
    "brackets in a list": lambda n: f"a = [\n{'[ ' * 40}{' ' * n}\n{']' * 40}]",
    "a key of blanks": lambda n: f"a{' ' * n}= 1",
    "quotes": lambda n: 'a = "' + '\\"' * n + '"',
    "a text of quotes": lambda n: 'a = """' + '""a' * n + '"""',
    "a text of apostrophes": lambda n: "a = '''" + "''a" * n + "'''",
    "backslashes": lambda n: 'a = "' + "\\\\" * n + '"',
    "equals signs in a text": lambda n: "a = '" + "a.b=" * n + "'",
    "a comment of brackets": lambda n: "# " + "[[" * n,
    "an inline table": lambda n: "a = { " + ", ".join(f"k{i} = 1" for i in range(n)) + " }",
    "a list": lambda n: "a = [" + "1,\n" * n + "]",
    "many headers": lambda n: "".join(f"[[a]]\nb = {i}\n" for i in range(n)),
    "many tables": lambda n: "".join(f"[a.t{i}]\n" for i in range(n)),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_text_takes_more_than_its_length(kind: str) -> None:
    """A former expression tried every way to cut the blanks of a header into three: 5,000 of them took minutes."""
    tomllib.loads(HOSTILE[kind](20))

    def look(size: int) -> None:
        text = HOSTILE[kind](size)
        for _ in range(4):
            assert len(field_lines(text)) > -1

    assert growth(look, 250) < LINEAR


def test_a_line_of_blanks_behind_a_bracket_is_answered_at_once(tmp_path: Path) -> None:
    path = tmp_path / "blanks.toml"
    path.write_text("a = [\n" + ("[" + " " * 4990 + "\n],\n") * 90 + "]\n", encoding="utf-8")

    def refused(_size: int) -> None:
        with pytest.raises(DataError, match=r"blanks\.toml:1: a: "):
            Library().routine(str(path))

    refused(0)


def test_names_of_thousands_of_letters_are_not_compared_with_each_other() -> None:
    letters = [chr(0x4E00 + number) for number in range(220)]

    def compare(size: int) -> None:
        name = "".join(letters * size)
        with pytest.raises(UnknownNameError):
            raise UnknownNameError("stretch", name, [name[number:] + name[:number] for number in range(1, 20)])

    assert growth(compare, 2) < LINEAR


def test_of_many_unknown_names_the_first_are_looked_for(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    head = 'id = "mine"\ntitle = "Mine"\ndescription = "Own."\n'
    own = "".join(f'[[stretches]]\nid = "own-{number}"\nlike = "cat-caw"\n' for number in range(30))
    path.write_text(head + '[[items]]\nstretch = "cat-cow"\n' + own, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        Library().routine(str(path))
    hints = ["did you mean" in mistake.message for mistake in caught.value.mistakes]
    assert hints == [True] * 20 + [False] * 10
