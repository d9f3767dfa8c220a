"""voiceguide in other people's programs: their choice of telemetry stays; if they made none, it is declined."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from voiceguide.batch.cluster import fitness

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).parents[2]
SAY: Final = """
from voiceguide import session
session.say("Hold.", cache_dir="clips")
"""


def ran(program: str, home: Path, **variables: str) -> list[str]:
    """Return what a program prints. Nothing tells it that it is tested: onnxruntime is silent in a CI."""
    environment: Mapping[str, str] = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        **variables,
    }
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("before", [{}, {"ORT_DISABLE_TELEMETRY": ""}])
def test_it_is_off_for_every_module_and_every_process(tmp_path: Path, before: dict[str, str]) -> None:
    program = """
        import multiprocessing, os, sys
        import voiceguide.units
        assert "onnxruntime" not in sys.modules
        say = 'echo "$ORT_DISABLE_TELEMETRY"'
        os.system(say)
        process = multiprocessing.get_context("spawn").Process(target=os.system, args=(say,))
        process.start()
        process.join()
        """
    assert ran(program, tmp_path, **before) == ["1", "1"]


def test_a_worker_of_a_cluster_declines(tmp_path: Path) -> None:
    """The worker knows nothing of voiceguide until it is sent work."""
    sent = tmp_path / "sent"
    sent.write_bytes(pickle.dumps(fitness))
    program = f"""
        import pathlib, pickle
        found = pickle.loads(pathlib.Path({str(sent)!r}).read_bytes())([("hibari:heart", 1.0)])
        print(found["voices"][0]["engine"])
        """
    assert ran(program, tmp_path, VOICEGUIDE_CACHE_DIR=str(tmp_path / "clips")) == ["hibari"]
    assert not (tmp_path / ".cache").exists()


def test_what_a_program_has_decided_stays(tmp_path: Path) -> None:
    program = f"""
        import os
        os.environ["ORT_DISABLE_TELEMETRY"] = "0"
        import onnxruntime
        onnxruntime.disable_telemetry_events = lambda: print("declined")
        {SAY.strip().replace(chr(10), chr(10) + " " * 8)}
        print(os.environ["ORT_DISABLE_TELEMETRY"])
        """
    assert ran(program, tmp_path) == ["0"]


def test_what_was_imported_before_us_is_asked_to_say_nothing_of_us(tmp_path: Path) -> None:
    program = f"""
        import onnxruntime
        onnxruntime.disable_telemetry_events = lambda: print("declined")
        {SAY.strip().replace(chr(10), chr(10) + " " * 8)}
        """
    assert set(ran(program, tmp_path)) == {"declined"}


def test_our_own_program_has_no_other_opinion(tmp_path: Path) -> None:
    """A setting in the shell is meant for other programs: ours declines whatever it says."""
    done = subprocess.run(
        [sys.executable, "-m", "voiceguide", "say", "Hold.", "-o", "hold.wav", "--cache-dir", "clips"],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "PYTHONPATH": str(ROOT),
            "ORT_DISABLE_TELEMETRY": "0",
        },
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clips", "hold.wav"]
