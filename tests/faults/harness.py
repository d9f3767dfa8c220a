"""Real processes, struck at random moments: what `kill -9` and Ctrl-C loops of every command share.

A loop takes a command line and a judge. `struck` gives what is left when the process has gone; the judge looks
at the files, runs the command again, looks again, and asserts. Nothing here knows about exports.
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
"""Far longer than anything takes here: what is not done by then hangs."""


@dataclass(frozen=True)
class Ending:
    """How a process ended."""

    exit_code: int
    """Negative: by that signal."""
    stdout: str
    stderr: str
    struck_after_s: float | None = None
    """When the first signal was sent; None where none was, because none was wanted or it was done before."""


@dataclass(frozen=True)
class Program:
    """Starts `voiceguide` with a home, a cache and a folder for temporary files of its own."""

    home: Path
    cache: Path
    wrapper: tuple[str, ...] = ()
    """What goes before the command, as `setpriv` does."""

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
    # A session of its own: our Ctrl-C is not theirs. And Ctrl-C may be ignored where these tests run in a
    # shell's background, which is inherited.
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
    """Run `command` and send it the signals, each so many seconds after what went before; give how it ended."""
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
    """Random moments over a run that takes `longest_s`: one in each of `count` equal parts, in random order.

    Every stage is met even by a few, and none is met at the same place twice.
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
    """Kill `command` with -9 at `kills` random moments; count what the judge calls what it found.

    `prepare` puts everything back to where a run begins from; the first run is let through, to know how long one
    takes. The judge asserts, and names the stage that the kill has met.
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
    """Every file below, by its path from there."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def left_behind(*folders: Path) -> list[str]:
    """Temporary files and folders of ours below the folders."""
    found = [path for folder in folders for path in folder.rglob("*")]
    return sorted(str(path) for path in found if path.name.endswith(".part") or path.name.startswith("voiceguide-"))


def gone(what: Callable[[], list[str]]) -> list[str]:
    """What is still there once nothing changes any more: an orphaned process may be cleaning up, for seconds."""
    deadline = time.monotonic() + PATIENCE_S / 4
    while (found := what()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found
