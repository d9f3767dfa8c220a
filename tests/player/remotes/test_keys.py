"""The meaning of keys; test_live checks that the program leaves the terminal as it was."""

from __future__ import annotations

import os
import pty
import termios
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.player.remotes.fakes import FakeControls
from voiceguide.errors import RemoteUnavailableError
from voiceguide.player.commands import Action, Command
from voiceguide.player.remotes.keys import HELP, KeysRemote, commands_in


@pytest.mark.parametrize(
    ("typed", "actions"),
    [
        (b" ", [Action.TOGGLE]),
        (b"npr", [Action.NEXT, Action.PREVIOUS, Action.REPEAT]),
        (b"NB", [Action.NEXT, Action.ONE_MORE_BREATH]),
        (b"-+=w", [Action.SLOWER, Action.FASTER, Action.FASTER, Action.FEWER_WORDS]),
        (b"\x1b[A\x1b[B", [Action.VOLUME_BY, Action.VOLUME_BY]),
        (b"\x1bOC\x1bOD", [Action.SEEK_BY, Action.SEEK_BY]),
        (b"\x1b[1;5C", [Action.SEEK_BY]),
        (b"\x1b", []),
        (b"\x1bq", [Action.STOP]),
        (b"\x1b[3~xyz", []),
    ],
)
def test_what_keys_mean(typed: bytes, actions: list[Action]) -> None:
    assert [command.action for command in commands_in(typed) if command] == actions


def test_arrows_have_a_direction() -> None:
    assert commands_in(b"\x1b[C\x1b[D") == [Command(Action.SEEK_BY, 10.0), Command(Action.SEEK_BY, -10.0)]
    assert commands_in(b"?") == [None]


@given(st.binary(max_size=200))
def test_no_bytes_upset_it(typed: bytes) -> None:
    assert len(commands_in(typed)) <= len(typed)


def test_it_reads_a_terminal_and_leaves_it_as_it_was() -> None:
    leader, follower = pty.openpty()
    before = termios.tcgetattr(follower)
    controls = FakeControls()
    remote = KeysRemote(follower)
    remote.start(controls)
    try:
        assert termios.tcgetattr(follower) != before
        os.write(leader, b" ?q")
        deadline = time.monotonic() + 5
        while len(controls.sent) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
    finally:
        remote.close()
        remote.close()
    assert [command.action for command in controls.sent] == [Action.TOGGLE, Action.STOP]
    assert controls.shown == [HELP]
    assert termios.tcgetattr(follower) == before
    os.close(leader)
    os.close(follower)


def test_it_takes_the_keys_again_when_a_shell_has_had_the_terminal() -> None:
    """After Ctrl-Z and `fg` the shell gives the terminal back with settings of its own."""
    leader, follower = pty.openpty()
    shells_own = termios.tcgetattr(follower)
    remote = KeysRemote(follower)
    remote.start(FakeControls())
    try:
        termios.tcsetattr(follower, termios.TCSANOW, shells_own)
        deadline = time.monotonic() + 5
        while termios.tcgetattr(follower)[3] & termios.ICANON and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not termios.tcgetattr(follower)[3] & termios.ICANON
    finally:
        remote.close()
    assert termios.tcgetattr(follower) == shells_own
    os.close(leader)
    os.close(follower)


def test_without_a_terminal_it_is_unavailable() -> None:
    read, write = os.pipe()
    with pytest.raises(RemoteUnavailableError, match="keys do not work"):
        KeysRemote(read).start(FakeControls())
    os.close(read)
    os.close(write)
