"""What an AudioSource may offer besides its sound: a background, and the pauses in which nothing else is heard.

Most of a guided session is pauses. An encoder that works block by block can leave a pause out, or repeat in it a
background that it has encoded once, as the MP3 encoder does. All others render the source and ignore this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from voiceguide.sound.source import AudioSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.sound.tape import Tape


class Background(AudioSource, Protocol):
    """A sound that goes on under a whole source: a recording that is played piece by piece, in the order of its tape.

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
        """The pieces in the order in which they were recorded, twice, so that the last one is followed by the first."""


@runtime_checkable
class SourceWithPauses(AudioSource, Protocol):
    """An AudioSource that knows where only its background is heard."""

    @property
    def background(self) -> Background | None:
        """The sound under everything else; None stands for silence."""

    def pauses(self, least_frames: int) -> Iterator[tuple[int, int]]:
        """Spans `[start, end)` of at least `least_frames`, in order, that equal the background frame by frame."""
