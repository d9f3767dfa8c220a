"""A clip store for users without a home folder: it keeps nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Never

from voiceguide.speech.store import ClipStore

if TYPE_CHECKING:
    from voiceguide.errors import NoHomeError
    from voiceguide.model.clip import Clip


class HomelessStore(ClipStore):
    """Accepts every clip and keeps none, so that each is spoken again when it is needed again.

    Methods that check, list or remove clips raise `reason`.
    """

    def __init__(self, reason: NoHomeError) -> None:
        super().__init__(Path(os.devnull))
        self._reason = reason

    def get(self, key: str) -> Clip | None:  # noqa: ARG002 -- no clip is kept
        """None."""
        return None

    def put(self, key: str, text: str, clip: Clip) -> None:
        """Do nothing."""

    def in_use(self, *, make: bool = False) -> None:  # noqa: ARG002 -- there is nothing to hold
        """None: there is nothing to lock."""
        return

    def check_usable(self) -> None:
        """Raise `reason`."""
        raise self._reason

    def info(self) -> Never:
        """Raise `reason`."""
        raise self._reason

    def prune(self, unused_days: float) -> Never:  # noqa: ARG002 -- see `info`
        """Raise `reason`."""
        raise self._reason

    def clear(self) -> Never:
        """Raise `reason`."""
        raise self._reason
