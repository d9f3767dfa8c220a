"""The control socket against other users, other players and greedy clients: real sockets, and as root real users."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
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

NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user as well")


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home with a short path, for sockets, and temporary folders of its own; no runtime folder."""
    with tempfile.TemporaryDirectory(dir="/tmp") as short:
        folder = Path(short)
        folder.chmod(0o755)
        (folder / "home").mkdir(0o700)
        (folder / "tmp").mkdir()
        (folder / "tmp").chmod(0o1777)
        monkeypatch.setenv("HOME", str(folder / "home"))
        monkeypatch.setattr(tempfile, "tempdir", str(folder / "tmp"))
        for name in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME"):
            monkeypatch.delenv(name, raising=False)
        yield folder


def as_nobody(code: str, *arguments: str) -> None:
    """Run `code`, which makes its own assertions, in Python as another user."""
    # Modules are imported before the change of user: another user may be unable to read this Python.
    program = f"import os, socket, sys\nos.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n{code}"
    subprocess.run([sys.executable, "-c", program, *arguments], check=True, timeout=20)


@as_root
@pytest.mark.parametrize("kind", ["folder", "open folder", "link", "file", "socket"])
@pytest.mark.parametrize("where", ["runtime", "temporary"])
def test_what_another_user_has_put_in_the_place_stops_neither_play_nor_ctl(
    home: Path, monkeypatch: pytest.MonkeyPatch, kind: str, where: str
) -> None:
    """Somebody else has taken the name of our folder, in a place where everybody may make one."""
    if where == "runtime":
        runtime = home / "run"
        runtime.mkdir()
        runtime.chmod(0o1777)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    squatted = control_paths()[0 if where == "runtime" else -1].parent
    as_nobody(
        """
kind, place = sys.argv[1:]
if kind == "link":
    os.symlink("/etc", place)
elif kind == "file":
    open(place, "x").close()
else:
    os.mkdir(place, 0o700 if kind == "folder" else 0o777)
    if kind != "folder":
        os.chmod(place, 0o777)
    if kind == "socket":
        server = socket.socket(socket.AF_UNIX)
        server.bind(place + "/control.sock")
        os.chmod(place + "/control.sock", 0o777)
        server.listen(8)
        if os.fork():  # it goes on listening, and says that all is well
            os._exit(0)
        for number in (1, 2):
            os.close(number)
        server.settimeout(20)
        while True:
            client, _ = server.accept()
            client.recv(4096)
            client.sendall(b'{"ok": true, "status": {"title": "not yours"}}')
            client.close()
""",
        kind,
        str(squatted),
    )
    with pytest.raises(RemoteUnavailableError, match="no session is playing"):
        ask("status")
    controls = FakeControls()
    with ControlRemote() as remote:
        remote.start(controls)
        assert ask("pause")["title"] == "Upper back"
    assert controls.sent == [Command(Action.PAUSE)]
    assert squatted.is_symlink() or squatted.lstat().st_uid == NOBODY


@as_root
def test_another_user_reaches_neither_the_socket_nor_its_place(home: Path) -> None:
    controls = FakeControls()
    path = next(path for path in control_paths() if home in path.parents)
    with ControlRemote(path) as remote:
        remote.start(controls)
        for folder in path.parents:  # the folders above are open here: our own keeps others out
            if home in folder.parents and folder != path.parent:
                folder.chmod(0o755)
        as_nobody(
            """
for attack in (
    lambda: socket.socket(socket.AF_UNIX).connect(sys.argv[1]),
    lambda: os.unlink(sys.argv[1]),
    lambda: os.listdir(os.path.dirname(sys.argv[1])),
    lambda: os.rename(os.path.dirname(sys.argv[1]), os.path.dirname(sys.argv[1]) + "-gone"),
):
    try:
        attack()
    except PermissionError:
        continue
    raise SystemExit("it went through")
""",
            str(path),
        )
        assert ask("status", path=path)
    assert not controls.sent


@as_root
def test_a_client_of_another_user_is_not_listened_to_even_where_it_gets_through(home: Path) -> None:
    """The folder may have been opened by hand: the system still tells who is at the other end."""
    controls = FakeControls()
    path = control_paths()[-1]
    with ControlRemote(path) as remote:
        remote.start(controls)
        path.parent.chmod(0o777)
        path.chmod(0o777)
        as_nobody(
            """
with socket.socket(socket.AF_UNIX) as client:
    client.settimeout(10)
    client.connect(sys.argv[1])
    try:
        client.sendall(b'{"action": "stop"}')
        assert client.recv(100) == b""
    except (ConnectionResetError, BrokenPipeError):
        pass
""",
            str(path),
        )
        assert home in path.parents
    assert not controls.sent


