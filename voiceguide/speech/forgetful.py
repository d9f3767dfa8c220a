"""A store for who has no place to keep clips in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from voiceguide.speech.store import ClipStore

if TYPE_CHECKING:
    from voiceguide.model.clip import Clip


class ForgetfulStore(ClipStore):
    """Takes every clip and keeps none: what is needed again is spoken again."""

    def __init__(self) -> None:
        super().__init__(Path(os.devnull))

    def get(self, key: str) -> Clip | None:  # noqa: ARG002 -- none is kept
        """Nothing."""
        return None

    def put(self, key: str, text: str, clip: Clip) -> None:
        """Do nothing."""

    def check_usable(self) -> None:
        """Do nothing: it always is."""
