"""The player on the silent output, whose clock is exact and can run fast."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pytest
from msgspec.structs import replace

from voiceguide.errors import PlaybackError, SpeechError
from voiceguide.library.loader import Library
from voiceguide.model.pacing import Pacing
from voiceguide.model.player_settings import PlayerSettings
from voiceguide.model.script import SpanKind
from voiceguide.outputs.null import NullOutput
from voiceguide.outputs.output import AudioOutput
from voiceguide.outputs.queue_stream import QueueStream
from voiceguide.planning.planner import write_script
from voiceguide.player.commands import Action, Command
from voiceguide.player.player import Player
from voiceguide.player.score import Score, new_score
from voiceguide.player.status import State
from voiceguide.sound.bed import open_bed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from voiceguide import session
    from voiceguide.model.clip import Clip
    from voiceguide.outputs.output import OutputStream
    from voiceguide.player.status import Status

LIBRARY = Library()


class Tape(NullOutput):
    """The silent output; it keeps everything that was written to it and has sounded, and its plug can be pulled."""

    def __init__(self, speed: float = 1.0) -> None:
        super().__init__(speed)
        self.written: list[NDArray[np.float32]] = []
        self.plugged = True
        self.opened = 0

    def open(self, rate_hz: int, channels: int = 1) -> OutputStream:
        if not self.plugged:
            raise PlaybackError("there is no sound device")
        self.opened += 1
        stream = super().open(rate_hz, channels)
        self.stream = stream
        write, stop, tape = stream.write, stream.stop, self

        def recorded(samples: NDArray[np.float32]) -> None:
            write(samples)
            tape.written.append(samples.copy())

        def stopped() -> int:
            unheard = stop()
            sound = tape.sound()
            tape.written[:] = [sound[: len(sound) - unheard]]
            return unheard

        stream.write = recorded  # type: ignore[method-assign]
        stream.stop = stopped  # type: ignore[method-assign]
        stream.lost = lambda: not tape.plugged  # type: ignore[method-assign]
        return stream

    @property
    def keeps_alive(self) -> list[bool]:
        return [self.stream.keep_alive] * self.opened

    def sound(self) -> NDArray[np.float32]:
        return np.concatenate(self.written) if self.written else np.zeros(0, np.float32)


@pytest.fixture(scope="module")
def clips(upper_back: session.Session) -> Mapping[str, Clip]:
    return upper_back.clips


def score_of(clips: Mapping[str, Clip], pacing: Pacing | None = None) -> Score:
    pacing = pacing or Pacing()
    routine = LIBRARY.routine("upper-back")
    script = write_script(routine, pacing, LIBRARY.phrasebook)
    return new_score(routine, pacing, LIBRARY.phrasebook, script, clips, lambda: open_bed(pacing.bed))


def no_voice(_texts: Iterable[str]) -> Mapping[str, Clip]:
    raise SpeechError("the engine has failed")


QUIET = PlayerSettings(wake_s=0.0, keep_alive=False)


@contextmanager
def running(player: Player) -> Iterator[Player]:
    errors: list[BaseException] = []

    def run() -> None:
        try:
            player.run()
        except BaseException as error:  # noqa: BLE001 -- raised again below
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        assert player.sounding.wait(5)
        yield player
    finally:
        player.send(Command(Action.STOP))
        thread.join(5)
        assert not thread.is_alive()
    if errors:
        raise errors[0]


def wait_for(player: Player, until: Callable[[Status], bool], seconds: float = 40.0) -> Status:
    deadline = time.monotonic() + seconds
    while not until(status := player.status()):
        assert time.monotonic() < deadline, status
        time.sleep(0.01)
    return status


def test_a_whole_session_is_what_the_exporter_renders(upper_back: session.Session) -> None:
    tape = Tape(speed=120)
    score = score_of(upper_back.clips)
    assert score.complete
    with running(Player(score, tape, [no_voice], settings=QUIET)) as player:
        assert player.ended.wait(30)
    heard = tape.sound()
    rendered = np.empty(score.timeline.length, np.float32)
    score.source.render(0, rendered)
    lead = round(0.05 * score.timeline.rate_hz)
    assert not heard[:lead].any()
    assert np.array_equal(heard[lead : lead + len(rendered)], rendered)
    assert not heard[lead + len(rendered) :].any()
    assert upper_back.timeline.length == pytest.approx(len(rendered), abs=24_000)


def test_a_bed_is_played_as_it_is_exported(upper_back: session.Session) -> None:
    pacing = Pacing(bed="rain", bed_level_db=-14.0)
    tape = Tape(speed=120)
    score = score_of(upper_back.clips, pacing)
    with running(Player(score, tape, [no_voice], settings=PlayerSettings(wake_s=0.2))) as player:
        assert player.ended.wait(60)
    heard = tape.sound()
    exported = replace(upper_back, pacing=pacing, timeline=score.placement.timeline, bed=lambda: open_bed(pacing.bed))
    rendered = np.empty((exported.source.length, 2), np.float32)
    exported.source.render(0, rendered)
    lead = round(0.25 * 48_000)
    assert 0 < np.abs(heard[:lead]).max() < 0.005  # the wake signal, on both channels
    assert np.array_equal(heard[lead : lead + len(rendered)], rendered)


def test_with_a_bed_clips_that_come_late_and_a_new_pace_move_nothing_that_was_heard(clips: Mapping[str, Clip]) -> None:
    pacing = Pacing(bed="drone")
    tape = Tape(speed=20)

    def late(texts: Iterable[str]) -> Mapping[str, Clip]:
        return {text: clips[text] for text in texts}

    score = score_of({}, pacing)
    assert score.ready < 2 * 48_000
    with running(Player(score, tape, [late], settings=QUIET)) as player:
        wait_for(player, lambda status: status.position_s > 20)
        before = player.score
        player.send(Command(Action.SLOWER))
        wait_for(player, lambda _status: player.score.pacing != before.pacing)
        after = player.score
        wait_for(player, lambda status: status.position_s > 60)
    at = 20 * 48_000
    assert after.timeline.rate_hz == before.timeline.rate_hz == 48_000
    heard_cues = [cue for cue in before.timeline.cues if cue.start < at]
    assert heard_cues == [cue for cue in after.timeline.cues if cue.start < at]
    assert after.timeline.length > before.timeline.length


def test_a_cold_session_starts_at_once_and_is_spoken_while_it_plays(clips: Mapping[str, Clip]) -> None:
    asked: list[list[str]] = []

    def speak(texts: Iterable[str]) -> Mapping[str, Clip]:
        asked.append(list(texts))
        time.sleep(0.05)
        return {text: clips[text] for text in asked[-1]}

    score = score_of({})
    assert 0 < score.ready < 3 * 24_000  # the chime, and no further
    tape = Tape(speed=60)
    with running(Player(score, tape, [speak], settings=QUIET)) as player:
        assert player.ended.wait(30)
        final = player.score
    assert final.complete
    assert asked[0][0].startswith("Upper back")
    rendered = np.empty(final.timeline.length, np.float32)
    final.source.render(0, rendered)
    heard = tape.sound()
    # Where the voice was late there is silence; everything else is there, in order.
    assert np.array_equal(heard[np.flatnonzero(heard)], rendered[np.flatnonzero(rendered)])


def test_pause_resume_and_every_way_through_the_session(clips: Mapping[str, Clip]) -> None:
    score = score_of(clips)
    chapters = score.timeline.chapters
    with running(Player(score, Tape(), [no_voice], settings=QUIET)) as player:
        player.send(Command(Action.SEEK_TO, 100.0))
        wait_for(player, lambda status: 90 < status.position_s < 101)
        player.send(Command(Action.PAUSE))
        paused = wait_for(player, lambda status: status.state is State.PAUSED)
        time.sleep(0.3)
        assert player.status().position_s == paused.position_s
        player.send(Command(Action.NEXT))
        moved = wait_for(player, lambda status: status.chapter == chapters[2].title)
        assert (moved.state, moved.position_s) == (State.PAUSED, chapters[2].start / 24_000)
        player.send(Command(Action.RESUME))
        wait_for(player, lambda status: status.state is State.PLAYING and status.position_s > moved.position_s + 0.2)
        player.send(Command(Action.PREVIOUS))
        wait_for(player, lambda status: status.chapter == chapters[1].title)
        player.send(Command(Action.SEEK_BY, 30.0))
        wait_for(player, lambda status: status.position_s > chapters[1].start / 24_000 + 15)
        player.send(Command(Action.REPEAT))
        wait_for(player, lambda status: status.position_s < chapters[1].start / 24_000 + 2)
        player.send(Command(Action.VOLUME_TO, 0.5))
        wait_for(player, lambda status: status.volume == 0.5)


def test_a_command_that_moves_is_noted_at_once(clips: Mapping[str, Clip]) -> None:
    """A session that is killed right after a jump goes on from where the jump led."""
    noted: list[tuple[float, float, str]] = []

    def note(player: Player) -> bool:
        status = player.status()
        noted.append((time.monotonic(), status.position_s, status.words))
        return True

    with running(Player(score_of(clips), Tape(), [no_voice], settings=QUIET, note=note)) as player:
        wait_for(player, lambda status: status.position_s > 0.3)
        chapters = player.score.timeline.chapters
        for command, at_s in (
            (Command(Action.SEEK_TO, 300.0), 295.0),
            (Command(Action.NEXT), chapters[3].start / 24_000),
            (Command(Action.PREVIOUS), chapters[2].start / 24_000),
            (Command(Action.SEEK_BY, 60.0), chapters[2].start / 24_000 + 58.0),
            (Command(Action.REPEAT), chapters[2].start / 24_000),
        ):
            asked = time.monotonic()
            player.send(command)
            while not any(when > asked and abs(position - at_s) < 8.0 for when, position, _ in noted):
                assert time.monotonic() - asked < 0.5, (command, noted[-2:])
                time.sleep(0.005)
        player.send(Command(Action.FEWER_WORDS))
        asked = time.monotonic()
        while noted[-1][2] != "brief":
            assert time.monotonic() - asked < 0.5
            time.sleep(0.005)


def test_a_history_on_a_slow_disk_keeps_neither_sound_nor_commands_waiting(clips: Mapping[str, Clip]) -> None:
    tape = Tape()
    noting = threading.Event()

    def slow(_player: Player) -> bool:
        noting.set()
        time.sleep(1.5)
        return True

    with running(Player(score_of(clips), tape, [no_voice], settings=QUIET, note=slow)) as player:
        assert noting.wait(5)
        began = time.monotonic()
        player.send(Command(Action.SEEK_TO, 300.0))
        wait_for(player, lambda status: status.position_s > 290)
        player.send(Command(Action.PAUSE))
        wait_for(player, lambda status: status.state is State.PAUSED)
        assert time.monotonic() - began < 0.5
        assert tape.stream.underrun_frames == 0
        player.send(Command(Action.STOP))
        assert player.ended.wait(5)
        assert player.can_be_resumed  # the last note was waited for


@pytest.mark.parametrize(
    "raised",
    [RuntimeError("a fault"), ValueError("no UTF-8"), OSError(5, "Input/output error"), SystemExit(3), MemoryError()],
)
def test_whatever_noting_raises_the_session_plays_on_and_ends(
    clips: Mapping[str, Clip], raised: BaseException, capfd: pytest.CaptureFixture[str]
) -> None:
    def note(_player: Player) -> bool:
        raise raised

    with running(Player(score_of(clips), Tape(speed=60), [no_voice], settings=QUIET, note=note)) as player:
        wait_for(player, lambda status: status.position_s > 200)
        player.send(Command(Action.STOP))
        assert player.ended.wait(5)
        assert not player.can_be_resumed
    assert "Traceback" not in capfd.readouterr().err


def test_a_note_that_never_returns_does_not_keep_the_end_away(
    clips: Mapping[str, Clip], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voiceguide.player.noting.LAST_S", 0.2)
    never = threading.Event()
    with running(
        Player(score_of(clips), Tape(), [no_voice], settings=QUIET, note=lambda _player: never.wait(20))
    ) as player:
        player.send(Command(Action.STOP))
        assert player.ended.wait(5)
        assert not player.can_be_resumed
    never.set()


def test_a_device_that_fails_to_close_does_not_keep_the_end_away(clips: Mapping[str, Clip]) -> None:
    tape = Tape()
    noted: list[Status] = []

    def note(player: Player) -> bool:
        noted.append(player.status())
        return True

    def broken() -> None:
        raise PlaybackError("it does not let go")

    player = Player(score_of(clips), tape, [no_voice], settings=QUIET, note=note)
    with pytest.raises(PlaybackError, match="let go"), running(player):  # noqa: PT012 -- raised when it is left
        wait_for(player, lambda status: status.position_s > 0.2)
        tape.stream.close = broken  # type: ignore[method-assign]
        player.send(Command(Action.STOP))
        assert player.ended.wait(5)
    assert noted[-1].state is State.ENDED


@pytest.mark.parametrize("fault", [KeyError("a text"), MemoryError()])
def test_a_voice_that_fails_in_a_way_that_nobody_foresaw_is_a_voice_that_fails(
    clips: Mapping[str, Clip], fault: Exception, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its thread must not end without a word: the player would wait for it for ever."""

    def faulty(_texts: Iterable[str]) -> Mapping[str, Clip]:
        raise fault

    def other(texts: Iterable[str]) -> Mapping[str, Clip]:
        return {text: clips[text] for text in texts}

    with running(Player(score_of({}), Tape(speed=60), [faulty, other], settings=QUIET)) as player:
        wait_for(player, lambda status: "another voice goes on" in status.message)
        assert player.ended.wait(30)
    player = Player(score_of({}), Tape(speed=5), [faulty], settings=QUIET)
    with pytest.raises(SpeechError, match=type(fault).__name__):
        player.run()
    assert player.ended.is_set()
    assert "Traceback" not in capfd.readouterr().err


