"""Control characters for a terminal are shown as text in everything that is printed.

They come in paths, names, voices, entries of the history and answers of other programs.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import to_builtins
from msgspec.structs import replace

from tests.cli.surroundings import run
from tests.player.remotes.fakes import STATUS
from voiceguide.cli import console
from voiceguide.drawing import DrawingConsole
from voiceguide.player.display import LiveDisplay
from voiceguide.showing import harmless, shown
from voiceguide.streams import GuardedStream

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from voiceguide import session

EVIL = "\x1b]0;owned\x07\x1b[31m\x9b31m\x7f\x85\u202e\u2066\u2028\r\bend\nvoiceguide: all is well"
"""Escape sequences for the window's title and for colours (with the 7-bit and the 8-bit introducer), marks that change
the reading direction, line breaks, and a line that imitates one of ours."""
NAME = EVIL.replace("/", "")
NOT_UTF_8 = os.fsdecode(b"caf\xe9")


def is_harmless(printed: bytes) -> bool:
    text = printed.decode("utf-8")
    lines = [line.removeprefix("voiceguide: ") for line in text.split("\n")]
    return all(line.isprintable() and (not line.endswith("all is well") or "\\n" in line) for line in lines)


@pytest.fixture
def around(tmp_path: Path, clip_cache: Path, upper_back: session.Session) -> dict[str, str]:
    assert upper_back  # its clips are in the cache
    (tmp_path / "run" / "voiceguide").mkdir(mode=0o700, parents=True)
    (tmp_path / "run").chmod(0o700)
    return {
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
        "VOICEGUIDE_CACHE_DIR": str(clip_cache),
    }


OWN = 'id = "mine"\ntitle = "Mine"\ndescription = "Own."\n[[items]]\nstretch = "cat-cow"\n'


def test_paths_are_shown_without_what_they_would_do(tmp_path: Path, around: dict[str, str]) -> None:
    folder = tmp_path / NAME
    folder.mkdir()
    routine, broken = folder / f"{NOT_UTF_8}.toml", folder / "broken.toml"
    routine.write_text(OWN, encoding="utf-8")
    broken.write_text(OWN.replace("cat-cow", "cat\\u009b31m"), encoding="utf-8")
    (folder / "config.toml").write_text('[defaults]\nvoice = "hibari:\\u001b[2J\\u009b"\ncache_dir = "\\u009b2J"\n')
    configured = {"VOICEGUIDE_CONFIG": str(folder / "config.toml")}
    for arguments, more, exit_code in (
        (["check", routine, broken], {}, 2),
        (["plan", routine, "--picture", folder / "x.svg"], {}, 0),
        (["plan", broken], {}, 2),
        (["say", "Hold.", "-o", folder / f"{NOT_UTF_8}.wav"], {}, 0),
        (["say", "Hold.", "-o", folder / f"{NOT_UTF_8}.wav"], {}, 2),
        (["cache", "info", "--cache-dir", folder], {}, 0),
        (["config", "show"], configured, 0),
        (["cache", "info"], configured | {"VOICEGUIDE_CACHE_DIR": ""}, 0),
        (["plan", "upper-back"], configured, 2),
        (["plan", "upper-back", "--profile", EVIL], configured, 2),
        (["show", NAME], {}, 2),
        (["export", "upper-back", "--voice", EVIL, "-o", folder / "x.mp3"], {}, 2),
        ([f"--{EVIL}"], {}, 2),
    ):
        found = run(*arguments, surroundings=around | more)
        assert found.exit_code == exit_code, (arguments, found)
        assert found.stdout + found.stderr
        assert is_harmless(found.stdout), found.stdout
        assert is_harmless(found.stderr), found.stderr
    assert b"caf\\xe9.toml: a routine" in run("check", routine, surroundings=around).stdout


def test_the_history_and_its_json(tmp_path: Path, around: dict[str, str]) -> None:
    folder = tmp_path / ".local/share/voiceguide/history"
    folder.mkdir(parents=True)
    entry = {
        "started": "2026-01-02T03:04:05Z",
        "updated": "2026-01-02T03:04:05Z",
        "routine": f"/x/{EVIL}",
        "title": EVIL,
        "pacing": {},
        "voice": EVIL,
        "position_s": 1.0,
        "length_s": 2.0,
        "chapter": EVIL.strip(),
        "chapter_number": 1,
        "chapter_position_s": 1.0,
        "finished": False,
    }
    (folder / "20260102T030405000000.json").write_text(json.dumps(entry), encoding="utf-8")
    table = run("history", surroundings=around)
    assert (table.exit_code, len(table.stdout.splitlines())) == (0, 2)
    assert is_harmless(table.stdout)
    resumed = run("play", "--resume", "--output", "null", surroundings=around)
    assert resumed.exit_code == 2
    assert is_harmless(resumed.stderr)
    as_json = run("history", "--json", surroundings=around)
    assert is_harmless(as_json.stdout)
    [read] = json.loads(as_json.stdout)
    assert {name: read[name] for name in ("routine", "title", "voice", "chapter")} == {
        name: entry[name] for name in ("routine", "title", "voice", "chapter")
    }


def test_the_summary_of_a_batch(tmp_path: Path, around: dict[str, str]) -> None:
    manifest = tmp_path / "manifest.toml"
    manifest.write_text('[[sessions]]\nroutines = ["upper-back"]\nformats = ["wav"]\nonly = ["cat-cow"]\n')
    folder = tmp_path / NAME
    for options in ([], ["--json"]):
        found = run("batch", manifest, "-o", folder, *options, surroundings=around)
        assert found.exit_code == 0, found.stderr
        assert is_harmless(found.stdout)
    assert json.loads(found.stdout)["folder"] == str(folder)


def test_what_another_program_answers_on_the_socket(tmp_path: Path, around: dict[str, str]) -> None:
    status = to_builtins(replace(STATUS, message=EVIL, title=EVIL))
    answers = [{"ok": True, "status": status}, {"ok": True, "status": status}, {"ok": False, "error": EVIL}]
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "run/voiceguide/control.sock"))
        server.listen()

        def serve() -> None:
            for answer in answers:
                with server.accept()[0] as client:
                    client.recv(4096)
                    client.sendall(json.dumps(answer).encode() + b"\n")

        threading.Thread(target=serve, daemon=True).start()
        table = run("ctl", "status", surroundings=around)
        as_json = run("ctl", "status", "--json", surroundings=around)
        refused = run("ctl", "pause", surroundings=around)
    assert (table.exit_code, as_json.exit_code, refused.exit_code) == (0, 0, 1)
    assert is_harmless(table.stdout)
    assert is_harmless(as_json.stdout)
    assert is_harmless(refused.stderr)
    assert json.loads(as_json.stdout) == status


class Terminal:
    """A stream in the place of standard error that says it is a terminal."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.written = ""

    def write(self, text: str) -> int:
        self.written += text
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return True


