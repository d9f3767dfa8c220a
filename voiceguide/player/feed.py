"""The feed: carries a Score to a device, and knows which frame of it is heard."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Final

import numpy as np

from voiceguide.errors import VoiceguideError
from voiceguide.log import logger
from voiceguide.player.headset import wake_signal
from voiceguide.player.playhead import Playhead
from voiceguide.sound.source import empty_block
from voiceguide.units import SoundFrame, to_frames

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from voiceguide.model.player_settings import PlayerSettings
    from voiceguide.outputs.output import AudioOutput, OutputStream
    from voiceguide.player.score import Score

BLOCK_S: Final = 0.1
SETTLE_S: Final = 0.05
"""Silence before everything: a device that starts swallows its first frames (PulseAudio 4 to 11 ms)."""
FADE_S: Final = 0.005
"""The fade-in where a session is entered in the middle, so that it does not click."""
REMEMBERED_QUEUES: Final = 4
"""How much of what was written is remembered, in queues: far more than a queue and a device's buffer hold."""
_log: Final = logger(__name__)


class Feed:
    """Opens the device, keeps its queue full, and finds out what is heard. One thread calls all methods."""

    def __init__(self, output: AudioOutput, settings: PlayerSettings, start_frame: int) -> None:
        self.device = ""
        """What the session is played on; empty until the device is open."""
        self.opened_s = 0.0
        """When the device was opened last, by time.monotonic()."""
        self._output = output
        self._settings = settings
        self._playhead = Playhead(start_frame)
        self._stream: OutputStream | None = None
        self._underrun_frames = 0

    @property
    def is_open(self) -> bool:
        """Whether there is a device, which may be lost by now."""
        return self._stream is not None

    @property
    def is_lost(self) -> bool:
        """Whether the device is gone, or its callback has failed."""
        return self._stream is not None and self._stream.lost()

    @property
    def next_frame(self) -> SoundFrame:
        """The session's frame that is written next."""
        return SoundFrame(self._playhead.next_frame)

    def open(self, score: Score, frame: int, volume: float, *, playing: bool) -> None:
        """Open the device, and begin at `frame` of `score`; PlaybackError if there is no device."""
        rate_hz, channels = score.timeline.rate_hz, score.source.channels
        self.opened_s = time.monotonic()
        stream = self._stream = self._output.open(rate_hz, channels)
        self.device = stream.device
        self._underrun_frames = 0
        _log.info(
            "%s is open: %d Hz, %d channels, a queue of %d frames", self.device, rate_hz, channels, stream.capacity
        )
        stream.volume = volume
        stream.keep_alive = self._settings.keep_alive
        self._playhead.move_to(frame)
        self._write_silence(score, to_frames(SETTLE_S, rate_hz))
        if wake := to_frames(self._settings.wake_s, rate_hz):
            stream.write(wake_signal(wake, channels, volume))
            self._playhead.silence_written(wake)
        self._begin(stream, score, fade=frame > 0, playing=playing)

    def close(self) -> None:
        """Silence the device and release it."""
        stream, self._stream = self._stream, None
        if stream:
            stream.close()

    def drop(self) -> None:
        """Release a device that is lost, whatever it says to that."""
        with contextlib.suppress(VoiceguideError):
            self.close()

    def play_from(self, score: Score, frame: int, *, playing: bool) -> None:
        """Go on at `frame`, on a device whose queue is empty."""
        self._playhead.move_to(frame)
        if self._stream is None:
            return
        self._write_silence(score, to_frames(SETTLE_S, score.timeline.rate_hz))
        self._begin(self._stream, score, fade=playing, playing=playing)

    def fill(self, score: Score, *, playing: bool) -> None:
        """Fill the queue, with the session while it is `playing` and with silence while it is not."""
        if self._stream is None:
            return
        block = to_frames(BLOCK_S, score.timeline.rate_hz)
        while (room := self._stream.room()) >= block:
            frames = min(block, room, max(0, score.ready - self.next_frame)) if playing else 0
            if frames:
                self._write_session(self._stream, score, frames)
            else:
                self._write_silence(score, block)
        self._note_underruns(self._stream)

    def silence(self) -> int:
        """Silence the device at once and empty its queue; return the session's frame that was heard last."""
        if self._stream is None:
            return self.next_frame
        heard = self._playhead.heard_frame(self._stream.stop())
        self._playhead.forget()
        return heard

    def heard_frame(self) -> int:
        """The session's frame that sounds now."""
        return self._playhead.heard_frame(self._stream.pending() if self._stream else 0)

    def set_volume(self, volume: float) -> None:
        """Set the volume of the device, if there is one."""
        if self._stream:
            self._stream.volume = volume

    def shift(self, frames: int) -> None:
        """Move every frame of the session by `frames`: what lies before them has changed its length."""
        self._playhead.shift(frames)

    def _begin(self, stream: OutputStream, score: Score, *, fade: bool, playing: bool) -> None:
        if fade and self.next_frame < score.ready:
            self._write_faded(stream, score)
        self.fill(score, playing=playing)
        stream.start()

    def _write_session(self, stream: OutputStream, score: Score, frames: int) -> None:
        stream.write(self._rendered(score, frames))
        self._written(stream, frames)

    def _write_faded(self, stream: OutputStream, score: Score) -> None:
        """Write the first few milliseconds faded in: the session may be entered in the middle of a sound."""
        frames = min(to_frames(FADE_S, score.timeline.rate_hz), score.ready - self.next_frame)
        ramp = ((np.arange(frames) + 0.5) / frames).astype(np.float32)
        # Transposed, so that one channel and two are faded alike.
        stream.write((self._rendered(score, frames).T * ramp).T)
        self._written(stream, frames)

    def _write_silence(self, score: Score, frames: int) -> None:
        assert self._stream is not None  # noqa: S101 -- narrows the type
        silence = empty_block(score.source, frames)
        silence[:] = 0.0
        self._stream.write(silence)
        self._playhead.silence_written(frames)
        self._playhead.remember(REMEMBERED_QUEUES * self._stream.capacity)

    def _written(self, stream: OutputStream, frames: int) -> None:
        self._playhead.session_written(frames)
        self._playhead.remember(REMEMBERED_QUEUES * stream.capacity)

    def _rendered(self, score: Score, frames: int) -> NDArray[np.float32]:
        samples = empty_block(score.source, frames)
        score.source.render(self.next_frame, samples)
        return samples

    def _note_underruns(self, stream: OutputStream) -> None:
        underrun_frames = stream.underrun_frames
        if underrun_frames > self._underrun_frames:
            _log.warning("underrun: %d frames of silence", underrun_frames - self._underrun_frames)
        self._underrun_frames = underrun_frames
