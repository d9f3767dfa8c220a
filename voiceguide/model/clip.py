"""A Clip: one sentence, spoken, trimmed and brought to level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from voiceguide.model.pcm import from_pcm16

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Clip(Struct, frozen=True, eq=False):
    """Mono sound with the moments that scheduling needs."""

    pcm: NDArray[np.int16]
    """Shape (n,), 16 bit; not to be written to. Half the memory of floats: a long session has a hundred clips."""
    rate_hz: int
    onset_frame: int
    """Where the sound begins; what lies before is the quiet run-in of the same take."""
    end_frame: int
    """Where the sound has ended; what lies behind is its fade."""
    block_powers: NDArray[np.float64]
    """K-weighted mean squares of its overlapping 400 ms blocks (ITU-R BS.1770-5), for the loudness of
    a session to be known without rendering it."""

    def __post_init__(self) -> None:
        if not 0 <= self.onset_frame < self.end_frame <= len(self.pcm):
            message = f"onset {self.onset_frame} and end {self.end_frame} in {len(self.pcm)} frames"
            raise ValueError(message)

    @property
    def samples(self) -> NDArray[np.float32]:
        """The whole clip as float samples, shape (n,), in [-1, 1); made anew for each caller."""
        return from_pcm16(self.pcm)

    @property
    def spoken_frames(self) -> int:
        """The length of the sound itself: what a cue takes up on the timeline."""
        return self.end_frame - self.onset_frame
