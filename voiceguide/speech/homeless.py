"""The store of a user who has no place to keep clips in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Never

from voiceguide.speech.store import ClipStore

if TYPE_CHECKING:
    from voiceguide.errors import NoHomeError
    from voiceguide.model.clip import Clip


class HomelessStore(ClipStore):
    """Takes every clip and keeps none: what is needed again is spoken again.

    Whoever asks whether clips can be kept, or what is there, gets `reason`.
    """

    def __init__(self, reason: NoHomeError) -> None:
        super().__init__(Path(os.devnull))
        self._reason = reason

    def get(self, key: str) -> Clip | None:  # noqa: ARG002 -- none is kept
        """Nothing."""
        return None

    def put(self, key: str, text: str, clip: Clip) -> None:
        """Do nothing."""

    def in_use(self, *, make: bool = False) -> None:  # noqa: ARG002 -- there is nothing to hold
        """Nothing."""
        return

    def check_usable(self) -> None:
        """Raise the reason."""
        raise self._reason

    def info(self) -> Never:
        """Raise the reason."""
        raise self._reason

    def prune(self, unused_days: float) -> Never:  # noqa: ARG002 -- see `info`
        """Raise the reason."""
        raise self._reason

    def clear(self) -> Never:
        """Raise the reason."""
        raise self._reason
