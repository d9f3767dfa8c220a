"""Runs jobs on this machine, in threads.

Threads suffice: most of a job is its encoder, which releases the interpreter lock. The rest takes, for a session of ten
minutes, 0.13 s of 0.65 s for MP3, 0.15 s of 2.7 s for M4B and 0.26 s of 3.4 s for Opus (CPU time, measured). That keeps
five cores busy without a process and 100 MB for each.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING

from voiceguide.batch.job import make
from voiceguide.batch.outcome import Failure, Finished, failure
from voiceguide.batch.speaking import speak_all, unspoken, voice_faults, voice_of
from voiceguide.files.held_folder import HeldFolder
from voiceguide.speech.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from pathlib import Path

    from voiceguide.batch.catalogue import Order
    from voiceguide.batch.executor import Progress, Stage
    from voiceguide.batch.voice import Voice
    from voiceguide.speech.opening import CacheDir


class _StoppedError(Exception):
    """Raised in the encoding threads when the run ends."""


class LocalExecutor:
    """This machine, with its threads and a clip store."""

    def __init__(self, threads: int, cache_dir: CacheDir) -> None:
        self._threads = threads
        self._cache_dir = cache_dir

    def voice_faults(self, orders: Sequence[Order]) -> dict[str, str]:
        """The voices that would have to speak and cannot, each with the reason."""
        return voice_faults(unspoken(orders, self._cache_dir), self._cache_dir)

    def make_all(self, orders: Sequence[Order], staging: Path, stage: Stage) -> Generator[Finished]:
        """Speak every text first, so that each is spoken once, and then make the files.

        The clips stay until the last file is made, whatever the limit of the store.
        """
        store = open_store(self._cache_dir)
        use = store.in_use()  # before the clips are looked up: those that are found have to stay
        missing = unspoken(orders, self._cache_dir)
        use = use or store.in_use(make=bool(missing))
        try:
            yield from self._made(orders, missing, staging, stage)
        finally:
            if use:
                use.end(kept_some=bool(missing))

    def _made(
        self, orders: Sequence[Order], missing: Mapping[Voice, list[str]], staging: Path, stage: Stage
    ) -> Generator[Finished]:
        with stage("speaking") as progress:
            mute = speak_all(missing, self._cache_dir, progress)
        speakable = []
        for order in orders:
            reasons = mute.get(voice_of(order), {})
            if reason := next((reasons[text] for text in order.texts if text in reasons), None):
                yield Finished(order, Failure(reason), staging)
            else:
                speakable.append(order)
        with stage("exporting") as progress:
            yield from self._exported(speakable, staging, progress)

    def _exported(self, orders: Sequence[Order], staging: Path, progress: Progress) -> Generator[Finished]:
        """Yield each order as it is made. If closed early, by an interrupt, it stops all threads at the next block."""
        stopped = threading.Event()
        tally = _Tally(len(orders), progress)

        def one(number: int, order: Order) -> Finished:
            def tick(done: int, total: int) -> None:
                if stopped.is_set():
                    raise _StoppedError
                tally.note(number, done / max(1, total))

            folder = staging / str(number)
            try:
                tick(0, 1)
                HeldFolder.made(folder).close()
                made = make(order.job, folder, cache_dir=self._cache_dir, progress=tick)
            except Exception as error:  # noqa: BLE001 -- one job's fault, whatever it is, is not the others'
                return Finished(order, failure(error), folder)
            finally:
                tally.finish(number)
            return Finished(order, made, folder)

        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="batch")
        try:
            futures = [pool.submit(one, number, order) for number, order in enumerate(orders)]
            for future in as_completed(futures):
                yield future.result()
        finally:
            stopped.set()
            pool.shutdown(cancel_futures=True)


class _Tally:
    """Counts the work that is done, in thousandths of a job. Called from any thread."""

    def __init__(self, jobs: int, progress: Progress) -> None:
        self._lock = threading.Lock()
        self._jobs = jobs
        self._finished = 0
        self._under_way: dict[int, float] = {}
        self._progress = progress

    def note(self, number: int, share: float) -> None:
        """Record how far a job has come."""
        with self._lock:
            self._under_way[number] = share
            self._tell()

    def finish(self, number: int) -> None:
        """Record that a job has ended, with or without success."""
        with self._lock:
            self._under_way.pop(number, None)
            self._finished += 1
            self._tell()

    def _tell(self) -> None:
        if self._progress:
            done = self._finished + sum(self._under_way.values())
            self._progress(round(1000 * done), 1000 * self._jobs)
