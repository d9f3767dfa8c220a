"""A batch on a real Dask cluster on loopback: scheduler and workers are separate processes, and some are killed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from distributed import Client

from tests.batch.conftest import SMALL
from tests.cli.test_commands import complaint
from tests.cli.test_commands import run as run_command
from voiceguide.batch import cluster as cluster_module
from voiceguide.batch.catalogue import read_catalogue
from voiceguide.batch.cluster import Answer, received
from voiceguide.batch.folder import CONTROL
from voiceguide.batch.job import known_files, make
from voiceguide.batch.run import run
from voiceguide.errors import ClusterError, DataError, ExportError
from voiceguide.export.exporter import verify
from voiceguide.sound.source import Silence
from voiceguide.units import to_frames

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from tests.batch.conftest import Write

MANY = SMALL.replace(
    "routines =", 'name = "{pace}-{length}"\nlengths = ["2m8s", "2m10s", "2m12s", "2m14s"]\nroutines ='
)
"""A manifest of twelve files."""
_START_S = 60.0
_SLOW_WORKER = """
import os, time
from distributed.cli.dask_worker import main
from voiceguide.batch import cluster
from voiceguide.export.wav import WavExporter
make = cluster.make
def sometimes(job, folder, **rest):
    if job.name.startswith(os.environ.get("BROKEN", "-")):
        raise ConnectionError("a disk is away")
    return make(job, folder, **rest)
cluster.make = sometimes
write = WavExporter.write
def slow(self, source, file, about, progress):
    time.sleep(0.5)
    write(self, source, file, about, progress)
