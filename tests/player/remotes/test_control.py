"""The control socket: a real one, with clients of every kind."""

from __future__ import annotations

import json
import os
import socket
import stat
import threading
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.player.remotes.fakes import FakeControls
from voiceguide.errors import RemoteUnavailableError
from voiceguide.player.commands import Action, Command
from voiceguide.player.remotes.control.client import ask
from voiceguide.player.remotes.control.loop import MOST_CLIENTS
from voiceguide.player.remotes.control.place import control_paths
from voiceguide.player.remotes.control.server import ControlRemote

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("c") / "voiceguide" / "control.sock"


@pytest.fixture
def controls(path: Path) -> Iterator[FakeControls]:
    made = FakeControls()
    with ControlRemote(path) as remote:
        remote.start(made)
        yield made


def sent(path: Path, data: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(str(path))
        client.sendall(data)
        return client.recv(65_536)


def test_commands_arrive_and_the_status_comes_back(path: Path, controls: FakeControls) -> None:
    assert ask("pause", path=path)["title"] == "Upper back"
    assert ask("seek", -10.0, path=path)["state"] == "playing"
    assert ask("status", path=path)["side"] == "right"
    assert controls.sent == [Command(Action.PAUSE), Command(Action.SEEK_BY, -10.0)]


def test_only_the_user_may_open_it(path: Path, controls: FakeControls) -> None:
    assert controls
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "request_",
    [
        b"",
        b"\n",
        b"nonsense\n",
        b'{"action": "explode"}\n',
        b'{"action": "seek"}\n',
        b'{"action": "position"}\n',
        b'{"action": "volume"}\n',
        b'{"action": "louder", "amount": null}\n',
        b'{"action": "seek", "amount": NaN}\n',
        b'{"action": "seek", "amount": 1e999}\n',
        b'{"action": "seek", "amount": true}\n',
        b'{"action": ["pause"]}\n',
        b'{"action": "pause", "more": 1}\n',
        b"[" * 4000 + b"\n",
        b"\xff\xfe\n",
        b"x" * 10_000,
    ],
)
def test_nonsense_is_answered_in_words(path: Path, controls: FakeControls, request_: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(str(path))
        client.sendall(request_)
        client.shutdown(socket.SHUT_WR)
        answer = json.loads(client.recv(65_536))
    assert answer["ok"] is False
    assert answer["error"]
    assert not controls.sent
    assert ask("status", path=path)


def test_slow_clients_do_not_keep_others_out_for_long(path: Path, controls: FakeControls) -> None:
    assert controls
    lazy = [socket.socket(socket.AF_UNIX) for _ in range(MOST_CLIENTS + 3)]
    for client in lazy:
        client.connect(str(path))
    deadline = time.monotonic() + 5
    while True:
        try:
            assert ask("status", path=path)["title"]
            break
        except RemoteUnavailableError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    for client in lazy:
        client.close()


def test_the_socket_of_a_killed_player_is_replaced(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with ControlRemote(path) as remote:
        remote.start(FakeControls())
        assert ask("status", path=path)
    assert not path.exists()


def test_a_second_player_leaves_the_first_its_socket(path: Path, controls: FakeControls) -> None:
    with pytest.raises(RemoteUnavailableError, match="another session is playing"), ControlRemote(path) as second:
        second.start(FakeControls())
    ask("pause", path=path)
    assert controls.sent == [Command(Action.PAUSE)]


def test_where_none_plays_ctl_says_what_to_do(path: Path) -> None:
    with pytest.raises(RemoteUnavailableError, match="no session is playing"):
        ask("pause", path=path)


def test_a_path_too_long_for_a_socket_is_said(tmp_path: Path) -> None:
    with pytest.raises(RemoteUnavailableError, match="too long"):
        ControlRemote(tmp_path / ("x" * 90) / "control.sock").start(FakeControls())


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "l").symlink_to(tmp_path / "real")
    with pytest.raises(RemoteUnavailableError, match="belongs to somebody else"):
        ControlRemote(tmp_path / "l" / "c").start(FakeControls())


def test_a_client_that_drips_is_cut_off(path: Path, controls: FakeControls) -> None:
    """Each byte comes in time, but all of them together do not."""
    assert controls
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        client.settimeout(0.2)
        for _ in range(100):
            try:
                client.sendall(b" ")
                assert client.recv(1) == b""
                break
            except TimeoutError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                break
        else:
            pytest.fail("it is still being listened to")


def test_a_player_that_stops_answers_first(path: Path) -> None:
    remote = ControlRemote(path)

    class Stopping(FakeControls):
        def send(self, command: Command) -> None:
            super().send(command)
            closing.start()

    closing = threading.Thread(target=remote.close)
    remote.start(Stopping())
    assert ask("stop", path=path)["title"] == "Upper back"
    closing.join()
    assert not path.exists()


@pytest.mark.parametrize(
    "answer",
    [b"", b"\n", b"[1]\n", b"null\n", b'{"ok": true}\n', b'{"ok": true, "status": 3}\n', b"[" * 60_000, b"\xff\n"],
)
def test_who_listens_instead_of_a_player_is_found_out(path: Path, answer: bytes) -> None:
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen(1)

        def serve() -> None:
            client, _ = server.accept()
            with client:
                client.recv(4096)
                client.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(RemoteUnavailableError, match="does not answer"):
            ask("status", path=path)
        thread.join()


def test_a_folder_of_somebody_elses_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.getuid():
        pytest.skip("only root can give a folder away")
    monkeypatch.chdir(tmp_path)  # the whole path may be too long for a socket
    theirs = Path("theirs")
    ours = theirs / "voiceguide"
    ours.mkdir(parents=True, mode=0o700)
    os.chown(theirs, 65534, 65534)
    with pytest.raises(RemoteUnavailableError, match="belongs to somebody else"):
        ask("status", path=ours / "control.sock")
    with pytest.raises(RemoteUnavailableError, match="belongs to somebody else"):
        ControlRemote(ours / "control.sock").start(FakeControls())


def test_without_a_runtime_folder_nothing_is_said_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert control_paths()[0].name == "control.sock"
