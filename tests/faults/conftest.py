"""Fixtures for programs to kill, and for file systems that are full or read-only."""

from __future__ import annotations

import os
import subprocess
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.faults.harness import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def program(tmp_path: Path, clip_cache: Path, upper_back: object) -> Program:
    """Return `voiceguide` with its own home, and with a cache that holds every clip of upper-back."""
    assert upper_back  # its clips are in the cache
    return Program(tmp_path / "home", clip_cache)


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Return a function that mounts a small file system in memory; it skips the test where mounting is not allowed."""
    with ExitStack() as mounts:

        def mount(name: str, size: str = "1m", *, folder: Path | None = None) -> Path:
            folder = folder or tmp_path / name
            folder.mkdir(parents=True, exist_ok=True)
            command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "voiceguide-test", str(folder)]
            if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:
                pytest.skip("no file system can be mounted here: run the tests as root, in a container that may mount")
            mounts.callback(subprocess.run, ["umount", "--lazy", str(folder)], check=True)
            return folder

        yield mount


def read_only(folder: Path) -> None:
    """Make a mounted folder read-only, even for root."""
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
