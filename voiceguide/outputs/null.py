"""An output that nobody hears, at the pace of a real one: for machines without a device, and for tests."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from voiceguide.outputs.output import AudioOutput, OutputStream, check_shape, check_volume

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class NullOutput(AudioOutput):
    """Silent, at the pace of a device.

    Its clock runs `speed` times as fast, and its queue is `speed` times as long, so that the player has as much time to
    fill it as with a real device.
    """

    name: ClassVar[str] = "null"
    audible: ClassVar[bool] = False

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed

    def open(self, rate_hz: int, channels: int = 1) -> OutputStream:
        """Always succeeds."""
        return _NullStream(rate_hz, channels, self._speed)


class _NullStream(OutputStream):
    """Counts frames by the clock whenever it is asked: it needs neither a thread nor the frames themselves.

    So its position, and what `stop` returns, are exact.
    """

    def __init__(self, rate_hz: int, channels: int, speed: float) -> None:
        self.rate_hz = rate_hz
        self.channels = channels
        self.device = "silence"
        self.capacity = round(rate_hz * speed)
        self._pace_hz = rate_hz * speed
        self._volume = 1.0
        self._queued = 0
        self._underrun_frames = 0
        self._started_at: float | None = None
        self._passed = 0
        """Frames since the start, silence included."""

    @property
    def volume(self) -> float:
        """From 0 to 1; heard by nobody."""
        return self._volume

    @volume.setter
    def volume(self, share: float) -> None:
        check_volume(share)
        self._volume = share

    @property
    def underrun_frames(self) -> int:
        """Frames of silence because the queue was empty."""
        self._advance()
        return self._underrun_frames

    def room(self) -> int:
        """Frames that may be written now."""
        return self.capacity - self.pending()

    def write(self, samples: NDArray[np.float32]) -> None:
        """Count frames."""
        check_shape(samples, self.channels)
        if len(samples) > (room := self.room()):
            message = f"{len(samples)} frames are more than there is room for: {room}"
            raise ValueError(message)
        self._queued += len(samples)

    def start(self) -> None:
        """Start the clock."""
        if self._started_at is None:
            self._started_at = time.monotonic()
            self._passed = 0

    def stop(self) -> int:
        """Stop the clock, drop the queue, and return exactly how many frames were in it."""
        unheard, self._queued = self.pending(), 0
        self._started_at = None
        return unheard

    def pending(self) -> int:
        """Frames in the queue."""
        self._advance()
        return self._queued

    def lost(self) -> bool:
        """Never."""
        return False

    def close(self) -> None:
        """Stop the clock."""
        self.stop()

    def _advance(self) -> None:
        if self._started_at is None:
            return
        due = int((time.monotonic() - self._started_at) * self._pace_hz) - self._passed
        taken = min(due, self._queued)
        self._passed += due
        self._queued -= taken
        self._underrun_frames += due - taken