def test_a_volume_beyond_its_ends_is_met_and_said(clips: Mapping[str, Clip]) -> None:
    with running(Player(score_of(clips), Tape(), [no_voice], settings=QUIET)) as player:
        player.send(Command(Action.VOLUME_BY, 0.3))
        wait_for(player, lambda status: status.message == "100 % is as loud as it goes")
        player.send(Command(Action.QUIETER, 0.3))
        wait_for(player, lambda status: status.volume == 0.7 and not status.message)
        player.send(Command(Action.QUIETER, 0.9))
        wait_for(player, lambda status: status.volume == 0.0 and status.message == "0 % is as soft as it goes")


def test_the_position_is_that_of_the_clock(clips: Mapping[str, Clip]) -> None:
    with running(Player(score_of(clips), Tape(), [no_voice], settings=QUIET)) as player:
        first = wait_for(player, lambda status: status.position_s > 0.3)
        began = time.monotonic()
        time.sleep(1.0)
        passed = time.monotonic() - began
        assert player.status().position_s - first.position_s == pytest.approx(passed, abs=0.1)


def test_repacing_while_it_plays_does_not_disturb_what_is_heard(clips: Mapping[str, Clip]) -> None:
    narrator_clips = dict(clips)
    tape = Tape(speed=40)

    def speak(texts: Iterable[str]) -> Mapping[str, Clip]:
        # For texts in other words any clip will do, as long as it is always the same.
        stand_in = clips["Stay here."]
        return {text: narrator_clips.get(text, stand_in) for text in texts}

    with running(Player(score_of(clips), tape, [speak], settings=QUIET)) as player:
        before = player.score.timeline
        wait_for(player, lambda status: status.position_s > 20)
        player.send(Command(Action.SLOWER))
        slow = wait_for(player, lambda status: "slower" in status.message)
        assert slow.length_s > before.duration_s + 10
        player.send(Command(Action.FEWER_WORDS))
        wait_for(player, lambda status: status.words == "brief")
        player.send(Command(Action.FASTER))
        assert player.ended.wait(90)
        final = player.score
    rendered = np.empty(final.timeline.length, np.float32)
    final.source.render(0, rendered)
    heard = tape.sound()
    assert np.array_equal(heard[np.flatnonzero(heard)], rendered[np.flatnonzero(rendered)])


