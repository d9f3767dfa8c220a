"""The output that takes the first one that works here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from voiceguide.errors import PlaybackError, RegistrationError, VoiceguideError
from voiceguide.log import logger, without_words
from voiceguide.model.choices import AUTO_OUTPUT
from voiceguide.outputs.output import AudioOutput

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiceguide.outputs.output import OutputStream

ORDER: Final = ("miniaudio", "simpleaudio")
"""The silent output is not among them: a session that nobody hears is not a success."""
_log: Final = logger(__name__)


class AutoOutput(AudioOutput):
    """Tries the outputs in order each time it is opened, because devices come and go."""

    name: ClassVar[str] = AUTO_OUTPUT

    def __init__(self, find: Callable[[str], AudioOutput]) -> None:
        """`find` returns the output of a name."""
        self._find = find

    def open(self, rate_hz: int, channels: int = 1) -> OutputStream:
        """Open the first output that works; the `device` of the stream says which one.

        If none works, PlaybackError gives the reason of the first: the others are only there for when it fails.
        """
        failures: list[VoiceguideError] = []
        for name in ORDER:
            try:
                stream = self._find(name).open(rate_hz, channels)
            except (PlaybackError, RegistrationError) as error:
                failures.append(error)
                _log.info("%s does not work here: %s", name, without_words(error))
                continue
            stream.device = f"{name} ({stream.device})"
            return stream
        message = f"{failures[0]} (tried {', '.join(ORDER)})"
        raise PlaybackError(message) from failures[0]
