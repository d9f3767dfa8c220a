"""The fuzz targets: everything that reads input which somebody else may have written.

A target takes bytes and raises nothing. Hostile input may be refused with an error of ours; `refused` lets that pass
and checks its text. To add a target, write the function, put it into TARGETS, and put a few files that it accepts, and
some that it should refuse, into `corpus/<its name>/`.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import socket
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unittest import mock

from tests.player.remotes.fakes import FakeControls
from voiceguide.batch.catalogue import read_catalogue
from voiceguide.config import resolve
from voiceguide.errors import RequestError
from voiceguide.history.store import History
from voiceguide.library.loader import Library
from voiceguide.library.new import new_routine
from voiceguide.model.base import MAX_TEXT_CHARS
from voiceguide.model.routine import Routine
from voiceguide.planning.phrasing.script import phrase
from voiceguide.planning.presets import PRESETS, paced, pacing_with, parse_breath, parse_length
from voiceguide.player.protocol import REQUEST_LIMIT
from voiceguide.player.remotes.control import server
from voiceguide.speech.normalise import check_speakable, normalise
from voiceguide.speech.store import ClipStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

CORPUS: Final = Path(__file__).parent / "corpus"
MOST_CPU_S: Final = 3.0
"""The most CPU time for one input. A few kilobytes take some tenths of a second, unless the work is quadratic."""
MARKUP: Final = frozenset("<>[]{}|\\`^~_*#@=+&\0\n\r\t\x1b")


@contextlib.contextmanager
def refused() -> Iterator[None]:
    """Let a refusal of ours pass if each of its lines says something and is printable."""
    try:
        yield
    except RequestError as error:
        said = str(error)
    else:
        return
    assert all(line.strip() and line.isprintable() for line in said.split("\n")), repr(said)


@functools.cache
def scratch() -> Path:
    """Return a temporary folder for this process."""
    folder = tempfile.TemporaryDirectory()
    _KEPT.append(folder)
    return Path(folder.name)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


def text_of(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def routine(data: bytes) -> None:
    """Read a routine or a stretch, as `voiceguide check` and `voiceguide plan` do."""
    path = scratch() / "routine.toml"
    path.write_bytes(data)
    with refused():
        library = Library()
        found = library.read(path)
        if isinstance(found, Routine):
            assert found.title.isprintable()
            phrase(found, paced(), library.phrasebook_of(found), minutes=10)


def normaliser(data: bytes) -> None:
    """Normalise a text for an engine, and check whether it can be spoken."""
    text = text_of(data)
    spoken = normalise(text)
    assert normalise(spoken) == spoken
    assert len(spoken) <= 20 * len(text) + 20
    for scripts in (None, frozenset({"LATIN"})):
        with refused():
            check_speakable(spoken, scripts)
            assert 0 < len(spoken) <= MAX_TEXT_CHARS
            assert not MARKUP & set(spoken), spoken


def config(data: bytes) -> None:
    """Read `config.toml`, without a profile and with some that it may hold."""
    path = scratch() / "config.toml"
    path.write_bytes(data)
    with mock.patch.dict(os.environ, VOICEGUIDE_CONFIG=str(path)), refused():
        resolve({})
        for profile in ("evening", "a", text_of(data[:20])):
            with refused():
                resolve({}, profile)


def manifest(data: bytes) -> None:
    """Read a manifest, and check that the names of its files stay in one folder."""
    path = scratch() / "manifest.toml"
    path.write_bytes(data)
    with refused():
        for order in read_catalogue(path).orders:
            for name in order.job.names():
                assert name == Path(name).name
                assert name.isprintable()
                assert not name.startswith((".", "-")), name


def options(data: bytes) -> None:
    """Parse the options of the command line that our own code parses."""
    text = text_of(data)
    for parse in (parse_breath, parse_length):
        with refused():
            parse(text)
    with refused():
        pacing_with(
            {
                "pace": text if text in PRESETS else "steady",
                "only": (text,),
                "speech_rate": text,
                "words": text,
                "hold_s": text,
            },
        )
    with refused():
        paced(length_s=parse_length(text))
    with refused():
        Library().routine(text.replace("/", "").removesuffix(".toml"))
    folder = scratch() / "routines"
    with refused():
        made = new_routine(text, folder)
        assert made.parent == folder
        made.unlink()


def history(data: bytes) -> None:
    """Read the input as an entry of the history."""
    folder = scratch() / "history"
    folder.mkdir(exist_ok=True)
    (folder / "x.json").write_bytes(data)
    with refused():
        for entry in History(folder).entries():
            assert entry.position_s >= 0
        History(folder).unfinished()


def clip(data: bytes) -> None:
    """Read the input as a clip of the store, under a name that may not be its own."""
    key = "ab" * 20
    path = scratch() / "ab" / f"{key}.clip"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    found = ClipStore(scratch()).get(key)
    assert found is None or 0 <= found.onset_frame <= found.end_frame <= len(found.samples)


@functools.cache
def _server() -> Path:
    """Start a control socket in this process, and return its path."""
    # There is no player, so the server need not wait until a command shows in its status.
    mock.patch.object(server, "_EFFECT_S", 0.0).start()
    path = scratch() / "run" / "control.sock"
    server.ControlRemote(path).start(FakeControls())
    return path


def socket_(data: bytes) -> None:
    """Send the input to the control socket, and check that the answer is one line of JSON."""
    path = _server()
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(str(path))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while part := client.recv(65_536):
                answer += part
    # A client that sends more than REQUEST_LIMIT is cut off, and may not get the answer.
    if answer or len(data) <= REQUEST_LIMIT:
        answered = json.loads(answer)
        assert answered["ok"] is True or answered["error"].isprintable(), answered
        assert answer.count(b"\n") == 1


def in_time(target: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """Return the target, with the additional check that an input takes less than MOST_CPU_S."""

    @functools.wraps(target)
    def timed(data: bytes) -> None:
        begin = time.process_time()
        target(data)
        assert time.process_time() - begin < MOST_CPU_S, f"{time.process_time() - begin:.1f} s for {len(data)} bytes"

    return timed


TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = {
    "routine": in_time(routine),
    "normaliser": in_time(normaliser),
    "config": in_time(config),
    "manifest": in_time(manifest),
    "options": in_time(options),
    "control": in_time(socket_),
    "history": in_time(history),
    "clip": in_time(clip),
}
