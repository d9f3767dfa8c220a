"""What an executor of jobs does: this machine and a Dask cluster are used alike."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from voiceguide.batch.catalogue import Order
    from voiceguide.batch.outcome import Finished

Progress = Callable[[int, int], None] | None
"""Called with the work done and the work in all."""
Stage = Callable[[str], AbstractContextManager[Progress]]
"""Called with the name of a stage; the context lasts as long as the stage."""


class Executor(Protocol):
    """Makes the files of jobs. Used from one thread."""

    def voice_faults(self, orders: Sequence[Order]) -> dict[str, str]:
        """The voices of `orders` that cannot speak, each with the reason. Asked before any file is made."""

    def make_all(self, orders: Sequence[Order], staging: Path, stage: Stage) -> Generator[Finished]:
        """Make every order, each in its own folder under `staging`, and yield each as it finishes.

        Closing the generator early stops the jobs under way. It leaves nothing outside `staging`.
        """