WavExporter.write = slow
main()
"""
"""A worker that sleeps for half a second in the middle of every file, so that a kill interrupts one. Jobs whose name
starts with $BROKEN fail."""


class Dask:
    """A Dask scheduler and its workers."""

    def __init__(self, folder: Path, **surroundings: str) -> None:
        self.folder = folder
        self._file = folder / "scheduler.json"
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self._environment = os.environ | surroundings | {"TMPDIR": str(self.temporary)}
        self._processes: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._started(
            "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-show"
        )
        self.address = self._announced()

    def worker(self, name: str, **surroundings: str) -> subprocess.Popen[bytes]:
        """Start another worker, with one thread, and without a nanny, which would restart it."""
        store = {"VOICEGUIDE_CACHE_DIR": str(self.folder / f"clips of {name}")}
        own = ["--name", name, "--nthreads", "1", "--no-nanny", "--local-directory", str(self.folder)]
        return self._started("-c", _SLOW_WORKER, *own, "--host", "127.0.0.1", **store, **surroundings)

    def _started(self, *arguments: str, **surroundings: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, *arguments, "--no-dashboard", "--scheduler-file", str(self._file)]
        log = (self.folder / f"{len(self._processes)}.log").open("wb")
        with log:
            process = subprocess.Popen(command, env=self._environment | surroundings, stdout=log, stderr=log)
        self._processes.append(process)
        return process

    def _announced(self) -> str:
        """Wait until the scheduler has written its whole file, and return the address in it."""
        give_up_s = time.monotonic() + _START_S
        while time.monotonic() < give_up_s and self.scheduler.poll() is None:
            with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
                return str(json.loads(self._file.read_text())["address"])
            time.sleep(0.05)
        self.close()
        pytest.fail(f"the scheduler does not start: {(self.folder / '0.log').read_text()}")

    def close(self) -> None:
        for process in reversed(self._processes):
            process.kill()
            process.wait()


@pytest.fixture
def dask(counted: object, tmp_path_factory: pytest.TempPathFactory) -> Generator[Callable[..., Dask]]:
    """Return a function that starts a cluster, which is stopped after the test.

    Its processes inherit the environment variables that `counted` sets.
    """
    assert counted
    with contextlib.ExitStack() as stack:

        def start(**surroundings: str) -> Dask:
            made = Dask(tmp_path_factory.mktemp("dask"), **surroundings)
            stack.callback(made.close)
            return made

        yield start


def first_progress(then: Callable[[], object]) -> Callable[[str], contextlib.AbstractContextManager[object]]:
    """Return a stage that calls `then` when the first file has come back."""
    called: list[object] = []

    @contextlib.contextmanager
    def stage(title: str) -> Generator[Callable[[int, int], None]]:
        def progress(_done: int, _total: int) -> None:
            if title == "exporting" and not called:
                called.append(then())

        yield progress

    return stage


def test_a_worker_is_killed_and_the_others_do_its_work(
    dask: Callable[..., Dask], manifest: Write, tmp_path: Path
) -> None:
    cluster = dask()
    doomed, other = cluster.worker("doomed"), cluster.worker("other")
    with Client(cluster.address) as client:
        client.wait_for_workers(2, timeout=_START_S)
    path = manifest(MANY + 'captions = ["vtt"]\nbed = "waves"\n')
    stage = first_progress(lambda: doomed.send_signal(signal.SIGKILL))
    report = run(path, scheduler=cluster.address, cache_dir=tmp_path / "unused", stage=stage)  # type: ignore[arg-type]
    assert doomed.wait() == -signal.SIGKILL
    assert other.poll() is None
    assert report.failures == []
    assert [str(line.outcome) for line in report.lines] == ["made"] * 12
    # The killed worker had started a job: each takes half a second, and the kill came when the first one was back.
    assert list((cluster.folder / "clips of doomed").glob("*/*.clip"))
    assert list(cluster.temporary.glob("voiceguide-*")) == []
    makers = Counter(line.worker for line in report.lines)
    assert max(makers.values()) >= 9
    assert all(maker.startswith("tcp://127.0.0.1:") for maker in makers)
    for line in report.lines:
        assert line.duration_s
        verify(report.folder / line.job.name, Silence(48_000, 2, to_frames(line.duration_s, 48_000)))
        assert (report.folder / line.job.name).with_suffix(".vtt").read_text("utf-8").startswith("WEBVTT")
    # This machine spoke nothing itself, and it would have made the same files.
    assert not (tmp_path / "unused").exists()
    assert sorted(p.name for p in (report.folder / CONTROL).iterdir()) == ["journal.json", "lock"]
    here = run(path, tmp_path / "here", cache_dir=tmp_path / "used")
    for line in here.lines:
        assert (here.folder / line.job.name).read_bytes() == (report.folder / line.job.name).read_bytes()
    assert [str(line.outcome) for line in run(path, cache_dir=tmp_path / "used").lines] == ["kept"] * 12


def test_a_job_whose_workers_die_is_given_up_and_the_others_are_made(
    dask: Callable[..., Dask], manifest: Write
) -> None:
    cluster = dask(DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0")
    doomed = cluster.worker("doomed")

    def killed() -> None:
        doomed.kill()
        cluster.worker("other")

    report = run(manifest(MANY), scheduler=cluster.address, stage=first_progress(killed))  # type: ignore[arg-type]
    outcomes = [str(line.outcome) for line in report.lines]
    assert set(outcomes) == {"made", "failed"}
    assert len(report.failures) <= 2
    assert all("every worker that tried it died" in failure for failure in report.failures)


def test_what_fails_on_a_worker_is_a_line_and_the_others_are_made(
    dask: Callable[..., Dask], manifest: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ConnectionError raised inside a job fails that job; it is not taken for a lost connection to the cluster."""
    cluster = dask()
    monkeypatch.setattr(cluster_module, "CONNECT_S", _START_S)
    cluster.worker("one", BROKEN="gentle")
    report = run(manifest(MANY), scheduler=cluster.address)
    assert [str(line.outcome) for line in report.lines] == ["failed"] * 4 + ["made"] * 8
    assert all("ConnectionError: a disk is away (on tcp://127" in failure for failure in report.failures)


def test_a_scheduler_that_goes_away_is_a_line_and_what_was_made_is_kept(
    dask: Callable[..., Dask], manifest: Write, tmp_path: Path
) -> None:
    cluster = dask()
    cluster.worker("one")
    path = manifest(MANY)
    with pytest.raises(ClusterError, match="went away: what is finished is kept, run it again"):
        run(path, scheduler=cluster.address, stage=first_progress(cluster.scheduler.kill))  # type: ignore[arg-type]
    outcomes = [str(line.outcome) for line in run(path, cache_dir=tmp_path / "cache").lines]
    assert set(outcomes) == {"kept", "made"}


