"""The player: one loop that keeps the device's queue filled, and does what it is asked.

Everything that changes is changed in the loop's own thread. Other threads hand in messages (`send`,
clips from the speaker) and read a snapshot (`status`).
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Final

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from voiceguide.errors import PlaybackError, RequestError, VoiceguideError
from voiceguide.model.player_settings import PlayerSettings
from voiceguide.player.commands import Action
from voiceguide.player.headset import wake_signal
from voiceguide.player.noting import Noter
from voiceguide.player.reading import status_of
from voiceguide.player.speaker import Speaker
from voiceguide.player.status import State
from voiceguide.player.transport import Transport, after, asked_volume, resume_frame
from voiceguide.sound.source import empty_block
from voiceguide.units import SoundFrame, to_frames

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from voiceguide.model.clip import Clip
    from voiceguide.outputs.output import AudioOutput, OutputStream
    from voiceguide.player.commands import Command
    from voiceguide.player.score import Score
    from voiceguide.player.speaker import Speak
    from voiceguide.player.status import Status

TICK_S: Final = 0.1
"""How often the queue, which holds about a second, is filled."""
BLOCK_S: Final = 0.1
SETTLE_S: Final = 0.05
"""Silence ahead of everything: a device that starts swallows its first frames (PulseAudio 4 to 11 ms)."""
FADE_S: Final = 0.005
"""Where a session is entered in the middle, so that it does not click."""
MARGIN_S: Final = 0.1
"""What is planned anew begins at least this far behind what has been handed to the device."""
RETRY_S: Final = 0.5
"""How often a lost device is looked for."""
ASLEEP_AFTER_S: Final = 600.0
"""A pause this long lets the device go: headphones may sleep."""
NOTE_EVERY_S: Final = 2.0
"""How often the position is noted: what a kill -9 can lose is at most this and a tick."""
STANDS_STILL_S: Final = 1.0
"""A player that has not said for so long where it is hangs in the sound device: its position stands still."""
KEPT_QUEUES: Final = 4
"""How much of what was written is remembered, in queues: far more than a queue and a device's buffer hold."""
_MESSAGE_S: Final = 6.0
_LOUDEST, _SOFTEST = "100 % is as loud as it goes", "0 % is as soft as it goes"
_VOLUME: Final = frozenset({Action.VOLUME_TO, Action.VOLUME_BY, Action.QUIETER})
_REPACING: Final = {
    Action.SLOWER: "slower from the next step on",
    Action.FASTER: "faster from the next step on",
    Action.FEWER_WORDS: "fewer words from the next step on",
    Action.ONE_MORE_BREATH: "one more breath",
}


class _Snapshot(Struct, frozen=True):
    """What other threads see."""

    score: Score
    transport: Transport
    moving: bool
    taken: float
    """By time.monotonic()."""
    message: str


