"""MPRIS against a real bus; what playerctl sees of a playing program is in test_live."""

from __future__ import annotations

import subprocess
import time
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from tests.player.remotes.fakes import FakeControls
from voiceguide.errors import RemoteUnavailableError
from voiceguide.player.commands import Action, Command
from voiceguide.player.remotes import mpris
from voiceguide.player.remotes.mpris import MprisRemote, properties_of
from voiceguide.player.remotes.nowplaying import NowPlayingRemote, now_playing
from voiceguide.player.remotes.smtc import SmtcRemote
from voiceguide.player.status import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


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


def test_calls_become_commands(controls: FakeControls, tool: Callable[[str], str]) -> None:
    for method in ("Play", "Pause", "PlayPause", "Next", "Previous", "Stop"):
        assert gdbus(tool, f"{mpris.PLAYER}.{method}").returncode == 0
    gdbus(tool, f"{mpris.PLAYER}.Seek", "int64:-5000000")
    track = f"objpath:{mpris.TRACK}4"
    gdbus(tool, f"{mpris.PLAYER}.SetPosition", track, "int64:90000000")
    gdbus(tool, f"{mpris.PLAYER}.SetPosition", f"objpath:{mpris.TRACK}9", "int64:90000000")
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
    for interface, properties in properties_of(controls.status()).items():
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
        second.start(FakeControls())
        listed = subprocess.run([tool("playerctl"), "-l"], capture_output=True, text=True, check=True).stdout.split()
    assert len(listed) == 2
    assert listed[0] != listed[1]


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
