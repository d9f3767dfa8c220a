"""Measures the live player at a PulseAudio null sink: time to the first sound, CPU and memory while it plays.

`python -m benchmarks.live [--rounds N] [--seconds S]` prints a Markdown table. Needs pulseaudio and
pulseaudio-utils. The first sound is the wake signal; the start chime follows 0.3 s later.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from benchmarks.processes import Usage, measured
from tests.pulse import RATE_HZ, Pulse

ROUTINE: Final = "upper-back"
_FIXED: Final = ("--variation", "off")
"""With variation, the wordings of the day would be spoken anew."""
_WAIT_S: Final = 5.0


def first_sound_s(pulse: Pulse, command: list[str], target: Path) -> float:
    """Return the seconds from the start of the process to the first frame that is not silent."""
    with pulse.recording(target) as recording:
        started = time.monotonic()
        process = subprocess.Popen(command, env=pulse.surroundings, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        time.sleep(_WAIT_S)
        process.send_signal(signal.SIGTERM)
        process.wait(10)
    frames = recording.frames()
    return recording.at(int(frames.nonzero()[0][0])) - started


def playing(pulse: Pulse, command: list[str], seconds: float) -> Usage:
    """Run a process that plays for so many seconds and is then stopped; return its usage."""
    timeout = shutil.which("timeout")
    if timeout is None:
        sys.exit("needs timeout, of the coreutils")
    limited = [timeout, "--preserve-status", "--signal=INT", str(seconds), *command]
    return measured(["/bin/sh", "-c", '"$@" || true', "sh", *limited], pulse.surroundings)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long CPU is measured over")
    options = parser.parse_args()
    programs = [shutil.which(name) for name in ("pulseaudio", "parec", "pacat")]
    with tempfile.TemporaryDirectory(prefix="voiceguide-live-") as folder:
        home = Path(folder)
        os.environ.update(HOME=folder, XDG_RUNTIME_DIR=folder, XDG_DATA_HOME=folder, XDG_CONFIG_HOME=folder)
        pulse = Pulse(home, *[program or sys.exit("needs pulseaudio and pulseaudio-utils") for program in programs])
        pulse.start()
        try:
            _report(pulse, home, options.rounds, options.seconds)
        finally:
            pulse.kill()


def _report(pulse: Pulse, home: Path, rounds: int, seconds: float) -> None:
    program = str(Path(sys.executable).with_name("voiceguide"))
    warm, cold = home / "warm", home / "cold"
    measured([program, "plan", ROUTINE, *_FIXED, "--cache-dir", str(warm)])
    play = [program, "play", ROUTINE, *_FIXED, "--cache-dir"]
    warm_s, cold_s = [], []
    for number in range(rounds):
        warm_s.append(first_sound_s(pulse, [*play, str(warm)], home / f"warm-{number}"))
        cold_s.append(first_sound_s(pulse, [*play, str(cold)], home / f"cold-{number}"))
        shutil.rmtree(cold)
    usage = playing(pulse, [*play, str(warm)], seconds)
    print("| Live, at a PulseAudio null sink | Median | Min - max | At most |")
    print("|---|---:|---:|---:|")
    for title, found, most in (("clips spoken before", warm_s, 1.0), ("empty cache", cold_s, 2.2)):
        spread = f"{min(found):.2f} - {max(found):.2f}"
        print(f"| Process start to first sound, {title} | {statistics.median(found):.2f} s | {spread} | {most} s |")
    share = 100 * usage.cpu_s / usage.wall_s
    print(f"| CPU of one core over {seconds:.0f} s, start-up included | {share:.1f} % | | 3 % |")
    print(f"| Peak memory, all clips spoken before | {usage.peak_mb:.0f} MB | | |")
    print(f"\nSample rate {RATE_HZ} Hz; the clock of the recording is good to some 20 ms.")


if __name__ == "__main__":
    main()
