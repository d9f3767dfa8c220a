"""Runs jobs on a Dask cluster: they are sent as plain data, and their files come back as bytes and are verified here.

A worker needs the same version of voiceguide with the same engines, and speaks into its own clip store. Anybody who
reaches a scheduler can run anything on its workers, and a worker can answer anything: the cluster has to be private.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import logging
import queue
import threading
import time
import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, NoReturn, TypeVar

from msgspec import Meta, Struct, ValidationError, convert

from voiceguide import __version__
from voiceguide.batch.job import Job, Made, known_files, make
from voiceguide.batch.outcome import Failure, Finished, failure
from voiceguide.errors import ClusterError, ExportError, VoiceguideError
from voiceguide.export import exporter
from voiceguide.files.held_folder import HeldFolder
from voiceguide.files.scratch import ScratchFolder
from voiceguide.files.whole_file import whole_file
from voiceguide.showing import shown
from voiceguide.sound.source import Silence
from voiceguide.speech.opening import narrator_for
from voiceguide.units import SESSION_RATE_HZ, to_frames

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from pathlib import Path

    from distributed import Client, Future

    from voiceguide.batch.catalogue import Order
    from voiceguide.batch.executor import Stage

_T = TypeVar("_T")

CONNECT_S: Final = 10.0
"""How long a scheduler may take to answer, and to find a worker."""
LOST_S: Final = 60.0
"""How long a cluster at work may be without any worker."""
SILENT_S: Final = 60.0
"""How long the scheduler of a cluster at work may take to answer."""
FETCH_S: Final = 300.0
"""How long the files of a job may take to arrive from its worker."""
_POLL_S: Final = 2.0
_GRACE_S: Final = 2.0
"""How long the library may take to leave a scheduler."""
_MOST_CHARS: Final = 500
"""Length to which the error message of a worker is cut."""
_CALLED_OFF: Final = frozenset({"cancelled", "lost"})
"""States of jobs whose scheduler is gone."""
_PER_THREAD: Final = 2
"""Jobs submitted for each worker thread: one that runs and one that waits. A finished job stays in the memory of its
worker until it is fetched, so jobs are never submitted all at once."""
_MISSING: Final = "`scheduler=...` needs dask.distributed: pip install 'voiceguide[dask]'"

_SPEAKING: Final = threading.Lock()
"""Held by a worker thread while it plans, so that no two threads speak the same text."""


@contextlib.contextmanager
def joined(address: str) -> Iterator[ClusterExecutor]:
    """Connect to the cluster whose scheduler answers at `address`, as `tcp://HOST:PORT`.

    Raises ClusterError if dask is not installed, nothing answers, or there is no worker.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterError(_MISSING) from error
    # The library logs its complaints with tracebacks; those that matter become our errors.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        # The library waits without a limit for the first bytes from a server that has accepted the connection.
        client = _within(CONNECT_S, lambda: Client(address, timeout=CONNECT_S))
    except Exception as error:  # anything may listen at an address
        message = f"no Dask scheduler answers at {address}: is it running, reachable from here, and is this its port?"
        raise ClusterError(message) from error
    try:
        try:
            _within(CONNECT_S, lambda: client.wait_for_workers(1, timeout=CONNECT_S))
        except Exception as error:
            message = f"the Dask scheduler at {address} has no workers: start some with `dask worker {address}`"
            raise ClusterError(message) from error
        yield ClusterExecutor(client, address)
    finally:
        with contextlib.suppress(Exception):
            _within(_GRACE_S, client.close)