def test_one_more_breath(clips: Mapping[str, Clip]) -> None:
    score = score_of(clips)
    hold = next(span for span in score.timeline.spans if span.kind is SpanKind.HOLD and span.side)
    with running(Player(score, Tape(), [no_voice], settings=QUIET)) as player:
        player.send(Command(Action.SEEK_TO, hold.start / 24_000 + 9.0))
        wait_for(player, lambda status: status.hold is not None)
        player.send(Command(Action.ONE_MORE_BREATH))
        wait_for(player, lambda status: "one more breath" in status.message)
        held = [span for span in player.score.timeline.spans if span.kind is SpanKind.HOLD and span.side]
    assert {span.end - span.start for span in held[:2]} == {hold.end - hold.start + 10 * 24_000}


def test_outside_a_hold_one_more_breath_is_refused_in_words(clips: Mapping[str, Clip]) -> None:
    with running(Player(score_of(clips), Tape(), [no_voice], settings=QUIET)) as player:
        player.send(Command(Action.ONE_MORE_BREATH))
        wait_for(player, lambda status: "no hold" in status.message)


def test_a_lost_device_pauses_it_and_the_next_one_goes_on_with_what_was_cut(clips: Mapping[str, Clip]) -> None:
    tape = Tape()
    score = score_of(clips)
    cue = next(cue for cue in score.timeline.speech() if cue.start > 30 * 24_000 and cue.end - cue.start > 48_000)
    with running(Player(score, tape, [no_voice], settings=QUIET)) as player:
        player.send(Command(Action.SEEK_TO, cue.start / 24_000))
        wait_for(player, lambda status: status.doing == cue.text and status.position_s > cue.start / 24_000 + 0.6)
        tape.plugged = False
        waiting = wait_for(player, lambda status: status.state is State.WAITING)
        assert "gone" in waiting.message or "no sound device" in waiting.message
        assert waiting.position_s == pytest.approx(cue.start / 24_000, abs=1e-3)
        tape.plugged = True
        wait_for(player, lambda status: status.state is State.PLAYING)
        assert tape.opened == 2


