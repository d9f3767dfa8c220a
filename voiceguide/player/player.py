"""The player: one loop that feeds the device and carries out commands.

Only the loop's own thread changes anything. Other threads send it messages (commands, and clips from the speaker) and
read a snapshot (`status`).
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from voiceguide.errors import PlaybackError, RequestError, VoiceguideError
from voiceguide.log import logger, without_words
from voiceguide.model.player_settings import PlayerSettings
from voiceguide.player.commands import Action
from voiceguide.player.feed import Feed
from voiceguide.player.noting import Noter
from voiceguide.player.snapshot import Snapshot
from voiceguide.player.speaker import Speaker
from voiceguide.player.status import State
from voiceguide.player.transport import Transport, after, asked_volume, resume_frame
from voiceguide.units import SoundFrame, to_frames

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from voiceguide.model.clip import Clip
    from voiceguide.outputs.output import AudioOutput
    from voiceguide.player.commands import Command
    from voiceguide.player.score import Score
    from voiceguide.player.speaker import Speak
    from voiceguide.player.status import Status

TICK_S: Final = 0.1
"""How often the queue, which holds about a second, is filled."""
MARGIN_S: Final = 0.1
"""A new plan begins at least so far after what has been handed to the device."""
RETRY_S: Final = 0.5
"""How often the player looks for a lost device."""
ASLEEP_AFTER_S: Final = 600.0
"""After so long a pause the player releases the device, so that headphones may sleep."""
NOTE_EVERY_S: Final = 2.0
"""How often the position is noted: kill -9 loses at most this and a tick."""
_MESSAGE_S: Final = 6.0
_LOUDEST, _SOFTEST = "100 % is as loud as it goes", "0 % is as soft as it goes"
_VOLUME: Final = frozenset({Action.VOLUME_TO, Action.VOLUME_BY, Action.QUIETER})
_REPACING: Final = {
    Action.SLOWER: "slower from the next step on",
    Action.FASTER: "faster from the next step on",
    Action.FEWER_WORDS: "fewer words from the next step on",
    Action.ONE_MORE_BREATH: "one more breath",
}
_log: Final = logger(__name__)


class Player:
    """Plays a Score on an output until its end, a STOP, or `close`. Implements Controls.

    The first of `voices` speaks what is missing, until it fails and the next one takes over. `note` is called in a
    thread of its own every NOTE_EVERY_S, after every command that moves the session, and at the end; it returns whether
    the session can be resumed from there. `run` raises what makes playing impossible: PlaybackError if there is no
    device at the start, SpeechError if no voice works and nothing has been said yet.
    """

    def __init__(  # noqa: PLR0913 -- what a player depends on
        self,
        score: Score,
        output: AudioOutput,
        voices: Sequence[Speak],
        *,
        settings: PlayerSettings | None = None,
        start_frame: int = 0,
        note: Callable[[Player], bool] = lambda _player: False,
        voice_name: str = "",
    ) -> None:
        self.voice_name: Final = voice_name
        """The first voice, as `ENGINE:NAME`, for a display."""
        self.sounding = threading.Event()
        """Set when the first frames are on their way, or when it is clear that there will be none."""
        self.ended = threading.Event()
        self._score = score
        self._settings = settings or PlayerSettings()
        self._feed = Feed(output, self._settings, start_frame)
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._transport = Transport(at=start_frame, volume=self._settings.volume)
        self._paused_s = 0.0
        self._retry_s = 0.0
        self._noted_s = 0.0
        """When the position was noted last; 0 makes the loop note it at once."""
        self._message, self._message_until_s = "", 0.0
        self._voice_error: VoiceguideError | None = None
        """Why no voice is left."""
        self._snapshot = self._taken()
        self._speaker = Speaker(voices, self._deliver, self._complain)
        self._noter = Noter(lambda: note(self))

    # For other threads.

    def send(self, command: Command) -> None:
        """Ask for something."""
        self._inbox.put(lambda: self._obey(command))

    def status(self) -> Status:
        """Where the session stands now."""
        return self._snapshot.status()

    def standing(self) -> tuple[Status, Score]:
        """Where the session stands now, and in which Score."""
        seen = self._snapshot
        return seen.status(), seen.score

    @property
    def score(self) -> Score:
        """What is being played."""
        return self._snapshot.score

    @property
    def device(self) -> str:
        """What the session is played on; empty until the device is open."""
        return self._feed.device

    @property
    def can_be_resumed(self) -> bool:
        """Whether the last note was kept, so that the session can be resumed from there."""
        return self._noter.kept

    # The loop.

    def run(self) -> None:
        """Play to the end; blocks. However it ends, the device is released and the position noted."""
        with contextlib.ExitStack() as at_the_end:
            # Callbacks run in reverse order, each even if another one raises, so that `ended` is always set.
            at_the_end.callback(self.sounding.set)
            at_the_end.callback(self.ended.set)
            at_the_end.callback(self._noter.close)
            at_the_end.callback(self._end)
            at_the_end.callback(self._feed.close)
            at_the_end.callback(self._speaker.close)
            self._speaker.want(self._score.missing(SoundFrame(self._transport.at)))
            self._open()
            self.sounding.set()
            while self._transport.state is not State.ENDED:
                self._turn()

    def _end(self) -> None:
        _log.info("ended at %.1f s", self._transport.at / self._score.timeline.rate_hz)
        self._transport = replace(self._transport, state=State.ENDED)
        self._snapshot = self._taken()

    def _turn(self) -> None:
        with contextlib.suppress(queue.Empty):
            self._inbox.get(timeout=TICK_S)()
            while True:
                self._inbox.get_nowait()()
        if self._feed.is_lost:
            self._lose_device()
        elif not self._feed.is_open and self._transport.state is State.WAITING and time.monotonic() >= self._retry_s:
            self._find_device()
        self._feed.fill(self._score, playing=self._is_playing)
        self._locate()
        if self._transport.state is State.PAUSED and self._since(self._paused_s) > ASLEEP_AFTER_S:
            self._feed.close()
        self._snapshot = self._taken()
        if self._since(self._noted_s) >= NOTE_EVERY_S:
            self._noted_s = time.monotonic()
            self._noter.ask()

    @property
    def _is_playing(self) -> bool:
        return self._transport.state in {State.PLAYING, State.WAITING}

    def _locate(self) -> None:
        """Find out what is heard now, and notice the end and a voice that is late."""
        if not self._feed.is_open or not self._is_playing:
            return
        at = self._feed.heard_frame()
        waits = self._feed.next_frame >= self._score.ready and not self._score.complete
        state = State.WAITING if waits and at >= self._score.ready else State.PLAYING
        if state is State.WAITING and self._voice_error:
            if not any(cue.end <= at for cue in self._score.timeline.speech()):
                raise self._voice_error  # not a word has been said
            # No voice is left: tell the listener why the session stops here; they may try again.
            self._transport = replace(self._transport, state=State.PAUSED, at=at)
            self._say(f"no voice works: {self._voice_error}", lasting=True)
            self._paused_s = time.monotonic()
            return
        if at >= self._score.timeline.length and self._score.complete:
            state = State.ENDED
        self._transport = replace(self._transport, state=state, at=at)

    # Commands.

    def _obey(self, command: Command) -> None:
        _log.debug("%s %g at %.1f s", command.action, command.amount, self._transport.at / self._score.timeline.rate_hz)
        if command.action in _REPACING:
            self._repace(command.action)
            return
        before = self._transport
        wanted = after(before, command, self._score.timeline, self._settings.previous)
        if command.action in _VOLUME:
            self._set_volume(wanted, asked_volume(before, command))
            return
        if wanted == before:
            return
        stopped = replace(before, at=self._silence())
        # Asked again, from where the sound really stopped.
        wanted = after(stopped, command, self._score.timeline, self._settings.previous)
        self._say("")
        self._go(wanted)
        self._noted_s = 0.0

    def _set_volume(self, wanted: Transport, asked: float) -> None:
        self._feed.set_volume(wanted.volume)
        self._transport = wanted
        if asked != wanted.volume:
            self._say(_LOUDEST if asked > wanted.volume else _SOFTEST)
        elif self._message in {_LOUDEST, _SOFTEST}:
            self._say("")

    def _go(self, wanted: Transport) -> None:
        """Go on from `wanted`, with nothing in the queue."""
        self._transport = wanted
        if wanted.state is State.PAUSED:
            self._paused_s = time.monotonic()
        if wanted.state is State.ENDED:
            return
        self._voice_error = None
        self._speaker.want(self._score.missing(SoundFrame(wanted.at)))
        self._feed.play_from(self._score, wanted.at, playing=self._is_playing)
        if not self._feed.is_open and wanted.state is not State.PAUSED:
            self._find_device()

    def _silence(self) -> int:
        """Silence the device at once; return the session's frame that was heard last."""
        heard = self._feed.silence() if self._feed.is_open else self._transport.at
        return self._transport.at if self._transport.state is State.PAUSED else heard

    def _repace(self, action: Action) -> None:
        change = {
            Action.SLOWER: self._score.slower,
            Action.FASTER: self._score.faster,
            Action.FEWER_WORDS: self._score.fewer_words,
            Action.ONE_MORE_BREATH: self._score.one_more_breath,
        }[action]
        # What has been handed to the device stays as it is.
        margin = to_frames(MARGIN_S, self._score.timeline.rate_hz)
        try:
            self._score = change(SoundFrame(self._feed.next_frame + margin))
        except RequestError as error:
            holding = action is Action.ONE_MORE_BREATH and self.status().hold
            self._say("this hold is over too soon for one more breath" if holding else str(error))
            return
        self._say(_REPACING[action])
        self._noted_s = 0.0
        self._speaker.want(self._score.missing(self._feed.next_frame))

    # Messages of the speaker, in its thread.

    def _deliver(self, clips: Mapping[str, Clip]) -> None:
        self._inbox.put(lambda: self._learn(clips))

    def _complain(self, error: VoiceguideError, goes_on: bool) -> None:  # noqa: FBT001 -- as Speaker calls it
        self._inbox.put(lambda: self._heed(error, goes_on=goes_on))

    def _learn(self, clips: Mapping[str, Clip]) -> None:
        """Take up clips. What lies before the position may change its length: then the position moves along."""
        before = self._score
        self._score = before.with_clips(clips)
        moved = before.moved(self._score, self._feed.next_frame)
        if moved:
            self._feed.shift(moved)
            self._transport = replace(self._transport, at=self._transport.at + moved)

    def _heed(self, error: VoiceguideError, *, goes_on: bool) -> None:
        if goes_on:
            self._say(f"another voice goes on: {error}", lasting=True)
            self._speaker.want(self._score.missing(self._feed.next_frame))
        else:
            self._voice_error = error

    # The device.

    def _open(self) -> None:
        at, volume = self._transport.at, self._transport.volume
        self._feed.open(self._score, at, volume, playing=self._is_playing)

    def _lose_device(self) -> None:
        at = self._silence()
        _log.warning("%s is lost at %.1f s", self.device, at / self._score.timeline.rate_hz)
        self._feed.drop()
        # At once; but a device that fails again and again is not opened with every tick.
        self._retry_s = self._feed.opened_s + RETRY_S
        if self._transport.state is not State.PAUSED:
            at = resume_frame(self._score.timeline, at)
            self._transport = replace(self._transport, state=State.WAITING, at=at)
        self._say("the sound device is gone: waiting for one", lasting=True)

    def _find_device(self) -> None:
        try:
            self._open()
        except PlaybackError as error:
            _log.info("no device yet: %s", without_words(error))
            self._transport = replace(self._transport, state=State.WAITING)
            self._retry_s = time.monotonic() + RETRY_S
            self._say(str(error), lasting=True)
        else:
            self._transport = replace(self._transport, state=State.PLAYING)
            self._say(f"playing on {self.device}")

    # Small things.

    def _say(self, message: str, *, lasting: bool = False) -> None:
        self._message = message
        self._message_until_s = float("inf") if lasting else time.monotonic() + _MESSAGE_S

    def _taken(self) -> Snapshot:
        is_moving = self._transport.state is State.PLAYING and self._feed.is_open
        message = self._message if time.monotonic() < self._message_until_s else ""
        return Snapshot(self._score, self._transport, is_moving, time.monotonic(), message)

    @staticmethod
    def _since(moment_s: float) -> float:
        return time.monotonic() - moment_s
