"""Keeps the computer awake while a session plays, because nobody touches it for half an hour."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def kept_awake() -> Iterator[None]:
    """Hold off sleep with wakepy. If it cannot, the session plays all the same.

    It runs in a thread of its own, because it asks the desktop, which may take a while.
    """
    over = threading.Event()

    def hold() -> None:
        # No answer of a desktop may end the session.
        with contextlib.suppress(Exception):
            from wakepy import keep

            with keep.running(on_fail="pass"):
                over.wait()

    thread = threading.Thread(target=hold, name="awake", daemon=True)
    with contextlib.suppress(RuntimeError):  # the system starts no more threads
        thread.start()
    try:
        yield
    finally:
        over.set()
        if thread.ident is not None:
            thread.join(1.0)
