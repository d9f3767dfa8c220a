"""Faults of the process that pyttsx3 runs in, and what they leave behind."""

from __future__ import annotations

import ctypes.util
import os
import signal
import struct
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from voiceguide.errors import SpeechError, UnknownNameError
from voiceguide.speech.pyttsx3 import Pyttsx3Engine

if TYPE_CHECKING:
    from collections.abc import Iterator

STUB = textwrap.dedent(
    """
    import json, os, pathlib, struct, sys, time, wave

    pids, mode, recovers, *rest = sys.argv[1:]
    with open(pids, "a") as file:
        print(os.getpid(), file=file)
    first = len(pathlib.Path(pids).read_text().split()) == 1
    if recovers == "recovers" and not first:
        mode = "works"

    def say(message):
        print(message if isinstance(message, str) else json.dumps(message), flush=True)

    def hang():
        time.sleep(600)

    def save(path, samples):
        with wave.open(path, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(16000)
            file.writeframes(struct.pack(f"<{len(samples)}h", *samples))

    sound = [(-1) ** (n // 50) * 9000 for n in range(8000)]

    at_start = {
        "start hangs": hang,
        "start dies": lambda: sys.exit("the reason is on stderr"),
        "start is garbage": lambda: say("Audio saved to x.wav"),
        "start is odd": lambda: say({"hello": 1}),
        "start is unavailable": lambda: say({"unavailable": "no voice in the house"}),
        "start fails": lambda: say({"failed": "it has no dictionary"}),
        "unknown voice": lambda: say({"known": ["en-us", "de"]}),
    }
    at_start.get(mode, lambda: say({"ready": True}))()

    for count, line in enumerate(sys.stdin):
        text = json.loads(line)["text"]
        path = os.path.join(rest[-1], f"{count}.wav")
        if mode == "hangs":
            hang()
        elif mode == "dies":
            os._exit(3)
        elif mode == "is garbage":
            say("Audio saved to x.wav")
        elif mode == "is a list":
            say("[1, 2]")
        elif mode == "is elsewhere":
            save(os.path.join(os.path.dirname(pids), "elsewhere.wav"), sound)
            say({"path": os.path.join(os.path.dirname(pids), "elsewhere.wav")})
        elif mode == "fails":
            say({"failed": "out of breath"})
        elif mode == "missing file":
            say({"path": path})
        else:
            save(path, {"silent": [0] * 8000, "no frames": []}.get(mode, sound))
            if mode == "empty file":
                open(path, "wb").close()
            elif mode == "truncated":
                os.truncate(path, 5000)
            elif mode == "no sound file":
                pathlib.Path(path).write_text("sorry")
            elif mode == "aiff":
                os.replace(os.path.join(os.path.dirname(pids), "sound.aiff"), path)
            say({"path": path})
    """
)


