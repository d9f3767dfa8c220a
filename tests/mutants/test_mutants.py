"""The mutation tester itself: it makes the changes that it should, and knows which ones a test notices."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("mutmut", reason="pip install -e '.[mutants]'")

from tests.mutants.mutations import mutants_of
from tests.mutants.rooms import ROOMS, ROOT, file_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SOURCE = """
import functools
LIMIT = 5


class Room:
    @functools.cache
    def size(self, width: int = 3) -> int:
        if width > LIMIT:
            self.grow(width)
        return min(width, 10)


def first(items, strict=True):
    pairs = zip(items, items[1:], strict=True)
    return [items[0], len(items), *pairs]
"""


def names(source: str) -> set[tuple[str, str, str]]:
    return {(mutant.where, mutant.before, mutant.after) for mutant in mutants_of(source)}


def test_constants_decorated_functions_and_statements_are_changed_too() -> None:
    assert names(SOURCE) >= {
        ("module", "LIMIT = 5", "LIMIT = 6"),
        ("Room.size", "if width > LIMIT:", "if width >= LIMIT:"),
        ("Room.size", "if width > LIMIT:", "if False:"),
        ("Room.size", "self.grow(width)", "pass"),
        ("Room.size", "return min(width, 10)", "return max(width, 10)"),
        ("Room.size", "return min(width, 10)", "return min(width, 11)"),
        ("first", "pairs = zip(items, items[1:], strict=True)", "pairs = zip(items, items[:], strict=True)"),
        ("first", "return [items[0], len(items), *pairs]", "return [items[0], len(items), ]"),
    }


def test_what_can_change_nothing_is_left() -> None:
    found = [after for _, _, after in names(SOURCE)]
    assert not [after for after in found if "import" in after or "@" in after]
    assert not [after for after in found if "zip" in after and "strict=True" not in after]


def test_every_mutant_is_another_text_that_python_reads() -> None:
    sources = [mutant.source for mutant in mutants_of(SOURCE)]
    assert len(sources) == len(set(sources)) > 20
    assert SOURCE not in sources
    for source in sources:
        compile(source, "mutant", "exec")


@pytest.mark.parametrize("name", ROOMS)
def test_every_room_is_there_with_its_tests(name: str) -> None:
    room = ROOMS[name]
    assert all(file_of(module).is_file() for module in room.modules)
    assert any((ROOT / argument).is_file() for argument in room.tests)


_TRIED = """
import json, sys
from pathlib import Path
from tests.mutants.trials import Trials
module, path, test, kept, *sources = json.load(sys.stdin)
trials = Trials(module, Path(path), [test], Path(kept))
print(json.dumps({source: killed for source, killed in ((t.source, t.killed) for t in trials.tried(sources, 2))}))
"""


def tried(test: Path, sources: Iterable[str]) -> dict[str, bool]:
    path = str(ROOT / "voiceguide/units.py")
    done = subprocess.run(
        [sys.executable, "-c", _TRIED],
        input=json.dumps(["voiceguide.units", path, str(test), str(test.parent), *sources]),
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        check=True,
    )
    told: dict[str, bool] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_a_mutant_is_killed_by_the_test_that_hears_it_and_by_time(tmp_path: Path) -> None:
    """A mutant that loops for ever and one that cannot be imported count as noticed; an unchanged module does not."""
    test = tmp_path / "test_clock.py"
    test.write_text(
        "from voiceguide.units import clock\n"
        "from voiceguide.planning.phrasing.dose import counted\n"
        "def test_it() -> None:\n"
        "    assert clock(65) == '1:05'\n"
        "    assert counted(2, 'a', 'b') == '2 b'\n"
    )
    source = (ROOT / "voiceguide/units.py").read_text(encoding="utf-8")
    wrong = source.replace("60 * parts)", "61 * parts)")
    elsewhere = source.replace("many}", "one}")
    endless = source.replace("    minutes, rest =", "    while True: pass\n    minutes, rest =")
    broken = source + "\nraise SystemExit\n"
    same = source + "\n"
    assert len({source, wrong, elsewhere, endless, broken, same}) == 6
    assert tried(test, [wrong, elsewhere, endless, broken, same]) == {
        wrong: True,
        elsewhere: True,
        endless: True,
        broken: True,
        same: False,
    }
