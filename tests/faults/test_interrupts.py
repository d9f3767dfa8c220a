"""Ctrl-C, once or twice, at any moment: exit code 130, one line, and no temporary files left."""

from __future__ import annotations

import re
import shutil
import signal
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.faults.harness import PATIENCE_S, Ending, Program, files_in, left_behind, moments, started, struck
from voiceguide.errors import RemoteUnavailableError
from voiceguide.player.remotes.control.client import ask

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SAID = "voiceguide: interrupted\n"

SLOW_IMPORT = "import time; print('importing', flush=True); time.sleep(60)"

SLOW_CLEANING = """
import sys, time
from voiceguide.cli.main import run
from voiceguide.export.wav import WavExporter
from voiceguide.files.held_folder import HeldFolder
write, unlink = WavExporter.write, HeldFolder.unlink
def wait(frames):
    print("encoding", flush=True)
    time.sleep(60)
def slow(folder, name):
    print("cleaning", flush=True)
    time.sleep(0.3)
    unlink(folder, name)
    print("cleaned", flush=True)
WavExporter.write = lambda self, source, file, about, progress: write(self, source, file, about, wait)
HeldFolder.unlink = slow
run()
"""


def test_while_python_still_imports(program: Program, tmp_path: Path) -> None:
    """The first module that the command line imports blocks until the interrupt."""
    (tmp_path / "typer.py").write_text(SLOW_IMPORT)
    environment = {**program.environment(), "PYTHONPATH": str(tmp_path)}
    with started(program.command("--help"), environment) as process:
        assert process.stdout
        assert process.stdout.readline() == "importing\n"
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, stderr) == (130, SAID)


@pytest.mark.parametrize(
    ("first", "second", "exit_code", "said"),
    [
        (signal.SIGINT, signal.SIGINT, 130, SAID),
        (signal.SIGINT, signal.SIGTERM, 130, SAID),
        (signal.SIGTERM, signal.SIGINT, 143, ""),
    ],
)
def test_a_second_one_does_not_break_into_the_cleaning(
    program: Program, tmp_path: Path, first: signal.Signals, second: signal.Signals, exit_code: int, said: str
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    command = [sys.executable, "-c", SLOW_CLEANING, "export", "upper-back", "-o", str(folder / "x.wav")]
    with started(command, program.environment()) as process:
        assert process.stdout
        assert process.stdout.readline() == "encoding\n"
        assert left_behind(folder)
        process.send_signal(first)
        assert process.stdout.readline() == "cleaning\n"
        process.send_signal(second)
        stdout, stderr = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, stderr, stdout) == (exit_code, said, "cleaned\n")
    assert files_in(folder) == {}


def test_in_an_import_that_does_not_survive_it(program: Program, tmp_path: Path) -> None:
    """The interrupt makes an import print a message, like numpy's extension, and raise another error, like pydantic."""
    (tmp_path / "fragile.py").write_text(
        "import signal, sys\n"
        "try:\n"
        "    signal.raise_signal(signal.SIGINT)\n"
        "    for _ in range(1000): pass\n"
        "except BaseException:\n"
        "    sys.stderr.write('fragile failed to import')\n"
        "    raise ValueError from None\n"
    )
    importing = """
import time
from voiceguide.cli import main, routines
def begin():
    import fragile
    time.sleep(60)
routines.list_routines = begin
main.run()
"""
    environment = {**program.environment(), "PYTHONPATH": str(tmp_path)}
    ending = struck([sys.executable, "-c", importing, "list"], environment=environment)
    assert (ending.exit_code, ending.stderr) == (130, SAID)


def test_where_python_cannot_raise(program: Program) -> None:
    """In a destructor Python prints a KeyboardInterrupt and drops it; the program ends all the same, in one line."""
    lost = """
import signal, sys, time
from voiceguide.cli import main, routines
class Object:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)
def begin():
    Object()
    time.sleep(60)
routines.list_routines = begin
main.run()
"""
    ending = struck([sys.executable, "-c", lost, "list"], environment=program.environment())
    assert (ending.exit_code, ending.stderr) == (130, SAID)


def test_in_the_background_of_a_shell_it_is_ignored(program: Program, tmp_path: Path) -> None:
    command = program.command("export", "upper-back", "--only", "cat-cow", "-o", tmp_path / "x.wav")
    deaf = ["sh", "-c", "trap '' INT; exec \"$@\"", "sh", *command]
    ending = struck(deaf, [(0.3, signal.SIGINT), (0.1, signal.SIGINT)], environment=program.environment())
    assert ending.exit_code == 0, ending.stderr
    assert (tmp_path / "x.wav").is_file()


def test_twice_while_playing(program: Program, tmp_path: Path) -> None:
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    environment = {**program.environment(), "XDG_RUNTIME_DIR": str(runtime)}
    socket = runtime / "voiceguide" / "control.sock"
    with started(program.command("play", "upper-back", "--output", "null"), environment) as process:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                ask("status", path=socket)
                break
            except RemoteUnavailableError:
                assert time.monotonic() < deadline
                time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert stderr.endswith(SAID)
    assert "Traceback" not in stderr
    assert not socket.exists()
    assert left_behind(program.home) == []


def interrupted_at_random(program: Program, folder: Path, times: int, *, cold: bool, seed: int) -> Counter[str]:
    """Send Ctrl-C twice at `times` random moments, and count what it met.

    The second one comes up to 38 ms after the first, mostly while the program is cleaning up.
    """
    command = program.command("export", "upper-back", "--only", "cat-cow", "-o", folder / "x.flac", "--captions", "vtt")

    def prepare() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        if cold:
            shutil.rmtree(program.cache, ignore_errors=True)

    prepare()
    begin = time.monotonic()
    assert struck(command, environment=program.environment()).exit_code == 0
    longest_s = time.monotonic() - begin
    found: Counter[str] = Counter()
    for number, moment_s in enumerate(moments(times, longest_s, seed=seed)):
        prepare()
        strikes = [(moment_s, signal.SIGINT), (0.002 * (number % 20), signal.SIGINT)]
        ending = struck(command, strikes, environment=program.environment())
        assert left_behind(folder, program.cache, program.temporary) == []
        if _before_python(ending):
            found["before Python itself had started"] += 1
            continue
        assert (ending.exit_code, ending.stderr) in {(130, SAID), (0, "")}, ending
        found["in time" if ending.exit_code else "after all was done"] += 1
    return found


def _before_python(ending: Ending) -> bool:
    """Return whether the interrupt hit the interpreter before any of our code ran.

    The process then ends by the signal, or with a traceback that does not go through voiceguide/__main__.py.
    """
    if "Traceback" in ending.stderr:
        return not re.search(r"voiceguide/__main__\.py\", line \d+, in run", ending.stderr)
    return (ending.exit_code, ending.stderr) == (-signal.SIGINT, "")


def told(found: Counter[str]) -> str:
    what = ", ".join(f"{number} {when}" for when, number in found.items())
    return f"{found.total()} times Ctrl-C twice: 0 tracebacks of ours, 0 left behind ({what})"


def test_at_a_few_random_moments(program: Program, tmp_path: Path, count: Callable[[str], None]) -> None:
    count(told(interrupted_at_random(program, tmp_path / "out", 8, cold=False, seed=2)))


@pytest.mark.long
def test_at_many_random_moments(tmp_path: Path, count: Callable[[str], None]) -> None:
    program = Program(tmp_path / "home", tmp_path / "cache")
    found = interrupted_at_random(program, tmp_path / "out", 60, cold=True, seed=3)
    found += interrupted_at_random(program, tmp_path / "out", 60, cold=False, seed=4)
    count(told(found))
