"""One face for every way to make sound audible."""

from __future__ import annotations

from abc import ABC, abstractmethod
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, ClassVar, Final

from voiceguide.errors import PlaybackError, UnknownNameError

if TYPE_CHECKING:
    from voiceguide.sound.source import AudioSource

DEFAULT_OUTPUT: Final = "miniaudio"
_GROUP: Final = "voiceguide.outputs"


class AudioOutput(ABC):
    """Plays an AudioSource on a device.

    One `play` at a time, from any thread. Raises PlaybackError where there is no device or it is lost.
    """

    name: ClassVar[str]

    @abstractmethod
    def check(self) -> str:
        """Open the device and close it again, in silence; say what it is. PlaybackError where there is none."""

    @abstractmethod
    def play(self, source: AudioSource) -> None:
        """Play all of `source`; return when its last frame has sounded. An interrupt silences it at once."""


def output_names() -> list[str]:
    """Every output that is registered, whether it works here or not."""
    return sorted({point.name for point in entry_points(group=_GROUP)})


def open_output(name: str = DEFAULT_OUTPUT) -> AudioOutput:
    """The output of that name; nothing is opened yet. UnknownNameError where there is none."""
    points = entry_points(group=_GROUP, name=name)
    if not points:
        raise UnknownNameError("audio output", name, output_names())
    output = next(iter(points)).load()()
    if not isinstance(output, AudioOutput):
        message = f"what registers as the audio output {name!r} is none: {output!r}"
        raise PlaybackError(message)
    return output
