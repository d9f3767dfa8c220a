"""Scratch folders: each belongs to one process while it runs, and the next process clears those of ended ones."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from voiceguide.files.scratch import ScratchFolder

if TYPE_CHECKING:
    from pathlib import Path

HOLDS_ONE = """
import sys, time
from voiceguide.files.scratch import ScratchFolder
scratch = ScratchFolder()
(scratch.path / "sound.wav").write_bytes(b"RIFF")
print(scratch.path, flush=True)
time.sleep(60)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_it_is_there_alone_and_gone_afterwards(temporary: Path) -> None:
    with closing(ScratchFolder()) as scratch:
        assert list(temporary.iterdir()) == [scratch.path]
        assert scratch.path.stat().st_mode & 0o777 == 0o700
        (scratch.path / "a").mkdir()
        (scratch.path / "a" / "b").write_bytes(b"c")
    assert list(temporary.iterdir()) == []


def test_what_a_killed_process_left_is_cleared_and_what_a_running_one_has_is_not(temporary: Path) -> None:
    killed, running = (
        subprocess.Popen([sys.executable, "-c", HOLDS_ONE], stdout=subprocess.PIPE, text=True) for _ in range(2)
    )
    with killed, running:
        assert killed.stdout
        assert running.stdout
        left, held = killed.stdout.readline().strip(), running.stdout.readline().strip()
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert sorted(map(str, temporary.iterdir())) == sorted([left, held])
        with closing(ScratchFolder()) as scratch:
            assert sorted(map(str, temporary.iterdir())) == sorted([str(scratch.path), held])
        running.kill()
    ScratchFolder().close()
    assert list(temporary.iterdir()) == []


def test_what_is_not_ours_stays(temporary: Path) -> None:
    """Files and links named like scratch folders stay, and so do folders with other names or of other computers."""
    with closing(ScratchFolder()) as scratch:
        ours = scratch.path.name[: -len("01234567")]
    strangers = [
        temporary / "voiceguide-notes",
        temporary / f"{ours}01234567-copy",
        temporary / "voiceguide-00000000-01234567",
    ]
    for stranger in strangers:
        stranger.mkdir()
    target = temporary / "elsewhere"
    target.mkdir()
    (target / "kept").write_bytes(b"kept")
    link = temporary / f"{ours}01234567"
    link.symlink_to(target)
    file = temporary / f"{ours}fedcba98"
    file.write_bytes(b"kept")
    ScratchFolder().close()
    assert sorted(temporary.iterdir()) == sorted([*strangers, target, link, file])
    assert (target / "kept").read_bytes() == b"kept"


def test_where_there_are_no_locks_it_works_and_clears_nothing(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(ScratchFolder()) as scratch:
        left = scratch.path
    left.mkdir()

    def refuse(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with closing(ScratchFolder()) as scratch:
        assert sorted(temporary.iterdir()) == sorted([scratch.path, left])
    assert list(temporary.iterdir()) == [left]


def test_a_process_that_is_out_of_descriptors_gets_none_rather_than_one_without_a_lock(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def refuse(path: str | Path, flags: int) -> int:
        if os.path.dirname(path) == str(temporary):  # noqa: PTH120 -- `path` is a str or a Path
            raise OSError(errno.EMFILE, "Too many open files")
        return opened(path, flags)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OSError, match="Too many open files"):
        ScratchFolder()
    monkeypatch.undo()
    assert list(temporary.iterdir()) == []


def test_an_interrupt_while_it_is_cleared_leaves_no_lock(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = ScratchFolder()

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", interrupted)
        with pytest.raises(KeyboardInterrupt):
            scratch.close()
        assert scratch.path.is_dir()
        with pytest.raises(KeyboardInterrupt):
            ScratchFolder()
    ScratchFolder().close()
    assert list(temporary.iterdir()) == []


def test_many_at_once_never_take_one_from_another(temporary: Path) -> None:
    """Eight threads make and clear folders at once; a folder that was just made is not taken for an abandoned one."""

    def hold(number: int) -> None:
        for _ in range(60):
            with closing(ScratchFolder()) as scratch:
                (scratch.path / "mine").write_text(str(number))
                assert (scratch.path / "mine").read_text() == str(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(hold, range(8)))
    assert list(temporary.iterdir()) == []
