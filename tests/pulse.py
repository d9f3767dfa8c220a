"""A PulseAudio of our own, with null sinks whose monitors can be recorded."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

RATE_HZ = 24_000
SINK = "null"
ALSA_SINK = "spare"
"""The sink of ALSA's default device: it can be recorded apart from programs that use PulseAudio itself."""
_FORMAT = ["--format=s16le", f"--rate={RATE_HZ}", "--channels=1"]


class Pulse:
    """A server that can be killed and started again at the same socket. Call `start` before use."""

    def __init__(self, home: Path, pulseaudio: str, parec: str, pacat: str) -> None:
        self.socket = home / "native"
        self._home = home
        self._pulseaudio = pulseaudio
        self._parec = parec
        self._pacat = pacat
        self._server: subprocess.Popen[bytes] | None = None
        self._keepers: list[subprocess.Popen[bytes]] = []
        server = f'server "unix:{self.socket}" device "{ALSA_SINK}"'
        (home / "asound.conf").write_text(
            f"pcm.!default {{ type pulse {server} }}\nctl.!default {{ type pulse {server} }}\n", "utf-8"
        )

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that point clients of PulseAudio and of ALSA to the server."""
        alsa = self._home / "asound.conf"  # instead of the system's, which has another default
        return {"PULSE_SERVER": f"unix:{self.socket}", "PULSE_SINK": SINK, "ALSA_CONFIG_PATH": f"{alsa}"}

    @property
    def surroundings(self) -> dict[str, str]:
        return {**os.environ, **self.variables}

    def start(self) -> None:
        """Start the server unless it runs, and return when its sinks can be recorded from the first frame on."""
        if self._server is not None:
            return
        home = str(self._home)
        self.socket.unlink(missing_ok=True)
        command = [self._pulseaudio, "-n", "--daemonize=no", "--exit-idle-time=-1", "--disable-shm=yes"]
        command += ["--realtime=no", "--high-priority=no"]
        command += ["-L", f"module-native-protocol-unix socket={self.socket} auth-anonymous=1"]
        for sink in (SINK, ALSA_SINK):
            command += ["-L", f"module-null-sink sink_name={sink} rate={RATE_HZ} channels=1 format=s16le"]
        surroundings = {**os.environ, "HOME": home, "XDG_RUNTIME_DIR": home, "PULSE_RUNTIME_PATH": home}
        self._server = subprocess.Popen(command, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 15
        while not self.socket.exists():
            assert self._server.poll() is None, "PulseAudio did not start"
            assert time.monotonic() < deadline, "PulseAudio did not open its socket"
            time.sleep(0.05)
        # The monitor of an idle sink loses the first frames of a sound that wakes it, so silence keeps it running. A
        # sink that starts renders two seconds ahead, and plays nothing else until they have passed.
        for sink in (SINK, ALSA_SINK):
            with open("/dev/zero", "rb") as zeros:  # noqa: PTH123 -- a device
                self._keepers.append(
                    subprocess.Popen(
                        [self._pacat, "-d", sink, *_FORMAT, "--latency-msec=50"],
                        stdin=zeros,
                        stderr=subprocess.DEVNULL,
                        env=self.surroundings,
                    )
                )
        time.sleep(2.2)
        assert all(keeper.poll() is None for keeper in self._keepers)

    def kill(self) -> None:
        """Kill the server and the silent streams, as in a crash."""
        server, self._server = self._server, None
        keepers, self._keepers = self._keepers, []
        for process in [server, *keepers] if server else keepers:
            process.kill()
            process.wait(10)
        self.socket.unlink(missing_ok=True)

    @contextlib.contextmanager
    def recording(self, target: Path, sink: str = SINK) -> Iterator[Recording]:
        """Record what a sink plays, mono at the session's rate, into `target`."""
        with target.open("wb") as file:
            recorder = subprocess.Popen(
                [self._parec, "-d", f"{sink}.monitor", *_FORMAT, "--latency-msec=20"],
                stdout=file,
                stderr=subprocess.DEVNULL,
                env=self.surroundings,
            )
        recording = Recording(target)
        watch = threading.Thread(target=recording.watch)
        watch.start()
        try:
            time.sleep(0.5)
            yield recording
            time.sleep(0.3)
        finally:
            recorder.terminate()
            recorder.wait(10)
            recording.ended.set()
            watch.join(10)


class Recording:
    """A recording in progress."""

    def __init__(self, path: Path) -> None:
        self.ended = threading.Event()
        self._path = path
        self._began = float("inf")

    def watch(self) -> None:
        """Find the latest time at which its first frame can have been heard: the recorder lags by a varying time."""
        while not self.ended.wait(0.004):
            if frames := self._path.stat().st_size // 2:
                self._began = min(self._began, time.monotonic() - frames / RATE_HZ)

    def at(self, frame: int) -> float:
        """Return when a frame was heard, on the monotonic clock; at most some 20 ms too late."""
        return self._began + frame / RATE_HZ

    def frames(self) -> NDArray[np.int64]:
        """Return the recorded frames as whole numbers."""
        data = self._path.read_bytes()
        return np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.int64)
