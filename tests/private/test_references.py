"""A bed is one file of the listener's: neither its name nor its content leads to another file, or to a host."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import sys
import textwrap
from typing import TYPE_CHECKING, Final

import av
import numpy as np
import pytest

from tests.private.tracing import House
from voiceguide import session
from voiceguide.errors import RequestError
from voiceguide.sound.bed import open_bed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

RATE_HZ: Final = 16_000


def hum(path: Path, seconds: float = 3.0) -> Path:
    """Write a WAV file, whatever its name; return its path."""
    sound = (np.sin(np.arange(int(seconds * RATE_HZ)) / 8) * 9000).astype("<i2").tobytes()
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE_HZ, 2 * RATE_HZ, 2, 16)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(sound)) + sound
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder that holds a sound file."""
    hum(tmp_path / "secret.wav")
    return tmp_path


@pytest.fixture
def host() -> Iterator[socket.socket]:
    """A server that sees every attempt to connect."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def playlists(folder: Path, port: int) -> dict[str, str]:
    """Return, by file name, texts that are no sound but point to some."""
    there = folder / "secret.wav"
    away = f"http://127.0.0.1:{port}/secret.wav"
    hls = "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{}\n#EXT-X-ENDLIST\n"
    return {
        "near.m3u8": hls.format("secret.wav"),
        "near.m3u": "secret.wav\n",
        "whole.m3u8": hls.format(there),
        "url.m3u8": hls.format(f"file://{there}"),
        "nested.m3u8": f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{folder}/near.m3u8\n",
        "key.m3u8": hls.format("secret.wav").replace("#EXTINF", f'#EXT-X-KEY:METHOD=AES-128,URI="{there}"\n#EXTINF'),
        "away.m3u8": hls.format(away),
        "tcp.m3u8": hls.format(f"tcp://127.0.0.1:{port}"),
        "crypto.m3u8": hls.format(f"crypto+{away}"),
        "playlist.mp3": hls.format(there),
        "playlist.wav": hls.format(away),
        "playlist": hls.format("secret.wav"),
        "list.ffconcat": "ffconcat version 1.0\nfile secret.wav\n",
        "list.txt": f"file '{there}'\nfile '{there}'\n",
        "concat.mp3": f"ffconcat version 1.0\nfile {away}\n",
        "session.sdp": f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {port} RTP/AVP 14\n",
        "manifest.mpd": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'profiles="urn:mpeg:dash:profile:isoff-on-demand:2011" mediaPresentationDuration="PT3S"><Period><AdaptationSet '
        f'mimeType="audio/mp4"><Representation id="1" bandwidth="1"><BaseURL>{away}</BaseURL></Representation>'
        "</AdaptationSet></Period></MPD>",
        "disc.cue": 'FILE "secret.wav" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n',
        "radio.pls": f"[playlist]\nNumberOfEntries=1\nFile1={away}\n",
        "radio.asx": f'<asx version="3.0"><entry><ref href="{away}"/></entry></asx>',
        "radio.xspf": f"<playlist><trackList><track><location>{away}</location></track></trackList></playlist>",
        "radio.ram": f"{away}\n",
        "clip.smil": f'<smil><body><audio src="{away}"/></body></smil>',
        "sub.idx": "# VobSub index file, v7\nid: en, index: 0\ntimestamp: 00:00:00:000, filepos: 000000000\n",
        "stream.ism": f'<SmoothStreamingMedia><StreamIndex Url="{away}"/></SmoothStreamingMedia>',
        "options.ffpreset": f"i={there}\n",
        "script.avs": f'WavSource("{there}")\n',
        "tones.sbg": f"-m {there}\nNOW mix/100\n",
    }


def test_playlists_lead_nowhere(house: Path, host: socket.socket) -> None:
    for name, text in playlists(house, host.getsockname()[1]).items():
        (house / name).write_text(text)
    for name in playlists(house, 0):
        with pytest.raises(RequestError, match=r"cannot be read as sound: give an MP3, .* and no playlist"):
            open_bed(str(house / name))
    with pytest.raises(BlockingIOError):
        host.accept()


def borrowing_film(path: Path, borrowed: Path) -> Path:
    """Write a QuickTime file whose samples lie in another, as its data reference says: an alias with a full path."""
    with av.open(str(path), "w", format="mov") as output:
        stream = output.add_stream("pcm_s16le", rate=RATE_HZ, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.full((1, 3 * RATE_HZ), 5000, np.int16), format="s16", layout="mono")
        frame.sample_rate = RATE_HZ
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    data = path.read_bytes()
    name, whole = borrowed.name.encode(), str(borrowed).encode()
    alias = bytes(10) + bytes([4]) + b"disk".ljust(27, b"\0") + bytes(12) + bytes([len(name)]) + name.ljust(63, b"\0")
    alias += bytes(16) + struct.pack(">hh", 0, 0) + bytes(16)
    alias += struct.pack(">hh", 2, len(whole)) + whole + bytes(len(whole) % 2) + struct.pack(">hh", -1, 0)
    entry = struct.pack(">I4sI", 12 + len(alias), b"alis", 0) + alias
    at = data.find(struct.pack(">I4sI", 12, b"url ", 1))  # "in this very file"
    assert at >= 0
    grown = bytearray(data[:at] + entry + data[at + 12 :])
    # Every box around the entry grows by as much; the samples lie before the boxes.
    assert data.find(b"mdat") < data.find(b"moov")
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        begin = bytes(grown).rfind(box, 0, at) - 4
        size = struct.unpack_from(">I", grown, begin)[0]
        struct.pack_into(">I", grown, begin, size + len(entry) - 12)
    path.write_bytes(grown)
    return path


def test_a_film_borrows_no_sound(house: Path) -> None:
    film = borrowing_film(house / "film.mov", house / "secret.wav")
    # A program that follows such references hears the other file, so this reference is a valid one.
    with av.open(str(film), options={"enable_drefs": "1", "use_absolute_path": "1"}) as followed:
        heard = next(followed.decode(audio=0)).to_ndarray()
    assert heard.min() < -8000
    with pytest.raises(RequestError, match=r"is too short|holds no sound|cannot be read as sound"):
        open_bed(str(film))


NAMES: Final = (
    "a:b.wav",
    "http:secret.wav",
    "file:secret.wav",
    "concat:secret.wav|secret.wav",
    "subfile,,start,0,end,9999,,:secret.wav",
    "data:audio;base64,AAAA",
    "async:cache:secret.wav",
    "pipe:0",
    "fd:",
    "-x.wav",
    "-",
    "%03d.wav",
    "[0-9]*.wav",
    "new\nline.wav",
    "tab\there \x1b[31m.wav",
    " lead and trail ",
    "\udcff\udcfe.wav",
    "ünï-çødé-🎵.wav",
    "no suffix",
    ".hidden",
    "wav.longsuffix",
    "playlist.m3u8",
)


def test_every_name_is_a_name(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(house)
    known = open_bed("secret.wav")
    assert known
    for name in NAMES:
        hum(house / name, 4.0)
        for spec in (name, str(house / name)):
            bed = open_bed(spec)
            assert bed
            assert len(bed.samples) > len(known.samples), name


def test_an_option_takes_every_name(house: Path, tool: Callable[[str], str]) -> None:
    """The whole program is run, and opens nothing else in the folder."""
    traced = House(house / "house", tool("strace"))
    hum(traced.work / "a:b.wav")
    shutil.copy(house / "secret.wav", traced.work)
    trace = traced.voiceguide(
        *("export", "desk-break", "--only", "seated-twist", "--words", "minimal", "--voice", "pyttsx3:en-us"),
        *("--bed", "a:b.wav", "-o", "x.wav"),
    )
    assert trace.exit_code == 0, trace.stderr
    assert traced.work / "a:b.wav" in trace.opened
    assert traced.work / "secret.wav" not in trace.opened
    assert trace.sockets <= {"AF_UNIX"}


def test_nothing_is_even_tried(house: Path, tool: Callable[[str], str]) -> None:
    """Seen from outside, whether a bed is refused or played, its own file is opened and no other."""
    traced = House(house / "house", tool("strace"))
    work = traced.work
    shutil.copy(house / "secret.wav", work)
    for name, text in playlists(work, 9).items():
        (work / name).write_text(text)
    borrowing_film(work / "film.mov", work / "secret.wav")
    for name in NAMES[:-1]:
        hum(work / name)
    program = work / "open.py"
    program.write_text(
        textwrap.dedent(
            """
            import pathlib
            from voiceguide.errors import RequestError
            from voiceguide.sound.bed import open_bed
            for path in sorted(pathlib.Path().iterdir()):
                if path.name not in {"secret.wav", "open.py"} and path.is_file():
                    try:
                        open_bed(str(path))
                    except RequestError:
                        pass
            """
        )
    )
    trace = traced.run(sys.executable, program)
    assert trace.exit_code == 0, trace.stderr
    assert trace.sockets == set()
    assert work / "near.m3u8" in trace.opened
    assert work / "film.mov" in trace.opened
    assert not [path for path in trace.opened if path.name.startswith("secret")]


def test_what_is_no_file_is_not_waited_for(house: Path) -> None:
    os.mkfifo(house / "pipe.wav")
    (house / "link.wav").symlink_to(house / "pipe.wav")
    (house / "zero.wav").symlink_to("/dev/zero")
    for name in ("pipe.wav", "link.wav", "zero.wav", "x" * 400, "a\0b", f"{house}/secret.wav/x"):
        with pytest.raises(RequestError, match="bed"):
            session.plan("upper-back", pacing=session.paced(bed=str(house / name)), voice="hibari:nobody")


def test_a_file_that_changes_into_a_pipe_is_not_waited_for(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file changes after it was checked and before it is opened."""
    os.mkfifo(house / "pipe.wav")
    monkeypatch.setattr("voiceguide.sound.bed.check_bed", lambda _name: None)
    with pytest.raises(RequestError, match="cannot be read: Not an ordinary file"):
        open_bed(str(house / "pipe.wav"))
