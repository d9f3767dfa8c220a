"""The cover as a file, for desktops that take a picture only by its address."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Final

from voiceguide.errors import RemoteUnavailableError, VoiceguideError
from voiceguide.files.scratch import ScratchFolder
from voiceguide.player.remotes.remote import started

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

_NAME: Final = "cover.png"


class Artwork:
    """Draws the cover in a thread of its own and keeps it, readable for this user alone, until `close`.

    The file lies in a scratch folder, so that the next player clears it if this one is killed. If it cannot be drawn or
    written, there is no cover; nothing is raised.
    """

    def __init__(self, draw: Callable[[], bytes]) -> None:
        self.url = ""
        """The `file://` address of the picture; empty until it has been drawn."""
        self._draw = draw
        self._scratch: ScratchFolder | None = None
        self._thread: threading.Thread | None = None
        with contextlib.suppress(RemoteUnavailableError):
            self._thread = started("artwork", self._make)

    def close(self) -> None:
        """Remove the file, once it has been drawn."""
        if self._thread:
            self._thread.join()
        self.url = ""
        if self._scratch:
            self._scratch.close()

    def _make(self) -> None:
        with contextlib.suppress(OSError, VoiceguideError):
            png = self._draw()
            self._scratch = ScratchFolder()
            path = self._scratch.path / _NAME
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(png)
            self.url = path.as_uri()
