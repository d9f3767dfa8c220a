"""Every fuzz target: its corpus, inputs composed by hypothesis, and inputs that atheris finds by coverage."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.targets import CORPUS, TARGETS

if TYPE_CHECKING:
    from collections.abc import Callable

FORKED = ("/bin/sh", "-c", '"$@"; exit $?', "sh")
"""A shell in between: Linux counts the memory of the process that forks a child in the child's `ru_maxrss`, and
libFuzzer would take that of pytest for the memory of the target."""
ROOT = Path(__file__).parents[2]
SECONDS = {"history": 1, "clip": 1, "options": 1}
USUAL_SECONDS = 3
LONG_SECONDS = 60


def fuzzed(name: str, folder: Path, *arguments: str) -> str:
    """Run `python -m tests.fuzz.run` in `folder`, check that it wrote no finding there, and return what it printed."""
    result = subprocess.run(
        [*FORKED, sys.executable, "-m", "tests.fuzz.run", name, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=900,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-5000:]
    assert list(folder.iterdir()) == []
    return result.stdout + result.stderr


def inputs(name: str) -> st.SearchStrategy[bytes]:
    """Return a strategy of inputs: parts of the corpus and its dictionary in any order, with any bytes in between."""
    seeds = [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]
    seed = st.sampled_from(seeds)
    cut = st.builds(lambda data, at, length: data[at : at + length], seed, st.integers(0, 400), st.integers(0, 4000))
    text = st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace"))
    part = seed | cut | text | st.binary(max_size=20)
    if (words := CORPUS / f"{name}.dict").is_file():
        known = [word.encode().decode("unicode_escape") for word in re.findall('"(.*)"', words.read_text())]
        part |= st.sampled_from([word.encode() for word in known])
    return st.lists(part, max_size=6).map(b"".join)


@pytest.mark.parametrize("name", TARGETS)
def test_the_corpus_in_bounded_time_and_memory(name: str, tmp_path: Path, count: Callable[[str], None]) -> None:
    said = fuzzed(name, tmp_path)
    peak = re.search(r"peak (\d+) MB", said)
    assert peak
    assert int(peak[1]) < 400
    count(f"corpus {name}: {said.strip()}")


@pytest.mark.parametrize("name", TARGETS)
def test_inputs_put_together(name: str) -> None:
    @given(inputs(name))
    def check(data: bytes) -> None:
        TARGETS[name](data)

    check()


def guided(name: str, folder: Path, seconds: int) -> str:
    """Let atheris fuzz a target for `seconds`, and return a line with the counts."""
    pytest.importorskip("atheris", reason="atheris is not installed here: pip install -e '.[fuzz]' (Linux)")
    said = fuzzed(name, folder, "--seconds", str(seconds))
    executed = re.search(r"stat::number_of_executed_units:\s*(\d+)", said)
    assert executed
    assert int(executed[1]) > 100
    return f"atheris {name}: {int(executed[1]):,} inputs in {seconds} s, 0 findings"


@pytest.mark.parametrize("name", TARGETS)
def test_inputs_led_to_by_coverage(name: str, tmp_path: Path, count: Callable[[str], None]) -> None:
    count(guided(name, tmp_path, SECONDS.get(name, USUAL_SECONDS)))


@pytest.mark.long
@pytest.mark.parametrize("name", TARGETS)
def test_many_inputs_led_to_by_coverage(name: str, tmp_path: Path, count: Callable[[str], None]) -> None:
    count(guided(name, tmp_path, LONG_SECONDS))
