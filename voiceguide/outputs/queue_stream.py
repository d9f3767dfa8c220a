"""A stream for devices that pull: they ask for frames in a thread of their own, and must never wait."""

from __future__ import annotations

import threading
import time
from abc import abstractmethod
from collections import deque
from typing import TYPE_CHECKING, Final

import numpy as np

from voiceguide.errors import PlaybackError
from voiceguide.log import logger, without_words
from voiceguide.model.pcm import to_pcm16
from voiceguide.outputs.idle import kept_alive
from voiceguide.outputs.output import OutputStream, check_shape, check_volume

if TYPE_CHECKING:
    from numpy.typing import NDArray

CAPACITY_S: Final = 1.0
"""The player may be busy for so long without a gap: an engine that loads stalls it for 150 ms."""
STALLED_S: Final = 1.0
"""A lost device reports nothing, it only stops asking; a device that works asks every 0.3 s."""
GRACE_S: Final = 3.0
"""An idle PulseAudio sink may ask again only 1.8 s after its buffer was first filled (measured)."""
_LEARNING_S: Final = 2.0
"""How long after a start the depth of the device's buffer is measured."""
_RAMP_S: Final = 0.02
"""A change of volume is spread over this time: a sudden one clicks."""
_MARGIN_S: Final = 0.02
"""A sound server works ahead of what is heard, and the position errs by 10 ms. So a stop counts this much more as
unheard: to repeat a little is better than to skip a frame."""
_RECENT: Final = 3
"""Takes that the position is estimated from."""
_log: Final = logger(__name__)


