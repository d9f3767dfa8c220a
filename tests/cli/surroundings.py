"""Running the program with unusual streams, environment variables, launchers or interpreters."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

VOICEGUIDE: Final = (sys.executable, "-m", "voiceguide")
PATIENCE_S: Final = 120


@dataclass(frozen=True)
class Ending:
    exit_code: int
    stdout: bytes
    stderr: bytes


def run(  # noqa: PLR0913 -- everything that a process can be started with
    *arguments: object,
    redirected: str = "",
    stdout: int = subprocess.PIPE,
    stderr: int = subprocess.PIPE,
    surroundings: Mapping[str, str] | None = None,
    before: Sequence[str] = (),
    python: Sequence[str] = VOICEGUIDE,
    cwd: Path | None = None,
) -> Ending:
    """Run the program and return how it ended; `redirected` is shell syntax, such as `>&-` or `2>/dev/full`."""
    command = [*before, *python, *(os.fspath(a) if isinstance(a, os.PathLike) else str(a) for a in arguments)]
    if redirected:
        command = ["/bin/sh", "-c", f'exec "$@" {redirected}', "sh", *command]
    result = subprocess.run(
        command,
        env={**os.environ, **(surroundings or {})},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        timeout=PATIENCE_S,
        check=False,
        cwd=cwd,
    )
    return Ending(result.returncode, result.stdout or b"", result.stderr or b"")


def broken_pipe() -> int:
    """Return the writing end of a pipe whose reading end is closed."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer
