"""Full disks, read-only folders and targets on another file system, tested on real file systems in memory."""

from __future__ import annotations

import errno
import os
import time
import wave
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from tests.faults.conftest import read_only
from tests.faults.harness import PATIENCE_S, Ending, Program, files_in, left_behind, started, struck
from tests.history.test_history import entry as an_entry
from voiceguide.config import resolve
from voiceguide.errors import ExportError, RemoteUnavailableError, RequestError, StoreError
from voiceguide.files.whole_file import check_writable, clear_stale
from voiceguide.history.store import History
from voiceguide.library.loader import Library
from voiceguide.library.new import new_routine
from voiceguide.player.remotes.control.client import ask
from voiceguide.speech.store import ClipStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Mount = Callable[..., Path]

SESSION = ("upper-back", "--only", "cat-cow")
FORMATS = ("mp3", "m4b", "m4a", "opus", "flac", "wav")


def assert_one_line(ending: Ending, exit_code: int, said: str) -> None:
    assert ending.exit_code == exit_code, ending
    assert said in ending.stderr
    assert ending.stderr.count("\n") == 1, ending.stderr
    assert "fault of voiceguide" not in ending.stderr
    assert ending.stdout == ""


def fill(folder: Path, free_bytes: int = 0) -> Path:
    """Fill a file system up, except for `free_bytes`, and return the file that fills it."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            assert error.errno == errno.ENOSPC  # noqa: PT017 -- raised by one of many writes
        file.truncate(file.tell() - free_bytes)
    return ballast


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_export_to_a_full_disk(program: Program, mounted: Mount, suffix: str, count: Callable[[str], None]) -> None:
    """The disk fills up halfway through the file; for MP3, whose header is written last, also at its start and end."""
    disk = mounted("disk", "32m")
    export = ("export", *SESSION, "-o", disk / f"x.{suffix}", "--captions", "vtt")
    assert program.run(*export).exit_code == 0
    size = (disk / f"x.{suffix}").stat().st_size
    for path in (disk / f"x.{suffix}", disk / "x.vtt"):
        path.unlink()
    frees = [0, size // 2, size - 4096] if suffix == "mp3" else [size // 2]
    for free in frees:
        ballast = fill(disk, free // 4096 * 4096)
        assert_one_line(program.run(*export), 1, f"x.{suffix} was not written: the disk is full")
        assert [path.name for path in disk.iterdir()] == ["ballast"]
        ballast.unlink()
    count(f"{len(frees)} times a full disk under {suffix}: 0 files torn, 0 left behind")


def test_captions_a_picture_and_a_routine_on_a_full_disk(program: Program, mounted: Mount) -> None:
    disk = mounted("disk", "8m")
    whole = program.run("export", *SESSION, "-o", disk / "x.mp3")
    assert whole.exit_code == 0
    size = (disk / "x.mp3").stat().st_size
    (disk / "x.mp3").unlink()
    fill(disk, size // 4096 * 4096 + 4096)
    ending = program.run("export", *SESSION, "-o", disk / "x.mp3", "--captions", "vtt")
    assert_one_line(ending, 1, "x.vtt was not written: the disk is full")
    assert sorted(path.name for path in disk.iterdir()) == ["ballast", "x.mp3"]
    (disk / "x.mp3").unlink()
    (disk / "ballast").unlink()
    fill(disk)
    for suffix in ("svg", "png"):
        ending = program.run("plan", *SESSION, "--picture", disk / f"x.{suffix}")
        assert_one_line(ending, 1, f"x.{suffix} was not written: the disk is full")
    environment = {**program.environment(), "XDG_DATA_HOME": str(disk)}
    ending = struck(program.command("new", "mine"), environment=environment)
    assert_one_line(ending, 1, "mine.toml was not written: the disk is full")
    with pytest.raises(ExportError, match=r"mine\.toml was not written: the disk is full"):
        new_routine("mine", disk)
    assert list(files_in(disk)) == ["ballast"]


@pytest.mark.parametrize("free_bytes", [0, 40_960])
def test_a_cache_on_a_full_disk(tmp_path: Path, mounted: Mount, free_bytes: int) -> None:
    disk = mounted("cache", "8m")
    fill(disk, free_bytes)
    program = Program(tmp_path / "home", disk / "clips")
    ending = program.run("export", *SESSION, "-o", tmp_path / "x.mp3")
    assert_one_line(ending, 1, "clips cannot be used: No space left on device; name another with --cache-dir")
    assert not (tmp_path / "x.mp3").exists()
    assert left_behind(tmp_path) == []
    assert ClipStore(disk / "clips").info().damaged == 0
    (disk / "ballast").unlink()
    assert program.run("export", *SESSION, "-o", tmp_path / "x.mp3").exit_code == 0


def test_an_answer_to_a_full_disk(program: Program) -> None:
    command = ["sh", "-c", 'exec "$@" >/dev/full', "sh", *program.command("list")]
    ending = struck(command, environment=program.environment())
    assert_one_line(ending, 1, "what there is to say cannot be written: the disk is full")


@pytest.mark.parametrize("refuse", [fill, read_only])
def test_a_session_plays_on_without_a_place_for_its_history(
    program: Program, tmp_path: Path, mounted: Mount, refuse: Callable[[Path], object]
) -> None:
    disk = mounted("data")
    (disk / "voiceguide" / "history").mkdir(parents=True)
    refuse(disk)
    assert "Traceback" not in played(program, tmp_path, XDG_DATA_HOME=str(disk))
    assert list((disk / "voiceguide" / "history").iterdir()) == []


def out_of_names(folder: Path) -> None:
    """Make files until the file system has no inode left for an empty file or a folder."""
    with suppress(OSError):
        for number in range(1000):
            (folder / f"ballast{number}").touch()


@pytest.mark.parametrize("refuse", [fill, read_only, out_of_names])
def test_a_session_plays_on_without_a_place_for_its_clips(
    tmp_path: Path, mounted: Mount, refuse: Callable[[Path], object]
) -> None:
    disk = mounted("cache", "1m,nr_inodes=20")
    refuse(disk)
    before = sorted(files_in(disk))
    said = played(Program(tmp_path / "home", disk / "clips"), tmp_path)
    assert "cannot be used" not in said
    assert sorted(files_in(disk)) == before


def test_a_full_folder_for_temporary_files_is_told_from_a_full_stdout(program: Program, mounted: Mount) -> None:
    """There is enough room for tempfile to accept the folder, but not for the files that are written to it."""
    disk = mounted("temporary")
    fill(disk, 40_960)
    bed = program.home / "bed.wav"
    program.home.mkdir(exist_ok=True)
    with wave.open(str(bed), "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        file.writeframes(bytes(24_000 * 2 * 20))
    environment = {**program.environment(), "TMPDIR": str(disk)}
    export = program.command("export", *SESSION, "-o", program.home / "x.mp3", "--bed", bed)
    ending = struck(export, environment=environment)
    assert_one_line(ending, 1, f"the disk is full under {disk}: name another folder for temporary files in TMPDIR")
    assert not (program.home / "x.mp3").exists()
    say = program.command("say", "Hold.", "--voice", "pyttsx3:", "-o", program.home / "x.wav")
    assert_one_line(struck(say, environment=environment), 1, f"the disk is full, {disk}; name another in TMPDIR")
    assert list(files_in(disk)) == ["ballast"]


def test_a_file_for_the_answer_on_a_full_disk(program: Program, mounted: Mount) -> None:
    disk = mounted("disk")
    fill(disk)
    command = ["sh", "-c", 'exec "$@" >"$0"/answer', str(disk), *program.command("list")]
    ending = struck(command, environment=program.environment())
    assert_one_line(ending, 1, "what there is to say cannot be written: the disk is full")


def played(program: Program, folder: Path, **variables: str) -> str:
    """Play for a few seconds, beyond the first words, stop, and return what was printed on stderr."""
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    environment = {**program.environment(), "XDG_RUNTIME_DIR": str(runtime), **variables}
    socket = runtime / "voiceguide" / "control.sock"
    with started(program.command("play", "upper-back", "--output", "null"), environment) as process:
        wait_for_position(socket, 4.0)
        ask("stop", path=socket)
        _, stderr = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, stderr
    return stderr


def wait_for_position(socket: Path, seconds: float) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            if ask("status", path=socket)["position_s"] >= seconds:
                return
        except RemoteUnavailableError:
            pass
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_folders_that_cannot_be_written_to(program: Program, mounted: Mount, tmp_path: Path) -> None:
    disk = mounted("disk", "16m")
    assert program.run("plan", *SESSION, "--cache-dir", disk / "clips").exit_code == 0
    (disk / "x.mp3").write_text("old")
    History(disk / "history").forget_old()
    read_only(disk)
    before = files_in(disk)

    export = program.run("export", *SESSION, "-o", disk / "y.mp3", "--force")
    assert_one_line(export, 1, f"y.mp3 cannot be written: the folder {disk} is not writable")
    picture = program.run("plan", *SESSION, "--picture", disk / "x.svg")
    assert_one_line(picture, 1, "is not writable")
    with pytest.raises(ExportError, match=r"mine\.toml was not written: Read-only file system"):
        new_routine("mine", disk)
    environment = {**program.environment(), "XDG_DATA_HOME": str(disk)}
    ending = struck(program.command("new", "mine"), environment=environment)
    assert_one_line(ending, 1, "mine.toml was not written: Read-only file system")

    # A read-only cache serves the clips that it has; a session that needs others is refused.
    warm = program.run("export", *SESSION, "-o", tmp_path / "x.mp3", "--cache-dir", disk / "clips")
    assert warm.exit_code == 0, warm.stderr
    cold = program.run("export", "hips", "-o", tmp_path / "y.wav", "--cache-dir", disk / "clips")
    assert_one_line(cold, 1, "clips cannot be used: Read-only file system; name another with --cache-dir")
    # The clip of a single text need not be stored.
    said = program.run("say", "Nobody has said this.", "-o", tmp_path / "z.wav", "--cache-dir", disk / "clips")
    assert (said.exit_code, said.stderr) == (0, "")
    assert program.run("cache", "info", "--cache-dir", disk / "clips").exit_code == 0
    for command in (("clear",), ("prune", "--days", "0")):
        refused = program.run("cache", *command, "--cache-dir", disk / "clips")
        assert_one_line(refused, 1, "clips cannot be used: Read-only file system")
    with pytest.raises(StoreError, match="Read-only file system"):
        ClipStore(disk / "new").check_usable()
    assert files_in(disk) == before
    assert left_behind(tmp_path) == []


def test_a_damaged_clip_that_cannot_be_removed(program: Program, mounted: Mount, tmp_path: Path) -> None:
    disk = mounted("disk", "16m")
    assert program.run("plan", *SESSION, "--cache-dir", disk / "clips").exit_code == 0
    for path in (disk / "clips").rglob("*.clip"):
        path.write_bytes(path.read_bytes()[:-100])
    read_only(disk)
    ending = program.run("export", *SESSION, "-o", tmp_path / "x.mp3", "--cache-dir", disk / "clips")
    assert_one_line(ending, 1, "Read-only file system")
    assert not (tmp_path / "x.mp3").exists()


def test_a_target_on_another_file_system(program: Program, mounted: Mount, tmp_path: Path) -> None:
    """The temporary file is made beside the target, after links are followed, so no file moves between file systems."""
    disk = mounted("disk", "16m")
    assert disk.stat().st_dev != program.cache.stat().st_dev
    link = tmp_path / "link.mp3"
    link.symlink_to(disk / "y.mp3")
    for target in (disk / "x.mp3", link):
        ending = program.run("export", *SESSION, "-o", target, "--captions", "srt")
        assert ending.exit_code == 0, ending.stderr
    assert (disk / "x.mp3").read_bytes() == (disk / "y.mp3").read_bytes()
    assert sorted(path.name for path in disk.iterdir()) == ["x.mp3", "x.srt", "y.mp3"]
    assert link.is_symlink()
    assert left_behind(tmp_path) == []


def test_folders_that_may_not_be_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    monkeypatch.setenv("VOICEGUIDE_CONFIG", str(closed / "config.toml"))
    closed.mkdir()
    closed.chmod(0)
    with as_nobody():
        for target in (closed / "x.mp3", closed / "deeper" / "x.mp3"):
            with pytest.raises(ExportError, match="cannot be written: Permission denied"):
                check_writable(target, force=True)
        assert clear_stale(closed) == 0
        with pytest.raises(StoreError, match="Permission denied"):
            ClipStore(closed).check_usable()
        with pytest.raises(StoreError, match="Permission denied"):
            ClipStore(closed).get("ab" * 20)
        with pytest.raises(ExportError, match="was not written: Permission denied"):
            new_routine("mine", closed)
        for attempt in (
            lambda: Library(own=closed).routine_ids(),
            lambda: Library().routine(str(closed / "mine.toml")),
            lambda: resolve({}),
        ):
            with pytest.raises(RequestError, match="Permission denied"):
                attempt()
        for try_it in (
            lambda: ClipStore(closed).info(),
            lambda: History(closed).entries(),
            lambda: History(closed / "history").save(an_entry()),
        ):
            with pytest.raises(StoreError, match="Permission denied"):
                try_it()


@contextmanager
def as_nobody() -> Iterator[None]:
    """Run the block as the user nobody, if the tests run as root, so that permissions apply to it."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(user)
