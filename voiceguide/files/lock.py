"""A lock on an open file or folder. The system releases it with the descriptor, however the process ends."""

from __future__ import annotations

import sys


def lock_now(descriptor: int, *, shared: bool = False) -> None:
    """Lock an open file or folder without waiting: for this process alone, or `shared` with others that share it.

    Raises BlockingIOError if another process holds the lock, and another OSError if the file system has no locks.
    Windows locks only files, always for one process, and raises OSError in either case.
    """
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
