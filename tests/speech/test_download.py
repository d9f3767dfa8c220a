"""Voices come from a real server on this machine, whole and as expected, or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import socket
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pytest

import voiceguide
from tests.speech.hub import Hub, serving_hub
from tests.speech.piper_voices import save_piper_voice
from voiceguide.errors import DownloadError, RequestError, UnknownNameError
from voiceguide.speech import catalogue, kokoro
from voiceguide.speech.catalogue import fetch, known_voices, piper_voices, voice_to_fetch
from voiceguide.speech.download import check_address, download_small
from voiceguide.speech.hibari import HibariEngine
from voiceguide.speech.piper import PiperEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

BODY = os.urandom(200_000)
HIBARI = "maureesewilliams/hibari/resolve/main/voices/bf_emma.int8.onnx"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serving_hub() as hub:
        yield hub


@pytest.fixture(autouse=True)
def home(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and the test's hub in the place of the real one."""
    home = tmp_path / "home"
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.delenv("HIBARI_HOME", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    return home


@pytest.fixture
def emma(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The bytes that hibari's registry expects of its voice emma."""
    from hibari.voices import VOICES

    about = {**VOICES["emma"], "bytes": len(BODY), "sha256": hashlib.sha256(BODY).hexdigest()}
    monkeypatch.setitem(VOICES, "emma", about)
    return BODY


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_voice_of_hibari_comes_to_where_hibari_looks(hub: Hub, emma: bytes, home: Path) -> None:
    hub.give(HIBARI, emma)
    told: list[tuple[int, int]] = []
    voice = voice_to_fetch("hibari:emma")
    assert (voice.is_here, voice.licence, voice.language) == (False, "Apache-2.0", "en-GB")
    assert "emma" not in {each.name for each in HibariEngine.voices()}
    fetch(voice, lambda *done: told.append(done))
    assert files_in(home) == ["hibari/bf_emma.int8.onnx"]
    assert voice.files[0].path.read_bytes() == emma
    assert told[-1] == (len(emma), len(emma))
    assert told == sorted(told)
    assert voice_to_fetch("emma").is_here
    assert "emma" in {each.name for each in HibariEngine.voices()}


def test_every_voice_of_hibari_is_known_with_its_checksum() -> None:
    from hibari.voices import VOICES

    found = {voice.name: voice.files[0] for voice in known_voices() if voice.engine == "hibari"}
    assert set(found) == {"emma", "fenrir", "fable", "kore"}
    for name, file in found.items():
        assert (file.size_bytes, file.digest.hexadecimal) == (VOICES[name]["bytes"], VOICES[name]["sha256"])


def test_a_style_of_kokoro_comes_to_where_kokoro_looks(hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = os.urandom(kokoro.STYLE_BYTES)
    style = kokoro.Style("em_alex", "es", "Spanish", hashlib.sha256(body).hexdigest())
    monkeypatch.setattr(kokoro, "NATIVE", (style,))
    hub.give("onnx-community/Kokoro-82M-v1.0-ONNX/resolve/main/voices/em_alex.bin", body)
    fetch(voice_to_fetch("kokoro:em_alex"))
    assert files_in(home) == ["voiceguide/voices/kokoro/em_alex.bin"]
    path = kokoro.style_path("em_alex")
    assert path is not None
    assert path.read_bytes() == body


@pytest.mark.parametrize("name", ["en_US-tone-low", "pt_PT-tugão-medium"])
def test_a_voice_of_piper_speaks_by_its_name(name: str, hub: Hub, home: Path, tmp_path: Path) -> None:
    model = save_piper_voice(tmp_path)
    hub.give_piper_voice(name, model.read_bytes(), Path(f"{model}.json").read_bytes())
    with pytest.raises(RequestError, match=rf"`voice_to_fetch\('piper:{name}'\)` fetches"):
        PiperEngine(name).load()
    voice = voice_to_fetch(f"piper:{name}")
    assert voice.licence == f"CC0 (by {hub.address}/rhasspy/piper-voices/resolve/main/some/where/MODEL_CARD)"
    fetch(voice)
    assert files_in(home) == [f"voiceguide/voices/piper/{name}.onnx", f"voiceguide/voices/piper/{name}.onnx.json"]
    assert [each.spec for each in PiperEngine.voices()] == [f"piper:{name}"]
    for spoken in (name, ""):
        with PiperEngine(spoken) as engine:
            assert engine.language() == name[:2]
            assert len(engine.synthesize("Hold.").samples)


def test_what_is_no_voice_in_piper_s_catalogue_is_left_out(hub: Hub) -> None:
    hub.give_piper_voice("en_US-tone-low", b"model", b"{}")
    assert [voice.spec for voice in piper_voices()] == ["piper:en_US-tone-low"]
    hub.give_piper_voice("../../en_US-tone-low", b"model", b"{}")
    assert piper_voices() == []


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"en_US-tone-low": {}}', b"\xff", b"[" * 100_000])
def test_what_is_no_catalogue(body: bytes, hub: Hub) -> None:
    hub.give("rhasspy/piper-voices/resolve/main/voices.json", body)
    with pytest.raises(DownloadError, match="is not a catalogue of piper's"):
        piper_voices()


@pytest.mark.parametrize("card", [b"nothing", b"\xff\xfe"])
def test_a_card_without_a_licence_is_named(card: bytes, hub: Hub) -> None:
    hub.give_piper_voice("en_US-tone-low", b"model", b"{}", card)
    assert voice_to_fetch("piper:en_US-tone-low").licence.startswith("not named (by http://127.0.0.1")


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ({"body": BODY[:-1] + b"x"}, "is not the file that was expected: its sha256 checksum is another"),
        ({"body": BODY[:1000]}, "gave 1,000 of 200,000 bytes"),
        ({"body": BODY + b"x"}, "gave more than 200,000 bytes"),
        ({"body": BODY[:1000], "claimed_bytes": 200_000}, "gave 1,000 of 200,000 bytes"),
        ({"body": b"", "status": 404}, r"bf_emma.int8.onnx is not there \(HTTP 404\)"),
        ({"body": b"", "status": 503}, r"cannot be had now \(HTTP 503\)"),
        ({"body": b"", "status": 302, "location": "https://127.0.0.1:9/x"}, "leads to https://127.0.0.1:9/x, which is"),
        ({"body": b"", "status": 302, "location": "file:///etc/passwd"}, "cannot be had now"),
        ({"body": b"", "status": 302, "location": "http://example.org/x"}, "leads elsewhere: http://example.org/x is"),
        ({"body": b"", "status": 302, "location": f"/{HIBARI}"}, "cannot be had now"),
    ],
)
def test_whole_or_not_at_all(answer: dict[str, Any], complaint: str, hub: Hub, emma: bytes, home: Path) -> None:
    assert len(emma) == 200_000
    hub.give(HIBARI, **answer)
    with pytest.raises(DownloadError, match=complaint):
        fetch(voice_to_fetch("hibari:emma"))
    assert files_in(home) == []


