"""A second way to the device: simpleaudio, on Linux through ALSA.

simpleaudio plays a buffer that must be complete before it starts. But it reads the buffer while it plays, so the
stream here gives it a long buffer of zeros, and writes ahead of the place where it reads. This means:

- Only the clock says where it reads. A device that runs 100 ppm fast gains a second in 2.7 hours.
- What it has read, some 100 ms, sounds to the end, because it cannot drop it: a stop takes that long.
- The volume is applied when frames are written, so a change is heard up to a second later.
- After some three hours the buffer is used up, and a new one begins with half a second of silence.
- What has been played keeps its memory until the next stop: 35 MB for a session of 12 minutes.
- It calls nothing of ours while it plays, so that no callback can fail.
"""

from __future__ import annotations

import atexit
import sys
import time
from collections import deque
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from voiceguide.errors import PlaybackError
from voiceguide.model.pcm import to_pcm16
from voiceguide.outputs.idle import kept_alive
from voiceguide.outputs.output import AudioOutput, OutputStream, check_shape, check_volume, no_device
from voiceguide.outputs.quiet import quiet_libraries

if TYPE_CHECKING:
    from numpy.typing import NDArray

BUFFER_BYTES: Final = 2**29
"""3.1 hours of mono at 24 kHz. simpleaudio counts bytes in an int of 32 bits. Zeros cost nothing until written."""
READ_AHEAD_S: Final = 0.25
"""How far ahead of the clock it may have read: ALSA's buffer is 0.1 s, and it hands over as much at a time; the rest is
the margin for a clock that differs."""
CAPACITY_S: Final = 1.0 + READ_AHEAD_S
"""So that the player may be busy for a second, as with other outputs."""
HELD_S: Final = 0.08
"""The part of what it has read that certainly sounds after a stop (0.1 s minus a period of ALSA's)."""
_PROBE_S: Final = 0.01
_END_S: Final = 1.0
"""How long a stopped buffer may take to release the device: 0.2 s, measured."""
_FIX: Final = "pip install 'voiceguide[simpleaudio]'"
_DEVICES: Final = {"linux": "ALSA", "darwin": "Core Audio", "win32": "Windows"}
_PATCHED_SINCE: Final = (3, 12)
"""From this Python on the plain package crashes the interpreter; `simpleaudio-patched` does not."""


class SimpleaudioOutput(AudioOutput):
    """simpleaudio, MIT."""

    name: ClassVar[str] = "simpleaudio"

    def open(self, rate_hz: int, channels: int = 1) -> OutputStream:
        """Open the system's default device. PlaybackError also if the package is missing, or is the wrong one."""
        _refuse_what_crashes()
        # It opens the device only when it plays: a moment of silence, which is over before the stream starts.
        _ended(_played(np.zeros((round(_PROBE_S * rate_hz), channels), np.int16), rate_hz))
        return _SimpleaudioStream(rate_hz, channels)


