"""The program in odd surroundings: what a process is started with, and what came of it."""

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


def run(  # noqa: PLR0913 -- all that a process is started with
    *arguments: object,
    redirected: str = "",
    stdout: int = subprocess.PIPE,
    stderr: int = subprocess.PIPE,
    surroundings: Mapping[str, str] | None = None,
    before: Sequence[str] = (),
    python: Sequence[str] = VOICEGUIDE,
    cwd: Path | None = None,
) -> Ending:
    """Run the program with its streams redirected as a shell does it: `>&-`, `2>/dev/full`."""
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
    """A descriptor to write to, whose reader has left."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer
