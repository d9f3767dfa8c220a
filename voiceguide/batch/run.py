"""Runs a batch, from its manifest to its report."""

from __future__ import annotations

import contextlib
import os
import re
from typing import TYPE_CHECKING, Final

from voiceguide.batch.catalogue import read_catalogue
from voiceguide.batch.folder import Folder, State, folder_fault, opened
from voiceguide.batch.local import LocalExecutor
from voiceguide.batch.outcome import Failure, Line, Outcome, Report, failure
from voiceguide.errors import DataError, Mistake, RequestError, VoiceguideError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from voiceguide.batch.catalogue import Catalogue, Order
    from voiceguide.batch.executor import Executor, Progress, Stage
    from voiceguide.batch.outcome import Finished
    from voiceguide.speech.opening import CacheDir


_IN_THE_WAY: Final = {
    State.FOREIGN: "a file of that name, or its captions, exists already: `force=True` replaces it",
    State.CHANGED: "the file or its captions have been changed since it was made: `force=True` replaces it",
}
"""States of files that are replaced only by force, with the reason."""


def _silent(_title: str) -> AbstractContextManager[Progress]:
    return contextlib.nullcontext()


def run(  # noqa: PLR0913 -- these are the options of the command
    manifest: Path,
    folder: Path | None = None,
    *,
    jobs: int | None = None,
    scheduler: str | None = None,
    force: bool = False,
    cache_dir: CacheDir = None,
    stage: Stage = _silent,
) -> Report:
    """Make everything that `manifest` asks for and that is not in `folder` yet.

    `folder` is by default a folder beside the manifest, with its name. `jobs` is the number of files made at once, by
    default one for each core; `scheduler` is the address of a Dask cluster that makes them instead. `force` replaces
    files that no batch made. `stage` is called with the name of each stage, and yields a progress callback.

    Before any work, raises DataError with every mistake, and RequestError or another VoiceguideError for a folder or a
    cluster that cannot be used. The report says what went wrong with a single job. An interrupt leaves only whole
    files, and the next run continues.
    """
    if scheduler and jobs:
        raise RequestError("`jobs=...` is for this machine: with `scheduler=...` the workers decide")
    if scheduler and not re.fullmatch(r"(tcp|tls)://\S+:\d+", scheduler):
        message = f"{scheduler!r} is not the address of a scheduler: write tcp://HOST:PORT"
        raise RequestError(message)
    target = folder or manifest.with_suffix("")
    catalogue = _checked(manifest, target)
    with opened(target) as place:
        lines = _standing(catalogue, place, force=force, stage=stage)
        if pending := [order for order in catalogue.orders if order.job.name not in lines]:
            with _executor(scheduler, jobs, cache_dir) as executor:
                _refuse(catalogue, pending, executor.voice_faults(pending))
                # Closed at once, whatever happens: an interrupt waits for the jobs under way.
                with contextlib.closing(executor.make_all(pending, place.staging, stage)) as finished:
                    lines |= {one.order.job.name: _line(one, place, force=force) for one in finished}
    return Report(target, [lines[order.job.name] for order in catalogue.orders])


@contextlib.contextmanager
def _executor(scheduler: str | None, jobs: int | None, cache_dir: CacheDir) -> Iterator[Executor]:
    if scheduler:
        from voiceguide.batch.cluster import joined

        with joined(scheduler) as cluster:
            yield cluster
    else:
        yield LocalExecutor(jobs or os.cpu_count() or 1, cache_dir)


def _checked(manifest: Path, folder: Path) -> Catalogue:
    """Read the catalogue, and report an unusable folder together with the mistakes of the manifest."""
    fault = folder_fault(folder)
    mistakes = [Mistake(folder, None, "", fault)] if fault else []
    try:
        catalogue = read_catalogue(manifest)
    except DataError as error:
        mistakes += error.mistakes
    if mistakes:
        raise DataError(mistakes)
    return catalogue


def _standing(catalogue: Catalogue, place: Folder, *, force: bool, stage: Stage) -> dict[str, Line]:
    """The report lines of jobs that need not or must not run, by the names of their files."""
    lines = {}
    with stage("checking") as progress:
        for done, order in enumerate(catalogue.orders, start=1):
            state = place.state(order)
            if state is State.KEPT:
                record = place.record(order.job.name)
                lines[order.job.name] = Line(
                    order.job, Outcome.KEPT, size_bytes=record.size_bytes, duration_s=record.duration_s
                )
            elif state in _IN_THE_WAY and not force:
                lines[order.job.name] = Line(order.job, Outcome.REFUSED, _IN_THE_WAY[state])
            if progress:
                progress(done, len(catalogue.orders))
    return lines


def _refuse(catalogue: Catalogue, orders: Sequence[Order], faults: dict[str, str]) -> None:
    """Raise DataError with the voices that cannot speak, each at the line that names it first."""
    mistakes = {
        order.job.voice: catalogue.mistake(order.entry, "voices", faults[order.job.voice])
        for order in reversed(orders)
        if order.job.voice in faults
    }
    if mistakes:
        raise DataError(list(mistakes.values()))


def _line(one: Finished, place: Folder, *, force: bool) -> Line:
    job, result = one.order.job, one.result
    if isinstance(result, Failure):
        return Line(job, Outcome.FAILED, result.reason, worker=one.worker)
    try:
        place.take(one.order, result, one.folder, force=force)
    except VoiceguideError as error:
        outcome = Outcome.REFUSED if isinstance(error, RequestError) else Outcome.FAILED
        return Line(job, outcome, failure(error).reason, worker=one.worker)
    return Line(
        job,
        Outcome.MADE,
        size_bytes=result.files[0].size_bytes,
        duration_s=result.duration_s,
        notes=result.notes,
        worker=one.worker,
    )
