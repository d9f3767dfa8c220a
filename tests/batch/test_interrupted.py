"""An interrupted or killed batch leaves only whole files, and the next run continues it."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import wave
from typing import TYPE_CHECKING

import pytest

from tests.batch.conftest import SMALL
from tests.faults.harness import left_behind
from voiceguide.batch.folder import CONTROL, Folder, Record
from voiceguide.batch.outcome import Outcome
from voiceguide.batch.run import run
from voiceguide.errors import RequestError
from voiceguide.files.whole_file import check_writable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.batch.conftest import Write

pytestmark = pytest.mark.usefixtures("counted")

KILLS = 8
MANY_KILLS = 200
_PLAIN = "import sys; from voiceguide.cli.main import main; sys.exit(main(sys.argv[1:]))"
_SLOW = """
import sys, time
from voiceguide.cli.main import main
from voiceguide.export.wav import WavExporter
write = WavExporter.write
def slow(self, source, file, about, progress):
    def wait(frames):
        sys.stdout.write("encoding\\n")  # in one piece, also when threads encode at once
        sys.stdout.flush()
        time.sleep(0.2)
        progress(frames)
    write(self, source, file, about, wait)
WavExporter.write = slow
sys.exit(main(sys.argv[1:]))
"""
_SLOWER = _SLOW.replace('sys.stdout.write("encoding\\n")', "").replace("0.2", "0.02")
"""Slow enough that most of a run is encoding, not the start of Python."""


def started(program: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, "batch", *(str(argument) for argument in arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def whole(folder: Path) -> list[str]:
    """Return the names of the visible files, and check that each is a whole WAV."""
    names = sorted(path.name for path in folder.iterdir() if path.name != CONTROL) if folder.exists() else []
    for name in names:
        with wave.open(str(folder / name)) as file:
            assert (folder / name).stat().st_size == 44 + 2 * file.getnframes()
            assert file.getnframes() > 30 * file.getframerate()
    return names


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_stops_soon_and_the_next_run_goes_on(
    manifest: Write, tmp_path: Path, number: signal.Signals, exit_code: int
) -> None:
    path, cache = manifest(SMALL), tmp_path / "cache"
    run(manifest(SMALL.replace(', "steady", "brisk"', "")), cache_dir=cache)
    path, folder = manifest(SMALL), tmp_path / "catalogue"
    assert len(whole(folder)) == 1
    with started(_SLOW, path, "--cache-dir", cache) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "encoding\n"
        process.send_signal(number)
        process.wait(20)
        complaint = process.stderr.read()
    assert process.returncode == exit_code
    assert "Traceback" not in complaint
    assert len(whole(folder)) == 1
    assert sorted(path.name for path in (folder / CONTROL).iterdir()) == ["journal.json", "lock"]
    assert [str(line.outcome) for line in run(path, cache_dir=cache).lines] == ["kept", "made", "made"]


def test_killed_at_any_moment_and_run_again(manifest: Write, tmp_path: Path) -> None:
    """Every kill leaves whole files that the next run recognises as its own, and in the end all files exist."""
    lengths = json.dumps([f"{seconds}s" for seconds in range(126, 141, 5)])
    path = manifest(SMALL.replace("routines =", f'name = "{{pace}}-{{length}}"\nlengths = {lengths}\nroutines ='))
    folder, cache = tmp_path / "catalogue", tmp_path / "cache"
    started_s = time.monotonic()
    with started(_SLOWER, path, "-o", tmp_path / "measured", "--cache-dir", tmp_path / "other") as process:
        process.communicate(timeout=120)
    a_run_s = time.monotonic() - started_s
    moments = random.Random(6)  # noqa: S311 -- no secret
    met = [0]
    for _ in range(KILLS):
        with started(_SLOWER, path, "--cache-dir", cache) as process:
            try:
                process.communicate(timeout=moments.uniform(0.0, a_run_s))
            except subprocess.TimeoutExpired:
                process.kill()
        met.append(len(whole(folder)))
        assert met[-1] >= met[-2]
    report = run(path, cache_dir=cache)
    assert report.failures == []
    assert report.count(Outcome.KEPT) == met[-1]
    assert len(whole(folder)) == len(report.lines) == 9
    assert sorted(path.name for path in (folder / CONTROL).iterdir()) == ["journal.json", "lock"]


@pytest.mark.long
def test_killed_two_hundred_times(manifest: Write, tmp_path: Path, count: Callable[[str], None]) -> None:
    """The plain command is killed over and over, with an empty or a full clip cache.

    Whenever a batch is complete, its folder is removed and the next one starts from nothing.
    """
    path, folder, cache = manifest(SMALL), tmp_path / "catalogue", tmp_path / "cache"
    moments = random.Random(7)  # noqa: S311 -- no secret
    a_run_s, kills, batches, met = 3.0, 0, 0, 0
    while kills < MANY_KILLS:
        with started(_PLAIN, path, "--cache-dir", cache) as process:
            try:
                process.communicate(timeout=moments.uniform(0.0, a_run_s))
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
        there = len(whole(folder))
        assert there >= met
        met = there
        if met == 3 or process.returncode == 0:
            report = run(path, cache_dir=cache)
            assert report.failures == []
            assert report.count(Outcome.KEPT) == met == len(whole(folder)) == 3
            assert sorted(path.name for path in (folder / CONTROL).iterdir()) == ["journal.json", "lock"]
            assert left_behind(folder, cache) == []
            shutil.rmtree(folder)
            batches, met = batches + 1, 0
            if batches % 2:
                shutil.rmtree(cache)
    assert batches > 5
    count(
        f"{kills} kills of a batch, {batches} batches brought to their end: 0 torn files, 0 left behind, 0 made twice"
    )


def test_killed_between_the_journal_and_the_name(
    manifest: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that the journal lists, but that does not have its name yet, is made again; no file is refused."""
    path, folder, cache = manifest(SMALL), tmp_path / "catalogue", tmp_path / "cache"

    class PulledError(BaseException):
        pass

    write = Folder._write

    def pulled(self: Folder, journal: dict[str, Record]) -> None:
        write(self, journal)
        raise PulledError

    with monkeypatch.context() as patched:
        patched.setattr(Folder, "_write", pulled)
        with pytest.raises(PulledError):
            run(path, cache_dir=cache, jobs=1)
    assert whole(folder) == []
    [known] = json.loads((folder / CONTROL / "journal.json").read_text())["files"]
    check_writable(folder / known, force=False)
    assert [str(line.outcome) for line in run(path, cache_dir=cache).lines] == ["made"] * 3


def test_two_runs_in_one_folder_take_turns(manifest: Write, tmp_path: Path) -> None:
    path, cache = manifest(SMALL), tmp_path / "cache"
    with started(_SLOW, path, "--cache-dir", cache) as process:
        assert process.stdout
        assert process.stdout.readline() == "encoding\n"
        with pytest.raises(RequestError, match="another batch is at work in"):
            run(path, cache_dir=cache)
        assert process.poll() is None
        os.kill(process.pid, signal.SIGKILL)
    # The lock ended with the process that held it.
    assert len(run(path, cache_dir=cache).lines) == 3
    assert len(whole(tmp_path / "catalogue")) == 3
