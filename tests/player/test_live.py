"""The program, playing to a real sound server: what is recorded is what counts."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import json
import multiprocessing
import os
import pty
import select
import signal
import subprocess
import termios
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.pulse import ALSA_SINK, SINK
from voiceguide.model.pcm import to_pcm16
from voiceguide.player.remotes.control.client import ask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.player.conftest import Program
    from tests.pulse import Pulse
    from voiceguide import session

RATE_HZ = 24_000
PLAIN = ["--wake", "0", "--no-keep-alive", "--variation", "off"]
"""Options to play what the exporter renders, with nothing added for headsets."""


def rendered(planned: session.Session, start: int = 0, seconds: float | None = None) -> NDArray[np.int64]:
    length = planned.timeline.length - start if seconds is None else round(seconds * RATE_HZ)
    samples = np.empty(length, np.float32)
    planned.source.render(start, samples)
    return to_pcm16(samples).astype(np.int64)


def found_in(recording: NDArray[np.int64], part: NDArray[np.int64]) -> int:
    """Return the frame of the recording where `part`, which begins with sound, begins; -1 if it is not there."""
    head = part[:400]
    at = -1
    for candidate in np.flatnonzero(recording[: len(recording) - len(part) + 1] == head[np.argmax(np.abs(head))]):
        begin = int(candidate - np.argmax(np.abs(head)))
        if begin >= 0 and np.array_equal(recording[begin : begin + len(part)], part):
            at = begin
            break
    return at


def burn() -> None:
    while True:
        sum(range(10_000))


@contextlib.contextmanager
def two_busy_cores() -> Iterator[None]:
    context = multiprocessing.get_context("spawn")
    burners = [context.Process(target=burn, daemon=True) for _ in range(2)]
    for burner in burners:
        burner.start()
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.join(10)


@pytest.mark.alone
def test_a_minute_is_frame_for_frame_what_the_exporter_renders_on_a_busy_machine(
    pulse: Pulse, program: Program, tmp_path: Path, upper_back: session.Session
) -> None:
    """Both outputs play at once, each to a sink of its own."""
    sinks = {"miniaudio": SINK}
    if importlib.util.find_spec("simpleaudio") is not None:
        sinks["simpleaudio"] = ALSA_SINK
    recordings = {}
    with two_busy_cores(), contextlib.ExitStack() as stack:
        for output, sink in sinks.items():
            recordings[output] = stack.enter_context(pulse.recording(tmp_path / output, sink))
            program.play("upper-back", *PLAIN, "--output", output)
        program.wait_for(lambda status: status["position_s"] > 62, 90)
        time.sleep(3.0)  # only the first of the players answers, and the other may be behind
    expected = rendered(upper_back, 0, 60.0)
    for output, recording in recordings.items():
        heard = recording.frames()
        first = int(np.flatnonzero(heard)[0]) - int(np.flatnonzero(expected)[0])
        wrong = np.flatnonzero(heard[first : first + len(expected)] != expected)
        assert not len(wrong), f"{output}: {len(wrong)} frames, the first at {wrong[0] / RATE_HZ} s"


def test_pause_is_silent_at_once_and_resume_begins_with_the_sentence_that_was_cut(
    pulse: Pulse, program: Program, tmp_path: Path, upper_back: session.Session
) -> None:
    cue = next(
        cue for cue in upper_back.timeline.speech() if cue.start > 40 * RATE_HZ and cue.end - cue.start > 3 * RATE_HZ
    )
    with pulse.recording(tmp_path / "recording.raw") as recording:
        program.play("upper-back", *PLAIN)
        program.wait_for(lambda status: status["position_s"] > 0.5)
        ask("position", cue.start / RATE_HZ)
        program.wait_for(lambda status: status["doing"] == cue.text and status["position_s"] > cue.start / RATE_HZ + 1)
        paused = time.monotonic()
        assert ask("pause")["state"] == "paused"
        time.sleep(1.0)
        resumed = time.monotonic()
        assert ask("resume")["state"] == "playing"
        time.sleep((cue.end - cue.start) / RATE_HZ + 0.8)
    heard = recording.frames()
    sounding = np.flatnonzero(heard)
    moments = np.array([recording.at(0) + frame / RATE_HZ for frame in sounding])
    last_before = moments[moments < (paused + resumed) / 2].max()
    first_after = moments[moments > (paused + resumed) / 2].min()
    assert last_before - paused < 0.05
    # The recording's clock is some hundredths of a second wide.
    assert -0.05 < first_after - resumed < 0.4
    begin = int(sounding[moments > (paused + resumed) / 2][0])
    # The sentence from its first sample; the first 5 ms are faded in.
    clip = to_pcm16(upper_back.clips[cue.text].samples).astype(np.int64)
    gain = rendered(upper_back, cue.start, 1.0)
    assert found_in(heard[begin : begin + len(clip) + RATE_HZ // 10], gain[RATE_HZ // 100 :]) >= 0


def test_playerctl_sees_and_controls_it(program: Program, bus: str, tool: Callable[[str], str]) -> None:
    assert bus
    playerctl = tool("playerctl")

    def asked(*arguments: str) -> str:
        return subprocess.run(
            [playerctl, "-p", "voiceguide", *arguments], capture_output=True, text=True, timeout=10, check=True
        ).stdout.strip()

    program.play("upper-back", "--output", "null")
    program.wait_for(lambda status: status["position_s"] > 0.3)
    deadline = time.monotonic() + 5
    while "voiceguide" not in subprocess.run([playerctl, "-l"], capture_output=True, text=True, check=False).stdout:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert asked("status") == "Playing"
    assert asked("metadata", "xesam:title") == "Welcome"
    assert asked("metadata", "xesam:album") == "Upper back"
    assert int(asked("metadata", "mpris:length")) == pytest.approx(program.status()["length_s"] * 1e6, abs=2)
    asked("pause")
    program.wait_for(lambda status: status["state"] == "paused")
    assert asked("status") == "Paused"
    asked("play-pause")
    program.wait_for(lambda status: status["state"] == "playing")
    asked("next")
    cat_cow = program.wait_for(lambda status: status["chapter"] == "Cat-cow")
    assert asked("metadata", "xesam:title") == "Cat-cow"
    assert float(asked("position")) == pytest.approx(program.status()["position_s"], abs=0.3)
    asked("position", "20+")
    program.wait_for(lambda status: status["position_s"] > cat_cow["position_s"] + 10)
    asked("previous")
    program.wait_for(lambda status: status["position_s"] < cat_cow["position_s"] + 3)
    asked("previous")
    program.wait_for(lambda status: status["chapter"] == "Welcome")
    asked("volume", "0.4")
    program.wait_for(lambda status: status["volume"] == pytest.approx(0.4))
    assert float(asked("volume")) == pytest.approx(0.4)
    asked("stop")
    assert program.started[0].wait(10) == 0


def test_it_survives_the_sound_server(
    pulse: Pulse, program: Program, tmp_path: Path, upper_back: session.Session
) -> None:
    with pulse.recording(tmp_path / "before.raw") as before:
        process = program.play("upper-back", *PLAIN)
        began = program.wait_for(lambda status: status["position_s"] > 12)["position_s"]
        killed = time.monotonic()
        pulse.kill()
        lost = program.wait_for(lambda status: status["state"] == "waiting", 5)
        assert time.monotonic() - killed < 1.6
        assert lost["message"]
    # The program is held still until the new server can be recorded from its first frame on.
    process.send_signal(signal.SIGSTOP)
    pulse.start()
    with pulse.recording(tmp_path / "after.raw") as after:
        process.send_signal(signal.SIGCONT)
        program.wait_for(lambda status: status["state"] == "playing" and status["position_s"] > 42, 60)
    assert began > lost["position_s"] - 1
    first, second = before.frames(), after.frames()
    whole = rendered(upper_back)
    missing = []
    cues = [cue for cue in upper_back.timeline.speech() if cue.end < 41 * RATE_HZ]
    assert len(cues) > 5
    for cue in cues:
        sound = whole[cue.start + 240 : cue.end - 240]  # a resumed cue is faded in
        if found_in(first, sound) < 0 and found_in(second, sound) < 0:
            missing.append(cue.text)
    assert not missing


def test_killed_it_goes_on_where_it_was(program: Program) -> None:
    process = program.play("upper-back", "--output", "null", "--words", "brief")
    program.wait_for(lambda status: status["position_s"] > 0.2)
    ask("position", 120.0)
    program.wait_for(lambda status: status["position_s"] > 116)
    ask("slower")
    time.sleep(3.0)
    at = program.status()
    process.kill()
    process.wait(10)
    [entry] = json.loads(program.run("history", "--json").stdout)
    assert (entry["routine"], entry["finished"]) == ("upper-back", False)
    assert 0 <= at["position_s"] - entry["position_s"] < 5
    again = program.play("--resume", "--output", "null")
    status = program.wait_for(lambda status: status["position_s"] > 1)
    assert (status["chapter"], status["side"], status["words"]) == (at["chapter"], at["side"], "brief")
    # The place within the chapter is kept; what came before the chapter is paced anew.
    assert "going on with Upper back" in _stderr(again)


@pytest.mark.parametrize(("action", "amount"), [("position", 300.0), ("seek", 200.0), ("next", None)])
def test_a_jump_just_before_it_is_killed_is_not_lost(program: Program, action: str, amount: float | None) -> None:
    process = program.play("upper-back", "--output", "null")
    program.wait_for(lambda status: status["position_s"] > 0.2)
    before_s = program.status()["position_s"]
    after_s = ask(action, amount)["position_s"]
    process.kill()
    process.wait(10)
    assert after_s - before_s > 15
    [entry] = json.loads(program.run("history", "--json").stdout)
    assert entry["position_s"] == pytest.approx(after_s, abs=1.0)


def test_a_routine_whose_path_is_no_utf_8_is_played_recorded_and_resumed(
    program: Program, bus: str, tool: Callable[[str], str], tmp_path: Path
) -> None:
    """Old archives and other systems leave such names: Linux takes any bytes for a name."""
    assert bus
    name = os.fsencode(tmp_path) + b"/r\xfccken \x1b[2J\n\xff.toml"
    with open(name, "w", encoding="utf-8") as file:  # noqa: PTH123 -- bytes
        file.write('id = "mine"\ntitle = "Rücken"\ndescription = "One."\n[[items]]\nstretch = "cat-cow"\n')
    path = os.fsdecode(name)
    assert program.run("plan", path, "--cache-dir", str(program.cache)).returncode == 0
    process = program.play(path, "--output", "null")
    program.wait_for(lambda status: status["position_s"] > 0.3)
    ask("position", 40.0)
    program.wait_for(lambda status: status["position_s"] > 30)
    playerctl = [tool("playerctl"), "-p", "voiceguide"]
    deadline = time.monotonic() + 10
    while (
        title := subprocess.run([*playerctl, "metadata", "xesam:album"], capture_output=True, text=True, check=False)
    ).returncode:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert title.stdout == "Rücken\n"
    subprocess.run([*playerctl, "stop"], check=True)
    stdout, stderr = process.communicate(timeout=15)
    assert (process.returncode, "Traceback" in stderr) == (0, False)
    assert stdout.splitlines()[-1].endswith("voiceguide play --resume goes on there")
    [entry] = json.loads(program.run("history", "--json").stdout)
    address = f"file://{tmp_path}/r%FCcken%20%1B%5B2J%0A%FF.toml"
    assert entry["routine"] == address
    assert program.run("history").stdout.splitlines()[1].split()[2] == address
    for named in ([], [path], [address]):
        again = program.play(*named, "--resume", "--output", "null")
        assert program.wait_for(lambda status: status["position_s"] > 25)["title"] == "Rücken"
        ask("stop")
        assert "going on with R" in again.communicate(timeout=15)[1]
        assert again.returncode == 0
    assert json.loads(program.run("history", "--json").stdout)[0]["routine"] == address


def _stderr(process: subprocess.Popen[str]) -> str:
    process.terminate()
    return process.communicate(timeout=10)[1]


def test_a_session_that_was_finished_is_not_resumed(program: Program) -> None:
    program.play("upper-back", "--output", "null")
    program.wait_for(lambda status: status["position_s"] > 0.2)
    length_s = program.status()["length_s"]
    ask("position", length_s - 1.5)
    assert program.started[0].wait(20) == 0
    refused = program.run("play", "--resume")
    assert refused.returncode == 2
    assert "played to its end" in refused.stderr


def test_without_a_device_there_is_one_clear_line(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/nobody/there")
    process = program.play("upper-back")
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 1
    assert [line for line in stderr.splitlines() if "no sound device" in line] == stderr.splitlines()


def test_ctl_without_a_session_says_what_to_do(program: Program) -> None:
    refused = program.run("ctl", "pause")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "voiceguide: no session is playing: start one with `voiceguide play ROUTINE`\n"


def test_which_session_is_asked_for(program: Program) -> None:
    assert program.run("play").returncode == 2
    nothing = program.run("play", "--resume")
    assert nothing.returncode == 2
    assert "nothing to resume" in nothing.stderr
    assert program.run("play", "upper-back", "--volume", "3", "--output", "null").returncode == 2
    assert program.run("play", "upper-back", "--output", "gramophone").returncode == 2


CRASHES = """
import ctypes, threading
def crash():
    main = ctypes.c_ulong(threading.main_thread().ident)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(main, ctypes.py_object(ZeroDivisionError))
