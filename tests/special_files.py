"""Files that are no files, as they may stand in the place of one."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def unix_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the path may be too long for one
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)
