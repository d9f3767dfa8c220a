"""What is fuzzed: everything that reads what somebody else may have written.

A target takes bytes and raises nothing: errors of ours are what hostile input is answered with, and `refused`
checks that they read like it. To add one, write the function, put it into TARGETS, and put a few files that it
accepts, and some that it should not, into `corpus/<its name>/`.
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
"""CPU time of one input. A few kilobytes cost some tenths, as long as nothing goes by the square of its length."""
MARKUP: Final = frozenset("<>[]{}|\\`^~_*#@=+&\0\n\r\t\x1b")


@contextlib.contextmanager
def refused() -> Iterator[None]:
    """Lets our refusals pass, if they say something, and in words that a terminal shows as they are."""
    try:
        yield
    except RequestError as error:
        said = str(error)
    else:
        return
    assert all(line.strip() and line.isprintable() for line in said.split("\n")), repr(said)


@functools.cache
def scratch() -> Path:
    """A folder for this process."""
    folder = tempfile.TemporaryDirectory()
    _KEPT.append(folder)
    return Path(folder.name)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


def text_of(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def routine(data: bytes) -> None:
    """A routine or a stretch, as `voiceguide check` and `voiceguide plan` read it."""
    path = scratch() / "routine.toml"
    path.write_bytes(data)
    with refused():
        library = Library()
        found = library.read(path)
        if isinstance(found, Routine):
            assert found.title.isprintable()
            phrase(found, paced(), library.phrasebook_of(found), minutes=10)


def normaliser(data: bytes) -> None:
    """A text on its way to an engine."""
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
    """`config.toml`, with every profile that it may hold."""
    path = scratch() / "config.toml"
    path.write_bytes(data)
    with mock.patch.dict(os.environ, VOICEGUIDE_CONFIG=str(path)), refused():
        resolve({})
        for profile in ("evening", "a", text_of(data[:20])):
            with refused():
                resolve({}, profile)


def manifest(data: bytes) -> None:
    """A batch's manifest; whatever it calls its files, they are names in one folder."""
    path = scratch() / "manifest.toml"
    path.write_bytes(data)
    with refused():
        for order in read_catalogue(path).orders:
            for name in order.job.names():
                assert name == Path(name).name
                assert name.isprintable()
                assert not name.startswith((".", "-")), name


def options(data: bytes) -> None:
    """Options of the command line that are parsed by us."""
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
    """A file among those of the history."""
    folder = scratch() / "history"
    folder.mkdir(exist_ok=True)
    (folder / "x.json").write_bytes(data)
    with refused():
        for entry in History(folder).entries():
            assert entry.position_s >= 0
        History(folder).unfinished()


def clip(data: bytes) -> None:
    """A file among those of the clip store, under a name that is its own, or is not."""
    key = "ab" * 20
    path = scratch() / "ab" / f"{key}.clip"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    found = ClipStore(scratch()).get(key)
    assert found is None or 0 <= found.onset_frame <= found.end_frame <= len(found.samples)


@functools.cache
def _server() -> Path:
    """A control socket in this process."""
    # There is no player whose status would have to follow.
    mock.patch.object(server, "_EFFECT_S", 0.0).start()
    path = scratch() / "run" / "control.sock"
    server.ControlRemote(path).start(FakeControls())
    return path


def socket_(data: bytes) -> None:
    """What a client may send over the control socket: garbage, parts of lines, many lines."""
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
    # Who sends more than is read is cut off, and may lose the answer with it.
    if answer or len(data) <= REQUEST_LIMIT:
        answered = json.loads(answer)
        assert answered["ok"] is True or answered["error"].isprintable(), answered
        assert answer.count(b"\n") == 1


def in_time(target: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """The target, for which an input that costs more than MOST_CPU_S is a finding too."""

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
