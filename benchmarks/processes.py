"""A whole process, measured from outside: wall time, CPU time and peak memory.

Linux counts towards a child's `ru_maxrss` what its parent held when the child was started (seen: `/bin/true`
"peaks" at the size of this program). So a program that calls `measured` has to stay small: no numpy, no voiceguide.
Code that needs them runs in a process of its own.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_RSS_UNIT_BYTES: Final = 1 if sys.platform == "darwin" else 1024
"""The unit of `ru_maxrss`."""


@dataclass(frozen=True, slots=True)
class Usage:
    """The time and memory that one process took."""

    wall_s: float
    cpu_s: float
    """User and system time of all threads."""
    peak_mb: float
    """Largest resident set, 10^6 bytes; never less than `own_peak_mb`."""
    output: str
    """What it wrote to stdout."""


def own_peak_mb() -> float:
    """Return the largest resident set of this process: a smaller one of a child cannot be measured."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT_BYTES / 1e6


def measured(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Usage:
    """Run `command` to its end, in the caller's environment if none is given.

    If its exit code is not 0, ends the program with what the command wrote to stderr.
    """
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        started_s = time.perf_counter()
        with subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr
        ) as process:
            _, status, resources = os.wait4(process.pid, 0)
            wall_s = time.perf_counter() - started_s
            process.returncode = os.waitstatus_to_exitcode(status)
        stdout.seek(0)
        stderr.seek(0)
        if process.returncode:
            complaint = stderr.read().decode(errors="replace").strip()
            message = f"benchmarks: {' '.join(command)} ended with {process.returncode}: {complaint}"
            raise SystemExit(message)
        return Usage(
            wall_s=wall_s,
            cpu_s=resources.ru_utime + resources.ru_stime,
            peak_mb=resources.ru_maxrss * _RSS_UNIT_BYTES / 1e6,
            output=stdout.read().decode(),
        )
