"""The first choice: miniaudio, which reaches the audio of every system without another package."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING, ClassVar, Final

from voiceguide.errors import PlaybackError
from voiceguide.outputs.output import AudioOutput, no_device
from voiceguide.outputs.queue_stream import QueueStream
from voiceguide.outputs.quiet import quiet_libraries

if TYPE_CHECKING:
    from collections.abc import Generator

    import miniaudio

    from voiceguide.outputs.output import OutputStream

BUFFER_MS: Final = 400
"""Half of this is the margin on a busy machine; at 300 to 400 ms no frame was lost (measured)."""
_NO_BACKEND: Final = "Null"
"""The backend that miniaudio falls back to if there is nothing to play on."""


class MiniaudioOutput(AudioOutput):
    """miniaudio, MIT."""

    name: ClassVar[str] = "miniaudio"

    def open(self, rate_hz: int, channels: int = 1) -> OutputStream:
        """Open the system's default device."""
        return _MiniaudioStream(_opened(rate_hz, channels), rate_hz, channels)


class _MiniaudioStream(QueueStream):
    """Closes the device when it is stopped, and opens it again at the next start.

    On PulseAudio, miniaudio's own stop does not drop what the server holds: the next start would begin with some
    150 ms of it (measured).
    """

    def __init__(self, device: miniaudio.PlaybackDevice, rate_hz: int, channels: int) -> None:
        super().__init__(rate_hz, channels, f"{device.backend}")
        self._device: miniaudio.PlaybackDevice | None = device
        # A device that still plays when the interpreter ends keeps it from ending (measured).
        atexit.register(self.close)

    def _start_device(self) -> None:
        import miniaudio

        if self._device is None:
            self._device = _opened(self.rate_hz, self.channels)
        frames = self._frames()
        next(frames)
        try:
            self._device.start(frames)
        except miniaudio.MiniaudioError as error:
            raise no_device() from error

    def _stop_device(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            device.close()

    def _close_device(self) -> None:
        self._stop_device()
        atexit.unregister(self.close)

    def _frames(self) -> Generator[bytes, int, None]:
        """What miniaudio asks for frames, in the device's thread. After an error it would ask no more."""
        wanted = yield b""
        while True:
            wanted = yield self.take(wanted).tobytes()


def _opened(rate_hz: int, channels: int) -> miniaudio.PlaybackDevice:
    """The default device; PlaybackError if there is none."""
    try:
        import miniaudio
    except (ImportError, OSError) as error:
        message = f"miniaudio cannot be loaded ({error}): install voiceguide again"
        raise PlaybackError(message) from error
    try:
        with quiet_libraries():
            device = miniaudio.PlaybackDevice(
                miniaudio.SampleFormat.SIGNED16, channels, rate_hz, BUFFER_MS, app_name="voiceguide"
            )
    except miniaudio.MiniaudioError as error:
        raise no_device() from error
    if device.backend == _NO_BACKEND:
        device.close()
        raise no_device()
    return device
