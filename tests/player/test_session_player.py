"""Players as the public API makes them, with the real engines."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from voiceguide import session
from voiceguide.errors import PlaybackError, RemoteUnavailableError, VoiceguideError
from voiceguide.outputs.null import NullOutput
from voiceguide.player.commands import Action, Command, Controls
from voiceguide.player.display import Display
from voiceguide.player.live import run_live
from voiceguide.player.remotes.remote import Remote
from voiceguide.speech.hibari import HibariEngine

if TYPE_CHECKING:
    from pathlib import Path

    from voiceguide.outputs.output import OutputStream
    from voiceguide.player.status import Status
    from voiceguide.speech.engine import Take


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(session, "open_output", lambda _name: NullOutput(speed=60))


def test_a_cold_session_is_spoken_while_it_plays_and_exports_alike(tmp_path: Path) -> None:
    cache = tmp_path / "clips"
    with session.player("desk-break", cache_dir=cache) as player:
        was_complete = player.score.complete
        thread = threading.Thread(target=player.run)
        thread.start()
        thread.join(60)
        assert (was_complete, player.score.complete) == (False, True)
    planned = session.plan("desk-break", cache_dir=cache)
    assert player.score.timeline == planned.timeline.at_sound_rate(1)
    assert session.history()[0].finished


def test_a_session_is_played_once(clip_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []

    class Counting(NullOutput):
        def open(self, rate_hz: int, channels: int = 1) -> OutputStream:
            opened.append(rate_hz)
            return super().open(rate_hz, channels)

    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(session, "open_output", lambda _name: Counting(speed=1000))
    session.play("desk-break", cache_dir=clip_cache, look="none")
    assert (len(opened), len(session.history())) == (1, 1)


def test_when_the_neural_voice_fails_the_systems_voice_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    speak, count = HibariEngine._speak, 0

    def failing(engine: HibariEngine, text: str, take: int) -> Take:
        nonlocal count
        count += 1
        if count > 20:
            raise RuntimeError("out of order")
        return speak(engine, text, take)

    monkeypatch.setattr(HibariEngine, "_speak", failing)
    messages = set()
    with session.player("desk-break", cache_dir=tmp_path / "clips") as player:
        thread = threading.Thread(target=player.run)
        thread.start()
        while thread.is_alive():
            messages.add(player.status().message)
            time.sleep(0.02)
    assert any(message.startswith("another voice goes on") for message in messages)
    assert player.score.complete
    assert session.history()[0].finished


def test_an_exact_length_is_played_to_the_frame(clip_cache: Path) -> None:
    with session.player("upper-back", pacing=session.paced(length_s=600.0), cache_dir=clip_cache) as player:
        assert player.score.timeline.duration_s == 600.0
        player.send(Command(Action.STOP))
        player.run()
    entry = session.unfinished()
    assert entry.pacing.length_s == 600.0
    with session.player("upper-back", cache_dir=clip_cache, entry=entry) as again:
        assert again.score.timeline == player.score.timeline


class Witness(Remote, Display):
    """A remote and a display that note whether they were closed."""

    def __init__(self) -> None:
        self.closed = 0
        self.shown: list[Status] = []
        self.notes: list[str] = []

    def start(self, controls: Controls) -> None:
        assert controls.status()

    def show(self, status: Status) -> None:
        self.shown.append(status)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def close(self) -> None:
        self.closed += 1


class Unavailable(Witness):
    def start(self, controls: Controls) -> None:  # noqa: ARG002
        raise RemoteUnavailableError("keys do not work")


def test_a_crash_while_it_plays_closes_everything_and_is_told(
    clip_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote, display = Witness(), Witness()
    with session.player("upper-back", cache_dir=clip_cache) as player:
        turns = 0
        turn = player._turn

        def crashing() -> None:
            nonlocal turns
            turns += 1
            if turns > 5:
                raise RuntimeError("a fault of ours")
            turn()

        monkeypatch.setattr(player, "_turn", crashing)
        with pytest.raises(RuntimeError, match="a fault of ours"), display:
            run_live(player, [remote, Unavailable()], display)
    assert (remote.closed, display.closed) == (1, 1)
    assert display.notes == ["playing on silence, spoken by hibari:heart", "note: keys do not work"]
    assert player.ended.is_set()


def test_no_device_is_told_before_anything_is_shown(clip_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Deaf(NullOutput):
        def open(self, rate_hz: int, channels: int = 1) -> OutputStream:  # noqa: ARG002
            raise PlaybackError("there is no sound device")

    monkeypatch.setattr(session, "open_output", lambda _name: Deaf())
    remote, display = Witness(), Witness()
    with session.player("upper-back", cache_dir=clip_cache) as player, pytest.raises(PlaybackError):
        run_live(player, [remote], display)
    assert not display.shown


def test_a_routine_of_ones_own_is_found_again_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "mine"
    own.mkdir()
    text = 'id = "mine"\ntitle = "Mine"\ndescription = "One."\n[[items]]\nstretch = "upper-trapezius"\n'
    (own / "mine.toml").write_text(text)
    monkeypatch.chdir(own)
    with session.player("mine.toml", cache_dir=tmp_path / "clips") as player:
        thread = threading.Thread(target=player.run)
        thread.start()
        while player.status().position_s < 30 and thread.is_alive():
            time.sleep(0.01)
        player.send(Command(Action.STOP))
        thread.join(30)
    assert session.unfinished("mine.toml").routine == str(own / "mine.toml")
    monkeypatch.chdir(tmp_path)
    entry = session.unfinished(str(own / "mine.toml"))
    # The first voice is no longer available, so another one speaks.
    entry = entry.model_copy(update={"voice": "hibari:gone"})
    with session.player(entry.routine, entry=entry, voice="hibari:heart", cache_dir=tmp_path / "clips") as player:
        assert player.status().position_s > 20


def test_resuming_takes_no_other_pacing(capsys: pytest.CaptureFixture[str]) -> None:
    from voiceguide.cli.main import main

    assert main(["play", "--resume", "--hold", "45", "--words", "full"]) == 2
    assert "leave out --hold, --words" in capsys.readouterr().err


def test_a_stop_that_a_hanging_sound_server_keeps_from_the_player_ends_the_program(
    clip_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PulseAudio hangs like this when it is stopped: closing a device waits for its answer for ever."""
    monkeypatch.setattr("voiceguide.player.live._IN_VAIN_S", 0.5)
    hangs = threading.Event()

    class Stopping(Witness):
        def start(self, controls: Controls) -> None:
            controls.send(Command(Action.STOP))

    display = Witness()
    with session.player("upper-back", cache_dir=clip_cache) as player:
        obey = player._obey

        def hanging(command: Command) -> None:
            hangs.wait(30)
            obey(command)

        monkeypatch.setattr(player, "_obey", hanging)
        began = time.monotonic()
        with pytest.raises(PlaybackError, match="does not answer"):
            run_live(player, [Stopping()], display)
        assert time.monotonic() - began < 5
        assert display.shown[-1].position_s - display.shown[0].position_s < 65  # a second of a clock that runs fast
        hangs.set()
        assert player.ended.wait(10)


@pytest.mark.parametrize("thread", ["player", "speaker", "noter", "awake"])
def test_where_no_thread_can_be_started_it_is_said_or_done_without(
    clip_cache: Path, monkeypatch: pytest.MonkeyPatch, thread: str
) -> None:
    start = threading.Thread.start

    def grudging(this: threading.Thread) -> None:
        if this.name == thread:
            raise RuntimeError("can't start new thread")
        start(this)

    monkeypatch.setattr(threading.Thread, "start", grudging)
    display = Witness()
    if thread in {"player", "speaker"}:
        with (
            pytest.raises(VoiceguideError, match="no more threads"),
            session.player("upper-back", cache_dir=clip_cache) as player,
        ):
            run_live(player, [], display)
        return
    with session.player("upper-back", cache_dir=clip_cache) as player:
        run_live(player, [], display)
    assert session.history()[0].finished
    assert display.notes[-1].startswith("upper-back done")