class ClusterExecutor:
    """A cluster that answers. Used from one thread."""

    def __init__(self, client: Client, address: str) -> None:
        self._client = client
        self._address = address

    def voice_faults(self, orders: Sequence[Order]) -> dict[str, str]:
        """The voices that a worker cannot speak exactly as this machine would, each with the reason.

        Raises ClusterError for a worker with another version of voiceguide.
        """
        wanted = sorted({(order.job.voice, order.job.pacing.speech_rate) for order in orders})
        with self._translated():
            answers = self._awaited(lambda: self._client.run(fitness, wanted, on_error="return"))
        faults: dict[str, str] = {}
        for worker, answer in answers.items():
            if isinstance(answer, BaseException):
                message = f"the worker {worker} cannot work ({answer}): install voiceguide {__version__} there"
                raise ClusterError(shown(message))
            try:
                version = convert(answer, _Version).version
                found_voices = convert(answer, _Fitness).voices if version == __version__ else []
            except ValidationError as error:
                message = f"the worker {worker} answers nonsense: install voiceguide {__version__} there"
                raise ClusterError(message) from error
            if version != __version__:
                message = f"the worker {worker} {_other_version(version)}"
                raise ClusterError(shown(message))
            if len(found_voices) != len(wanted):
                message = f"the worker {worker} answers nonsense: install voiceguide {__version__} there"
                raise ClusterError(message)
            for (spec, rate), found in zip(wanted, found_voices, strict=True):
                if found != (own := _fitness_of(spec, rate, load=False)):
                    faults.setdefault(spec, f"the worker {worker} cannot speak it alike: {_difference(found, own)}")
        return faults

    def make_all(self, orders: Sequence[Order], staging: Path, stage: Stage) -> Generator[Finished]:
        """Yield every order as its files arrive; the other workers take over the jobs of a worker that is lost.

        Raises ClusterError if the scheduler or the last worker goes away for good.
        """
        with stage("exporting") as progress:
            for done, (number, order, future) in enumerate(self._answers(orders), start=1):
                yield self._received(future, order, staging / str(number))
                if progress:
                    progress(done, len(orders))

    def _answers(self, orders: Sequence[Order]) -> Generator[tuple[int, Order, Future[Any]]]:
        """Yield every order with its number and its finished future; few are submitted at once."""
        from distributed import wait

        run = uuid.uuid4().hex
        waiting = enumerate(orders)
        running: dict[Future[Any], tuple[int, Order]] = {}
        with_workers_s = time.monotonic()
        answered = 0
        try:
            while answered < len(orders):
                with self._translated():
                    threads = sum(_within(SILENT_S, self._client.nthreads).values())
                    if threads:
                        with_workers_s = time.monotonic()
                    elif time.monotonic() - with_workers_s > LOST_S:
                        message = f"the Dask scheduler at {self._address} has lost its last worker: start others"
                        raise ClusterError(message)
                    room = max(1, _PER_THREAD * threads) - len(running)
                    for number, order in itertools.islice(waiting, max(0, room)):
                        key = f"voiceguide-{run}-{number}"
                        future = self._client.submit(make_there, order.job.as_data(), key=key, pure=False)
                        running[future] = number, order
                    try:
                        finished = wait(list(running), timeout=_POLL_S, return_when="FIRST_COMPLETED").done
                    except TimeoutError:
                        continue
                for future in finished:
                    answered += 1
                    yield *running.pop(future), future
        finally:
            with contextlib.suppress(Exception):  # The cluster may be gone: then there is nothing to cancel.
                _within(_GRACE_S, lambda: self._client.cancel(list(running)))

    def _received(self, future: Future[Any], order: Order, folder: Path) -> Finished:
        """Write the files that arrived to `folder`, and verify them."""
        if future.status in _CALLED_OFF:
            raise self._gone_away()
        try:
            answer = convert(_within(FETCH_S, future.result), Answer)
        except Exception as error:  # noqa: BLE001 -- whatever it was that the worker did not expect, or has sent
            self._check_alive()
            return Finished(order, _lost(error), folder)
        finally:
            future.release()
        worker = shown(answer.worker)
        if answer.failed is not None:
            return Finished(order, Failure(shown(f"{answer.failed[:_MOST_CHARS]} (on {worker})")), folder, worker)
        try:
            return Finished(order, received(order.job, answer, folder), folder, worker)
        except Exception as error:  # noqa: BLE001 -- an answer may be anything
            return Finished(order, failure(error), folder, worker)

    def _awaited(self, call: Callable[[], _T]) -> _T:
        """The result of `call`, however long it takes, as long as the scheduler answers."""
        waiting = _Waiting(call)
        while True:
            with contextlib.suppress(queue.Empty):
                return waiting.result(_POLL_S)
            self._check_alive()

    def _check_alive(self) -> None:
        with self._translated():
            _within(SILENT_S, self._client.nthreads)

    def _gone_away(self) -> ClusterError:
        return ClusterError(f"the Dask scheduler at {self._address} went away: what is finished is kept, run it again")

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        from distributed import CancelledError

        try:
            yield
        except (OSError, CancelledError) as error:
            raise self._gone_away() from error


class _Waiting(Generic[_T]):
    """Runs a call in a thread of its own, which is abandoned if it never ends: no library is trusted to return.

    Anything that it raises becomes an Exception, even what would otherwise end this process.
    """

    def __init__(self, call: Callable[[], _T]) -> None:
        self._ended: queue.SimpleQueue[Callable[[], _T]] = queue.SimpleQueue()

        def run() -> None:
            try:
                result = call()
            except BaseException as error:  # noqa: BLE001 -- see the docstring
                self._ended.put(functools.partial(_raised, error))
            else:
                self._ended.put(lambda: result)

        threading.Thread(target=run, name="dask", daemon=True).start()

    def result(self, seconds: float) -> _T:
        """Return or raise the outcome of the call. Raises queue.Empty after so many seconds."""
        return self._ended.get(timeout=seconds)()


def _raised(error: BaseException) -> NoReturn:
    raise error if isinstance(error, Exception) else RuntimeError(f"{type(error).__name__}: {error}")


