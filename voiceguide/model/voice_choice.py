"""Which voice a user wants: one, or one for each language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping


class VoiceOfLanguage(Struct, frozen=True):
    """Voices as `ENGINE:NAME`, chosen by the language of the session once that is known."""

    named: Mapping[str, str]
    """By language, in two letters."""
    otherwise: str | None = None
    """The voice for all other languages; None means the best one of each."""

    def of(self, language: str) -> str | None:
        """The voice for a language; None means the best one."""
        return self.named.get(language, self.otherwise)


WantedVoice = str | VoiceOfLanguage | None
"""A voice as `ENGINE:NAME`, voices by language, or None for the best voice."""