def test_a_device_that_is_gone_while_paused_is_opened_again_on_resume(clips: Mapping[str, Clip]) -> None:
    tape = Tape()
    with running(Player(score_of(clips), tape, [no_voice], settings=QUIET)) as player:
        player.send(Command(Action.PAUSE))
        wait_for(player, lambda status: status.state is State.PAUSED)
        tape.plugged = False
        wait_for(player, lambda status: "gone" in status.message)
        assert player.status().state is State.PAUSED
        tape.plugged = True
        player.send(Command(Action.RESUME))
        wait_for(player, lambda status: status.state is State.PLAYING)


class PullingStream(QueueStream):
    """A device whose thread pulls frames at their pace, and whose callback may fail."""

    def __init__(self, rate_hz: int, channels: int, fails_after: int | None) -> None:
        super().__init__(rate_hz, channels, "a pulling device")
        self._fails_after = fails_after
        self._takes = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._pull, daemon=True)

    def _start_device(self) -> None:
        self._thread.start()

    def _stop_device(self) -> None:
        self._stopping.set()

    def _close_device(self) -> None:
        self._stopping.set()

    def _pull(self) -> None:
        while not self._stopping.wait(0.05):
            self.take(self.rate_hz // 20)

    def _taken(self, frames: int) -> NDArray[np.int16]:
        self._takes += 1
        if self._fails_after is not None and self._takes > self._fails_after:
            raise RuntimeError("a fault of ours")
        return super()._taken(frames)


class PullingOutput(AudioOutput):
    """An output whose streams' callbacks fail after so many calls; the last number holds for all later streams."""

    name = "pulling"

    def __init__(self, *fails_after: int | None) -> None:
        self._fails_after = fails_after
        self.opened: list[float] = []

    def open(self, rate_hz: int, channels: int = 1) -> OutputStream:
        self.opened.append(time.monotonic())
        number = min(len(self.opened), len(self._fails_after))
        return PullingStream(rate_hz, channels, self._fails_after[number - 1])


def test_a_fault_in_the_devices_callback_opens_it_anew_and_the_session_goes_on(clips: Mapping[str, Clip]) -> None:
    output = PullingOutput(10, None)
    with running(Player(score_of(clips), output, [no_voice], settings=QUIET)) as player:
        waiting = wait_for(player, lambda status: status.state is State.WAITING, 5)
        assert waiting.message == "the sound device is gone: waiting for one"
        wait_for(player, lambda status: status.message == "playing on a pulling device", 5)
        assert len(output.opened) == 2
        again = wait_for(player, lambda status: status.state is State.PLAYING, 5)
        assert again.position_s <= waiting.position_s + 0.5
        wait_for(player, lambda status: status.position_s > waiting.position_s + 1.0, 10)


def test_a_callback_that_always_fails_is_said_and_not_tried_with_every_tick(clips: Mapping[str, Clip]) -> None:
    output = PullingOutput(0)
    with running(Player(score_of(clips), output, [no_voice], settings=QUIET)) as player:
        wait_for(player, lambda _status: len(output.opened) == 4, 10)
        assert player.status().position_s < 1.0
        wait_for(player, lambda status: "the sound device is gone" in status.message, 5)
    assert all(after - before >= 0.45 for before, after in zip(output.opened[:-1], output.opened[1:], strict=True))


def test_without_a_device_it_does_not_start(clips: Mapping[str, Clip]) -> None:
    tape = Tape()
    tape.plugged = False
    player = Player(score_of(clips), tape, [no_voice], settings=QUIET)
    with pytest.raises(PlaybackError, match="no sound device"):
        player.run()
    assert player.ended.is_set()


def test_when_the_voice_fails_another_goes_on(clips: Mapping[str, Clip]) -> None:
    calls = 0

    def fails_later(texts: Iterable[str]) -> Mapping[str, Clip]:
        nonlocal calls
        calls += 1
        if calls > 3:
            raise SpeechError("the engine has failed")
        return {text: clips[text] for text in texts}

    def other(texts: Iterable[str]) -> Mapping[str, Clip]:
        return {text: clips[text] for text in texts}

    with running(Player(score_of({}), Tape(speed=60), [fails_later, other], settings=QUIET)) as player:
        wait_for(player, lambda status: "another voice goes on" in status.message)
        assert player.ended.wait(30)
        assert player.score.complete


def test_when_no_voice_is_left_it_pauses_and_says_so_and_resuming_tries_again(clips: Mapping[str, Clip]) -> None:
    broken = threading.Event()
    welcome = score_of({}).script.sections[0]
    known = {text: clips[text] for text in replace(score_of({}).script, sections=(welcome,)).texts()}
    broken.set()

    def speak(texts: Iterable[str]) -> Mapping[str, Clip]:
        if broken.is_set():
            raise SpeechError("the engine has failed")
        return {text: clips[text] for text in texts}

    with running(Player(score_of(known), Tape(speed=60), [speak], settings=QUIET)) as player:
        stuck = wait_for(player, lambda status: status.state is State.PAUSED, 20)
        assert "no voice works: the engine has failed" in stuck.message
        broken.clear()
        player.send(Command(Action.RESUME))
        assert player.ended.wait(60)


def test_when_nothing_can_be_spoken_at_all_it_fails() -> None:
    player = Player(score_of({}), Tape(speed=5), [no_voice], settings=QUIET)
    with pytest.raises(SpeechError, match="the engine has failed"):
        player.run()


@pytest.mark.parametrize("volume", [1.0, 0.5])
def test_the_wake_signal_is_there_at_every_volume_and_far_below_the_voice(
    clips: Mapping[str, Clip], volume: float
) -> None:
    tape = Tape(speed=120)
    score = score_of(clips)
    with running(Player(score, tape, [no_voice], settings=PlayerSettings(wake_s=0.4, volume=volume))) as player:
        wait_for(player, lambda status: status.position_s > 5)
    assert tape.keeps_alive == [True]
    heard = tape.sound() * np.float32(volume**3)
    wake = heard[round(0.15 * 24_000) : round(0.35 * 24_000)]
    assert -62 < 20 * np.log10(np.sqrt(np.mean(np.square(wake)))) < -58
    rendered = np.empty(24_000, np.float32)
    score.source.render(0, rendered)
    lead = round(0.45 * 24_000)
    assert np.array_equal(heard[lead : lead + 24_000], rendered * np.float32(volume**3))


def test_memory_stays_flat_over_hours(clips: Mapping[str, Clip]) -> None:
    import tracemalloc

    pacing = Pacing(repetitions=100, rounds=20)
    tape = NullOutput(speed=600)
    routine = LIBRARY.routine("upper-back")
    script = write_script(routine, pacing, LIBRARY.phrasebook)
    stand_in = clips["Stay here."]
    score = new_score(routine, pacing, LIBRARY.phrasebook, script, {t: clips.get(t, stand_in) for t in script.texts()})
    assert score.timeline.duration_s > 3600
    tracemalloc.start()
    try:
        with running(Player(score, tape, [no_voice], settings=QUIET)) as player:
            wait_for(player, lambda status: status.position_s > 900, 60)
            early = tracemalloc.get_traced_memory()[0]
            wait_for(player, lambda status: status.position_s > 3300, 60)
            late = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    # Rendering in between produced 230 MB, with a few new kinds of tone.
    assert late - early < 3_000_000
