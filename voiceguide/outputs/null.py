"""Sound that nobody hears, at the pace of real sound: for machines without a device, and for tests."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from voiceguide.outputs.output import AudioOutput, OutputStream, check_shape, check_volume

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class NullOutput(AudioOutput):
    """Silent, at the pace of a device.

    With a `speed` its clock runs so many times as fast, and its queue is so many times as long: who fills it has
    as much time as with a real one.
    """

    name: ClassVar[str] = "null"
    audible: ClassVar[bool] = False

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed

    def open(self, rate_hz: int, channels: int = 1) -> OutputStream:
        """Always succeeds."""
        return _NullStream(rate_hz, channels, self._speed)


class _NullStream(OutputStream):
    """Needs neither a thread nor the frames: whatever it is asked, it first counts what is due by the clock.

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
        self._starved = 0
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
    def starved(self) -> int:
        """Frames of silence because the queue was empty."""
        self._advance()
        return self._starved

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
        """Stop the clock, and drop the queue; exactly how many frames were in it."""
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
        self._starved += due - taken