def test_a_folder_that_others_may_write_to_is_closed_to_them(home: Path) -> None:
    path = control_paths()[-1]
    path.parent.mkdir()
    path.parent.chmod(0o777)
    with ControlRemote(path) as remote:
        remote.start(FakeControls())
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert home in path.parents


def test_no_folder_where_others_may_exchange_it(home: Path) -> None:
    """If everybody may write to the folder above and it is not sticky, others can replace ours after it is checked."""
    (home / "tmp").chmod(0o777)
    with pytest.raises(RemoteUnavailableError, match="belongs to somebody else"):
        ControlRemote(home / "tmp" / "voiceguide" / "control.sock").start(FakeControls())


def test_a_home_whose_path_is_too_long_leaves_the_temporary_folders(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(home / ("x" * 100)))
    monkeypatch.setattr(
        "voiceguide.player.remotes.control.place.Path.is_dir", lambda path: path.name != str(os.geteuid())
    )
    with ControlRemote() as remote:
        remote.start(FakeControls())
        assert ask("status")
        assert (home / "tmp" / f"voiceguide-{os.geteuid()}" / "control.sock").is_socket()


def test_the_umask_is_left_alone_and_folders_get_their_own_modes(home: Path) -> None:
    """The umask belongs to the whole process: a folder that another thread makes meanwhile would get a file's mode."""
    before = os.umask(0o022)
    try:
        over, modes = threading.Event(), set()

        def make_folders() -> None:
            number = 0
            while not over.is_set():
                folder = home / f"clips-{number}"
                folder.mkdir()
                modes.add(stat.S_IMODE(folder.stat().st_mode))
                number += 1

        maker = threading.Thread(target=make_folders)
        maker.start()
        for number in range(100):
            with ControlRemote(home / f"r{number}" / "control.sock") as remote:
                remote.start(FakeControls())
        over.set()
        maker.join()
        assert modes == {0o755}
        assert stat.S_IMODE((home / "r0").stat().st_mode) == 0o700
    finally:
        os.umask(before)


RACER = """
import sys, time
from pathlib import Path
from tests.player.remotes.fakes import FakeControls
from voiceguide.errors import RemoteUnavailableError
from voiceguide.player.remotes.control.server import ControlRemote
remote = ControlRemote(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
try:
    remote.start(FakeControls())
    print("won", flush=True)
except RemoteUnavailableError as error:
    print("lost" if "another session is playing" in str(error) else error, flush=True)
sys.stdin.readline()
remote.close()
"""


def test_of_players_that_race_for_a_dead_ones_socket_one_wins(home: Path) -> None:
    path = home / "race" / "control.sock"
    racers = [
        subprocess.Popen([sys.executable, "-c", RACER, str(path)], stdin=-1, stdout=-1, text=True) for _ in range(4)
    ]
    try:
        for racer in racers:
            assert racer.stdout and racer.stdout.readline() == "ready\n"  # noqa: PT018
        path.parent.mkdir(0o700)
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(path))
        results = []
        for racer in racers:
            assert racer.stdin
            racer.stdin.write("go\n")
            racer.stdin.flush()
        for racer in racers:
            assert racer.stdout
            results.append(racer.stdout.readline().strip())
        assert sorted(results) == ["lost", "lost", "lost", "won"]
        assert ask("status", path=path)["title"] == "Upper back"
    finally:
        for racer in racers:
            racer.communicate("over\n", timeout=10)


def test_a_place_is_free_again_once_its_player_is_killed(home: Path) -> None:
    path = home / "killed" / "control.sock"
    racer = subprocess.Popen([sys.executable, "-c", RACER, str(path)], stdin=-1, stdout=-1, text=True)
    assert racer.stdin and racer.stdout  # noqa: PT018
    racer.stdin.write("go\n")
    racer.stdin.flush()
    assert [racer.stdout.readline() for _ in range(2)] == ["ready\n", "won\n"]
    racer.kill()
    racer.communicate()
    assert path.is_socket()
    with ControlRemote(path) as remote:
        remote.start(FakeControls())
        assert ask("status", path=path)


@pytest.fixture
def served(home: Path) -> Iterator[tuple[Path, FakeControls]]:
    path, controls = home / "served" / "control.sock", FakeControls()
    with ControlRemote(path) as remote:
        remote.start(controls)
        yield path, controls


def connect(client: socket.socket, path: Path) -> None:
    """Connect as soon as the system accepts one more waiting client."""
    client.settimeout(5)
    deadline = time.monotonic() + 5
    while True:
        try:
            client.connect(str(path))
        except BlockingIOError:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        else:
            return


@pytest.mark.parametrize("number", [16, MOST_CLIENTS + 20])
@pytest.mark.parametrize("sends", [b"", b'{"action": "sta'])
def test_slow_clients_keep_nobody_out(served: tuple[Path, FakeControls], number: int, sends: bytes) -> None:
    path, _ = served
    with contextlib.ExitStack() as slow:
        for _ in range(number):
            client = slow.enter_context(socket.socket(socket.AF_UNIX))
            connect(client, path)
            with contextlib.suppress(BrokenPipeError):
                client.sendall(sends)
        begin = time.monotonic()
        for _ in range(5):
            assert ask("status", path=path)["title"] == "Upper back"
        assert time.monotonic() - begin < 1.0


def test_clients_that_take_no_answer_keep_nobody_out_either(served: tuple[Path, FakeControls]) -> None:
    path, controls = served
    controls.change(message="x" * 50_000)
    with contextlib.ExitStack() as deaf:
        for _ in range(MOST_CLIENTS + 5):
            client = deaf.enter_context(socket.socket(socket.AF_UNIX))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            connect(client, path)
            client.sendall(b'{"action": "status"}\n')
        assert ask("pause", path=path)["title"] == "Upper back"
    assert controls.sent == [Command(Action.PAUSE)]


def test_many_ask_at_once_and_everybody_is_answered(served: tuple[Path, FakeControls]) -> None:
    path, controls = served
    answers: list[object] = []
    threads = [
        threading.Thread(target=lambda: answers.append(ask("louder", 0.01, path=path)["title"])) for _ in range(40)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["Upper back"] * 40
    assert len(controls.sent) == 40


def test_one_client_for_which_something_goes_wrong_leaves_the_others_theirs(
    served: tuple[Path, FakeControls], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    path, controls = served
    monkeypatch.setattr(controls, "status", lambda: 1 / 0)
    for _ in range(3):
        with pytest.raises(RemoteUnavailableError):
            ask("status", path=path)
    monkeypatch.undo()
    assert ask("status", path=path)
    assert "Traceback" not in capfd.readouterr().err


def test_a_message_that_is_no_unicode_is_sent_all_the_same(served: tuple[Path, FakeControls]) -> None:
    path, controls = served
    controls.change(message="caf\udce9.toml is gone")
    assert ask("status", path=path)["message"] == "caf?.toml is gone"


def test_no_thread_to_be_had_is_a_line_and_takes_nothing_with_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    path = home / "r" / "control.sock"
    monkeypatch.setattr(threading.Thread, "start", cannot)
    remote = ControlRemote(path)
    with pytest.raises(RemoteUnavailableError, match="no more threads"):
        remote.start(FakeControls())
    monkeypatch.undo()
    assert not path.exists()
    with ControlRemote(path) as other:  # and the lock is not held
        other.start(FakeControls())
        assert ask("status", path=path)


def test_clients_need_no_thread(served: tuple[Path, FakeControls], monkeypatch: pytest.MonkeyPatch) -> None:
    path, _ = served

    def cannot(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", cannot)
    assert ask("status", path=path)["title"] == "Upper back"


def test_no_file_descriptor_to_be_had_passes(served: tuple[Path, FakeControls]) -> None:
    """While nothing can be opened nobody is served; then everybody is, and no CPU time was wasted meanwhile."""
    import resource

    path, _ = served
    client = socket.socket(socket.AF_UNIX)
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    spent = time.process_time()
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) - 1, before[1]))  # noqa: PTH208
        client.connect(str(path))
        time.sleep(0.5)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert time.process_time() - spent < 0.4
    with client:
        client.settimeout(5)
        client.sendall(b'{"action": "status"}\n')
        assert json.loads(client.recv(65_536))["ok"]


@pytest.mark.parametrize(
    ("request_", "word"),
    [
        ('{"action": "volume", "amount": 50}', "from 0 to 1"),
        ('{"action": "volume", "amount": 1.01}', "from 0 to 1"),
        ('{"action": "volume", "amount": -0.1}', "from 0 to 1"),
        ('{"action": "louder", "amount": 2}', "up to 1"),
        ('{"action": "quieter", "amount": "10%"}', "up to 1"),
    ],
)
def test_a_volume_above_all_there_is_is_refused_on_the_socket_too(
    served: tuple[Path, FakeControls], request_: str, word: str
) -> None:
    path, controls = served
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(str(path))
        client.sendall(request_.encode() + b"\n")
        assert word in json.loads(client.recv(65_536))["error"]
    assert not controls.sent


def test_louder_and_quieter_have_a_usual_step(served: tuple[Path, FakeControls]) -> None:
    path, controls = served
    ask("louder", path=path)
    ask("quieter", path=path)
    ask("quieter", 0.3, path=path)
    assert controls.sent == [
        Command(Action.VOLUME_BY, 0.1),
        Command(Action.QUIETER, 0.1),
        Command(Action.QUIETER, 0.3),
    ]