class House:
    """Stub workers, and what they leave behind."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self.pids = folder / "pids"
        (folder / "stub.py").write_text(STUB, encoding="utf-8")

    def engine(self, mode: str, *, recovers: bool = True, voice: str = "en-us") -> Pyttsx3Engine:
        engine = Pyttsx3Engine(voice)
        stub = str(self.folder / "stub.py")
        engine.worker_command = [sys.executable, stub, str(self.pids), mode, "recovers" if recovers else "stays"]
        return engine

    def starts(self) -> list[int]:
        return [int(pid) for pid in self.pids.read_text(encoding="utf-8").split()]

    def assert_empty(self) -> None:
        assert [pid for pid in self.starts() if alive(pid)] == []
        assert list(self.temporary.iterdir()) == []


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    house = House(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(house.temporary))
    yield house
    for pid in house.starts() if house.pids.exists() else []:
        if alive(pid):
            os.kill(pid, signal.SIGKILL)


def test_stub_works(house: House) -> None:
    with house.engine("works") as engine:
        takes = [engine.synthesize("Hold."), engine.synthesize("And breathe.")]
    assert [(len(take.samples), take.rate_hz) for take in takes] == [(8000, 16000)] * 2
    assert len(house.starts()) == 1
    house.assert_empty()


@pytest.mark.parametrize(
    ("mode", "says"),
    [
        ("dies", r"died on 'Hold\.' \(exit code 3\): try again"),
        ("is garbage", r"answers nonsense \(.*Audio saved"),
        ("is a list", "answers nonsense"),
        ("is elsewhere", "answers nonsense"),
        ("fails", r"failed on 'Hold\.': out of breath; try again"),
        ("missing file", r"wrote no sound for 'Hold\.'"),
        ("empty file", r"empty or unfinished file \(0 bytes\) for 'Hold\.'"),
        ("no frames", r"empty or unfinished file \(44 bytes\)"),
        ("truncated", r"empty or unfinished file \(5000 bytes\)"),
        ("no sound file", r"empty or unfinished file \(5 bytes\)"),
        ("silent", r"no sound for 'Hold\.': does the voice speak its language"),
    ],
)
def test_fault_while_speaking(house: House, mode: str, says: str) -> None:
    with house.engine(mode) as engine:
        with pytest.raises(SpeechError, match=says) as caught:
            engine.synthesize("Hold.")
        house.assert_empty()
        assert caught.value.exit_code == 1
        assert len(engine.synthesize("Hold.").samples) == 8000
        assert len(house.starts()) == 2
    house.assert_empty()


def test_hang_while_speaking(house: House) -> None:
    with house.engine("hangs") as engine:
        engine.timeout_s = 0.1
        began_s = time.monotonic()
        with pytest.raises(SpeechError, match=r"did not answer within 1 s on 'Hold\.' and was stopped: try again"):
            engine.synthesize("Hold.")
        assert 0.5 < time.monotonic() - began_s < 5.0
        house.assert_empty()
        assert len(engine.synthesize("Hold.").samples) == 8000
    house.assert_empty()


@pytest.mark.parametrize(
    ("mode", "says"),
    [
        ("start hangs", "did not answer within 1 s and was stopped"),
        ("start dies", r"died \(exit code 1, the reason is on stderr\)"),
        ("start is garbage", "answers nonsense"),
        ("start is odd", "the pyttsx3 voice 'en-us' does not work: its process answers nonsense"),
        ("start is unavailable", r"cannot start: no voice in the house"),
        ("start fails", r"voice 'en-us' does not work: it has no dictionary; choose another with `voice="),
    ],
)
def test_fault_while_starting(house: House, mode: str, says: str) -> None:
    with house.engine(mode) as engine:
        # Short for the one that hangs; the others have as long as they need.
        engine.start_timeout_s = 1.0 if mode == "start hangs" else 30.0
        with pytest.raises(SpeechError, match=says) as caught:
            engine.load()
        house.assert_empty()
        assert caught.value.exit_code == 1
        engine.start_timeout_s = 30.0
        assert len(engine.synthesize("Hold.").samples) == 8000
    house.assert_empty()


def test_unknown_voice(house: House) -> None:
    with house.engine("unknown voice", recovers=False, voice="en-uk") as engine:
        with pytest.raises(UnknownNameError, match="no pyttsx3 voice is called 'en-uk': did you mean en-us"):
            engine.load()
        house.assert_empty()


@pytest.mark.parametrize("mode", ["start hangs", "start dies", "start is garbage", "start is odd"])
def test_no_voices_where_there_is_no_speech(house: House, mode: str) -> None:
    class Stubbed(Pyttsx3Engine):
        worker_command = house.engine(mode, recovers=False).worker_command
        start_timeout_s = 1.0

    assert Stubbed.voices() == []
    house.assert_empty()


def test_a_program_that_is_not_there(house: House) -> None:
    with house.engine("works") as engine:
        engine.worker_command = [str(house.folder / "nothing")]
        with pytest.raises(SpeechError, match="cannot start with voice"):
            engine.load()
    assert list(house.temporary.iterdir()) == []


def test_close_does_not_wait_for_a_hanging_text(house: House) -> None:
    engine = house.engine("hangs", recovers=False)
    engine.load()
    raised: list[BaseException] = []

    def speak() -> None:
        try:
            engine.synthesize("Hold.")
        except SpeechError as error:
            raised.append(error)

    thread = threading.Thread(target=speak)
    thread.start()
    while not engine._turn.locked():
        time.sleep(0.001)
    began_s = time.monotonic()
    engine.close()
    thread.join(5.0)
    assert time.monotonic() - began_s < 5.0
    assert len(raised) == 1
    house.assert_empty()


def aiff(samples: np.ndarray[tuple[int], np.dtype[np.int16]], rate_hz: int, compression: bytes = b"") -> bytes:
    """Return an AIFF file, or an AIFF-C file if a compression is named."""
    exponent = rate_hz.bit_length() - 1
    common = struct.pack(">hIhHQ", 1, len(samples), 16, 16383 + exponent, rate_hz << (63 - exponent))
    pcm = samples.astype("<i2" if compression == b"sowt" else ">i2").tobytes()
    body = b"".join(
        name + struct.pack(">I", len(data)) + data
        for name, data in [
            (b"COMM", common + (compression + b"\0\0" if compression else b"")),
            (b"FLLR", bytes(100)),
            (b"SSND", bytes(8) + pcm),
        ]
    )
    kind = b"AIFC" if compression else b"AIFF"
    return b"FORM" + struct.pack(">I", len(body) + 4) + kind + body


@pytest.mark.parametrize("compression", [b"", b"NONE", b"twos", b"sowt"])
def test_what_macos_writes(house: House, compression: bytes) -> None:
    samples = (np.sin(np.arange(4000) / 5) * 12345).astype(np.int16)
    (house.folder / "sound.aiff").write_bytes(aiff(samples, 22_050, compression))
    with house.engine("aiff") as engine:
        take = engine.synthesize("Hold.")
    assert take.rate_hz == 22_050
    np.testing.assert_array_equal(np.round(take.samples * 32768).astype(np.int16), samples)


def test_unfinished_aiff(house: House) -> None:
    (house.folder / "sound.aiff").write_bytes(aiff(np.ones(4000, dtype=np.int16), 22_050)[:-10])
    with house.engine("aiff") as engine, pytest.raises(SpeechError, match="empty or unfinished file"):
        engine.synthesize("Hold.")


def shadow(folder: Path, monkeypatch: pytest.MonkeyPatch, module: str, source: str) -> None:
    """Put a module of our own in front of the real one, for the worker to import."""
    (folder / f"{module}.py").write_text(source, encoding="utf-8")
    paths = [str(folder), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))


def test_no_espeak(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform in {"darwin", "win32"} or ctypes.util.find_library("espeak-ng"):
        pytest.skip("this system has a voice of its own")
    shadow(house.folder, monkeypatch, "espeakng_loader", "raise ImportError('hidden')")
    with (
        Pyttsx3Engine() as engine,
        pytest.raises(SpeechError, match=r"espeak-ng, or: pip install 'voiceguide\[espeak\]'"),
    ):
        engine.load()
    assert Pyttsx3Engine.voices() == []
    assert list(house.temporary.iterdir()) == []


SLOW_ESPEAK = """
import ctypes, importlib.machinery, importlib.util, os, sys, time
here = os.path.dirname(__file__)
real = importlib.machinery.PathFinder.find_spec("espeakng_loader", [path for path in sys.path if path != here])
loader = importlib.util.module_from_spec(real)
real.loader.exec_module(loader)
get_data_path, get_library_path = loader.get_data_path, loader.get_library_path
os.environ["ESPEAK_DATA_PATH"] = get_data_path()
ctypes.CDLL(get_library_path())
from pyttsx3.drivers.espeak import EspeakDriver
write = EspeakDriver._onSynth
def write_and_dawdle(self, wav, count, events):
    result = write(self, wav, count, events)
    if not count:
        time.sleep(0.05)
    return result
