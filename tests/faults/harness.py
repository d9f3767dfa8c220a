"""Real processes that get signals at random moments: the common part of the `kill -9` and Ctrl-C loops.

A loop takes a command line and a judge. `struck` runs the command, sends the signals and returns how the process ended.
The judge then looks at the files, runs the command again, looks again, and asserts. Nothing here depends on exports.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

VOICEGUIDE: Final = (sys.executable, "-m", "voiceguide")
PATIENCE_S: Final = 120.0
"""Far longer than any process here takes: one that is still running by then hangs."""


@dataclass(frozen=True)
class Ending:
    """How a process ended."""

    exit_code: int
    """Negative if a signal ended it: -9 for SIGKILL."""
    stdout: str
    stderr: str
    struck_after_s: float | None = None
    """When the first signal was sent. None if none was asked for, or if the process ended before it."""


@dataclass(frozen=True)
class Program:
    """`voiceguide` with its own home, cache and folder for temporary files."""

    home: Path
    cache: Path
    wrapper: tuple[str, ...] = ()
    """The words before the command, such as a call of `setpriv`."""

    def environment(self) -> dict[str, str]:
        for folder in (self.home, self.temporary):
            folder.mkdir(exist_ok=True)
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "VOICEGUIDE_CACHE_DIR": str(self.cache),
        }

    @property
    def temporary(self) -> Path:
        return self.home / "tmp"

    def command(self, *arguments: object) -> list[str]:
        return [*self.wrapper, *VOICEGUIDE, *(str(argument) for argument in arguments)]

    def run(self, *arguments: object) -> Ending:
        return struck(self.command(*arguments), environment=self.environment())

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        return started(self.command(*arguments), self.environment())


def started(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    # In a session of its own, so that a Ctrl-C to the tests does not reach it. If the tests run in the background of a
    # shell, they ignore SIGINT, and a child would inherit that.
    return subprocess.Popen(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_heed_interrupts,  # noqa: PLW1509 -- sets a handler and nothing else
    )


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def struck(
    command: Sequence[str],
    strikes: Sequence[tuple[float, signal.Signals]] = (),
    *,
    environment: Mapping[str, str],
) -> Ending:
    """Run `command`, send it each signal so many seconds after the one before, and return how it ended."""
    first_s = None
    with started(command, environment) as process:
        begin = time.monotonic()
        for wait_s, number in strikes:
            try:
                process.wait(wait_s)
                break
            except subprocess.TimeoutExpired:
                first_s = time.monotonic() - begin if first_s is None else first_s
                process.send_signal(number)
        try:
            stdout, stderr = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return Ending(process.returncode, stdout, stderr, first_s)


def moments(count: int, longest_s: float, *, seed: int) -> Iterator[float]:
    """Yield random moments of a run that takes `longest_s`: one in each of `count` equal parts, in random order.

    So even a few moments reach every stage of the run, each at another place.
    """
    generator = np.random.default_rng(seed)
    for part in generator.permutation(count):
        yield float((part + generator.random()) / count * longest_s)


def storm(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    kills: int,
    seed: int,
    prepare: Callable[[], None] = lambda: None,
    judge: Callable[[Ending], str],
) -> Counter[str]:
    """Kill `command` with -9 at `kills` random moments, and count the stages that the judge names.

    `prepare` restores the state that a run starts from. The first run is not killed: it measures how long one takes.
    The judge asserts, and returns a name for the stage that the kill interrupted.
    """
    prepare()
    begin = time.monotonic()
    whole = struck(command, environment=environment)
    longest_s = time.monotonic() - begin
    assert whole.exit_code == 0, whole.stderr
    stages: Counter[str] = Counter()
    for moment_s in moments(kills, longest_s, seed=seed):
        prepare()
        ending = struck(command, [(moment_s, signal.SIGKILL)], environment=environment)
        assert ending.exit_code in {0, -signal.SIGKILL}, ending
        stages[judge(ending)] += 1
    return stages


def files_in(folder: Path) -> dict[str, bytes]:
    """Return the contents of every file below a folder, by its path relative to the folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def left_behind(*folders: Path) -> list[str]:
    """Return the paths of voiceguide's temporary files and folders below the given ones."""
    found = [path for folder in folders for path in folder.rglob("*")]
    return sorted(str(path) for path in found if path.name.endswith(".part") or path.name.startswith("voiceguide-"))


def gone(what: Callable[[], list[str]]) -> list[str]:
    """Wait until `what` returns nothing, or for a quarter of PATIENCE_S, and return what is left.

    An orphaned process may need seconds to clean up.
    """
    deadline = time.monotonic() + PATIENCE_S / 4
    while (found := what()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found