def count():
    threading.Timer(6.0, crash).start()
count()
"""
"""A `sitecustomize` that makes the main thread crash in the middle of a session, as a fault of ours would."""


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        (b"q", 0),
        (b"\x03", 130),
        (b"\x1c", 131),
        (signal.SIGTERM, 143),
        (signal.SIGHUP, 129),
        ("crash", 1),
    ],
)
def test_in_a_terminal_keys_work_and_it_is_left_as_it_was(
    program: Program, ending: bytes | signal.Signals | str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ending == "crash":
        (tmp_path / "sitecustomize.py").write_text(CRASHES)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    leader, follower = pty.openpty()
    before = termios.tcgetattr(follower)
    process = program.play(
        "upper-back",
        "--output",
        "null",
        stdin=follower,
        stderr=follower,
        stdout=follower,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that Ctrl-C is a signal
    )
    drawn = bytearray()

    def read_for(seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if select.select([leader], [], [], left)[0]:
                drawn.extend(os.read(leader, 65_536))

    read_for(2.0)
    os.write(leader, b" ")
    program.wait_for(lambda status: status["state"] == "paused")
    os.write(leader, b"n\x1b[C ?")
    program.wait_for(lambda status: status["chapter"] == "Cat-cow" and status["state"] == "playing")
    read_for(1.0)
    assert b"Cat-cow" in drawn
    assert b"space pause" in drawn
    assert b"hold one more breath" in drawn
    if isinstance(ending, bytes):
        os.write(leader, ending)
    elif isinstance(ending, signal.Signals):
        process.send_signal(ending)
    read_for(1.5 if ending != "crash" else 6.0)
    assert process.wait(10) == code
    assert termios.tcgetattr(follower) == before
    assert drawn.rfind(b"\x1b[?25h") > drawn.rfind(b"\x1b[?25l")  # the cursor is back
    os.close(leader)
    os.close(follower)
