"""Noise far below hearing that wakes a headset and keeps it awake.

A Bluetooth headset sleeps in digital silence, and swallows the sound that wakes it. It is noise rather than a tone
because most devices detect silence by level, and a tone could be heard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from voiceguide.sound.tape import Tape
from voiceguide.units import to_frames, to_gain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from voiceguide.sound.background import SourceWithPauses
    from voiceguide.units import SoundFrame

KEEP_ALIVE_DBFS: Final = -84.0
"""Root mean square: two steps of 16 bits, 65 dB below the voice and below the noise of any room."""
WAKE_DBFS: Final = -60.0
"""Root mean square of the noise that wakes a device: 41 dB below the voice."""
LONGEST_WAKE_S: Final = 1.5
"""No known device takes longer to wake (docs/sources.md)."""
_WAKE_FADE_S: Final = 0.05
_LOOP_FRAMES: Final = 72_000
"""3 s at the rate of a session."""


class KeepAliveSource:
    """A mono source with noise under it that keeps a headset awake, and is louder up to the first word.

    Length and positions stay those of the source. `first_word` is the frame at which the first word begins.
    """

    def __init__(self, source: SourceWithPauses, first_word: SoundFrame) -> None:
        if source.channels != 1:
            message = "a session of two channels has a bed, and is never silent"
            raise ValueError(message)
        self._source = source
        self._wake = _wake_signal(min(first_word, to_frames(LONGEST_WAKE_S, source.rate_hz)), source.rate_hz)
        self._noise = KeepAliveNoise(source.rate_hz, source.length)

    @property
    def rate_hz(self) -> int:
        """Frames a second."""
        return self._source.rate_hz

    @property
    def channels(self) -> int:
        """One."""
        return 1

    @property
    def length(self) -> int:
        """Frames in all."""
        return self._source.length

    def render(self, start: int, out: NDArray[np.float32]) -> None:
        """Fill `out`, shape (n,), with the frames from `start` on."""
        self._source.render(start, out)
        noise = np.empty_like(out)
        self._noise.render(start, noise)
        out += noise
        wake = self._wake[start : start + len(out)]
        out[: len(wake)] += wake

    @property
    def background(self) -> KeepAliveNoise:
        """The noise without what wakes the device."""
        return self._noise

    def pauses(self, least_frames: int) -> Iterator[tuple[int, int]]:
        """The pauses of the source, from where the device is awake."""
        for start, end in self._source.pauses(least_frames):
            begin = max(start, len(self._wake))
            if end - begin >= least_frames:
                yield begin, end


class KeepAliveNoise:
    """A Background: mono noise at KEEP_ALIVE_DBFS."""

    channels = 1
    is_inaudible = True

    def __init__(self, rate_hz: int, length: int) -> None:
        self.rate_hz = rate_hz
        self.length = length
        self.tape = Tape.of([_LOOP_FRAMES], [0])
        self._loop = _noise(_LOOP_FRAMES, KEEP_ALIVE_DBFS)

    @property
    def recording(self) -> KeepAliveNoise:
        """The loop, twice."""
        return KeepAliveNoise(self.rate_hz, 2 * _LOOP_FRAMES)

    def render(self, start: int, out: NDArray[np.float32]) -> None:
        """Fill `out`, shape (n,), with the frames from `start` on."""
        out[:] = 0.0
        for at, first, last in self.tape.parts(start, max(start, min(start + len(out), self.length))):
            out[at - start : at - start + last - first] = self._loop[first:last]


def _wake_signal(frames: int, rate_hz: int) -> NDArray[np.float32]:
    edge = np.minimum(np.arange(frames), np.arange(frames)[::-1]) / (_WAKE_FADE_S * rate_hz)
    return (_noise(frames, WAKE_DBFS) * np.minimum(1.0, edge)).astype(np.float32)


def _noise(frames: int, level_dbfs: float) -> NDArray[np.float32]:
    peak = to_gain(level_dbfs) * np.sqrt(3)
    return np.random.default_rng(1).uniform(-peak, peak, frames).astype(np.float32)
