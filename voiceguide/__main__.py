"""Runs first. It loads next to nothing, not even typing, so that Ctrl-C works from the beginning."""

from __future__ import annotations

import os
import signal

INTERRUPTED = 130


def run() -> None:
    """Entry point of the `voiceguide` command."""
    # A shell ignores Ctrl-C for a program in the background, and that stays so.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)
    from voiceguide import streams

    streams.prepare()
    from voiceguide.cli.main import run as run_program

    run_program()


def _leave(_number: int, _frame: object) -> None:
    """End in the middle of an import, when nothing has begun that would have to be undone."""
    try:  # noqa: SIM105 -- contextlib would be loaded for it
        os.write(2, b"voiceguide: interrupted\n")
    except OSError:  # no reader
        pass
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    run()