@pytest.fixture
def at_terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Terminal]:
    """Return a function that puts a Terminal in the place of standard error.

    The test calls it, since pytest puts its own stream there when a test begins.
    """

    def begin() -> Terminal:
        return _begun(monkeypatch)

    return begin


def _begun(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    return terminal


EVIL_LINE = "[red]hi[/red] :smile: \x1b]0;owned\x07 \x9b31m \u202e"
SAFE_LINE = "[red]hi[/red] :smile: \\x1b]0;owned \\x9b31m \\u202e"
"""EVIL_LINE as it is shown. rich itself drops the bell."""


def test_the_live_display_shows_texts_as_they_are(at_terminal: Callable[[], Terminal]) -> None:
    terminal = at_terminal()
    with LiveDisplay("") as display:
        display.show(replace(STATUS, chapter=EVIL_LINE, doing=EVIL_LINE, message=EVIL_LINE))
        display.note(EVIL_LINE)
    assert terminal.written.count(SAFE_LINE) >= 4
    assert not {"\x07", "\x9b", "\u202e"} & set(terminal.written)
    assert "\x1b]0" not in terminal.written


def test_a_progress_bar_reads_no_markup(at_terminal: Callable[[], Terminal]) -> None:
    terminal = at_terminal()
    with console.progress("[b]\x1b]0;x\x07") as report:
        assert report
        report(1, 2)
    assert "[b]\\x1b]0;x" in terminal.written
    assert "\x1b]0" not in terminal.written


def test_a_drawing_console_spells_out_what_it_is_given(at_terminal: Callable[[], Terminal]) -> None:
    terminal = at_terminal()
    DrawingConsole().print("\x9b" * 3)
    assert terminal.written == "\\x9b" * 3 + "\n"


@given(st.text())
def test_no_text_reaches_a_terminal_with_what_would_control_it(text: str) -> None:
    said = harmless(text)
    assert said.count("\n") == text.count("\n")
    assert not any(ord(each) < 32 and each != "\n" for each in said)
    assert not any(0x7F <= ord(each) <= 0x9F or 0x2028 <= ord(each) <= 0x202E for each in said)
    said.encode()
    assert harmless(said) == said
    assert shown(text).isprintable()
    if text.isprintable():
        assert said == shown(text) == text


def test_what_people_write_on_purpose_stays() -> None:
    for text in ("Étirement\xa0: doux", "کتاب\u200cها", "👩\u200d🦰", "肩の\u3000ストレッチ", "\ue0b0"):  # noqa: RUF001 -- a Japanese space
        assert harmless(text) == text
    assert shown("a\xa0b\nc\udce9") == "a\\xa0b\\nc\\xe9"


def test_the_stream_itself_lets_nothing_through(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with path.open("wb") as file:
        stream = GuardedStream(file, "utf-8")
        print(EVIL, "\udce9", file=stream)
        stream.writelines([EVIL])
        stream.flush()
        assert all(line.isprintable() for line in path.read_text("utf-8").split("\n"))
