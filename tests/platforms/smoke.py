"""Tries what an installed voiceguide must be able to do, as a user does: each command, and each extra."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av

from tests.platforms.environments import Environment, FailedError
from tests.speech.piper_voices import save_piper_voice
from voiceguide import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

SUFFIXES: Final = ("mp3", "m4b", "opus", "flac", "wav")
_PACING: Final = ("--words", "minimal", "--pace", "brisk", "--transition", "1")
_ROUTINE: Final = """
id = "short"
title = "Short"
description = "As short as a session can be."

[[items]]
stretch = "breath"

[[stretches]]
id = "breath"
like = "resting-breaths"
name = "a breath"
setup = []

[stretches.movement]
breaths = { min = 1, default = 1, max = 1 }
breath = { in_s = 2, out_s = 2 }
"""
_MANIFEST: Final = """
[[sessions]]
routines = ["short.toml"]
formats = ["wav", "mp3"]
words = "minimal"
"""
_LENGTH_TOLERANCE_S: Final = 0.1
"""Allows for a codec's frame; other tests check exact lengths."""
_START_S: Final = 60


def smoke(environment: Environment) -> None:
    """Try every command that needs no device. Raises AssertionError or FailedError."""
    work = environment.work
    routine = work / "short.toml"
    routine.write_text(_ROUTINE, encoding="utf-8")

    def voiceguide(*arguments: object) -> str:
        return environment.run("voiceguide", *arguments)

    package = Path(environment.run("python", "-c", "import voiceguide; print(voiceguide.__file__)").strip())
    assert environment.program("python").parents[1] in package.parents, f"imported from elsewhere: {package}"
    assert voiceguide("--version").strip().endswith(__version__)
    assert "upper-back" in voiceguide("list")
    assert "a routine, Short" in voiceguide("check", routine)
    plan = json.loads(voiceguide("plan", routine, *_PACING, "--json"))
    assert plan["chapters"]
    for suffix in SUFFIXES:
        session = work / f"short.{suffix}"
        voiceguide("export", routine, *_PACING, "-o", session)
        assert abs(duration_s(session) - plan["duration_s"]) < _LENGTH_TOLERANCE_S, session.name
    voiceguide("plan", routine, *_PACING, "--picture", work / "short.png")
    voiceguide("export", routine, *_PACING, "--bed", "rain", "-o", work / "bedded.mp3")
    voiceguide("play", routine, *_PACING, "--output", "null")
    assert "short" in voiceguide("history").lower()
    found = voiceguide("doctor")
    for suffix in SUFFIXES:
        assert f"ok       export .{suffix}" in found, found


def duration_s(path: Path) -> float:
    """Return the length of an audio file, from a count of its decoded samples."""
    with av.open(path) as container:
        [stream] = container.streams.audio
        return sum(frame.samples / frame.sample_rate for frame in container.decode(stream))


def smoke_espeak(environment: Environment) -> None:
    """Try the system's voices, with a private espeak-ng."""
    environment.run("voiceguide", "say", "Ready.", "--voice", "pyttsx3:default", "-o", "espeak.wav")
    assert duration_s(environment.work / "espeak.wav") > 0


def smoke_piper(environment: Environment) -> None:
    """Try a voice that a user brings."""
    voice = save_piper_voice(environment.work)
    environment.run("voiceguide", "say", "Ready.", "--voice", f"piper:{voice}", "-o", "piper.wav")
    assert duration_s(environment.work / "piper.wav") > 0


def smoke_pico(environment: Environment) -> None:
    """Try a German sentence, for which voiceguide chooses the voice itself."""
    environment.run("voiceguide", "say", "Atme ruhig weiter.", "--language", "de", "-o", "pico.wav")
    assert duration_s(environment.work / "pico.wav") > 0
    assert "pico:de-DE" in environment.run("voiceguide", "voices", "--language", "de")


def smoke_simpleaudio(environment: Environment) -> None:
    """Check that simpleaudio is installed and is asked for a device: more would need one."""
    [line] = [line for line in environment.run("voiceguide", "doctor").splitlines() if "output simpleaudio" in line]
    assert "not installed" not in line, line
    assert "cannot be" not in line, line
    assert "simpleaudio" not in environment.versions() or _plain_is_sound(environment)


def _plain_is_sound(environment: Environment) -> bool:
    return environment.run("python", "-c", "import sys; print(sys.version_info < (3, 12))").strip() == "True"


def smoke_dask(environment: Environment) -> None:
    """Try a batch on a scheduler with one worker."""
    work = environment.work
    (work / "catalogue.toml").write_text(_MANIFEST, encoding="utf-8")
    with _cluster(environment) as address:
        environment.run("voiceguide", "batch", "catalogue.toml", "--scheduler", address)
    made = sorted(path.suffix for path in (work / "catalogue").glob("short*"))
    assert made == [".mp3", ".wav"], made


@contextlib.contextmanager
def _cluster(environment: Environment) -> Generator[str]:
    folder = environment.work / "dask"
    folder.mkdir()
    file, log = folder / "scheduler.json", folder / "log"
    common = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", file]

    def started(*arguments: object) -> subprocess.Popen[bytes]:
        command = [str(part) for part in (environment.program("python"), "-m", *arguments, *common)]
        with log.open("ab") as stream:
            return subprocess.Popen(command, cwd=folder, env=environment.variables, stdout=stream, stderr=stream)

    with contextlib.ExitStack() as stack:
        scheduler = stack.enter_context(started("distributed.cli.dask_scheduler", "--port", "0", "--no-show"))
        stack.callback(scheduler.kill)
        give_up_s = time.monotonic() + _START_S
        while not file.exists():
            if scheduler.poll() is not None or time.monotonic() > give_up_s:
                raise FailedError(log.read_text(encoding="utf-8"))
            time.sleep(0.05)
        worker = stack.enter_context(started("distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny"))
        stack.callback(worker.kill)
        yield json.loads(file.read_text(encoding="utf-8"))["address"]


EXTRAS: Final[dict[str, Callable[[Environment], None]]] = {
    "dask": smoke_dask,
    "espeak": smoke_espeak,
    "pico": smoke_pico,
    "piper": smoke_piper,
    "simpleaudio": smoke_simpleaudio,
}
"""The extras of this platform."""


def missing_for(extra: str) -> str:
    """Return what this machine lacks to install an extra, or an empty string."""
    if extra != "simpleaudio":
        return ""
    if not shutil.which("cc"):
        return "no compiler"
    return "" if Path("/usr/include/alsa/asoundlib.h").exists() else "no ALSA headers"
