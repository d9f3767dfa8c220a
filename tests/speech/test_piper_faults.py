"""Voices of piper's that somebody else has made: what they may not do, and how that is reported."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from onnx import helper, numpy_helper

from tests.speech.piper_voices import describe, save_borrowing_voice, save_endless_voice, save_model, save_piper_voice
from voiceguide.errors import RequestError, SpeechError
from voiceguide.speech.piper import PiperEngine
from voiceguide.speech.process import Worker, command_for
from voiceguide.speech.worker import MOST_MEMORY_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The place of the workers' folders: nothing may be left there."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def refusal(voice: Path) -> str:
    """Return the message that refuses a voice; it must come at once."""
    began_s = time.monotonic()
    with PiperEngine(str(voice)) as engine, pytest.raises(RequestError) as caught:
        engine.load()
    assert time.monotonic() - began_s < 20.0
    said = str(caught.value)
    assert said.isprintable()
    assert str(voice) in said
    return said


@pytest.mark.parametrize(
    ("rate", "says"),
    [
        (1, "audio.sample_rate: expected a whole number >= 4000"),
        (0, "audio.sample_rate: expected a whole number >= 4000"),
        (-22_050, "audio.sample_rate: expected a whole number >= 4000"),
        (10**9, "audio.sample_rate: expected a whole number <= 192000"),
        (10**400, "audio.sample_rate: expected a whole number <= 192000"),
        (22_050.5, "audio.sample_rate: expected a whole number, got a number"),
        ("x", "audio.sample_rate: expected a whole number, got a text"),
        ("22050", "audio.sample_rate: expected a whole number, got a text"),
        (True, "audio.sample_rate: expected a whole number, got yes or no"),
        (None, "audio.sample_rate: expected a whole number, got null"),
        ([22_050], "audio.sample_rate: expected a whole number, got a list"),
        (float("nan"), "is not JSON"),
        (float("inf"), "is not JSON"),
    ],
)
def test_a_sample_rate_that_nothing_is_recorded_at(tmp_path: Path, rate: object, says: str) -> None:
    voice = save_piper_voice(tmp_path)
    describe(voice, lambda description: description["audio"].update(sample_rate=rate))
    assert says in refusal(voice)


def inference(**values: object) -> dict[str, Any]:
    return {"inference": values}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (inference(length_scale=1e30), "inference.length_scale: expected a number <= 10.0"),
        (inference(length_scale=0), "inference.length_scale: expected a number >= 0.1"),
        (inference(length_scale=-1.0), "inference.length_scale: expected a number >= 0.1"),
        (inference(noise_scale="loud"), "inference.noise_scale: expected a number, got a text"),
        (inference(noise_w=1e9), "inference.noise_w: expected a number <= 10.0"),
        ({"audio": None}, "audio: expected object, got null"),
        ({"espeak": {"voice": "../../../../etc/passwd"}}, "espeak knows no language '../../../../etc/passwd'"),
        ({"espeak": {"voice": "x" * 5000}}, "espeak.voice: expected a text of length <= 100"),
        ({"phoneme_type": "runes"}, "is not a piper voice"),
        ({"phoneme_id_map": {"a": [1]}}, "its phoneme_id_map lacks _ ^ $"),
        ({"phoneme_id_map": {"^": [1], "_": [0], "$": [-2]}}, "phoneme_id_map[...][0]: expected a whole number >= 0"),
        ({"phoneme_id_map": {"^": [0] * 1000}}, "phoneme_id_map[...]: expected a list of length <= 100"),
        (
            {"phoneme_id_map": {f"{n}": [1] for n in range(20_000)}},
            "phoneme_id_map: expected object of length <= 10000",
        ),
        ({"phoneme_id_map": {"^": [0] * 500_000}}, "is far too large"),
        ({"num_speakers": "many"}, "num_speakers: expected a whole number, got a text"),
    ],
)
def test_a_description_that_no_voice_has(tmp_path: Path, change: dict[str, object], says: str) -> None:
    voice = save_piper_voice(tmp_path)
    describe(voice, lambda description: description.update(change))
    assert says in refusal(voice)


@pytest.mark.parametrize("data", [b'{"audio":' * 90_000, b"[" * 900_000, b'{"x":' * 150_000])
def test_a_description_that_is_nested_without_end(tmp_path: Path, data: bytes) -> None:
    voice = save_piper_voice(tmp_path)
    Path(f"{voice}.json").write_bytes(data)
    assert "is not a piper voice" in refusal(voice)


def test_a_file_that_no_model_is_as_large_as_is_not_even_read(tmp_path: Path) -> None:
    voice = save_piper_voice(tmp_path)
    with voice.open("r+b") as file:
        file.truncate(50_000_000_000)
    assert "is far too large (50,000,000,000 bytes)" in refusal(voice)


def test_a_model_that_never_ends_is_ended(tmp_path: Path) -> None:
    with PiperEngine(str(save_endless_voice(tmp_path, growing=False))) as engine:
        engine.load()
        engine.timeout_s = 1.0
        for _ in range(2):
            began_s = time.monotonic()
            with pytest.raises(SpeechError, match=r"piper did not answer within 2 s on 'Hold\.' and was stopped"):
                engine.synthesize("Hold.")
            assert time.monotonic() - began_s < 15.0
        # Nobody has to wait so long for each of a hundred texts.
        began_s = time.monotonic()
        with pytest.raises(SpeechError, match="keeps failing to answer: choose another voice"):
            engine.synthesize("Hold.")
        assert time.monotonic() - began_s < 0.5


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a process to an amount of memory")
def test_a_model_that_takes_ever_more_memory_is_stopped(tmp_path: Path) -> None:
    voice = save_endless_voice(tmp_path, growing=True)
    with PiperEngine(str(voice)) as engine:
        engine.load()
        engine.timeout_s = 60.0
        assert engine._worker
        highest = Highest(engine._worker._process.pid)
        with pytest.raises(SpeechError, match="it takes more memory than a voice may"):
            engine.synthesize("Hold.")
        assert 0 < highest.stop() < 1.2 * MOST_MEMORY_BYTES


class Highest:
    """Watches a process while it runs, for the most memory that it has had."""

    def __init__(self, pid: int) -> None:
        self._status = Path(f"/proc/{pid}/status")
        self._found = 0
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        try:
            while "VmHWM" in (text := self._status.read_text()):
                self._found = 1024 * int(text.partition("VmHWM:")[2].split()[0])
                time.sleep(0.01)
        except OSError:
            return

    def stop(self) -> int:
        self._thread.join(10.0)
        return self._found


def test_a_model_reaches_no_other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_bytes(b"0123" * 8)
    monkeypatch.chdir(tmp_path)
    for name in ("secret", str(tmp_path / "secret"), f"../{tmp_path.name}/secret"):
        voice = save_borrowing_voice(tmp_path, name)
        with PiperEngine(str(voice)) as engine, pytest.raises(RequestError, match="its model cannot be loaded"):
            engine.load()


def test_a_model_that_does_not_run_is_said_in_our_words(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Gather", ["table", "input"], ["output_1"]),
        helper.make_node("Reshape", ["output_1", "shape"], ["output"]),
    ]
    constants = [
        numpy_helper.from_array(np.zeros(2, np.float32), "table"),
        numpy_helper.from_array(np.array([1, 1, 1, -1], np.int64), "shape"),
    ]
    says = r"piper failed on 'Hold\.': its model does not run; try again"
    with (
        PiperEngine(str(save_model(tmp_path, nodes, constants))) as engine,
        pytest.raises(SpeechError, match=says) as caught,
    ):
        engine.synthesize("Hold.")
    assert "onnx" not in str(caught.value).replace("tone.onnx", "").lower()


@pytest.mark.parametrize("name", ["a:b", "-x", "a b%d", "new\nline", "\udcff\udcfe"])
def test_every_name_that_the_file_system_takes(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = save_piper_voice(tmp_path)
    folder = tmp_path / name
    folder.mkdir()
    voice = folder / f"{name}.onnx"
    made.rename(voice)
    Path(f"{made}.json").rename(f"{voice}.json")
    monkeypatch.chdir(folder)
    for spec in (str(voice), f"{name}.onnx"):
        with PiperEngine(spec) as engine:
            assert len(engine.synthesize("Hold.").samples)


def test_nothing_but_our_line_reaches_stderr(tmp_path: Path) -> None:
    broken = save_piper_voice(tmp_path)
    broken.write_bytes(b"<html>404</html>")
    (tmp_path / "endless").mkdir()
    for voice in (broken, save_borrowing_voice(tmp_path / "endless", "secret")):
        command = [sys.executable, "-m", "voiceguide", "say", "Hold.", "--voice", f"piper:{voice}"]
        ran = subprocess.run(
            [*command, "-o", str(tmp_path / "x.wav"), "--cache-dir", str(tmp_path / "clips")],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ran.returncode == 2
        assert ran.stdout == ""
        assert ran.stderr.startswith(f"voiceguide: {voice} is not a piper voice (its model cannot be loaded)")
        assert ran.stderr.count("\n") == 1


def test_a_worker_downloads_nothing(tmp_path: Path) -> None:
    """Some of piper's languages would."""
    part = tmp_path / "part.py"
    part.write_text(
        textwrap.dedent(
            """
            import socket, urllib.request

            def load(arguments, requests, reply):
                said = []
                for address in ("http://127.0.0.1:9/x", "http://voiceguide.invalid/x"):
                    try:
                        urllib.request.urlopen(address, timeout=5)
                    except OSError as error:
                        said.append(str(error))
                try:
                    socket.create_connection(("127.0.0.1", 9), 5)
                except OSError as error:
                    said.append(str(error))
                reply(said=said)
            """
        )
    )
    *command, _ = command_for("part.py")
    worker = Worker("stub", [*command, str(part)])
    try:
        said = worker.reply(30.0)["said"]
    finally:
        worker.close()
    assert len(said) == 3
    assert all("voiceguide opens no connection" in one for one in said), said


def test_a_busy_worker_does_not_outlive_a_killed_parent(tmp_path: Path, scratch: Path) -> None:
    voice = save_endless_voice(tmp_path, growing=False)
    program = textwrap.dedent(
        f"""
        import threading
        from voiceguide.speech.piper import PiperEngine
        engine = PiperEngine({str(voice)!r})
        engine.load()
        threading.Timer(0.5, print, ["begun"], dict(flush=True)).start()
        engine.synthesize("Hold.")
        """
    )
    environment = {**os.environ, "TMPDIR": str(scratch), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"begun\n"
        assert list(scratch.iterdir())
        parent.kill()
    deadline_s = time.monotonic() + 10.0
    while list(scratch.iterdir()) and time.monotonic() < deadline_s:
        time.sleep(0.01)
