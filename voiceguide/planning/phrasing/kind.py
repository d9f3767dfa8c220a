"""What phrasing has to know of a kind of movement. `kinds` lists them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.language.phrasebook import Phrasebook
    from voiceguide.model.script import Beat, ToneName
    from voiceguide.planning.phrasing.dose import Dose, Dosing
    from voiceguide.planning.phrasing.guiding import Guide


class Kind(ABC):
    """One movement, as its kind doses it, guides through it and sums it up."""

    @property
    def is_rest(self) -> bool:
        """Whether the listener may fall asleep over it."""
        return False

    @abstractmethod
    def dose(self, dosing: Dosing) -> Dose:
        """How often and how long it is done."""

    @abstractmethod
    def beats(self, guide: Guide) -> Iterator[Beat]:
        """Everything from the first preparing step to the word that releases it."""

    @abstractmethod
    def telling_tones(self, guide: Guide, *, most: bool) -> frozenset[ToneName]:
        """The tones that stand for words which are not said beside them.

        With the `most` or the fewest repetitions that the data allows: the words of an item do not depend on the dose
        of another.
        """

    @abstractmethod
    def dose_in_words(self, dose: Dose, book: Phrasebook) -> str:
        """`hold 20 s (20 to 30), 3 rounds (2 to 3)`: what is done, and in brackets the data's range."""
