"""Temporary files of killed processes are removed; those of running processes and the user's own files stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.faults.harness import PATIENCE_S, Program, files_in, left_behind, started
from voiceguide.errors import ExportError, RequestError
from voiceguide.files.whole_file import check_writable, clear_stale, replacing, whole_file
from voiceguide.history.store import History
from voiceguide.library.new import new_routine
from voiceguide.speech.store import ClipStore

if TYPE_CHECKING:
    from collections.abc import Callable

HOLDER = """
import sys
from pathlib import Path
from voiceguide.files.whole_file import replacing
with replacing(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    print("holding", flush=True)
    sys.stdin.read()
"""


def holding(target: Path) -> subprocess.Popen[str]:
    """Start a process that stops in the middle of writing `target`, and finishes when its input is closed."""
    command = [sys.executable, "-c", HOLDER, str(target)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "holding\n"
    return process


def test_those_of_the_dead_go_and_those_of_the_living_stay(tmp_path: Path) -> None:
    target = tmp_path / "x.mp3"
    with holding(target) as dead:
        dead.kill()
    [left] = left_behind(tmp_path)
    assert "/.x.mp3.voiceguide-" in left
    with holding(target) as alive:
        check_writable(target, force=False)
        [kept] = left_behind(tmp_path)
        assert kept != left
        with whole_file(target, force=False) as file:
            file.write(b"ours")
        assert files_in(tmp_path)["x.mp3"] == b"ours"
        assert alive.communicate("", timeout=PATIENCE_S)
    assert alive.returncode == 0
    assert files_in(tmp_path) == {"x.mp3": b"half"}


def test_nothing_else_is_touched(tmp_path: Path) -> None:
    mine = [
        ".x.mp3.part",
        ".x.mp3.abcd1234.part",
        "x.mp3.voiceguide-0123456789abcdef.part",
        ".y.mp3.voiceguide-0123456789abcdef.part",
        ".x.mp3.voiceguide-notes.part",
    ]
    for name in mine:
        (tmp_path / name).write_text("mine")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    link = tmp_path / ".x.mp3.voiceguide-00000000000000aa.part"
    link.symlink_to(elsewhere)
    (tmp_path / ".x.mp3.voiceguide-00000000000000bb.part").mkdir()
    (tmp_path / ".x.mp3.voiceguide-00000000000000cc.part").write_text("left by a killed export")
    check_writable(tmp_path / "x.mp3", force=False)
    assert not (tmp_path / ".x.mp3.voiceguide-00000000000000cc.part").exists()
    assert link.is_symlink()
    assert all((tmp_path / name).read_text() == "mine" for name in (*mine, "elsewhere"))
    assert clear_stale(tmp_path / "nowhere") == 0


def test_the_clip_store_and_the_history_clear_their_own(tmp_path: Path) -> None:
    key = "ab" * 20
    clip, entry = tmp_path / "cache" / "ab" / f"{key}.clip", tmp_path / "history" / "20250101T000000000000.json"
    for target in (clip, entry):
        target.parent.mkdir(parents=True)
        with holding(target) as dead:
            dead.kill()
    assert len(left_behind(tmp_path)) == 2
    with holding(clip) as one, holding(entry) as other:
        assert ClipStore(tmp_path / "cache").prune(30) == 1
        History(tmp_path / "history").forget_old()
        assert len(left_behind(tmp_path)) == 2
        for process in (one, other):
            process.communicate("", timeout=PATIENCE_S)
    assert clip.is_file()
    assert entry.is_file()
    assert left_behind(tmp_path) == []


def test_writers_and_clearers_at_once(tmp_path: Path) -> None:
    """A new file that is not locked yet may be taken for a dead process's and removed; then it is made again."""
    target = tmp_path / "x"
    stop = threading.Event()

    def clear() -> None:
        while not stop.is_set():
            clear_stale(tmp_path)

    clearers = [threading.Thread(target=clear) for _ in range(3)]
    for thread in clearers:
        thread.start()
    try:
        for number in range(300):
            with replacing(target) as file:
                file.write(b"%d" % number)
            assert target.read_bytes() == b"%d" % number
    finally:
        stop.set()
        for thread in clearers:
            thread.join()
    assert left_behind(tmp_path) == []


def test_what_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "x.mp3"

    def make() -> None:
        with whole_file(target, force=False) as file:
            file.write(b"ours")
            target.write_text("theirs")

    with pytest.raises(RequestError, match="is there already: `force=True` replaces it"):
        make()
    assert files_in(tmp_path) == {"x.mp3": b"theirs"}


def test_where_there_are_no_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    with whole_file(tmp_path / "x", force=False) as file:
        file.write(b"ours")
    with pytest.raises(RequestError, match="force=True"), whole_file(tmp_path / "x", force=False):
        pass
    assert files_in(tmp_path) == {"x": b"ours"}


def test_a_link_stays_and_what_it_points_to_is_replaced(program: Program, tmp_path: Path) -> None:
    music = tmp_path / "music"
    music.mkdir()
    real, link = music / "real.wav", tmp_path / "session.wav"
    real.write_text("old")
    link.symlink_to(real)
    export = ("export", "upper-back", "--only", "cat-cow", "-o", link)
    assert program.run(*export).exit_code == 2
    assert real.read_text() == "old"
    assert program.run(*export, "--force").exit_code == 0
    assert link.is_symlink()
    assert real.read_bytes().startswith(b"RIFF")
    assert sorted(files_in(music)) == ["real.wav"]

    real.unlink()
    assert program.run(*export).exit_code == 0
    assert link.is_symlink()
    assert real.is_file()


def test_links_that_lead_nowhere_or_to_no_file(tmp_path: Path) -> None:
    loop, null, lost = (tmp_path / name for name in ("loop.wav", "null.wav", "lost.wav"))
    loop.symlink_to(loop)
    null.symlink_to("/dev/null")
    lost.symlink_to(tmp_path / "nowhere" / "x.wav")
    with pytest.raises(RequestError, match="is there already"):
        check_writable(loop, force=False)
    with pytest.raises(RequestError, match="not an ordinary file"):
        check_writable(null, force=True)
    with pytest.raises(ExportError, match="there is no folder"):
        check_writable(lost, force=True)
    assert os.path.exists("/dev/null")  # noqa: PTH110 -- asked of the path as it is


@pytest.mark.parametrize("name", ["x" * 240 + ".mp3", "ü" * 120 + ".mp3", "\udcff.mp3", "-o.mp3", " .mp3", "a\nb.mp3"])
def test_odd_names(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    with holding(target) as dead:
        dead.kill()
    assert len(left_behind(tmp_path)) == 1
    check_writable(target, force=False)
    with whole_file(target, force=False) as file:
        file.write(b"ours")
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(("name", "kind"), [("x" * 300, ExportError), ("a\0b", RequestError)])
def test_names_that_cannot_be(tmp_path: Path, name: str, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=r"cannot be written|cannot name a file"):
        check_writable(tmp_path / name, force=False)


def test_two_exporters_to_one_target_at_once(program: Program, tmp_path: Path) -> None:
    """Without --force one export succeeds and the others are refused; with it the last one wins. The file is whole."""
    out = tmp_path / "out"
    out.mkdir()
    environment = program.environment()
    alone = program.run("export", "upper-back", "--only", "cat-cow", "-o", tmp_path / "alone.flac")
    assert alone.exit_code == 0
    whole = (tmp_path / "alone.flac").read_bytes()
    for force in ([], ["--force"]):
        command = program.command("export", "upper-back", "--only", "cat-cow", "-o", out / "x.flac", *force)
        processes = [started(command, environment) for _ in range(3)]
        said = [process.communicate(timeout=PATIENCE_S)[1] for process in processes]
        codes = sorted(process.returncode for process in processes)
        assert codes == ([0, 0, 0] if force else [0, 2, 2]), said
        assert files_in(out) == {"x.flac": whole}


def test_killed_while_another_one_writes_the_same_file(program: Program, tmp_path: Path) -> None:
    """A third process removes the dead one's temporary file and leaves the running one's."""
    target = tmp_path / "out" / "x.mp3"
    target.parent.mkdir()
    with holding(target) as dead, holding(target) as alive:
        dead.send_signal(signal.SIGKILL)
        dead.wait()
        ending = program.run("export", "upper-back", "--only", "cat-cow", "-o", target)
        assert ending.exit_code == 0, ending.stderr
        assert len(left_behind(target.parent)) == 1
        alive.communicate("", timeout=PATIENCE_S)
    assert files_in(target.parent) == {"x.mp3": b"half"}


def test_a_new_routine_stays_in_its_folder(program: Program, count: Callable[[str], None]) -> None:
    names = [
        "../escaped",
        "/tmp/escaped",  # noqa: S108 -- must not be created
        "a/b",
        "..",
        ".",
        "",
        "a\n",
        "a.toml",
        "A",
        "x" * 61,
        "x" * 5000,
        "-",
        "a--b",
        "$(touch escaped)",
        "`touch escaped`",
        "a;touch escaped",
        "\u202ea",
        "a\u00e9",
    ]
    for name in names:
        with pytest.raises(RequestError, match="cannot name a routine"):
            new_routine(name, program.home / "routines")
    assert program.run("new", "--", names[0]).exit_code == 2
    assert list(program.home.rglob("*.toml")) == []
    assert not Path("/tmp/escaped.toml").exists()  # noqa: S108
    made = program.run("new", "x" * 60)
    assert made.exit_code == 0, made.stderr
    assert program.run("check", made.stdout.strip()).exit_code == 0
    count(f"{len(names)} names that want out of the folder for routines: 0 got out")
