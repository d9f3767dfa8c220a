"""The default output: miniaudio, which speaks to the system's own audio without any package of it."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from voiceguide.errors import PlaybackError
from voiceguide.model.segment import to_pcm16
from voiceguide.outputs.output import AudioOutput
from voiceguide.units import SESSION_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    import miniaudio

    from voiceguide.sound.source import AudioSource

BUFFER_MS: Final = 300
"""Half of it is the margin against a busy machine; at 300-400 ms no frame was lost (measured)."""
STALLED_S: Final = 3.0
"""A lost device just stops asking for frames; a sound server that was idle takes up to 1.8 s to ask again
after its buffer was filled (measured with PulseAudio)."""
LEAD_S: Final = 0.25
"""Silence ahead of the sound: a device that wakes swallows its first frames (PulseAudio 4 to 11 ms, measured)."""
_NO_BACKEND: Final = "Null"
"""What miniaudio falls back to where there is nothing to play on."""


class MiniaudioOutput(AudioOutput):
    """miniaudio, MIT."""

    name: ClassVar[str] = "miniaudio"

    def check(self) -> str:
        """Open the default device and close it again."""
        with _opened(SESSION_RATE_HZ) as device:
            return f"{device.backend}"

    def play(self, source: AudioSource) -> None:
        """Play all of `source`."""
        with _opened(source.rate_hz) as device:
            feed = _Feed(source)
            device.start(feed.generator)
            while not feed.ended.wait(0.05):
                if feed.error:
                    message = f"the sound could not be rendered: {feed.error}"
                    raise PlaybackError(message) from feed.error
                if not feed.asked.wait(STALLED_S):
                    message = "the sound device is gone: connect it again, and play again"
                    raise PlaybackError(message)
                feed.asked.clear()


@contextlib.contextmanager
def _opened(rate_hz: int) -> Iterator[miniaudio.PlaybackDevice]:
    """The default device, mono; PlaybackError where there is none."""
    import miniaudio

    try:
        with _quiet_libraries():
            device = miniaudio.PlaybackDevice(
                miniaudio.SampleFormat.SIGNED16, 1, rate_hz, BUFFER_MS, app_name="voiceguide"
            )
    except miniaudio.MiniaudioError as error:
        raise _no_device() from error
    with device:
        if device.backend == _NO_BACKEND:
            raise _no_device()
        yield device


class _Feed:
    """Hands frames to the device's own thread; never raises there: miniaudio would print and go on in silence."""

    def __init__(self, source: AudioSource) -> None:
        self.asked = threading.Event()
        self.ended = threading.Event()
        self.error: Exception | None = None
        self.generator = self._frames(source)
        next(self.generator)

    def _frames(self, source: AudioSource) -> Generator[bytes, int, None]:
        wanted = yield b""
        at = -round(LEAD_S * source.rate_hz)
        # What has been handed over sounds up to a buffer later: silence is fed until it has.
        drained = source.length + 2 * BUFFER_MS * source.rate_hz // 1000
        while True:
            self.asked.set()
            if at >= drained:
                self.ended.set()
            out = np.zeros(wanted, np.float32)
            try:
                if -wanted < at < source.length:
                    source.render(max(0, at), out[max(0, -at) :])
            except Exception as error:  # noqa: BLE001 -- raised again by `play`
                self.error = error
            at += wanted
            wanted = yield to_pcm16(out).tobytes()


@contextlib.contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Keep what ALSA prints on stderr, twenty lines for a machine without a device, from the user."""
    sys.stderr.flush()
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


def _no_device() -> PlaybackError:
    message = "there is no sound device: connect one, start the sound server, or export to a file with -o"
    return PlaybackError(message)
