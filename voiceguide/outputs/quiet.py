"""Keeps what C libraries print while a device is opened from the user."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def quiet_libraries() -> Iterator[None]:
    """Send file descriptor 2 to nowhere meanwhile: ALSA prints twenty lines for a machine without a device.

    It is the whole process's: what another thread prints on stderr in these few milliseconds is lost too.
    """
    if sys.stderr is not None:  # None under pythonw
        sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # a service without a stderr: nothing to keep quiet
        yield
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