EspeakDriver._onSynth = write_and_dawdle
"""


def test_espeak_is_waited_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its thread goes on for a while after the file is written; a text that came then used to be cancelled."""
    if sys.platform in {"darwin", "win32"}:
        pytest.skip("no espeak here")
    shadow(house.folder, monkeypatch, "espeakng_loader", SLOW_ESPEAK)
    with Pyttsx3Engine() as engine:
        lengths = {len(engine.synthesize("Hold, and breathe.").samples) for _ in range(5)}
    assert max(lengths) - min(lengths) < 1000


FAKE_PYTTSX3 = """
import pathlib, time
class Voice:
    id, name, languages, gender = "house/stub", "Stub", ["en_GB"], "VoiceGenderFemale"
class Engine:
    proxy = type("Proxy", (), {"setBusy": lambda self, busy: None})()
    saved = 0
    def connect(self, topic, call): self.call = call
    def getProperty(self, name): return [Voice] if name == "voices" else 200
    def setProperty(self, name, value): pass
    def save_to_file(self, text, path):
        print("Audio saved to", path)
        self.saved += 1
        if self.saved > 1: MISBEHAVE
        else: pathlib.Path(path).write_bytes(b"RIFF" + bytes(8) + b"data" + bytes([2, 0, 0, 0, 1, 1]))
    def runAndWait(self): pass
def init(): return Engine()
"""


