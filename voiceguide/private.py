"""Keeps libraries from reporting to their makers. It loads nothing, because it is imported before all else.

onnxruntime, which runs the neural voices, has had telemetry since 1.29: on import it writes an identifier and a queue
into the user's cache folder, and sends the queue off from time to time. An environment variable prevents it, but is
read only at that import. So it is set as soon as any module of voiceguide is imported, and child processes inherit it.
"""

from __future__ import annotations

import os

VARIABLE = "ORT_DISABLE_TELEMETRY"
OFF = "1"
_MEANS_OFF = frozenset({"1", "true", "yes", "on"})
"""As onnxruntime reads it, ignoring case. Any other value, or none, means on."""


def decline_telemetry(*, ours: bool = False) -> None:
    """Set the variable for this process and its children.

    A program that uses voiceguide as a library keeps the value that it has set itself. In a process that is `ours`
    alone the variable is always set.
    """
    if ours or not os.environ.get(VARIABLE):
        os.environ[VARIABLE] = OFF


def quieten_onnxruntime() -> None:
    """Import onnxruntime, and switch its telemetry off even if the host program imported it before voiceguide.

    It then reports nothing of our sessions. It keeps the queue that it wrote for the host program. On Windows, versions
    before 1.29 have only this switch.
    """
    import onnxruntime

    if os.environ.get(VARIABLE, "").lower() in _MEANS_OFF:
        onnxruntime.disable_telemetry_events()
