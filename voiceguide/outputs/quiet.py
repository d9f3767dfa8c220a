"""Hides what C libraries print, and prevents the folders they make, while a device is being opened."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator


_PULSE_RUNTIME: Final = "PULSE_RUNTIME_PATH"
_PLACES_OF_PULSE: Final = (_PULSE_RUNTIME, "XDG_RUNTIME_DIR", "PULSE_SERVER")
_NOWHERE: Final = "/dev/null/pulse"


@contextlib.contextmanager
def quiet_libraries() -> Iterator[None]:
    """Keep C libraries from printing and from making folders while they look for a device that may not be there."""
    with _nothing_printed(), _no_folder_of_pulse():
        yield


@contextlib.contextmanager
def _no_folder_of_pulse() -> Iterator[None]:
    """Keep libpulse from making `~/.config/pulse` and a temporary folder if there is no server.

    It makes them when no variable says where the server is and the user has never had one.
    """
    config = Path(os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config"))  # noqa: PTH111 -- raises nothing without a home
    if any(os.environ.get(name) for name in _PLACES_OF_PULSE) or (config / "pulse").exists():
        yield
        return
    os.environ[_PULSE_RUNTIME] = _NOWHERE
    try:
        yield
    finally:
        os.environ.pop(_PULSE_RUNTIME, None)


@contextlib.contextmanager
def _nothing_printed() -> Iterator[None]:
    """Discard what is written to file descriptor 2: ALSA prints twenty lines on a machine without a device.

    The descriptor belongs to the whole process: what another thread prints in these few milliseconds is lost too.
    """
    if sys.stderr is not None:  # None under pythonw
        sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # a service without stderr: there is nothing to hide
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
