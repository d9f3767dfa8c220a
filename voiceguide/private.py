"""Keeps libraries from reporting to their makers. Loads nothing, for it is imported before all else.

onnxruntime, which the neural voices run on, has telemetry since 1.29: as it is imported it writes an identifier and a
queue into the user's cache folder, and sends that queue off from time to time. What prevents it is a variable of the
environment that is read at that import and never again. So it is set as soon as anything of voiceguide is imported,
and every process that is started from there inherits it.
"""

from __future__ import annotations

import os

VARIABLE = "ORT_DISABLE_TELEMETRY"
OFF = "1"
_MEANS_OFF = frozenset({"1", "true", "yes", "on"})
"""As onnxruntime reads it, in any case. Every other value, and none, means on."""


def decline_telemetry(*, ours: bool = False) -> None:
    """Set the variable, for this process and those that it starts.

    A program that uses voiceguide as a library may have set it otherwise, and keeps what it has chosen. A process that
    is `ours` alone has nobody else to ask.
    """
    if ours or not os.environ.get(VARIABLE):
        os.environ[VARIABLE] = OFF


def quieten_onnxruntime() -> None:
    """Import onnxruntime, and switch off what may be on in one that was imported before anything of ours was.

    It reports nothing of our sessions then. It does keep its queue, with what it knows of the computer: that is between
    it and the program that imported it. On Windows, versions before 1.29 know this switch alone.
    """
    import onnxruntime

    if os.environ.get(VARIABLE, "").lower() in _MEANS_OFF:
        onnxruntime.disable_telemetry_events()
