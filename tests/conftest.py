"""Fixtures for all tests: a cache of real clips for the whole run, and tools that are not ours."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from tests.pulse import Pulse
from voiceguide import session
from voiceguide.library.loader import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# There is no deadline: these tests do not measure speed, and the machines are noisy.
hypothesis.settings.register_profile("voiceguide", deadline=None, derandomize=True, max_examples=60)
hypothesis.settings.load_profile("voiceguide")


_COUNTS = pytest.StashKey[list[str]]()


@pytest.fixture
def count(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Return a function that takes a line of counts, to be printed at the end of the run even if tests fail."""
    return request.config.stash.setdefault(_COUNTS, []).append


def pytest_sessionfinish(session: pytest.Session) -> None:
    if isinstance(output := getattr(session.config, "workeroutput", None), dict):  # one of several processes
        output["counts"] = session.config.stash.get(_COUNTS, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401 -- pytest-xdist has no types
    node.config.stash.setdefault(_COUNTS, []).extend(getattr(node, "workeroutput", {}).get("counts", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(_COUNTS, []):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def library() -> Library:
    return Library()


@pytest.fixture(scope="session")
def clip_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the real engine's clips. All processes of a run share it, as several programs may."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    clips = folder / "clips"
    clips.mkdir(mode=0o700, exist_ok=True)
    return clips


@pytest.fixture(scope="session")
def upper_back(clip_cache: Path) -> session.Session:
    """Return the session of upper-back at its default settings, spoken by the real engine."""
    return session.plan("upper-back", voice="hibari:heart", cache_dir=clip_cache)


@pytest.fixture(scope="session")
def upper_back_mp3(upper_back: session.Session, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "upper-back.mp3"
    upper_back.export(path)
    return path


@pytest.fixture(scope="session")
def upper_back_wav(upper_back: session.Session, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "upper-back.wav"
    upper_back.export(path)
    return path


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """Return a function that finds a program; if it is missing, the test is skipped, or fails in CI."""

    def find(name: str) -> str:
        if found := shutil.which(name):
            return found
        if os.environ.get("VOICEGUIDE_TEST_TOOLS") == "required":
            pytest.fail(f"{name} is not installed, and this run requires it")
        pytest.skip(f"{name} is not installed (.ci/run says which packages the tests need)")

    return find


@pytest.fixture(scope="session")
def _pulse_server(tmp_path_factory: pytest.TempPathFactory, tool: Callable[[str], str]) -> Iterator[Pulse]:
    server = Pulse(tmp_path_factory.mktemp("pulse"), tool("pulseaudio"), tool("parec"), tool("pacat"))
    yield server
    server.kill()


@pytest.fixture
def pulse(_pulse_server: Pulse, monkeypatch: pytest.MonkeyPatch) -> Pulse:
    """Start a PulseAudio of our own, on which this process and those that it starts play."""
    _pulse_server.start()
    for name, value in _pulse_server.variables.items():
        monkeypatch.setenv(name, value)
    return _pulse_server


@pytest.fixture(autouse=True)
def _own_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the developer's own settings from the environment of every test."""
    for name in ("VOICEGUIDE_CACHE_DIR", "VOICEGUIDE_CONFIG", "VOICEGUIDE_VOICE"):
        monkeypatch.delenv(name, raising=False)
