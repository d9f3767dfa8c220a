"""Fixtures that run the program itself, with a session bus and a runtime folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from voiceguide.errors import RemoteUnavailableError
from voiceguide.player.remotes.control.client import ask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

VOICEGUIDE = [sys.executable, "-c", "from voiceguide.cli.main import run; run()"]


@dataclass
class Program:
    """Starts `voiceguide`, and asks it for its status."""

    home: Path
    cache: Path
    started: list[subprocess.Popen[str]]

    def play(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:  # noqa: ANN401 -- of Popen
        settings: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "text": True,
            "env": dict(os.environ),
            **options,
        }
        process = subprocess.Popen([*VOICEGUIDE, "play", *arguments, "--cache-dir", str(self.cache)], **settings)
        self.started.append(process)
        return process

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*VOICEGUIDE, *arguments], capture_output=True, text=True, timeout=30, check=False)

    def status(self) -> dict[str, Any]:
        return ask("status")

    def wait_for(self, until: Callable[[dict[str, Any]], bool], seconds: float = 60.0) -> dict[str, Any]:
        deadline, last = time.monotonic() + seconds, None
        while time.monotonic() < deadline:
            try:
                last = self.status()
            except RemoteUnavailableError as error:
                last = {"error": str(error)}
            else:
                if until(last):
                    return last
            time.sleep(0.02)
        pytest.fail(f"it did not come to that within {seconds} s: {last}")


@pytest.fixture
def program(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, clip_cache: Path, upper_back: object
) -> Iterator[Program]:
    assert upper_back  # its clips are in the cache
    home = tmp_path_factory.mktemp("home")
    runtime = tmp_path_factory.mktemp("run")
    runtime.chmod(0o700)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={runtime}/nobody")
    made = Program(home, clip_cache, [])
    yield made
    for process in made.started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def bus(
    program: Program,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    tool: Callable[[str], str],
) -> Iterator[str]:
    """A session bus of our own."""
    assert program  # sets its own address first
    socket = tmp_path_factory.mktemp("bus") / "bus"
    command = [tool("dbus-daemon"), "--session", "--nofork", f"--address=unix:path={socket}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as daemon:
        deadline = time.monotonic() + 10
        while not socket.exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={socket}")
        yield f"unix:path={socket}"
        daemon.terminate()
        daemon.wait(10)
