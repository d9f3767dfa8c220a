"""The first output that works here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from voiceguide.errors import PlaybackError
from voiceguide.outputs.output import AUTO, AudioOutput, open_output

if TYPE_CHECKING:
    from voiceguide.outputs.output import OutputStream

ORDER: Final = ("miniaudio", "simpleaudio")
"""Never the silent one: a session that nobody hears is no success."""


class AutoOutput(AudioOutput):
    """Tries them in order, each time it is opened: devices come and go."""

    name: ClassVar[str] = AUTO

    def open(self, rate_hz: int, channels: int = 1) -> OutputStream:
        """Open the first that works; the stream's `device` says which.

        Where none does, PlaybackError with what the first says: the others are for when it fails for its own reasons.
        """
        failures = []
        for name in ORDER:
            try:
                stream = open_output(name).open(rate_hz, channels)
            except PlaybackError as error:
                failures.append(error)
                continue
            stream.device = f"{name} ({stream.device})"
            return stream
        message = f"{failures[0]} (tried {', '.join(ORDER)})"
        raise PlaybackError(message) from failures[0]
