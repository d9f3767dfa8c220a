"""The screen in terminals of every size: a real pseudo-terminal, read by a terminal emulator."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from typing import TYPE_CHECKING, Any

import pyte
import pytest

from voiceguide.model.script import SpanKind
from voiceguide.player.remotes.control.client import ask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.player.conftest import Program
    from voiceguide import session

HELP = "hold one more breath"


class Terminal:
    """Runs the program in a terminal, and keeps what the terminal shows."""

    def __init__(self, program: Program, columns: int, lines: int, *arguments: str, term: str = "xterm") -> None:
        self.screen = pyte.HistoryScreen(columns, lines, history=1000)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self.leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("4H", lines, columns, 0, 0))
        environment = {**os.environ, "TERM": term}
        for name in ("COLUMNS", "LINES"):
            environment.pop(name, None)
        self.process = program.play(
            "upper-back",
            "--output",
            "null",
            *arguments,
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env=environment,
        )
        os.close(follower)
        self._program = program
        program.wait_for(lambda status: status["position_s"] > 0.2)

    def read(self, seconds: float = 0.5) -> None:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if select.select([self.leader], [], [], left)[0]:
                try:
                    part = os.read(self.leader, 65_536)
                except OSError:  # the program has gone
                    return
                self.raw += part
                self._stream.feed(part)

    def type(self, keys: bytes, seconds: float = 0.5) -> None:
        os.write(self.leader, keys)
        self.read(seconds)

    @property
    def shown(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]

    @property
    def everything(self) -> list[str]:
        """The lines that have scrolled away, and those that are shown."""
        width = self.screen.columns
        above = ["".join(line[x].data for x in range(width)).rstrip() for line in self.screen.history.top]
        return [*above, *self.shown]

    def ended(self, code: int) -> list[str]:
        """Wait until the program has ended, and return the lines that are left."""
        deadline = time.monotonic() + 15
        while self.process.poll() is None:
            self.read(0.1)
            assert time.monotonic() < deadline
        self.read(0.2)
        assert self.process.returncode == code
        return [line for line in self.everything if line]


@pytest.fixture
def terminal(program: Program) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def start(*arguments: Any, **options: Any) -> Terminal:  # noqa: ANN401 -- of Terminal
        opened.append(Terminal(program, *arguments, **options))
        return opened[-1]

    yield start
    for each in opened:
        os.close(each.leader)


def found(pattern: str, lines: list[str]) -> bool:
    return any(re.search(pattern, line) for line in lines)


@pytest.mark.parametrize(("columns", "lines"), [(40, 24), (40, 1), (20, 1)])
def test_in_a_terminal_of_any_size_the_time_paused_and_the_hold_are_seen(
    terminal: Callable[..., Terminal], columns: int, lines: int, upper_back: session.Session
) -> None:
    hold = next(span for span in upper_back.timeline.spans if span.kind is SpanKind.HOLD and span.side)
    screen = terminal(columns, lines, "--volume", "70")
    ask("position", hold.start / upper_back.timeline.rate_hz + 10.0)
    ask("pause")
    status = ask("status")
    assert status["hold"]
    screen.read()
    left_s = status["length_s"] - status["position_s"]
    assert found(rf"{int(left_s) // 60}:\d\d", screen.shown)
    assert found("paused", screen.shown)
    assert found(r"hold\s.*\d+ ?s", screen.shown)
    if (columns, lines) != (20, 1):  # three things fit into twenty cells, not four
        assert found("70 ?%", screen.shown)
    # Drawn in place: nothing has scrolled, and no line was broken.
    assert sum("paused" in line for line in screen.everything) == 1
    screen.type(b" ")
    assert not found("paused", screen.shown)
    screen.type(b"q")
    screen.ended(0)


def test_the_volume_is_seen_to_change(terminal: Callable[..., Terminal]) -> None:
    screen = terminal(80, 24)
    screen.read()
    assert found("volume 100 %", screen.shown)
    screen.type(b"\x1b[A")
    assert found("as loud as it goes", screen.shown)
    screen.type(b"\x1b[B\x1b[B")
    assert found("volume 80 %", screen.shown)
    assert not found("as loud as it goes", screen.shown)
    ask("quieter", 0.3)
    screen.read()
    assert found("volume 50 %", screen.shown)
    screen.type(b"q")
    screen.ended(0)


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_the_help_is_not_printed_again_and_again(terminal: Callable[..., Terminal], term: str) -> None:
    screen = terminal(80, 24, term=term)
    for _ in range(4):
        screen.type(b"?")
    screen.type(b"???")
    screen.type(b"q")
    lines = screen.ended(0)
    assert sum(HELP in line for line in lines) == 1
    assert screen.raw.count(HELP.encode()) == 1


def test_help_that_has_scrolled_away_is_printed_again(terminal: Callable[..., Terminal]) -> None:
    screen = terminal(80, 8, term="dumb")
    screen.type(b"?")
    for number in range(10):
        ask("volume", number / 10)
    screen.read()
    assert not found(HELP, screen.shown)
    screen.type(b"?")
    assert found(HELP, screen.shown)
    screen.type(b"q")
    screen.ended(0)


@pytest.mark.parametrize(
    ("ending", "code", "arguments"),
    [(b"q", 0, ()), (b"\x03", 130, ("--plain",)), (signal.SIGTERM, 143, ()), ("stop", 0, ("--plain",))],
)
def test_however_it_is_stopped_it_says_how_far_it_came_and_how_to_go_on(
    terminal: Callable[..., Terminal], ending: bytes | signal.Signals | str, code: int, arguments: tuple[str, ...]
) -> None:
    screen = terminal(80, 24, *arguments)
    ask("position", 120.0)
    screen.read(0.6)
    if isinstance(ending, bytes):
        os.write(screen.leader, ending)
    elif isinstance(ending, signal.Signals):
        screen.process.send_signal(ending)
    else:
        ask(ending)
    lines = screen.ended(code)
    [said] = [line for line in lines if "stopped at" in line]
    at = re.fullmatch(r"stopped at (\d):(\d\d) of 1\d:\d\d; voiceguide play --resume goes on there", said)
    assert at
    assert 110 <= 60 * int(at[1]) + int(at[2]) <= 130
    assert lines.index(said) >= len(lines) - 2  # after it at most `voiceguide: interrupted`


def test_the_natural_end_says_that_it_is_done(terminal: Callable[..., Terminal]) -> None:
    screen = terminal(80, 24)
    length_s = ask("status")["length_s"]
    ask("position", length_s - 2.0)
    lines = screen.ended(0)
    assert re.fullmatch(r"upper-back done, 1\d:\d\d", lines[-1])
    assert not found("--resume", lines)


def test_quiet_says_nothing_at_all_and_keys_work(terminal: Callable[..., Terminal]) -> None:
    screen = terminal(80, 24, "--quiet")
    screen.type(b"?")
    screen.type(b" ")
    assert ask("status")["state"] == "paused"
    screen.type(b"q")
    assert screen.ended(0) == []


def test_plain_prints_lines_in_a_terminal_too(terminal: Callable[..., Terminal]) -> None:
    screen = terminal(80, 24, "--plain")
    screen.type(b"\x1b[B", 1.0)
    screen.type(b"q")
    lines = screen.ended(0)
    assert found("== Welcome", lines)
    assert found(r"\[volume 90 %\]", lines)
    assert b"\x1b[?25l" not in screen.raw  # nothing was drawn in place


def test_where_nothing_could_be_recorded_nothing_is_promised(
    program: Program, terminal: Callable[..., Terminal]
) -> None:
    data = program.home / ".local" / "share"
    (data / "voiceguide").mkdir(parents=True)
    (data / "voiceguide" / "history").write_text("in the way")
    screen = terminal(80, 24)
    ask("position", 120.0)
    screen.read(0.5)
    screen.type(b"q")
    lines = screen.ended(0)
    assert re.fullmatch(r"stopped at [12]:\d\d of 1\d:\d\d", lines[-1])


def test_who_stops_at_once_has_nothing_to_go_on_with(program: Program) -> None:
    process = program.play("upper-back", "--output", "null")
    program.wait_for(lambda _status: True)
    ask("stop")
    output = process.communicate(timeout=15)[0].splitlines()
    assert re.match(r"stopped at 0:0\d of 1", output[-1])
    at_s = int(output[-1][14])
    assert ("--resume" in output[-1]) == (at_s >= 1)


def test_mpris_stop_says_it_too(program: Program, bus: str, tool: Callable[[str], str]) -> None:
    assert bus
    process = program.play("upper-back", "--output", "null")
    program.wait_for(lambda status: status["position_s"] > 0.3)
    ask("position", 120.0)
    deadline = time.monotonic() + 10
    while subprocess.run([tool("playerctl"), "-p", "voiceguide", "stop"], capture_output=True, check=False).returncode:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert process.communicate(timeout=15)[0].splitlines()[-1].endswith("voiceguide play --resume goes on there")


def test_a_terminal_that_is_gone_changes_no_exit_code(terminal: Callable[..., Terminal]) -> None:
    screen = terminal(80, 24)
    screen.read()
    leader, screen.leader = screen.leader, os.open(os.devnull, os.O_RDONLY)
    os.close(leader)  # which sends SIGHUP as well
    assert screen.process.wait(15) == 129
