"""What an AudioSource may offer besides its sound: a background, and the pauses in which nothing else is heard.

A guided session is mostly pause. Whoever works block by block can leave such a span out, or repeat there what has been
worked out once; the MP3 encoder does. Everybody else renders the source and need not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from voiceguide.sound.source import AudioSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.sound.tape import Tape


class Background(AudioSource, Protocol):
    """A sound that goes on under a whole source: a recording that is played piece by piece, as its tape says.

    It is as long as the source above it.
    """

    @property
    def is_inaudible(self) -> bool:
        """Whether it is noise far below hearing, which may be cut, repeated or rearranged unnoticed."""

    @property
    def tape(self) -> Tape:
        """The order in which the pieces of the recording are played."""

    @property
    def recording(self) -> AudioSource:
        """The pieces in the order in which they were recorded, twice over: its end goes on with its beginning."""


@runtime_checkable
class SourceWithPauses(AudioSource, Protocol):
    """An AudioSource that knows where only its background is heard."""

    @property
    def background(self) -> Background | None:
        """The sound under everything else; None stands for silence."""

    def pauses(self, least_frames: int) -> Iterator[tuple[int, int]]:
        """Spans `[start, end)` of at least `least_frames`, in order, that equal the background frame by frame."""