class _SimpleaudioStream(OutputStream):
    """Counts frames from the start of the buffer; between two spans of content there is silence."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.rate_hz = rate_hz
        self.channels = channels
        self.device = _DEVICES.get(sys.platform, sys.platform)
        self.capacity = round(CAPACITY_S * rate_hz)
        self._volume = 1.0
        self._gain = 1.0
        """The gain of the last frame that was written."""
        self._underrun_frames = 0
        self._failed = False
        self._playing: Any = None
        """simpleaudio's PlayObject while started."""
        self._ending: Any = None
        """The PlayObject before it, which may still hold the device."""
        self._started_at = 0.0
        self._buffer = self._zeros()
        self._end = 0
        """The place of the next frames."""
        self._spans: deque[tuple[int, int]] = deque()
        """The content that may not have sounded yet, each span as `[begin, end)`."""
        atexit.register(self.close)

    @property
    def volume(self) -> float:
        """From 0 to 1, for the frames that are written from now on."""
        return self._volume

    @volume.setter
    def volume(self, share: float) -> None:
        check_volume(share)
        self._volume = share
        if not self._end:
            self._gain = share**3

    @property
    def underrun_frames(self) -> int:
        """Frames of silence because nothing was written in time."""
        self._advance()
        return self._underrun_frames

    def room(self) -> int:
        """Frames that may be written now."""
        if self._playing is not None and self._end == len(self._buffer) and not self.pending():
            self.stop()
            self.start()
        self._advance()
        return max(0, min(self.capacity - self.pending(), len(self._buffer) - self._end))

    def write(self, samples: NDArray[np.float32]) -> None:
        """Put frames where they will be read, with 16 bits as an exporter writes them."""
        check_shape(samples, self.channels)
        if len(samples) > (room := self.room()):
            message = f"{len(samples)} frames are more than there is room for: {room}"
            raise ValueError(message)
        if not len(samples):
            return
        pcm = to_pcm16(samples).reshape(-1, self.channels)
        before, self._gain = self._gain, self._volume**3
        if before != 1.0 or self._gain != 1.0:
            # A change is spread over the block, or it clicks.
            pcm = np.rint(pcm * np.linspace(before, self._gain, len(pcm))[:, None]).astype(np.int16)
        if self.keep_alive:
            pcm = kept_alive(pcm, self._end)
        begin, self._end = self._end, self._end + len(pcm)
        self._buffer[begin : self._end] = pcm
        if self._spans and self._spans[-1][1] == begin:
            begin = self._spans.pop()[0]
        self._spans.append((begin, self._end))

    def start(self) -> None:
        """Begin to play. If the device is gone by now, the stream is `lost`."""
        if self._playing is not None:
            return
        self._let_end()
        try:
            self._playing = _played(self._buffer, self.rate_hz)
        except PlaybackError:
            self._failed = True
        self._started_at = time.monotonic()

    def stop(self) -> int:
        """Be silent within some 150 ms (see above), and return how many frames were not heard."""
        sounding = self._position() + round(HELD_S * self.rate_hz) if self._playing is not None else 0
        unheard = self._after(sounding)
        if self._playing is not None:
            self._buffer[sounding : self._end] = 0
            self._playing.stop()
            self._playing, self._ending = None, self._playing
        self._buffer = self._zeros()
        self._end = 0
        self._gain = self._volume**3
        self._spans.clear()
        return unheard

    def pending(self) -> int:
        """Frames written that have not sounded yet."""
        return self._after(self._position())

    def lost(self) -> bool:
        """Whether simpleaudio has given up, as it does when the device is gone."""
        if self._playing is None or self._position() >= len(self._buffer):
            return self._failed
        return self._failed or not bool(self._playing.is_playing())

    def close(self) -> None:
        """Be silent, and wait until the device is free: simpleaudio's thread must not outlive the interpreter."""
        self.stop()
        self._let_end()
        atexit.unregister(self.close)

    def _zeros(self) -> NDArray[np.int16]:
        return np.zeros((BUFFER_BYTES // 2 // self.channels, self.channels), np.int16)

    def _position(self) -> int:
        """The frame that sounds now, by the clock."""
        if self._playing is None:
            return 0
        return int((time.monotonic() - self._started_at) * self.rate_hz)

    def _after(self, position: int) -> int:
        """Frames of content from `position` on."""
        while self._spans and self._spans[0][1] <= self._position():
            self._spans.popleft()
        return sum(max(0, end - max(begin, position)) for begin, end in self._spans)

    def _advance(self) -> None:
        """Move the end past what may have been read already, which stays silent."""
        if self._playing is None:
            return
        readable = min(len(self._buffer), self._position() + round(READ_AHEAD_S * self.rate_hz))
        if readable > self._end:
            self._underrun_frames += readable - self._end
            self._end = readable

    def _let_end(self) -> None:
        if self._ending is not None:
            _ended(self._ending)
            self._ending = None


def _played(frames: NDArray[np.int16], rate_hz: int) -> Any:  # noqa: ANN401 -- simpleaudio has no types
    """A PlayObject that plays `frames`, of shape (n, channels). PlaybackError if there is no device."""
    try:
        import simpleaudio
    except (ImportError, OSError) as error:
        message = f"simpleaudio cannot be loaded ({error}): {_FIX}"
        raise PlaybackError(message) from error
    try:
        with quiet_libraries():
            return simpleaudio.play_buffer(frames, frames.shape[1], 2, rate_hz)
    except ValueError as error:
        message = f"simpleaudio does not play {frames.shape[1]} channels at {rate_hz} Hz: {error}"
        raise PlaybackError(message) from error
    except Exception as error:  # its own error class is hidden in its C module
        raise no_device() from error


def _ended(playing: Any) -> None:  # noqa: ANN401 -- simpleaudio has no types
    """Wait until a PlayObject is done with the device."""
    deadline = time.monotonic() + _END_S
    while playing.is_playing() and time.monotonic() < deadline:
        time.sleep(0.01)


def _refuse_what_crashes() -> None:
    """PlaybackError unless the installed package can be imported; finds out without importing it."""
    if _is_installed("simpleaudio-patched"):
        return
    if not _is_installed("simpleaudio"):
        message = f"simpleaudio is not installed: {_FIX}"
        raise PlaybackError(message)
    if sys.version_info >= _PATCHED_SINCE:
        message = (
            f"the package simpleaudio crashes Python {sys.version_info[0]}.{sys.version_info[1]}: "
            f"pip uninstall simpleaudio, then {_FIX}, which brings simpleaudio-patched"
        )
        raise PlaybackError(message)


def _is_installed(distribution: str) -> bool:
    try:
        version(distribution)
    except PackageNotFoundError:
        return False
    return True