def test_a_cluster_without_workers(
    dask: Callable[..., Dask], manifest: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cluster = dask()
    monkeypatch.setattr(cluster_module, "CONNECT_S", 1.0)
    with pytest.raises(ClusterError, match="has no workers"):
        run(manifest(MANY), scheduler=cluster.address)
    assert not (tmp_path / "catalogue").exists()
    lost = cluster.worker("lost")
    monkeypatch.setattr(cluster_module, "CONNECT_S", _START_S)
    monkeypatch.setattr(cluster_module, "LOST_S", 0.1)
    with pytest.raises(ClusterError, match="has lost its last worker"):
        run(manifest(MANY), scheduler=cluster.address, stage=first_progress(lost.kill))  # type: ignore[arg-type]


def test_workers_that_would_make_other_files_are_refused(
    dask: Callable[..., Dask], manifest: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = tmp_path / "older"
    older.mkdir()
    (older / "sitecustomize.py").write_text("import voiceguide\nvoiceguide.__version__ = '0.0.1'\n")
    cluster = dask()
    paths = os.pathsep.join([str(older), os.environ["PYTHONPATH"]])
    worker = cluster.worker("older", PYTHONPATH=paths)
    monkeypatch.setattr(cluster_module, "CONNECT_S", _START_S)
    with pytest.raises(ClusterError, match=r"has voiceguide 0\.0\.1, here it is .*: install the same"):
        run(manifest(MANY), scheduler=cluster.address)
    worker.kill()
    worker.wait()
    without = cluster.worker("without the voice", PYTHONPATH=os.environ["PYTHONPATH"].split(os.pathsep)[1])
    with pytest.raises(DataError, match=r"3: defaults.voices: the worker .* no speech engine is called 'counting'"):
        run(manifest(MANY), scheduler=cluster.address)
    assert without.poll() is None


def test_addresses_where_nobody_answers(manifest: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "CONNECT_S", 0.5)
    path = manifest('[[sessions]]\nroutines = ["hips"]\n')
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ClusterError, match=f"no Dask scheduler answers at {address}"):
            run(path, scheduler=address)


def silent(client: socket.socket) -> None:
    client.recv(1)
    threading.Event().wait(60)


def saying(words: bytes) -> Callable[[socket.socket], None]:
    def say(client: socket.socket) -> None:
        client.sendall(words)
        silent(client)

    return say


def dripping(client: socket.socket) -> None:
    while True:
        client.sendall(b"\0")
        time.sleep(0.2)


def flooding(client: socket.socket) -> None:
    while True:
        client.sendall(b"A" * 65_536)


def answering_http(client: socket.socket) -> None:
    client.recv(1000)
    client.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")


ANSWERS: dict[str, tuple[str, Callable[[socket.socket], None]]] = {
    "silence": ("tcp", silent),
    "silence under TLS": ("tls", silent),
    "SSH": ("tcp", saying(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")),
    "a web server": ("tcp", answering_http),
    "a web server under TLS": ("tls", answering_http),
    "a hang-up": ("tcp", lambda _client: None),
    "nothing in many words": ("tcp", saying(bytes(8))),
    "a frame of 64 GB": ("tcp", saying((1 << 36).to_bytes(8, "little"))),
    "garbage in a frame": ("tcp", saying((100).to_bytes(8, "little") + bytes(range(100, 200)))),
    "a byte now and then": ("tcp", dripping),
    "a flood": ("tcp", flooding),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_answers_and_is_no_scheduler_is_one_line_in_time(manifest: Write, answer: str) -> None:
    """The command runs as a process, so that messages of the library and of Python at exit would be seen."""
    path = manifest('[[sessions]]\nroutines = ["hips"]\n')
    scheme, answered = ANSWERS[answer]
    with socket.create_server(("127.0.0.1", 0), backlog=20) as server:

        def serve(client: socket.socket) -> None:
            with client, contextlib.suppress(OSError):
                answered(client)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        address = f"{scheme}://127.0.0.1:{server.getsockname()[1]}"
        impatient = "import sys; from voiceguide.batch import cluster; from voiceguide.cli.main import main; "
        impatient += "cluster.CONNECT_S = 1.0; sys.exit(main(sys.argv[1:]))"
        command = [sys.executable, "-c", impatient, "batch", str(path), "--scheduler", address]
        begun_s = time.monotonic()
        ending = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert time.monotonic() - begun_s < 20
    assert f"no Dask scheduler answers at {address}: " in complaint(ending, 1)


def test_a_scheduler_that_falls_silent_in_the_middle_is_a_line(
    dask: Callable[..., Dask], manifest: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = dask()
    cluster.worker("one")
    monkeypatch.setattr(cluster_module, "SILENT_S", 2.0)

    def stopped() -> None:
        cluster.scheduler.send_signal(signal.SIGSTOP)

    with pytest.raises(ClusterError, match="went away: what is finished is kept, run it again"):
        run(manifest(MANY), scheduler=cluster.address, stage=first_progress(stopped))  # type: ignore[arg-type]


NO_ANSWERS: tuple[Any, ...] = (
    None,
    "made",
    [1, 2],
    {},
    {"failed": 3},
    {"files": {"x": "text"}},
    {"worker": ["x"], "failed": "oops"},
    {"sound": (0, 1, 1)},
    {"notes": [{}]},
    OSError(5, "a disk is away"),
    TimeoutError("late"),
    KeyboardInterrupt(),
    SystemExit(3),
)


def test_an_answer_that_is_none_is_an_error_of_that_job(
    dask: Callable[..., Dask], manifest: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker answers every second job with one of NO_ANSWERS; the other jobs are made."""
    cluster = dask()
    monkeypatch.setattr(cluster_module, "CONNECT_S", _START_S)
    cluster.worker("one")
    lengths = ", ".join(f'"{124 + number}s"' for number in range(len(NO_ANSWERS)))
    text = SMALL.replace('"gentle", "steady", "brisk"', '"steady"')
    text = text.replace("routines =", f'name = "{{length}}"\nlengths = [{lengths}]\nroutines =')
    submit = Client.submit
    answers = iter(NO_ANSWERS)

    def instead(client: Client, function: Callable[..., Any], *arguments: object, **options: Any) -> Any:  # noqa: ANN401
        number = int(options["key"].rsplit("-", 1)[1])
        if number % 2:
            return submit(client, function, *arguments, **options)
        return submit(client, _answering, next(answers), **options)

    monkeypatch.setattr(Client, "submit", instead)
    report = run(manifest(text), scheduler=cluster.address)
    outcomes = [str(line.outcome) for line in report.lines]
    assert outcomes == ["failed", "made"] * (len(NO_ANSWERS) // 2) + ["failed"]
    assert all(line.reason.isprintable() and "fault of voiceguide" not in line.reason for line in report.lines)


def _answering(answer: object) -> object:
    if isinstance(answer, BaseException):
        raise answer
    return answer


def test_without_dask_the_extra_is_named(manifest: Write, tmp_path: Path) -> None:
    (tmp_path / "distributed").mkdir()
    (tmp_path / "distributed" / "__init__.py").write_text("raise ImportError('not here')\n")
    path = manifest('[[sessions]]\nroutines = ["hips"]\n')
    result = run_command("batch", path, "--scheduler", "tcp://127.0.0.1:1", PYTHONPATH=str(tmp_path))
    assert "pip install 'voiceguide[dask]'" in complaint(result, 1)


def test_what_comes_back_is_checked_before_it_gets_a_name(counted: object, manifest: Write, tmp_path: Path) -> None:
    assert counted
    [order, *_] = read_catalogue(manifest(MANY)).orders
    sent = tmp_path / "sent"
    sent.mkdir()
    made = make(order.job, sent, cache_dir=tmp_path / "cache")
    data = (sent / order.job.name).read_bytes()
    answer: dict[str, Any] = {
        "files": {order.job.name: data},
        "digests": [file.digest for file in made.files],
        "sound": (24_000, 1, made.length_frames),
        "notes": list(made.notes),
    }
    assert received(order.job, Answer(**answer), tmp_path / "1") == made
    half = data[: len(data) // 2]
    (sent / order.job.name).write_bytes(half)
    [known] = known_files(sent, [order.job.name])
    changes: list[dict[str, Any]] = [
        {"files": {order.job.name: data[:-1] + b"\x7f"}},
        {"files": {}},
        {"files": {order.job.name: data, "../x.wav": data}},
        {"files": {"../x.wav": data}},
        {"sound": (24_000, 1, made.length_frames - 1)},
        {"sound": (24_000, 2, made.length_frames)},
        {"files": {order.job.name: half}, "digests": [known.digest]},
    ]
    for number, change in enumerate(changes, start=2):
        with pytest.raises(ExportError, match=r"other files than|is not what it made|does not read back"):
            received(order.job, Answer(**answer | change), tmp_path / str(number))
    assert not (tmp_path / "x.wav").exists()