def test_neither_file_of_a_pair_without_the_other(hub: Hub, home: Path) -> None:
    hub.give_piper_voice("en_US-tone-low", b"model", b"{}")
    hub.give("rhasspy/piper-voices/resolve/main/some/where/en_US-tone-low.onnx.json", b"[]")
    voice = voice_to_fetch("piper:en_US-tone-low")
    with pytest.raises(DownloadError, match="md5 checksum is another"):
        fetch(voice)
    assert files_in(home) == []


def test_a_redirect_on_the_same_machine_is_followed(hub: Hub, emma: bytes, home: Path) -> None:
    hub.give("elsewhere", emma)
    hub.give(HIBARI, b"", status=302, location=f"{hub.address}/elsewhere")
    fetch(voice_to_fetch("emma"))
    assert files_in(home) == ["hibari/bf_emma.int8.onnx"]


def test_no_network(emma: bytes, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert emma
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{nobody.getsockname()[1]}")
        with pytest.raises(DownloadError, match=r"cannot be fetched \(.*refused\): is there a way to 127\.0\.0\.1\?"):
            fetch(voice_to_fetch("emma"))
    assert files_in(home) == []


def test_a_full_disk(emma: bytes, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert emma

    def filling(_address: str, file: IO[bytes], *_rest: object) -> None:
        file.write(b"some")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(catalogue, "download", filling)
    with pytest.raises(DownloadError, match=r"hibari:emma cannot be kept: the disk is full, .*hibari"):
        fetch(voice_to_fetch("emma"))
    assert files_in(home) == []


def test_an_interrupt_leaves_nothing(hub: Hub, emma: bytes, home: Path) -> None:
    hub.give(HIBARI, emma)

    def interrupt(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(voice_to_fetch("emma"), interrupt)
    assert files_in(home) == []


def test_unknown_voices(hub: Hub) -> None:
    with pytest.raises(UnknownNameError, match="did you mean hibari:emma"):
        voice_to_fetch("hibari:ema")
    hub.give_piper_voice("en_US-tone-low", b"model", b"{}")
    with pytest.raises(UnknownNameError, match="did you mean piper:en_US-tone-low"):
        voice_to_fetch("piper:en_US-tone-high")
    assert hub.asked == ["/rhasspy/piper-voices/resolve/main/voices.json"]


def test_something_too_large_is_not_read_to_its_end(hub: Hub) -> None:
    address = hub.give("large", bytes(300_000))
    with pytest.raises(DownloadError, match="is larger than 1,000 bytes"):
        download_small(address, 1_000)
    assert len(download_small(address, 300_000)) == 300_000


@pytest.mark.parametrize(
    "address", ["https://huggingface.co", "http://127.0.0.1:80/x", "http://localhost", "http://[::1]/"]
)
def test_addresses_that_are_taken(address: str) -> None:
    check_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://huggingface.co",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "https:",
        "http://127.0.0.1.example.org",
        "",
        "x",
    ],
)
def test_addresses_that_are_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RequestError, match="is not an https address"):
        check_address(address)
    if address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(RequestError, match="is not an https address"):
            known_voices()


def test_one_module_alone_opens_the_internet() -> None:
    folder = Path(voiceguide.__file__).parent
    opening = re.compile(r"urllib\.request|http\.client|import (?:requests|httpx|aiohttp)\b")
    found = [
        path.relative_to(folder).as_posix() for path in folder.rglob("*.py") if opening.search(path.read_text("utf-8"))
    ]
    assert found == ["speech/download.py"]
