"""The command `voiceguide voices get` as a user sees it: its notes and questions before fetching, and the result."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_commands import complaint, run
from tests.speech.hub import Hub, serving_hub
from tests.speech.piper_voices import save_piper_voice

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEC = "piper:en_US-tone-low"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A hub that serves one voice of piper's."""
    model = save_piper_voice(tmp_path)
    with serving_hub() as hub:
        hub.give_piper_voice("en_US-tone-low", model.read_bytes(), Path(f"{model}.json").read_bytes())
        yield hub


@pytest.fixture
def surroundings(hub: Hub, tmp_path: Path) -> dict[str, str]:
    home = tmp_path / "home"
    home.mkdir()
    folders = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), str(home))
    return {**folders, "HF_ENDPOINT": hub.address, "no_proxy": "127.0.0.1", "HIBARI_HOME": str(home / "hibari")}


def test_a_voice_is_announced_fetched_listed_and_heard(hub: Hub, surroundings: dict[str, str], tmp_path: Path) -> None:
    fetched = run("voices", "get", SPEC, "--yes", **surroundings)
    assert fetched.returncode == 0, fetched.stderr
    catalogue, voice, *files = fetched.stderr.splitlines()
    assert catalogue.startswith("note: fetching piper's catalogue")
    assert voice.startswith(f"note: {SPEC}: en-US, tone, low quality, neural; licence: CC0 (by {hub.address}/")
    assert [file.split(" from ")[1].split("/")[2] for file in files] == [hub.address.removeprefix("http://")] * 2
    assert fetched.stdout.startswith(f"{SPEC} is on this machine: {tmp_path}/home/")
    assert SPEC in run("voices", "--language", "en", **surroundings).stdout
    said = run("say", "Hold.", "--voice", SPEC, "-o", tmp_path / "x.wav", **surroundings)
    assert said.returncode == 0, said.stderr
    hub.asked.clear()
    again = run("voices", "get", SPEC, **surroundings)
    assert (again.returncode, again.stdout) == (0, fetched.stdout)
    assert not [path for path in hub.asked if path.endswith((".onnx", ".onnx.json"))]


def test_without_a_terminal_it_asks_for_yes(hub: Hub, surroundings: dict[str, str]) -> None:
    result = run("voices", "get", SPEC, **surroundings)
    assert (result.returncode, result.stdout) == (2, "")
    last = result.stderr.splitlines()[-1]
    assert last == f"voiceguide: nothing was fetched: say --yes to fetch {SPEC} without being asked"
    assert not [path for path in hub.asked if path.endswith((".onnx", ".onnx.json"))]


@pytest.mark.skipif(sys.platform == "win32", reason="terminals are POSIX's")
@pytest.mark.parametrize(
    ("answer", "exit_code", "said"), [("y", 0, b"is on this machine"), ("", 1, b"nothing was fetched")]
)
def test_at_a_terminal_it_asks(answer: str, exit_code: int, said: bytes, surroundings: dict[str, str]) -> None:
    import pty

    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(surroundings)
        os.execv(sys.executable, [sys.executable, "-m", "voiceguide", "voices", "get", SPEC])  # noqa: S606
    shown = b""
    while b"Fetch it? [y/N]" not in shown:
        shown += os.read(terminal, 1000)
    os.write(terminal, f"{answer}\n".encode())
    try:
        while more := os.read(terminal, 1000):
            shown += more
    except OSError:  # Linux reports the closed other end this way
        pass
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == exit_code, shown
    assert said in shown


def test_what_can_be_had_is_listed_without_a_network(hub: Hub, surroundings: dict[str, str]) -> None:
    listed = run("voices", "get", **surroundings)
    assert listed.returncode == 0
    assert {row.split()[0] for row in listed.stdout.splitlines()} >= {"hibari:emma", "hibari:fenrir", "kokoro:ef_dora"}
    assert "voices get piper" in listed.stderr
    spanish = run("voices", "get", "--language", "es", **surroundings)
    assert {row.split(":")[0] for row in spanish.stdout.splitlines()[1:]} == {"kokoro"}
    assert hub.asked == []


def test_piper_s_catalogue_is_listed(surroundings: dict[str, str]) -> None:
    listed = run("voices", "get", "piper", **surroundings)
    assert listed.returncode == 0
    assert listed.stdout.splitlines()[1].split() == [
        SPEC,
        "en-US",
        "0.0",
        "MB",
        "each",
        "its",
        "own",
        "tone,",
        "low",
        "quality,",
        "neural",
    ]


def test_what_goes_wrong(hub: Hub, surroundings: dict[str, str]) -> None:
    assert "no voice to fetch is called 'hibari:ema': did you mean hibari:emma" in complaint(
        run("voices", "get", "hibari:ema", **surroundings), 2
    )
    away = run("voices", "get", "hibari:emma", "--yes", **surroundings)
    assert (away.returncode, away.stdout) == (1, "")
    assert away.stderr.splitlines()[-1].endswith("bf_emma.int8.onnx is not there (HTTP 404)")
    refused = run("voices", "get", **{**surroundings, "HF_ENDPOINT": hub.address.replace("127.0.0.1", "example.org")})
    assert "is not an https address" in complaint(refused, 2)
