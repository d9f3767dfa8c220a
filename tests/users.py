"""Other users of the same machine, for tests that run as root: only root can become another user."""

from __future__ import annotations

import os
import shutil
import time
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VICTIM: Final = 61_001
MALLORY: Final = 61_002


@contextmanager
def as_user(user: int) -> Iterator[None]:
    """Run the block as another user, in this process, which must be root's."""
    os.setegid(user)
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@contextmanager
def shared_folder() -> Iterator[Path]:
    """Yield a folder that everybody may use, like `/tmp`. The test is skipped if it does not run as root."""
    if os.geteuid() != 0:
        pytest.skip("this takes another user: run the tests as root")
    folder = Path("/tmp") / f"voiceguide-test-{os.getpid()}-{time.monotonic_ns()}"  # noqa: S108 -- its name is unique
    folder.mkdir()
    folder.chmod(0o1777)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def open_files() -> int:
    """Return how many files this process has open, to find those that it forgets to close."""
    return len(list(Path("/dev/fd").iterdir()))


def told_by_a_child(action: Callable[[], object], user: int | None = None) -> str:
    """Run `action` in a child process, which belongs wholly to `user` if given; return its result or error as text."""
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # about libraries' threads, which the child does not need
        pid = os.fork()
    if pid == 0:
        try:
            if user is not None:
                os.setgroups([])
                os.setgid(user)
                os.setuid(user)
            os.write(writer, _told(action).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, encoding="utf-8") as told:  # noqa: PTH123 -- a descriptor
        said = told.read()
    os.waitpid(pid, 0)
    return said


def _told(action: Callable[[], object]) -> str:
    try:
        return repr(action())
    except Exception as error:  # noqa: BLE001 -- returned as text
        return f"{type(error).__name__}: {error}"
