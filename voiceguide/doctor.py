"""Finds out what works on this machine, and how to fix what does not."""

from __future__ import annotations

import io
import platform
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from voiceguide.errors import VoiceguideError
from voiceguide.export.exporter import exporter_for, exporter_suffixes
from voiceguide.export.metadata import Metadata
from voiceguide.library.loader import Library
from voiceguide.outputs.opening import open_output, output_names
from voiceguide.speech.opening import open_store
from voiceguide.speech.voices import DEFAULT_VOICE, engine_class, engine_names, open_engine
from voiceguide.units import SESSION_RATE_HZ, counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from voiceguide.speech.opening import CacheDir

_FIXES = {
    "pyttsx3": "install espeak-ng, or: pip install 'voiceguide[espeak]'",
    "kokoro": "pip install 'voiceguide[kokoro]'",
    "pico": "pip install 'voiceguide[pico]'",
    "piper": "pip install 'voiceguide[piper]' (GPL-3.0-or-later), then `piper_voices()`",
    "simpleaudio": "only where miniaudio does not work: pip install 'voiceguide[simpleaudio]', and connect a device",
}


class Finding(Struct, frozen=True):
    """The result of one trial."""

    what: str
    works: bool
    detail: str
    fix: str = ""
    """What to do if it does not work."""
    needed: bool = True
    """Whether sessions need it."""


def examine(cache_dir: CacheDir = None) -> Iterator[Finding]:
    """Try everything that voiceguide needs, and yield one finding after the other. Raises nothing."""
    yield Finding("python", True, f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield _library()
    for name in engine_names():
        yield _engine(name)
    yield from filter(None, map(_output, output_names()))
    for suffix in exporter_suffixes():
        yield _exporter(suffix)
    yield _store(cache_dir)


def _library() -> Finding:
    try:
        library = Library()
        routines = [library.routine(name) for name in library.routine_ids()]
    except VoiceguideError as error:
        return Finding("stretch data", False, str(error), "install voiceguide again")
    return Finding("stretch data", True, f"{len(routines)} routines, {len(library.stretch_ids())} stretches")


def _engine(name: str) -> Finding:
    what = f"voice engine {name}"
    needed = DEFAULT_VOICE.startswith(f"{name}:")
    fix = _FIXES.get(name, "install voiceguide again")
    try:
        cls = engine_class(name)
        voices = cls.voices()
        if not voices:
            return Finding(what, False, "no voice found", fix, needed)
        with open_engine(name, 1.0) as engine:
            take = engine.synthesize("Ready.")
    except VoiceguideError as error:
        return Finding(what, False, str(error), fix, needed)
    except ImportError as error:
        return Finding(what, False, f"cannot be loaded: {error}", fix, needed)
    return Finding(what, True, f"{len(voices)} voices; spoke {len(take.samples) / take.rate_hz:.1f} s", needed=needed)


def _output(name: str) -> Finding | None:
    """None for an output that nobody can hear, which always works."""
    what = f"audio output {name}"
    try:
        output = open_output(name)
        return Finding(what, True, output.check(), needed=False) if output.audible else None
    except (VoiceguideError, ImportError) as error:
        fix = _FIXES.get(name, "connect a device or start the sound server; exporting needs neither")
        return Finding(what, False, str(error), fix, needed=False)


def _exporter(suffix: str) -> Finding:
    what = f"export .{suffix}"
    try:
        from pathlib import Path

        exporter = exporter_for(Path(f"probe.{suffix}"))
        file = io.BytesIO()
        source = _Hum()
        exporter.write(source, file, Metadata("Probe", "voiceguide", "", "", "en", ()), lambda _frames: None)
        exporter.verify(file, source)
    except (VoiceguideError, ImportError, OSError) as error:
        return Finding(what, False, str(error), "install voiceguide again")
    return Finding(what, True, "encodes and reads back")


def _store(cache_dir: CacheDir) -> Finding:
    try:
        store = open_store(cache_dir)
        store.check_usable()
        info = store.info()
    except VoiceguideError as error:
        return Finding("clip store", False, str(error), "name another folder with `cache_dir=...`")
    detail = f"{info.directory}: {counted(info.clips, 'clip', 'clips')}, {info.size_bytes / 1e6:.1f} MB"
    if info.damaged:
        return Finding("clip store", False, f"{detail}, {info.damaged} damaged", "`prune()`", needed=False)
    return Finding("clip store", True, detail)


class _Hum:
    """A second of a quiet tone, to try an encoder with."""

    rate_hz = SESSION_RATE_HZ
    channels = 1
    length = SESSION_RATE_HZ

    def render(self, start: int, out: NDArray[np.float32]) -> None:
        out[:] = 0.05 * np.sin(np.arange(start, start + len(out)) * 0.1)
