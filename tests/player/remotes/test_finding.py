"""The remotes that a session plays with."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from voiceguide.player.remotes.control.server import ControlRemote
from voiceguide.player.remotes.finding import find_remotes
from voiceguide.player.remotes.keys import KeysRemote
from voiceguide.player.remotes.mpris import MprisRemote
from voiceguide.player.remotes.nowplaying import NowPlayingRemote
from voiceguide.player.remotes.smtc import SmtcRemote

if TYPE_CHECKING:
    from pathlib import Path

    from voiceguide.errors import RegistrationError
    from voiceguide.player.remotes.remote import Remote


def found() -> set[type[Remote]]:
    faults: list[RegistrationError] = []
    remotes = find_remotes(faults.append)
    assert not faults
    return {type(remote) for remote in remotes}


@pytest.mark.parametrize(
    ("platform", "remote"), [("linux", MprisRemote), ("darwin", NowPlayingRemote), ("win32", SmtcRemote)]
)
def test_each_system_has_its_own(monkeypatch: pytest.MonkeyPatch, platform: str, remote: type[Remote]) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert found() == {ControlRemote, remote}


def test_keys_are_read_only_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert KeysRemote not in found()
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert KeysRemote in found()
    assert "space pause" in KeysRemote.hint


def test_a_remote_that_cannot_be_loaded_is_told_and_the_others_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = tmp_path / "stranger-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[voiceguide.remotes]\npedal = no_such_module:Pedal\n")
    monkeypatch.syspath_prepend(tmp_path)
    faults: list[RegistrationError] = []
    assert ControlRemote in {type(remote) for remote in find_remotes(faults.append)}
    assert [str(fault).partition(" (")[0] for fault in faults] == [
        "the remote control 'pedal' is registered as no_such_module:Pedal, but it cannot be imported"
    ]
