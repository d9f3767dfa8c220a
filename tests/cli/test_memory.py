"""Memory of an export, as glibc reports it."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from voiceguide.cli import memory

if TYPE_CHECKING:
    from pathlib import Path

_THREADS = """
import ctypes, threading
from voiceguide.cli.memory import share_one_arena
{call}
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
together = threading.Barrier(4)
def work():
    together.wait()
    libc.malloc(ctypes.c_size_t(50_000))
    together.wait()
threads = [threading.Thread(target=work) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen({path!r}.encode(), b"w"))
assert libc.malloc_info(0, file) == 0
libc.fclose(file)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc is Linux's")
def test_threads_share_one_arena(tmp_path: Path) -> None:
    arenas = {}
    for call in ("", "share_one_arena()"):
        path = tmp_path / "arenas.xml"
        subprocess.run([sys.executable, "-c", _THREADS.format(call=call, path=str(path))], check=True, timeout=60)
        arenas[call] = len(re.findall(r"<heap nr=", path.read_text()))
    assert arenas[""] > 1
    assert arenas["share_one_arena()"] == 1


def test_another_system_or_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda _name: object())
    memory.share_one_arena()
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr("ctypes.CDLL", None)
    memory.share_one_arena()