@pytest.mark.parametrize(
    ("misbehaviour", "says"),
    [
        ("pass", "no sound was written"),
        ("pathlib.Path(path).write_bytes(b'RIFF')", "the sound was not written to its end"),
        ("self.call(name=None, exception=ValueError('no such thing'))", "no such thing"),
        ("raise KeyError('rate')", "'rate'"),
        ("time.sleep(600)", "did not answer within"),
    ],
)
def test_pyttsx3_misbehaves(house: House, monkeypatch: pytest.MonkeyPatch, misbehaviour: str, says: str) -> None:
    shadow(house.folder, monkeypatch, "pyttsx3", FAKE_PYTTSX3.replace("MISBEHAVE", misbehaviour))
    assert [(voice.name, voice.language, voice.description) for voice in Pyttsx3Engine.voices()] == [
        ("stub", "en-GB", "Stub, female")
    ]
    with Pyttsx3Engine("STUB") as engine:
        engine.timeout_s = 0.2 if "sleep" in misbehaviour else 20.0
        with pytest.raises(SpeechError, match=says):
            engine.synthesize("Hold.")
    assert list(house.temporary.iterdir()) == []


def test_pyttsx3_cannot_start(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    shadow(house.folder, monkeypatch, "pyttsx3", "def init(): raise RuntimeError('no driver')")
    with Pyttsx3Engine() as engine, pytest.raises(SpeechError, match="cannot start: no driver"):
        engine.load()
    assert Pyttsx3Engine.voices() == []


@pytest.mark.parametrize("busy", [False, True])
def test_worker_does_not_outlive_a_killed_parent(house: House, monkeypatch: pytest.MonkeyPatch, *, busy: bool) -> None:
    """The parent is killed outright, while its worker waits, and while pyttsx3 hangs in it."""
    if busy:
        shadow(house.folder, monkeypatch, "pyttsx3", FAKE_PYTTSX3.replace("MISBEHAVE", "time.sleep(600)"))
    program = textwrap.dedent(
        f"""
        from voiceguide.speech.pyttsx3 import Pyttsx3Engine
        engine = Pyttsx3Engine()
        engine.load()
        print(engine._worker._process.pid, flush=True)
        if {busy}:
            engine.synthesize("Hold.")
        input()
        """
    )
    monkeypatch.setenv("TMPDIR", str(house.temporary))
    root = str(Path(__file__).parents[2])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH", ""), root])))
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert alive(worker)
        assert list(house.temporary.iterdir()) != []
        parent.kill()
    deadline_s = time.monotonic() + 10.0
    while list(house.temporary.iterdir()) and time.monotonic() < deadline_s:
        time.sleep(0.01)
    # The last thing a worker does is to remove its folder.
    assert list(house.temporary.iterdir()) == []
