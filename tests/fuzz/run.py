"""Fuzz a target: `python -m tests.fuzz.run TARGET --seconds 60`, guided by coverage, from its corpus on.

Without `--seconds` the corpus alone is gone through, for which atheris is not needed. Memory is limited to
MOST_BYTES, each input to TIMEOUT_S, and its CPU time to what `targets` allows: what takes more is a finding, as is
every exception. A finding is written to the current folder; `--keep` writes inputs that reach something new into the
corpus.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_BYTES: Final = 2 << 30
"""The limit of address space; the program and its libraries take a third of it."""
TIMEOUT_S: Final = 10
MOST_INPUT_BYTES: Final = 16_384
_MEMORY: Final = "/dev/shm"  # noqa: S108 -- the folder made in it is this run's alone


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    # The folder is in memory if possible. The target runs in a child, since atheris exits without cleaning up.
    with tempfile.TemporaryDirectory(dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None) as folder:
        if process := os.fork():
            _, status = os.waitpid(process, 0)
        else:
            tempfile.tempdir = folder
            run(wanted)
            os._exit(0)
    sys.exit(os.waitstatus_to_exitcode(status))


def run(wanted: argparse.Namespace) -> None:
    """Fuzz the target or replay its corpus, as asked for; an exception is a finding."""
    try:
        if wanted.seconds:
            guided(wanted.target, wanted.seconds, wanted.seed, keep=wanted.keep)
        else:
            replayed(wanted.target)
        sys.stdout.flush()
    except Exception:  # noqa: BLE001 -- printed in full, whatever it is
        traceback.print_exc()
        os._exit(1)


def guided(name: str, seconds: int, seed: int, *, keep: bool) -> None:
    """Let atheris look for inputs that reach new code. Does not return: atheris ends the process."""
    import atheris

    with atheris.instrument_imports(include=["voiceguide", "tomllib", "json"]):
        from tests.fuzz.targets import CORPUS, TARGETS
    seeds = CORPUS / name
    target = TARGETS[name]
    arguments = [
        sys.argv[0],
        *([str(seeds)] if keep else [tempfile.mkdtemp(), str(seeds)]),
        f"-max_total_time={seconds}",
        f"-timeout={TIMEOUT_S}",
        f"-max_len={MOST_INPUT_BYTES}",
        f"-seed={seed}",
        "-rss_limit_mb=1024",
        "-print_final_stats=1",
    ]
    if (words := CORPUS / f"{name}.dict").is_file():
        arguments.append(f"-dict={words}")
    atheris.Setup(arguments, target)
    atheris.Fuzz()


def replayed(name: str) -> None:
    """Run the target on every input of its corpus once."""
    from tests.fuzz.targets import CORPUS, TARGETS

    target: Callable[[bytes], None] = TARGETS[name]
    inputs = [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]
    slowest_s = 0.0
    for data in inputs:
        begin = time.monotonic()
        target(data)
        slowest_s = max(slowest_s, time.monotonic() - begin)
    print(f"{len(inputs)} inputs, the slowest {slowest_s:.2f} s, peak {_peak_mb():.0f} MB")
    assert slowest_s < TIMEOUT_S


def _peak_mb() -> float:
    """Return the peak memory of this program. `getrusage` would include that of the process it was forked from."""
    status = Path("/proc/self/status")
    kept = re.search(r"VmHWM:\s*(\d+) kB", status.read_text()) if status.exists() else None
    return int(kept[1]) / 1024 if kept else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
