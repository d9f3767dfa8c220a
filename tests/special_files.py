"""Special files, for tests that put one in the place of an ordinary file."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def unix_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the whole path may be too long for a socket
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)