class _Position:
    """How many of the frames handed to the device since its start have sounded: an estimate.

    No device reports it. A device fills its buffer and then asks for as much as has sounded, so that right after a
    take it holds its full *depth* again. What has sounded is therefore what was handed over minus the depth; between
    takes the clock is added. A take that comes late makes this too low, but the best of the last few takes does not.
    The depth is measured in the first seconds: the most that was handed over beyond what can have sounded by the clock,
    which runs from the first take, since a device may take a tenth of a second to open (measured).
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._start = 0.0
        """The time of the first take."""
        self._handed = 0
        self._depth = 0.0
        self._ahead: deque[tuple[float, int]] = deque(maxlen=_RECENT)

    def take(self, now: float, frames: int) -> None:
        """Record that the device got `frames` more."""
        if not self._handed:
            self._start = now
        self._handed += frames
        if now - self._start < _LEARNING_S:
            self._depth = max(self._depth, self._handed - (now - self._start) * self._rate_hz)
        self._ahead.append((now, self._handed))

    def unheard(self, now: float) -> int:
        """Frames handed over that have not sounded by `now`."""
        heard = max((handed - self._depth + (now - at) * self._rate_hz for at, handed in self._ahead), default=0.0)
        by_the_clock = (now - self._start) * self._rate_hz
        return self._handed - max(0, min(int(heard), int(by_the_clock), self._handed))


class QueueStream(OutputStream):
    """Owns the queue that the device takes from. An adapter writes `_start_device`, `_stop_device`, `_close_device`.

    `take` runs in the device's thread, everything else in the player's. The lock is held for a copy of some thousand
    samples at most.
    """

    def __init__(self, rate_hz: int, channels: int, device: str) -> None:
        self.rate_hz = rate_hz
        self.channels = channels
        self.device = device
        self.capacity = round(CAPACITY_S * rate_hz)
        self._underrun_frames = 0
        self._lock = threading.Lock()
        self._ring = np.zeros((self.capacity, channels), np.int16)
        self._read = 0
        self._filled = 0
        self._volume = 1.0
        self._gain = 1.0
        """The gain of the last frame that was taken, on its way to that of `_volume`."""
        self._started = False
        self._closed = False
        self._failed = False
        self._started_at = 0.0
        self._taken_at = 0.0
        self._position = _Position(rate_hz)
        self._passed = 0
        """Frames that the device has taken."""
        self._handed: deque[tuple[int, int]] = deque()
        """What the device may still hold, the oldest first: frames from the queue, and frames of silence after them."""

    @abstractmethod
    def _start_device(self) -> None:
        """Make the device call `take`. PlaybackError if the device is gone."""

    @abstractmethod
    def _stop_device(self) -> None:
        """Silence the device at once, and drop what it holds. Raises nothing."""

    @abstractmethod
    def _close_device(self) -> None:
        """Release the device, which is stopped. Raises nothing."""

    @property
    def volume(self) -> float:
        """From 0 to 1. It is applied as the device takes the frames, so it is heard one device buffer later."""
        return self._volume

    @volume.setter
    def volume(self, share: float) -> None:
        check_volume(share)
        self._volume = share

    @property
    def underrun_frames(self) -> int:
        """Frames of silence because the queue was empty."""
        return self._underrun_frames

    def room(self) -> int:
        """Frames that may be written now."""
        with self._lock:
            return self.capacity - self._filled

    def write(self, samples: NDArray[np.float32]) -> None:
        """Queue frames, as the 16-bit ones that an exporter writes."""
        check_shape(samples, self.channels)
        pcm = to_pcm16(samples).reshape(-1, self.channels)
        with self._lock:
            if len(pcm) > self.capacity - self._filled:
                message = f"{len(pcm)} frames are more than there is room for: {self.capacity - self._filled}"
                raise ValueError(message)
            begin = (self._read + self._filled) % self.capacity
            first = min(len(pcm), self.capacity - begin)
            self._ring[begin : begin + first] = pcm[:first]
            self._ring[: len(pcm) - first] = pcm[first:]
            self._filled += len(pcm)

    def start(self) -> None:
        """Begin to take from the queue. If the device is gone by now, the stream is `lost`."""
        if self._started or self._closed:
            return
        with self._lock:
            self._started_at = self._taken_at = time.monotonic()
            self._position = _Position(self.rate_hz)
            self._handed.clear()
            self._gain = self._volume**3
            self._started = True
        try:
            self._start_device()
        except PlaybackError as error:
            self._failed = True
            _log.warning("%s: the device does not start: %s", self.device, without_words(error))

    def stop(self) -> int:
        """Be silent at once, and return how many frames were not heard."""
        with self._lock:
            unheard = self._unheard(time.monotonic() - _MARGIN_S)
            was_started, self._started = self._started, False
            self._filled = 0
            self._handed.clear()
        if was_started:
            self._stop_device()
        return unheard

    def pending(self) -> int:
        """Frames written that have not sounded yet."""
        with self._lock:
            return self._unheard(time.monotonic())

    def lost(self) -> bool:
        """Whether the device failed, or has asked for nothing for 1 s (3 s right after a start)."""
        if not self._started:
            return self._failed
        due = max(self._taken_at + STALLED_S, self._started_at + GRACE_S)
        return self._failed or time.monotonic() > due

    def close(self) -> None:
        """Be silent, and release the device."""
        if not self._closed:
            self.stop()
            self._closed = True
            self._close_device()

    def take(self, frames: int) -> NDArray[np.int16]:
        """The next frames for the device, shape (frames, channels), with silence where the queue is empty. Any thread.

        Never raises: a device would print the error and stay silent for ever. A fault here makes the stream `lost`, and
        gives the device no frames.
        """
        try:
            return self._taken(frames)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the player must hear of it
            if not self._failed:  # a device goes on asking until it is closed
                _log.error("%s: the callback failed: %s", self.device, without_words(error))
            self._failed = True
            return self._ring[:0]

    def _taken(self, frames: int) -> NDArray[np.int16]:
        out = np.zeros((frames, self.channels), np.int16)
        with self._lock:
            if not self._started:
                return out
            now = self._taken_at = time.monotonic()
            count = min(frames, self._filled)
            first = min(count, self.capacity - self._read)
            out[:first] = self._ring[self._read : self._read + first]
            out[first:count] = self._ring[: count - first]
            self._read = (self._read + count) % self.capacity
            self._filled -= count
            self._underrun_frames += frames - count
            self._position.take(now, frames)
            self._handed.append((count, frames - count))
            self._forget()
            before, self._gain = self._gain, self._volume**3
            after = self._gain
        if before != 1.0 or after != 1.0:
            ramp = np.full(frames, after, np.float32)
            length = min(frames, round(_RAMP_S * self.rate_hz))
            ramp[:length] = np.linspace(before, after, length, dtype=np.float32)
            out = np.rint(out * ramp[:, None]).astype(np.int16)
        if self.keep_alive:
            out = kept_alive(out, self._passed)
        self._passed += frames
        return out

    def _unheard(self, now: float) -> int:
        """How many of the frames written have not sounded by `now`. The caller holds the lock."""
        held = self._position.unheard(now) if self._handed else 0
        content = 0
        for count, silence in reversed(self._handed):
            if held <= 0:
                break
            content += max(0, min(count, held - silence))
            held -= count + silence
        return self._filled + content

    def _forget(self) -> None:
        """Drop from the record what has sounded long ago. The caller holds the lock."""
        held = sum(count + silence for count, silence in self._handed)
        unheard = self._position.unheard(time.monotonic() - _MARGIN_S)
        while self._handed and held - sum(self._handed[0]) >= unheard:
            held -= sum(self._handed.popleft())
