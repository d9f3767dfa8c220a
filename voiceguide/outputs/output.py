"""One face for every way to make sound audible."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Final, Self

from voiceguide.errors import PlaybackError
from voiceguide.sound.source import empty_block
from voiceguide.units import SESSION_RATE_HZ, to_frames

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voiceguide.sound.source import AudioSource

LEAD_S: Final = 0.25
"""Silence before the sound: a device that wakes up swallows its first frames (PulseAudio 4 to 11 ms, measured)."""
TAIL_S: Final = 0.6
"""Silence after the sound: no device reports that its last frame has sounded, and an idle PulseAudio sink may take
1.8 s to begin. Once this has been handed over too, the sound before it has been heard."""
_POLL_S: Final = 0.05


class AudioOutput(ABC):
    """A way to play sound: opens streams to a device, and opens nothing before it is asked to.

    Raises PlaybackError if there is no device or its library is missing, and no other error.
    """

    name: ClassVar[str]
    audible: ClassVar[bool] = True
    """Whether it plays on a device that somebody could hear."""

    @abstractmethod
    def open(self, rate_hz: int, channels: int = 1) -> OutputStream:
        """Open the device, silent, for frames at `rate_hz`. The caller closes the stream."""

    def check(self) -> str:
        """Open the device silently and close it again; return what it is."""
        with self.open(SESSION_RATE_HZ) as stream:
            return stream.device

    def play(self, source: AudioSource) -> None:
        """Play all of `source`, and return when its last frame has sounded. An interrupt silences it at once.

        Raises PlaybackError if the device is lost on the way, and whatever rendering raises.
        """
        with self.open(source.rate_hz, source.channels) as stream:
            at, end = -to_frames(LEAD_S, source.rate_hz), source.length + to_frames(TAIL_S, source.rate_hz)
            started = False
            while at < end or stream.pending():
                if count := min(stream.room(), end - at):
                    block = empty_block(source, count)
                    block[:] = 0.0
                    if -count < at < source.length:
                        source.render(max(0, at), block[max(0, -at) :])
                    stream.write(block)
                    at += count
                if not started:
                    stream.start()
                    started = True
                if stream.lost():
                    raise PlaybackError("the sound device is gone: connect it again, and play again")
                time.sleep(_POLL_S)


class OutputStream(ABC):
    """Sound on its way to a device.

    One thread calls all methods; the device takes the frames in a thread of its own. Nothing here waits for the device,
    but `start`, `stop` and `close` speak to it, and may take some hundredths of a second. A device that fails after it
    was opened raises nothing: `lost` says so.
    """

    rate_hz: int
    """Frames a second."""
    channels: int
    """Samples a frame."""
    device: str
    """What the device is, for people: `PulseAudio`."""
    capacity: int
    """Frames that the queue holds, about a second."""
    keep_alive: bool = False
    """Whether digital silence becomes noise far below hearing, at every volume."""

    @property
    @abstractmethod
    def underrun_frames(self) -> int:
        """Frames of silence that the device got because the queue was empty."""

    @property
    @abstractmethod
    def volume(self) -> float:
        """From 0 (silence) to 1 (the frames as they are). A change is heard as soon as the device allows.

        The gain is its third power, so that steps sound about even from end to end.
        """

    @volume.setter
    @abstractmethod
    def volume(self, share: float) -> None: ...

    @abstractmethod
    def room(self) -> int:
        """Frames that may be written now."""

    @abstractmethod
    def write(self, samples: NDArray[np.float32]) -> None:
        """Copy frames into the queue, of shape (n,) for one channel, otherwise (n, channels). Never blocks.

        ValueError for more frames than `room()`, or for another shape.
        """

    @abstractmethod
    def start(self) -> None:
        """Begin to take from the queue, which should be full by then. Starting twice does nothing."""

    @abstractmethod
    def stop(self) -> int:
        """Be silent at once, and drop what has not sounded: the queue, and what the device still holds.

        Returns how many of the frames written were not heard. The estimate may be up to 50 ms too high, so that
        playing on from there repeats a little and skips nothing. The stream may be started again.
        """

    @abstractmethod
    def pending(self) -> int:
        """Frames written that have not sounded yet, in the queue or in the device: an estimate by the clock."""

    @abstractmethod
    def lost(self) -> bool:
        """Whether the device is gone: it failed, its callback failed, or it has stopped asking for frames."""

    @abstractmethod
    def close(self) -> None:
        """Be silent, and release the device. Closing again does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def check_shape(samples: NDArray[np.float32], channels: int) -> None:
    """ValueError unless `samples` has the shape (n,) for one channel, otherwise (n, channels)."""
    if samples.shape[1:] == (() if channels == 1 else (channels,)) and samples.ndim:
        return
    message = f"frames of {channels} channels cannot have the shape {samples.shape}"
    raise ValueError(message)


def check_volume(share: float) -> None:
    """ValueError unless `share` is from 0 to 1."""
    if not 0.0 <= share <= 1.0:
        message = f"a volume is from 0 to 1, not {share}"
        raise ValueError(message)


def no_device() -> PlaybackError:
    """The error of an adapter whose library finds no device."""
    return PlaybackError(
        "there is no sound device: connect one, start the sound server, or export to a file",
    )
