"""A PulseAudio of our own, with a null sink whose monitor can be recorded."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

RATE_HZ = 24_000


@dataclass
class Pulse:
    """A running server; `surroundings` point a client to it."""

    socket: Path
    parec: str

    @property
    def surroundings(self) -> dict[str, str]:
        return {**os.environ, "PULSE_SERVER": f"unix:{self.socket}"}

    def recorder(self, target: Path) -> subprocess.Popen[bytes]:
        """Record the monitor of the sink, mono at the session's rate, until terminated."""
        options = ["-d", "null.monitor", "--format=s16le", f"--rate={RATE_HZ}", "--channels=1", "--latency-msec=20"]
        with target.open("wb") as file:
            return subprocess.Popen([self.parec, *options], stdout=file, env=self.surroundings)


def recorded(path: Path) -> NDArray[np.int64]:
    """What was recorded, as whole numbers."""
    data = path.read_bytes()
    return np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.int64)


@pytest.fixture
def pulse(tmp_path_factory: pytest.TempPathFactory, tool: Callable[[str], str]) -> Iterator[Pulse]:
    home = tmp_path_factory.mktemp("pulse")
    socket = home / "native"
    sink = f"module-null-sink sink_name=null rate={RATE_HZ} channels=1 format=s16le"
    command = [tool("pulseaudio"), "-n", "--daemonize=no", "--exit-idle-time=-1", "--disable-shm=yes"]
    command += ["--realtime=no", "--high-priority=no"]
    command += ["-L", f"module-native-protocol-unix socket={socket} auth-anonymous=1", "-L", sink]
    surroundings = {**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "PULSE_RUNTIME_PATH": str(home)}
    with subprocess.Popen(command, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            deadline = time.monotonic() + 15
            while not socket.exists():
                assert server.poll() is None, "PulseAudio did not start"
                assert time.monotonic() < deadline, "PulseAudio did not open its socket"
                time.sleep(0.05)
            made = Pulse(socket, tool("parec"))
            # An idle sink's monitor swallows the first frames of what wakes it: silence keeps it running. A sink
            # that starts renders two seconds ahead, and is then deaf until they have passed.
            options = ["--format=s16le", f"--rate={RATE_HZ}", "--channels=1", "--latency-msec=50"]
            with open("/dev/zero", "rb") as zeros:  # noqa: PTH123 -- a device
                keeper = subprocess.Popen([tool("pacat"), *options], stdin=zeros, env=made.surroundings)
            time.sleep(2.2)
            assert keeper.poll() is None
            yield made
            keeper.terminate()
            keeper.wait(10)
        finally:
            server.terminate()
            server.wait(10)
