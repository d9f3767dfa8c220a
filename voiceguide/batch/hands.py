"""Who makes the files: this machine or a cluster, behind one face."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from voiceguide.batch.catalogue import Order
    from voiceguide.batch.outcome import Finished

Progress = Callable[[int, int], None] | None
"""Is told how much of how much is done."""
Stage = Callable[[str], AbstractContextManager[Progress]]
"""Is told what begins, and is left when that ends."""


class Hands(Protocol):
    """Makes files. Used from one thread."""

    def voice_faults(self, orders: Sequence[Order]) -> dict[str, str]:
        """The voices of `orders` that cannot speak, and why; told before anything is made."""

    def made(self, orders: Sequence[Order], staging: Path, stage: Stage) -> Generator[Finished]:
        """Every order once, in the order in which they are finished, each in a folder of its own in `staging`.

        Closed early, it lets go of what is under way and leaves no part of a file outside `staging`.
        """