class Player:
    """Plays a Score on an output until its end, a STOP, or `close`. Implements Controls.

    `voices` speak what is missing, the first as long as it works. `note` is called in a thread of its own every
    NOTE_EVERY_S, after every command that moves the session, and at the end; it says whether the session can be gone
    on with. `run` raises what makes playing impossible: PlaybackError where there is no device at the start,
    SpeechError where no voice works and nothing is left to play.
    """

    def __init__(
        self,
        score: Score,
        output: AudioOutput,
        voices: Sequence[Speak],
        *,
        settings: PlayerSettings | None = None,
        start_frame: int = 0,
        note: Callable[[Player], bool] = lambda _player: False,
    ) -> None:
        self.device = ""
        """What it is played on; empty until the device is open."""
        self.sounding = threading.Event()
        """Set when the first frames are on their way, or never will be."""
        self.ended = threading.Event()
        self._score = score
        self._output = output
        self._settings = settings or PlayerSettings()
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._transport = Transport(at=start_frame, volume=self._settings.volume)
        self._stream: OutputStream | None = None
        self._next = start_frame
        """The session's frame that is written next."""
        self._written: deque[tuple[int, int | None]] = deque()
        """What was written lately: frames, and the session's frame they begin with; None for what is no session."""
        self._kept = 0
        """Frames in it."""
        self._paused_at = 0.0
        self._retry_at = 0.0
        self._noted_at = 0.0
        """When the position was noted last; 0 lets it be noted at once."""
        self._message, self._message_until = "", 0.0
        self._failed: VoiceguideError | None = None
        self._snapshot = self._taken()
        self._speaker = Speaker(voices, self._deliver, self._complain)
        self._noter = Noter(lambda: note(self))

    # What other threads use.

    def send(self, command: Command) -> None:
        """Ask for something."""
        self._inbox.put(lambda: self._obey(command))

    def status(self) -> Status:
        """How things stand now."""
        return self.standing()[0]

    def standing(self) -> tuple[Status, Score]:
        """How things stand now, and in which Score."""
        seen = self._snapshot
        at = seen.transport.at
        if seen.moving:
            rate_hz = seen.score.timeline.rate_hz
            passed_s = min(time.monotonic() - seen.taken, STANDS_STILL_S)
            at = min(at + int(passed_s * rate_hz), seen.score.timeline.length)
        return status_of(seen.score, replace(seen.transport, at=at), seen.message), seen.score

    @property
    def score(self) -> Score:
        """What is being played."""
        return self._snapshot.score

    @property
    def can_be_resumed(self) -> bool:
        """Whether the last note was kept: where it stands can be gone on from."""
        return self._noter.kept

    # The loop.

    def run(self) -> None:
        """Play to the end; blocks. Whatever ends it, the device is released and the position noted."""
        with contextlib.ExitStack() as at_the_end:
            # The last one first, and each of them whatever the others raise: `ended` is always set.
            at_the_end.callback(self.sounding.set)
            at_the_end.callback(self.ended.set)
            at_the_end.callback(self._noter.close)
            at_the_end.callback(self._end)
            at_the_end.callback(self._let_go)
            at_the_end.callback(self._speaker.close)
            self._speaker.want(self._score.missing(SoundFrame(self._transport.at)))
            self._open()
            self.sounding.set()
            while self._transport.state is not State.ENDED:
                self._turn()

    def _let_go(self) -> None:
        stream, self._stream = self._stream, None
        if stream:
            stream.close()

    def _end(self) -> None:
        self._transport = replace(self._transport, state=State.ENDED)
        self._snapshot = self._taken()

    def _turn(self) -> None:
        with contextlib.suppress(queue.Empty):
            self._inbox.get(timeout=TICK_S)()
            while True:
                self._inbox.get_nowait()()
        if self._stream and self._stream.lost():
            self._lose_device()
        elif self._stream is None and self._transport.state is State.WAITING and time.monotonic() >= self._retry_at:
            self._find_device()
        self._fill()
        self._locate()
        if self._transport.state is State.PAUSED and self._stream and self._since(self._paused_at) > ASLEEP_AFTER_S:
            self._stream.close()
            self._stream = None
        self._snapshot = self._taken()
        if self._since(self._noted_at) >= NOTE_EVERY_S:
            self._noted_at = time.monotonic()
            self._noter.ask()

    def _fill(self) -> None:
        """Fill the queue: with the session while it plays, with silence while it does not."""
        if self._stream is None:
            return
        block = to_frames(BLOCK_S, self._score.timeline.rate_hz)
        while (room := self._stream.room()) >= block:
            playing = self._transport.state in {State.PLAYING, State.WAITING}
            frames = min(block, room, max(0, self._score.ready - self._next)) if playing else 0
            if frames:
                self._write(self._rendered(frames), self._next)
                self._next += frames
            else:
                self._write_silence(block)

    def _rendered(self, frames: int) -> NDArray[np.float32]:
        source = self._score.source
        samples = empty_block(source, frames)
        source.render(self._next, samples)
        return samples

    def _write_silence(self, frames: int) -> None:
        silence = empty_block(self._score.source, frames)
        silence[:] = 0.0
        self._write(silence, None)

    def _write(self, samples: NDArray[np.float32], session_frame: int | None) -> None:
        assert self._stream is not None  # noqa: S101 -- narrows the type
        self._stream.write(samples)
        self._written.append((len(samples), session_frame))
        self._kept += len(samples)
        while self._kept - self._written[0][0] > KEPT_QUEUES * self._stream.capacity:
            self._kept -= self._written.popleft()[0]

    def _locate(self) -> None:
        """Find out what is heard now; notice the end, and a voice that is late."""
        if self._stream is None or self._transport.state not in {State.PLAYING, State.WAITING}:
            return
        pending = self._stream.pending()
        at = self._heard(pending)
        waits = self._next >= self._score.ready and not self._score.complete
        state = State.WAITING if waits and at >= self._score.ready else State.PLAYING
        if state is State.WAITING and self._failed:
            if not any(cue.end <= at for cue in self._score.timeline.speech()):
                raise self._failed  # not a word has been said
            # Nobody is left to speak: the listener is told why it goes no further, and may try again.
            self._transport = replace(self._transport, state=State.PAUSED, at=at)
            self._say(f"no voice works: {self._failed}", lasting=True)
            self._paused_at = time.monotonic()
            return
        if at >= self._score.timeline.length and self._score.complete:
            state = State.ENDED
        self._transport = replace(self._transport, state=state, at=at)

    def _heard(self, pending: int) -> int:
        """The session's frame that sounds when `pending` frames have not sounded yet."""
        at = self._next
        for frames, start in reversed(self._written):
            if start is not None:
                at = start + max(0, frames - pending)
            if pending <= frames:
                break
            pending -= frames
        return at

    # What it is asked.

    def _obey(self, command: Command) -> None:
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
        heard = self._silence()
        # Asked again from where it really stopped.
        wanted = after(replace(before, at=heard), command, self._score.timeline, self._settings.previous)
        self._say("")
        self._go(wanted)
        self._noted_at = 0.0

    def _set_volume(self, wanted: Transport, asked: float) -> None:
        if self._stream:
            self._stream.volume = wanted.volume
        self._transport = wanted
        if asked != wanted.volume:
            self._say(_LOUDEST if asked > wanted.volume else _SOFTEST)
        elif self._message in {_LOUDEST, _SOFTEST}:
            self._say("")

    def _go(self, wanted: Transport) -> None:
        """Go on from `wanted`, with nothing in the queue."""
        self._transport = wanted
        self._next = wanted.at
        if wanted.state is State.PAUSED:
            self._paused_at = time.monotonic()
        if wanted.state is State.ENDED:
            return
        self._failed = None
        self._speaker.want(self._score.missing(SoundFrame(wanted.at)))
        if self._stream is None:
            if wanted.state is not State.PAUSED:
                self._find_device()
            return
        self._settle()
        if wanted.state is State.PLAYING and wanted.at < self._score.ready:
            self._enter()
        self._fill()
        self._stream.start()

    def _silence(self) -> int:
        """Silence the device at once and empty its queue; gives the session's frame that was heard last."""
        if self._stream is None:
            return self._transport.at
        unheard = self._stream.stop()
        at = self._heard(unheard) if self._transport.state is not State.PAUSED else self._transport.at
        self._forget()
        return at

    def _forget(self) -> None:
        self._written.clear()
        self._kept = 0

    def _settle(self) -> None:
        self._write_silence(to_frames(SETTLE_S, self._score.timeline.rate_hz))

    def _enter(self) -> None:
        """Write the first few milliseconds faded in: the session may be entered in the middle of a sound."""
        frames = min(to_frames(FADE_S, self._score.timeline.rate_hz), self._score.ready - self._next)
        ramp = ((np.arange(frames) + 0.5) / frames).astype(np.float32)
        # Transposed, so that one channel and two are faded alike.
        self._write((self._rendered(frames).T * ramp).T, self._next)
        self._next += frames

    def _repace(self, action: Action) -> None:
        change = {
            Action.SLOWER: self._score.slower,
            Action.FASTER: self._score.faster,
            Action.FEWER_WORDS: self._score.fewer_words,
            Action.ONE_MORE_BREATH: self._score.one_more_breath,
        }[action]
        # What has been handed over is not disturbed.
        margin = to_frames(MARGIN_S, self._score.timeline.rate_hz)
        try:
            self._score = change(SoundFrame(self._next + margin))
        except RequestError as error:
            holding = action is Action.ONE_MORE_BREATH and self.status().hold
            self._say("this hold is over too soon for one more breath" if holding else str(error))
            return
        self._say(_REPACING[action])
        self._noted_at = 0.0
        self._speaker.want(self._score.missing(SoundFrame(self._next)))

    # What the speaker says.

    def _deliver(self, clips: Mapping[str, Clip]) -> None:
        self._inbox.put(lambda: self._learn(clips))

    def _learn(self, clips: Mapping[str, Clip]) -> None:
        """Take up clips. What lies before the position may change its length: the position moves along."""
        before = self._score
        self._score = before.with_clips(clips)
        moved = before.moved(self._score, SoundFrame(self._next))
        if moved:
            self._next += moved
            self._written = deque((frames, None if at is None else at + moved) for frames, at in self._written)
            self._transport = replace(self._transport, at=self._transport.at + moved)

    def _complain(self, error: VoiceguideError, goes_on: bool) -> None:  # noqa: FBT001 -- as Speaker calls it
        def heed() -> None:
            if goes_on:
                self._say(f"another voice goes on: {error}", lasting=True)
                self._speaker.want(self._score.missing(SoundFrame(self._next)))
            else:
                self._failed = error

        self._inbox.put(heed)

    # The device.

    def _open(self) -> None:
        timeline = self._score.timeline
        self._stream = self._output.open(timeline.rate_hz, self._score.source.channels)
        self.device = self._stream.device
        self._stream.volume = self._transport.volume
        self._stream.keep_alive = self._settings.keep_alive
        self._forget()
        self._settle()
        if wake := to_frames(self._settings.wake_s, timeline.rate_hz):
            self._write(wake_signal(wake, self._score.source.channels, self._transport.volume), None)
        self._next = self._transport.at
        if 0 < self._next < self._score.ready:
            self._enter()
        self._fill()
        self._stream.start()

    def _lose_device(self) -> None:
        at = self._silence()
        assert self._stream is not None  # noqa: S101 -- narrows the type
        with contextlib.suppress(VoiceguideError):
            self._stream.close()
        self._stream = None
        self._retry_at = 0.0
        if self._transport.state is not State.PAUSED:
            at = resume_frame(self._score.timeline, at)
            self._transport = replace(self._transport, state=State.WAITING, at=at)
        self._say("the sound device is gone: waiting for one", lasting=True)

    def _find_device(self) -> None:
        try:
            self._open()
        except PlaybackError as error:
            self._transport = replace(self._transport, state=State.WAITING)
            self._retry_at = time.monotonic() + RETRY_S
            self._say(str(error), lasting=True)
        else:
            self._transport = replace(self._transport, state=State.PLAYING)
            self._say(f"playing on {self.device}")

    # Small things.

    def _say(self, message: str, *, lasting: bool = False) -> None:
        self._message = message
        self._message_until = float("inf") if lasting else time.monotonic() + _MESSAGE_S

    def _taken(self) -> _Snapshot:
        moving = self._transport.state is State.PLAYING and self._stream is not None
        message = self._message if time.monotonic() < self._message_until else ""
        return _Snapshot(self._score, self._transport, moving, time.monotonic(), message)

    @staticmethod
    def _since(moment: float) -> float:
        return time.monotonic() - moment
