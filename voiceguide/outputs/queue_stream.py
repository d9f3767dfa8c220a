"""A stream for devices that pull: they ask for frames, in a thread of their own, and must never wait."""

from __future__ import annotations

import threading
import time
from abc import abstractmethod
from collections import deque
from typing import TYPE_CHECKING, Final

import numpy as np

from voiceguide.errors import PlaybackError
from voiceguide.model.pcm import to_pcm16
from voiceguide.outputs.idle import kept_alive
from voiceguide.outputs.output import OutputStream, check_shape, check_volume

if TYPE_CHECKING:
    from numpy.typing import NDArray

CAPACITY_S: Final = 1.0
"""The player may be busy that long without a gap: an engine that loads stalls it for 150 ms."""
STALLED_S: Final = 1.0
"""A lost device says nothing, it just stops asking; one that lives asks every 0.3 s."""
GRACE_S: Final = 3.0
"""An idle PulseAudio sink may ask again only 1.8 s after its buffer was first filled (measured)."""
_LEARNING_S: Final = 2.0
"""How long after a start the depth of the device's buffer is learnt."""
_RAMP_S: Final = 0.02
"""A change of volume is spread over this, or it clicks."""
_MARGIN_S: Final = 0.02
"""A sound server works ahead of what is heard, and the clock of the position errs by 10 ms: a stop rather counts
this much too many as unheard than one too few."""
_RECENT: Final = 3
"""Takes that the position is told from."""


class _Position:
    """How many of the frames handed to the device since its start have sounded: an estimate.

    No device tells. It fills its buffer, and then asks for as much as has sounded; right after it was served it
    holds its full *depth* again. So what has sounded is what was handed over less the depth, and the clock fills
    in between. A thread that was served late makes it too low; the best of the last takes is not. The depth is
    what had been handed over beyond what can have sounded by the clock, at most, in the first seconds.
    """

    def __init__(self, rate_hz: int, start: float) -> None:
        self._rate_hz = rate_hz
        self._start = start
        self._handed = 0
        self._depth = 0.0
        self._ahead: deque[tuple[float, int]] = deque(maxlen=_RECENT)

    def take(self, now: float, frames: int) -> None:
        """The device got so many more frames."""
        self._handed += frames
        if now - self._start < _LEARNING_S:
            self._depth = max(self._depth, self._handed - (now - self._start) * self._rate_hz)
        self._ahead.append((now, self._handed))

    def unheard(self, now: float) -> int:
        """Frames handed over that have not sounded."""
        heard = max((handed - self._depth + (now - at) * self._rate_hz for at, handed in self._ahead), default=0.0)
        by_the_clock = (now - self._start) * self._rate_hz
        return self._handed - max(0, min(int(heard), int(by_the_clock), self._handed))


class QueueStream(OutputStream):
    """Owns the queue that the device takes from. An adapter writes `_start_device`, `_stop_device`, `_close_device`.

    `take` runs in the device's thread, everything else in the player's; the lock is held for a copy of some
    thousand samples at most.
    """

    def __init__(self, rate_hz: int, channels: int, device: str) -> None:
        self.rate_hz = rate_hz
        self.channels = channels
        self.device = device
        self.capacity = round(CAPACITY_S * rate_hz)
        self._starved = 0
        self._lock = threading.Lock()
        self._ring = np.zeros((self.capacity, channels), np.int16)
        self._read = 0
        self._filled = 0
        self._volume = 1.0
        self._gain = 1.0
        """Of the last frame that was taken; on its way to that of `_volume`."""
        self._started = False
        self._closed = False
        self._failed = False
        self._started_at = 0.0
        self._taken_at = 0.0
        self._position = _Position(rate_hz, 0.0)
        self._passed = 0
        """Frames that the device has taken."""
        self._handed: deque[tuple[int, int]] = deque()
        """What the device may still hold, oldest first: frames from the queue, and frames of silence after them."""

    @abstractmethod
    def _start_device(self) -> None:
        """Let the device call `take`. PlaybackError where it cannot any more."""

    @abstractmethod
    def _stop_device(self) -> None:
        """Silence at once; what the device holds is dropped. Raises nothing."""

    @abstractmethod
    def _close_device(self) -> None:
        """Let go of the device, which is stopped. Raises nothing."""

    @property
    def volume(self) -> float:
        """From 0 to 1; applied as the device takes the frames, so it is heard a device buffer later."""
        return self._volume

    @volume.setter
    def volume(self, share: float) -> None:
        check_volume(share)
        self._volume = share

    @property
    def starved(self) -> int:
        """Frames of silence because the queue was empty."""
        return self._starved

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
        """Begin to take from the queue. A device that is gone by now is `lost`."""
        if self._started or self._closed:
            return
        with self._lock:
            self._started_at = self._taken_at = time.monotonic()
            self._position = _Position(self.rate_hz, self._started_at)
            self._handed.clear()
            self._gain = self._volume**3
            self._started = True
        try:
            self._start_device()
        except PlaybackError:
            self._failed = True

    def stop(self) -> int:
        """Be silent at once; how many frames were not heard."""
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
        """Whether the device failed, or asked for nothing for 1 s; just started it has 3 s."""
        if not self._started:
            return self._failed
        due = max(self._taken_at + STALLED_S, self._started_at + GRACE_S)
        return self._failed or time.monotonic() > due

    def close(self) -> None:
        """Be silent and let go of the device."""
        if not self._closed:
            self.stop()
            self._closed = True
            self._close_device()

    def take(self, frames: int) -> NDArray[np.int16]:
        """The next frames for the device, shape (frames, channels), silence where there are none. Any thread."""
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
            self._starved += frames - count
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
        """Of the frames written, those that have not sounded by `now`. The lock is held."""
        held = self._position.unheard(now) if self._handed else 0
        content = 0
        for count, silence in reversed(self._handed):
            if held <= 0:
                break
            content += max(0, min(count, held - silence))
            held -= count + silence
        return self._filled + content

    def _forget(self) -> None:
        """Drop from the record what has long sounded. The lock is held."""
        held = sum(count + silence for count, silence in self._handed)
        unheard = self._position.unheard(time.monotonic() - _MARGIN_S)
        while self._handed and held - sum(self._handed[0]) >= unheard:
            held -= sum(self._handed.popleft())
