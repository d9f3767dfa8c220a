"""The process that pyttsx3 speaks in is killed in the middle of an export.

Faults of its own (it hangs, dies, answers nonsense or stays silent) are tested in tests/speech/test_pyttsx3_faults.py.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.faults.harness import PATIENCE_S, Program, gone, left_behind, moments, started
from voiceguide.speech.pyttsx3 import Pyttsx3Engine
from voiceguide.speech.store import ClipStore

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

RATES = (1.0, 0.8)
SPEAKING_S = 0.6
"""About how long the worker lives."""


def child_of(process: subprocess.Popen[str]) -> int | None:
    """Wait for the first child of a process and return its process ID; None if the process ends without one."""
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{process.pid}/task").iterdir():
                if children := (task / "children").read_text().split():
                    return int(children[0])
        time.sleep(0.005)
    return None


def test_a_killed_worker(tmp_path: Path, count: Callable[[str], None]) -> None:
    program = Program(tmp_path / "home", tmp_path / "cache")
    out = tmp_path / "out"
    out.mkdir()
    endings = {0: 0, 1: 0}
    for number, moment_s in enumerate(moments(6, SPEAKING_S, seed=5)):
        arguments = ("export", "upper-back", "--voice", "pyttsx3:en-us", "--cache-dir", tmp_path / str(number))
        with started(program.command(*arguments, "-o", out / "x.wav"), program.environment()) as process:
            worker = child_of(process)
            assert worker
            time.sleep(moment_s)
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
            _, stderr = process.communicate(timeout=PATIENCE_S)
        endings[process.returncode] += 1
        assert "Traceback" not in stderr
        assert gone(lambda: left_behind(out, program.temporary, tmp_path / str(number))) == []  # noqa: B023
        assert ClipStore(tmp_path / str(number)).info().damaged == 0
        if process.returncode:
            assert stderr.startswith("voiceguide: the process of pyttsx3 died")
            assert stderr.count("\n") == 1
            assert list(out.iterdir()) == []
        else:
            (out / "x.wav").unlink()
    assert endings[1] > 0
    count(f"the worker of pyttsx3 killed 6 times: {endings[1]} clear refusals, {endings[0]} too late to matter")


def speak_often(workers: int) -> Counter[tuple[float, float]]:
    """Speak a text in `workers` processes on a busy machine, and count the lengths in seconds by speech rate."""
    found: Counter[tuple[float, float]] = Counter()
    burners = [multiprocessing.get_context("spawn").Process(target=burn, daemon=True) for _ in range(6)]
    for burner in burners:
        burner.start()
    try:
        for number in range(workers):
            speech_rate = RATES[number % len(RATES)]
            with Pyttsx3Engine("en-us", speech_rate) as engine:
                take = engine.synthesize("Right ear toward right shoulder, until you feel the left side of the neck.")
            found[speech_rate, round(len(take.samples) / take.rate_hz, 1)] += 1
    finally:
        for burner in burners:
            burner.kill()
    return found


def burn() -> None:
    while True:
        pass


def check_rates(workers: int, count: Callable[[str], None]) -> None:
    found = speak_often(workers)
    lengths = {rate: {length for asked, length in found if asked == rate} for rate in RATES}
    count(f"{workers} processes of pyttsx3 begun on a busy machine: lengths by speech rate {lengths}")
    for rate, several in lengths.items():
        assert max(several) - min(several) < 0.15, rate
    assert min(lengths[0.8]) > 1.1 * max(lengths[1.0])


def test_the_rate_is_taken_on_a_busy_machine(count: Callable[[str], None]) -> None:
    check_rates(8, count)


@pytest.mark.long
def test_the_rate_is_taken_on_a_busy_machine_again_and_again(count: Callable[[str], None]) -> None:
    check_rates(150, count)