def _within(seconds: float, call: Callable[[], _T]) -> _T:
    """Return the result of `call`. Raises TimeoutError if it takes longer."""
    try:
        return _Waiting(call).result(seconds)
    except queue.Empty:
        message = f"no answer within {seconds:g} s"
        raise TimeoutError(message) from None


class _Version(Struct):
    """The part of the answer of `fitness` that every version has."""

    version: str


class _Fitness(Struct):
    """The answer of `fitness`."""

    version: str
    voices: list[dict[str, str]]


class Answer(Struct):
    """The answer of `make_there`, validated: a worker may answer anything."""

    worker: str = ""
    failed: str | None = None
    files: dict[str, bytes] = {}
    digests: list[str] = []
    sound: tuple[
        Annotated[int, Meta(ge=SESSION_RATE_HZ, le=8 * SESSION_RATE_HZ)],
        Annotated[int, Meta(ge=1, le=2)],
        Annotated[int, Meta(ge=1, le=1 << 40)],
    ] = (SESSION_RATE_HZ, 1, 1)
    """Rate, channels and length in frames."""
    notes: list[str] = []


def received(job: Job, answer: Answer, folder: Path) -> Made:
    """Write the files of an answer to `folder`, and raise ExportError unless they are what the worker made."""
    names = job.names()
    if sorted(answer.files) != sorted(names):
        message = "the worker sent other files than it was asked for"
        raise ExportError(message)
    try:
        HeldFolder.made(folder).close()
    except OSError as error:
        message = f"{folder} cannot be made: {error.strerror}"
        raise ExportError(message) from error
    for name in names:
        # Written whole, as files that are made on this machine are.
        with whole_file(folder / name, force=True) as file:
            file.write(answer.files[name])
    files = known_files(folder, names)
    rate_hz, channels, length_frames = answer.sound
    length_s = job.pacing.length_s
    # A session is planned at its own rate, and rendered at a multiple of it.
    planned_frames = length_frames // (rate_hz // SESSION_RATE_HZ)
    wrong = [file.digest for file in files] != answer.digests
    if wrong or (length_s is not None and planned_frames != to_frames(length_s)):
        message = "what the worker sent is not what it made: check the network and try again"
        raise ExportError(message)
    exporter.verify(folder / job.name, Silence(rate_hz, channels, length_frames), bit_rate_kbps=job.bit_rate_kbps)
    return Made(tuple(files), rate_hz, channels, length_frames, tuple(shown(note) for note in answer.notes))


def fitness(voices: Sequence[tuple[str, float]]) -> dict[str, Any]:
    """Run by a worker: report its version, and the fingerprint of each voice there or the reason it has none."""
    return {"version": __version__, "voices": [_fitness_of(spec, rate, load=True) for spec, rate in voices]}


def _fitness_of(spec: str, rate: float, *, load: bool) -> dict[str, str]:
    try:
        with narrator_for(spec, rate) as narrator:
            if load:
                narrator.warm_up()
            return narrator.fingerprint
    except VoiceguideError as error:
        return {"fault": str(error)}


def make_there(data: dict[str, Any]) -> dict[str, Any]:
    """Run by a worker: make the job that `data` describes, and return its files as bytes."""
    from distributed import get_worker

    worker = get_worker().address
    if data.get("version") != __version__:
        # This worker joined after the workers were asked.
        return {"worker": worker, "failed": f"the worker {_other_version(__version__)}"}
    try:
        job = Job.model_validate(data)
        with contextlib.closing(ScratchFolder()) as scratch:
            folder = scratch.path
            made = make(job, folder, planning=_SPEAKING)
            return {
                "worker": worker,
                "files": {file.name: (folder / file.name).read_bytes() for file in made.files},
                "digests": [file.digest for file in made.files],
                "sound": (made.rate_hz, made.channels, made.length_frames),
                "notes": made.notes,
            }
    # As text: not every exception can be sent, and an OSError would look like a network error.
    except Exception as error:  # noqa: BLE001
        return {"worker": worker, "failed": failure(error).reason}


def _other_version(version: str) -> str:
    return f"has voiceguide {version}, here it is {__version__}: install the same"


def _difference(found: dict[str, str], own: dict[str, str]) -> str:
    if "fault" in found:
        return found["fault"]
    differing = [name for name in sorted({*found, *own}) if found.get(name) != own.get(name)]
    return "; ".join(f"{name} is {found.get(name)} there and {own.get(name)} here" for name in differing)


def _lost(error: Exception) -> Failure:
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return Failure("every worker that tried it died: is it too large for their memory?")
    if isinstance(error, ValidationError):
        return Failure(shown(f"its worker sent no answer that this voiceguide knows: {error}"[:_MOST_CHARS]))
    return Failure(shown(f"its worker failed: {type(error).__name__}: {error}"[:_MOST_CHARS]))
