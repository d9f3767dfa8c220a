"""MPRIS on a real bus; test_live checks what playerctl sees of a playing program."""

from __future__ import annotations

import re
import signal
import stat
import subprocess
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

from tests.player.remotes.fakes import PNG, FakeControls
from voiceguide.errors import ExportError, RemoteUnavailableError
from voiceguide.player.commands import Action, Command
from voiceguide.player.remotes import mpris
from voiceguide.player.remotes.mpris import MprisRemote, properties_of
from voiceguide.player.remotes.nowplaying import NowPlayingRemote, now_playing
from voiceguide.player.remotes.smtc import SmtcRemote
from voiceguide.player.status import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.player.conftest import Program


def no_cover() -> bytes:
    message = "it cannot be drawn"
    raise ExportError(message)


@pytest.fixture
def controls(bus: str) -> Iterator[FakeControls]:
    assert bus
    made = FakeControls()
    with MprisRemote() as remote:
        remote.start(made)
        yield made


def gdbus(tool: Callable[[str], str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [tool("dbus-send"), "--session", "--print-reply", f"--dest={mpris.NAME}", mpris.PATH, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)


def get(tool: Callable[[str], str], interface: str, name: str) -> str:
    answer = gdbus(tool, "org.freedesktop.DBus.Properties.Get", f"string:{interface}", f"string:{name}")
    return answer.stdout + answer.stderr


def metadata(tool: Callable[[str], str], name: str, player: str = "voiceguide") -> str:
    """Return a value as playerctl reads it; empty if there is none."""
    command = [tool("playerctl"), "-p", player, "metadata", name]
    return subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout.strip().strip("'")


def cover_file(tool: Callable[[str], str]) -> Path:
    """Wait for the cover, which is drawn beside the player, and return its path."""
    deadline = time.monotonic() + 15
    while not (url := metadata(tool, "mpris:artUrl")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc) == ("file", "")
    return Path(unquote(parts.path))


def test_calls_become_commands(controls: FakeControls, tool: Callable[[str], str]) -> None:
    for method in ("Play", "Pause", "PlayPause", "Next", "Previous", "Stop"):
        assert gdbus(tool, f"{mpris.PLAYER}.{method}").returncode == 0
    gdbus(tool, f"{mpris.PLAYER}.Seek", "int64:-5000000")
    track = f"objpath:{metadata(tool, 'mpris:trackid')}"
    gdbus(tool, f"{mpris.PLAYER}.SetPosition", track, "int64:90000000")
    for stale in (f"{mpris.TRACK}{'0' * 32}", f"{mpris.TRACK}chapter/4", "/org/mpris/MediaPlayer2/TrackList/NoTrack"):
        gdbus(tool, f"{mpris.PLAYER}.SetPosition", f"objpath:{stale}", "int64:95000000")
    gdbus(tool, f"{mpris.PLAYER}.SetPosition", track, "int64:-1")
    gdbus(tool, f"{mpris.PLAYER}.SetPosition", track, "int64:700000000")
    gdbus(tool, "org.freedesktop.DBus.Properties.Set", f"string:{mpris.PLAYER}", "string:Volume", "variant:double:0.25")
    assert controls.sent == [
        Command(Action.RESUME),
        Command(Action.PAUSE),
        Command(Action.TOGGLE),
        Command(Action.NEXT),
        Command(Action.PREVIOUS),
        Command(Action.STOP),
        Command(Action.SEEK_BY, -5.0),
        Command(Action.SEEK_TO, 90.0),
        Command(Action.VOLUME_TO, 0.25),
    ]


def test_properties_are_read_and_what_is_not_there_is_an_error(
    controls: FakeControls, tool: Callable[[str], str]
) -> None:
    assert controls
    assert "int64 60000000" in get(tool, mpris.PLAYER, "Position")
    assert "Upper trapezius, right side" in get(tool, mpris.PLAYER, "Metadata")
    assert "voiceguide" in get(tool, mpris.ROOT, "Identity")
    assert "UnknownProperty" in get(tool, mpris.PLAYER, "Colour")
    assert "UnknownInterface" in get(tool, "org.example", "Colour")
    assert "UnknownMethod" in gdbus(tool, f"{mpris.PLAYER}.Dance").stderr
    assert "NotSupported" in gdbus(tool, f"{mpris.PLAYER}.OpenUri", "string:x").stderr
    read_only = gdbus(
        tool, "org.freedesktop.DBus.Properties.Set", f"string:{mpris.PLAYER}", "string:Rate", "variant:double:2"
    )
    assert "PropertyReadOnly" in read_only.stderr


def test_the_introspection_says_what_there_is(controls: FakeControls, tool: Callable[[str], str]) -> None:
    answer = gdbus(tool, "org.freedesktop.DBus.Introspectable.Introspect").stdout
    root = ET.fromstring(answer[answer.index("<node>") : answer.index("</node>") + 7])  # noqa: S314 -- our own
    said = {interface.get("name"): {entry.get("name") for entry in interface.iter("property")} for interface in root}
    for interface, properties in properties_of(controls.status(), "/a", "file:///a").items():
        assert said[interface] == set(properties)


def test_changes_are_told(controls: FakeControls, tool: Callable[[str], str], tmp_path: Path) -> None:
    target = tmp_path / "signals"
    with target.open("wb") as file:
        monitor = subprocess.Popen([tool("dbus-monitor"), "--session", "type='signal'"], stdout=file)
    time.sleep(0.6)
    controls.change(state=State.PAUSED)
    time.sleep(0.6)
    controls.change(position_s=200.0)
    time.sleep(0.6)
    monitor.terminate()
    monitor.wait(10)
    told = target.read_text()
    assert told.count('string "Paused"') == 1
    assert told.count("member=Seeked") >= 1
    assert "int64 200000000" in told


def test_a_second_session_has_a_name_of_its_own(controls: FakeControls, tool: Callable[[str], str]) -> None:
    assert controls
    with MprisRemote() as second:
        second.start(FakeControls(no_cover))
        listed = subprocess.run([tool("playerctl"), "-l"], capture_output=True, text=True, check=True).stdout.split()
        assert len({metadata(tool, "mpris:trackid", player) for player in listed}) == 2
    assert len(listed) == 2
    assert listed[0] != listed[1]


def test_the_track_is_what_length_and_position_are_of(controls: FakeControls, tool: Callable[[str], str]) -> None:
    track = metadata(tool, "mpris:trackid")
    assert re.fullmatch(r"/([A-Za-z0-9_]+/)*[A-Za-z0-9_]+", track)  # D-Bus: the syntax of object paths
    controls.change(chapter="Close", chapter_number=6, side=None, position_s=580.0)
    assert metadata(tool, "xesam:title") == "Close"
    assert metadata(tool, "mpris:length") == "600000000"
    assert metadata(tool, "mpris:trackid") == track
    subprocess.run([tool("playerctl"), "-p", "voiceguide", "position", "600"], check=True, timeout=10)
    assert controls.sent == [Command(Action.SEEK_TO, 600.0)]


def test_the_cover_is_a_private_file_that_lives_as_long_as_the_player(bus: str, tool: Callable[[str], str]) -> None:
    assert bus
    with MprisRemote() as remote:
        remote.start(FakeControls())
        path = cover_file(tool)
        assert path.read_bytes() == PNG
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not path.parent.exists()


def test_a_cover_that_is_drawn_late_is_told(bus: str, tool: Callable[[str], str], tmp_path: Path) -> None:
    assert bus

    def slowly() -> bytes:
        time.sleep(2.0)
        return PNG

    target = tmp_path / "signals"
    with target.open("wb") as file:
        monitor = subprocess.Popen([tool("dbus-monitor"), "--session", "type='signal'"], stdout=file)
    with MprisRemote() as remote:
        remote.start(FakeControls(slowly))
        assert metadata(tool, "mpris:artUrl") == ""
        path = cover_file(tool)
        time.sleep(2 * mpris.POLL_S)
    monitor.terminate()
    monitor.wait(10)
    assert path.as_uri() in target.read_text()


def test_without_a_cover_all_else_is_there(
    bus: str, tool: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bus

    def full(_self: object) -> None:
        message = "no space left"
        raise OSError(message)

    for draw in (no_cover, lambda: PNG):
        with MprisRemote() as remote:
            remote.start(FakeControls(draw))
            time.sleep(2 * mpris.POLL_S)
            assert metadata(tool, "xesam:album") == "Upper back"
            assert metadata(tool, "mpris:artUrl") == ""
        monkeypatch.setattr("voiceguide.player.remotes.artwork.ScratchFolder.__init__", full)


def test_what_a_killed_player_leaves_is_cleared_by_the_next(
    program: Program, bus: str, tool: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bus
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    killed = program.play("upper-back", "--output", "null")
    left = cover_file(tool)
    assert left.read_bytes().startswith(b"\x89PNG")
    assert tmp_path in left.parents
    killed.kill()
    killed.wait(10)
    assert left.exists()
    following = program.play("upper-back", "--output", "null")
    assert cover_file(tool) != left
    assert not left.parent.exists()
    following.send_signal(signal.SIGTERM)
    following.wait(10)
    assert list(tmp_path.iterdir()) == []


def test_without_a_bus_it_is_unavailable(program: object) -> None:
    assert program  # its address leads nowhere
    with pytest.raises(RemoteUnavailableError, match="no session bus"):
        MprisRemote().start(FakeControls())


@pytest.mark.parametrize("remote", [NowPlayingRemote, SmtcRemote])
def test_the_other_systems_remotes_say_what_to_install(remote: type[NowPlayingRemote]) -> None:
    with remote() as made, pytest.raises(RemoteUnavailableError, match="pip install"):
        made.start(FakeControls())


def test_what_the_control_centre_shows() -> None:
    assert now_playing(FakeControls().status())["title"] == "Upper trapezius, right side"
