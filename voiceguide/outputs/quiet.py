"""Keeps what C libraries print and leave behind while a device is opened from the user."""

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
    """Let C libraries neither print nor make folders meanwhile, where a device is looked for and there may be none."""
    with _nothing_printed(), _no_folder_of_pulse():
        yield


@contextlib.contextmanager
def _no_folder_of_pulse() -> Iterator[None]:
    """Keep libpulse from making `~/.config/pulse`, and a folder among the temporary ones, only to find nobody in it.

    It would where no variable says where its server is, and no server of the user's has ever been there.
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
