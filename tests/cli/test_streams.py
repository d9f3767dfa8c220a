"""Standard streams that are missing, abandoned by their readers, full, or of an encoding that lacks our characters."""

from __future__ import annotations

import fcntl
import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.surroundings import VOICEGUIDE, broken_pipe, run
from voiceguide.cli.main import COMMANDS

if TYPE_CHECKING:
    from voiceguide import session

FULL = Path("/dev/full")

Row = tuple[list[object], int]
"""A command line, and its exit code with ordinary streams."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def surroundings(home: Path, clip_cache: Path, upper_back: session.Session) -> dict[str, str]:
    assert upper_back  # its clips are in the cache
    (home / "run").mkdir(mode=0o700)
    manifest = '[[sessions]]\nroutines = ["upper-back"]\nformats = ["wav"]\n'
    (home / "manifest.toml").write_text(manifest, encoding="utf-8")
    own = 'id = "mine"\ntitle = "Mine"\ndescription = "Own."\n[[items]]\nstretch = "cat-cow"\n'
    (home / "mine.toml").write_text(own, encoding="utf-8")
    return {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "VOICEGUIDE_CACHE_DIR": str(clip_cache)}


def rows(home: Path) -> dict[str, Row]:
    return {
        "list": (["list"], 0),
        "show": (["show", "upper-back"], 0),
        "plan": (["plan", "upper-back", "--json"], 0),
        "export": (["export", "upper-back", "-o", home / "x.wav", "--force"], 0),
        "batch": (["batch", home / "manifest.toml"], 0),
        "play": (["play", "upper-back", "--output", "nowhere"], 2),
        "ctl": (["ctl", "status"], 1),
        "history": (["history"], 0),
        "new": (["new", "Not An Id"], 2),
        "check": (["check", home / "mine.toml"], 0),
        "voices": (["voices"], 0),
        "say": (["say", "Hold.", "-o", home / "say.wav", "--force"], 0),
        "doctor": (["doctor"], 0),
        "config": (["config", "show"], 0),
        # A folder of its own: other tests add clips to the shared one meanwhile.
        "cache": (["cache", "info", "--cache-dir", home / "clips"], 0),
        "--help": (["--help"], 0),
        "--version": (["--version"], 0),
    }


SLOW = {"doctor", "export", "batch", "voices", "say"}
EVERY_STATE = ("<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-")


def test_every_command_is_in_the_table(home: Path) -> None:
    assert set(rows(home)) == {*COMMANDS, "--help", "--version"}


@pytest.mark.parametrize("name", rows(Path()))
def test_a_command_in_every_state_of_its_streams(name: str, home: Path, surroundings: dict[str, str]) -> None:
    arguments, exit_code = rows(home)[name]
    peace = run(*arguments, surroundings=surroundings)
    assert (peace.exit_code, bool(peace.stdout)) == (exit_code, exit_code == 0), peace.stderr
    for redirected in ("<&- >&- 2>&-", *(EVERY_STATE if name in {"list", "play"} else ())):
        found = run(*arguments, redirected=redirected, surroundings=surroundings)
        assert found.exit_code == exit_code, (redirected, found.stderr)
        assert found.stderr == (b"" if "2>" in redirected else peace.stderr)
        assert found.stdout == (b"" if " >" in f" {redirected}" else peace.stdout)
    writer = broken_pipe()
    try:
        without_stdout = run(*arguments, surroundings=surroundings, stdout=writer)
        without_stderr = None if name in SLOW else run(*arguments, surroundings=surroundings, stderr=writer)
    finally:
        os.close(writer)
    assert (without_stdout.exit_code, without_stdout.stderr) == (exit_code, peace.stderr)
    if without_stderr:
        assert (without_stderr.exit_code, without_stderr.stdout) == (exit_code, peace.stdout)


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("name", sorted(set(rows(Path())) - SLOW))
def test_what_cannot_be_written_is_said(name: str, home: Path, surroundings: dict[str, str]) -> None:
    arguments, exit_code = rows(home)[name]
    found = run(*arguments, redirected=">/dev/full", surroundings=surroundings)
    line = b"voiceguide: what there is to say cannot be written: the disk is full\n"
    assert (found.exit_code, found.stderr) == ((1, line) if exit_code == 0 else (exit_code, found.stderr))


def test_a_missing_stream_is_not_taken_by_the_next_file(tmp_path: Path) -> None:
    program = (
        "import os, sys; from voiceguide import streams; streams.prepare()\n"
        "with open(sys.argv[1], 'wb') as file:\n"
        "    assert file.fileno() > 2\n"
        "    os.write(1, b'noise of a library'); os.write(2, b'noise'); assert os.read(0, 1) == b''\n"
        "    print('a line'); print('a line', file=sys.stderr)\n"
        "    file.write(b'whole')\n"
        "assert all(os.get_inheritable(number) for number in (0, 1, 2))\n"
    )
    for redirected in ("<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"):
        target = tmp_path / "target"
        found = run(target, redirected=redirected, python=(sys.executable, "-c", program))
        assert (found.exit_code, target.read_bytes()) == (0, b"whole"), (redirected, found.stderr)


def test_a_pipe_that_does_not_block_is_waited_for(surroundings: dict[str, str]) -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    command = [*VOICEGUIDE, "plan", "upper-back", "--json"]
    with subprocess.Popen(command, env={**os.environ, **surroundings}, stdout=writer) as process:
        os.close(writer)
        assert select.select([reader], [], [], 60)[0]
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)  # the pipe is full, so the process waits
        with os.fdopen(reader, "rb") as file:
            assert len(json.loads(file.read())["cues"]) > 50
    assert process.returncode == 0


ENCODINGS = {
    "C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "latin-1": {"PYTHONIOENCODING": "latin-1:strict"},
    "cp437": {"PYTHONIOENCODING": "cp437"},
}


def of_many_letters(home: Path) -> Path:
    path = home / "letters.toml"
    path.write_text(
        'id = "letters"\ntitle = "Дыши \u2013 “tief” …"\ndescription = "→ für alle ✓"\n'
        '[[items]]\nstretch = "cat-cow"\n',
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize("name", ENCODINGS)
def test_signs_that_an_encoding_lacks_are_spelt_otherwise(name: str, home: Path, surroundings: dict[str, str]) -> None:
    path, around = of_many_letters(home), surroundings | ENCODINGS[name]
    shown = run("show", path, surroundings=around)
    assert (shown.exit_code, shown.stderr) == (0, b"")
    first, second, *_ = shown.stdout.decode(name if name != "C" else "ascii").splitlines()
    assert first == '\\u0414\\u044b\\u0448\\u0438 - "tief" ... (letters)'
    assert second.endswith("alle \\u2713")
    assert second.startswith("> f")


@pytest.mark.parametrize("name", ["C", "latin-1"])
def test_json_has_the_same_data_in_every_encoding(name: str, home: Path, surroundings: dict[str, str]) -> None:
    history = home / ".local/share/voiceguide/history"
    history.mkdir(parents=True, exist_ok=True)
    entry = {
        "started": "2026-01-02T03:04:05Z",
        "updated": "2026-01-02T03:04:05Z",
        "routine": "/home/ü/\x1b[31m\x9b31m\x7f\u202e😀.toml",
        "title": "Дыши 😀",
        "pacing": {},
        "voice": "hibari:heart",
        "position_s": 1.0,
        "length_s": 2.0,
        "chapter": "Café",
        "chapter_number": 1,
        "chapter_position_s": 1.0,
        "finished": False,
    }
    (history / "20260102T030405000000.json").write_text(json.dumps(entry), encoding="utf-8")
    found = run("history", "--json", surroundings=surroundings | ENCODINGS[name])
    assert found.exit_code == 0, found.stderr
    assert found.stdout.isascii()
    assert all(byte in b"\n" or 0x20 <= byte < 0x7F for byte in found.stdout)
    [read] = json.loads(found.stdout)
    assert {name: read[name] for name in ("routine", "title", "chapter")} == {
        name: entry[name] for name in ("routine", "title", "chapter")
    }


@pytest.mark.parametrize("name", ["C", "latin-1"])
def test_a_session_goes_on_where_its_words_cannot_be_written(
    name: str, home: Path, surroundings: dict[str, str]
) -> None:
    path = of_many_letters(home)
    text = path.read_text("utf-8").replace("Дыши \u2013 “tief” …", "Breathe \u2013 in “peace”")
    path.write_text(text, encoding="utf-8")
    command = [*VOICEGUIDE, "play", str(path), "--output", "null", "--words", "minimal"]
    around = {**os.environ, **surroundings, **ENCODINGS[name]}
    with subprocess.Popen(command, env=around, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        lines = iter(process.stdout.readline, b"")
        assert any(b'Breathe - in "peace"' in line for line in lines), process.communicate()
        assert next(lines, b""), process.communicate()  # it prints another line after that
        process.terminate()
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 143
    assert b"fault" not in stderr


def test_a_session_ends_where_nobody_reads_it(surroundings: dict[str, str]) -> None:
    writer = broken_pipe()
    try:
        found = run("play", "upper-back", "--output", "null", surroundings=surroundings, stdout=writer)
    finally:
        os.close(writer)
    assert (found.exit_code, found.stderr) == (0, b"")


def helps(*flags: str) -> bytes:
    program = (
        "import sys\nfrom voiceguide.cli.main import COMMANDS, main\n"
        "for arguments in ([], ['-h'], *([name, '-h'] for name in COMMANDS), ['cache', 'info', '-h'], "
        "['cache', 'prune', '-h'], ['cache', 'clear', '-h'], ['config', 'show', '-h']):\n"
        "    print(arguments, flush=True)\n"
        "    if main(arguments): sys.exit(arguments)"
    )
    result = subprocess.run([sys.executable, *flags, "-c", program], capture_output=True, timeout=120, check=False)
    assert (result.returncode, result.stderr) == (0, b"")
    return result.stdout


def test_help_is_the_same_without_docstrings() -> None:
    whole = helps()
    assert helps("-OO") == whole
    assert whole.isascii()  # a terminal of any encoding shows it
    for place in COMMANDS.values():
        assert place.help.split(".")[0].split(":")[0].encode() in b" ".join(whole.split())


def test_nothing_hangs_on_assertions(home: Path, surroundings: dict[str, str]) -> None:
    whole, optimised = home / "whole.wav", home / "optimised.wav"
    for target, flags in ((whole, ()), (optimised, ("-OO",))):
        found = run(
            *("export", "upper-back", "-o", target, "--only", "cat-cow"),
            surroundings=surroundings,
            python=(sys.executable, *flags, "-m", "voiceguide"),
        )
        assert (found.exit_code, found.stderr) == (0, b"")
    assert optimised.read_bytes() == whole.read_bytes()
    optimised.unlink()
    around = surroundings | {"PYTHONOPTIMIZE": "2"}
    for arguments in (["check", home / "mine.toml"], ["say", "Hold.", "-o", optimised], ["list"]):
        assert run(*arguments, surroundings=around).exit_code == 0
