"""A batch from its manifest to its report."""

from __future__ import annotations

import contextlib
import os
import re
from typing import TYPE_CHECKING

from voiceguide.batch.catalogue import read_catalogue
from voiceguide.batch.folder import Folder, State, folder_fault, opened
from voiceguide.batch.here import Here
from voiceguide.batch.outcome import Failure, Line, Outcome, Report, failure
from voiceguide.errors import DataError, Mistake, RequestError, VoiceguideError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from voiceguide.batch.catalogue import Catalogue, Order
    from voiceguide.batch.hands import Hands, Progress, Stage
    from voiceguide.batch.outcome import Finished


def _silent(_title: str) -> AbstractContextManager[Progress]:
    return contextlib.nullcontext()


def run(  # noqa: PLR0913 -- these are the options of the command
    manifest: Path,
    folder: Path | None = None,
    *,
    jobs: int | None = None,
    scheduler: str | None = None,
    force: bool = False,
    cache_dir: str | Path | None = None,
    stage: Stage = _silent,
) -> Report:
    """Make everything that `manifest` asks for and that is not in `folder` yet.

    `folder` is by default one beside the manifest, called as it is. `jobs` are made at once, by default one a
    core; `scheduler` is the address of a Dask cluster that makes them instead. `force` replaces files that no
    batch made. `stage` is told what begins, and gives what is told how much of it is done.

    Raises, before any work: DataError with every mistake, RequestError and VoiceguideError for a folder or a
    cluster that cannot be used. What goes wrong with a single job stands in the report. An interrupt leaves
    whole files, and the next run goes on.
    """
    if scheduler and jobs:
        raise RequestError("--jobs is for this machine: with --scheduler the workers decide")
    if scheduler and not re.fullmatch(r"(tcp|tls)://\S+:\d+", scheduler):
        message = f"{scheduler!r} is no address of a scheduler: write tcp://HOST:PORT"
        raise RequestError(message)
    target = folder or manifest.with_suffix("")
    catalogue = _checked(manifest, target)
    with opened(target) as place:
        lines = _standing(catalogue, place, force=force, stage=stage)
        if pending := [order for order in catalogue.orders if order.job.name not in lines]:
            with _hands(scheduler, jobs, cache_dir) as hands:
                _refuse(catalogue, pending, hands.voice_faults(pending))
                # Closed whatever happens, and at once: an interrupt waits for what is under way.
                with contextlib.closing(hands.made(pending, place.staging, stage)) as finished:
                    lines |= {one.order.job.name: _line(one, place, force=force) for one in finished}
    return Report(target, [lines[order.job.name] for order in catalogue.orders])


@contextlib.contextmanager
def _hands(scheduler: str | None, jobs: int | None, cache_dir: str | Path | None) -> Iterator[Hands]:
    if scheduler:
        from voiceguide.batch.cluster import joined

        with joined(scheduler) as cluster:
            yield cluster
    else:
        yield Here(jobs or os.cpu_count() or 1, cache_dir)


def _checked(manifest: Path, folder: Path) -> Catalogue:
    """The catalogue; a folder that cannot be used is reported with the mistakes of the manifest."""
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
    """The jobs that need not be done, or must not be, by the names of their files."""
    lines = {}
    with stage("checking") as progress:
        for done, order in enumerate(catalogue.orders, start=1):
            state = place.state(order)
            if state is State.KEPT:
                record = place.record(order.job.name)
                lines[order.job.name] = Line(
                    order.job, Outcome.KEPT, size_bytes=record.size_bytes, duration_s=record.duration_s
                )
            elif state is State.FOREIGN and not force:
                reason = "there is a file of that name already, or of its captions: --force replaces it"
                lines[order.job.name] = Line(order.job, Outcome.REFUSED, reason)
            if progress:
                progress(done, len(catalogue.orders))
    return lines


def _refuse(catalogue: Catalogue, orders: Sequence[Order], faults: dict[str, str]) -> None:
    """Raise DataError where there are voices that cannot speak, each where it is named first."""
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
