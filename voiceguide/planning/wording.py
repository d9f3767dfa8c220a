"""Words from the data: tokens filled in, numbers spelt, texts cut into sentences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from voiceguide.model.base import TOKEN, TOKENS
from voiceguide.model.stretch import Familiarity, Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiceguide.model.phrasebook import Phrasebook
    from voiceguide.model.stretch import Stretch

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_BEFORE_A_NUMBER = re.compile(r"(?:^|\s)(?:no|nr|approx|ca|max|e\.g|i\.e|vs)\.$", re.IGNORECASE)
_SHORT_FORM = re.compile(
    r"(?:^|[\s\d])(?:approx|incl|ea|max|e\.g|i\.e|vs|etc|secs?|mins?|hrs?|lbs?|[ap]\.m|(?<=\d)s|(?<=\d )s)\.$",
    re.IGNORECASE,
)
"""`No. 3`, and `30 sec. each side`: no sentence ends there."""
_MINUTE_S = 60
_LADDER = (Familiarity.FULL, Familiarity.BRIEF, Familiarity.BARE)


def sentences(text: str) -> list[str]:
    """The sentences of a text: each becomes a clip of its own, so that the pause between is ours."""
    found: list[str] = []
    for part in _SENTENCE_END.split(text.strip()):
        if found and _goes_on(found[-1], part):
            found[-1] += f" {part}"
        elif part:
            found.append(part)
    return found


def _goes_on(sentence: str, part: str) -> bool:
    """Whether the dot at the end of `sentence` is that of a short form, so that `part` still belongs to it."""
    if part[:1].isdecimal():
        return bool(_BEFORE_A_NUMBER.search(sentence))
    return part[:1].islower() and bool(_SHORT_FORM.search(sentence))


def without_tokens(text: str) -> str:
    """`text` as it may be spoken, a word in the place of every token that there is."""
    return TOKEN.sub(lambda match: "one" if match[1] in TOKENS else match[0], text)


def after(familiarity: Familiarity, times: int) -> Familiarity:
    """The familiarity once a movement that began at `familiarity` has been guided `times` times."""
    return _LADDER[min(_LADDER.index(familiarity) + times, len(_LADDER) - 1)]


def joined(things: Sequence[str], joiner: str) -> str:
    """A list as spoken: `a mat, a towel and a cushion`."""
    if len(things) <= 1:
        return "".join(things)
    return f"{', '.join(things[:-1])} {joiner} {things[-1]}"


class Wording(Struct, frozen=True):
    """Chooses among a language's texts, and fills their tokens."""

    phrasebook: Phrasebook
    variation: int = 0
    """Which of several wordings is said, as in Pacing; 0 says the first everywhere."""

    def choose(self, wordings: Sequence[str], *before: int) -> str:
        """One of several wordings that mean the same.

        `before` are counts of what came before it in the session, so that it is not the same each time.
        """
        return wordings[(self.variation + sum(before)) % len(wordings) if self.variation else 0]

    def length(self, seconds: float) -> str:
        """A length as it is spoken: `thirty seconds`, `one minute and thirty seconds`."""
        book = self.phrasebook
        whole_minutes, rest = divmod(round(seconds), _MINUTE_S)
        in_minutes = book.minute if whole_minutes == 1 else book.minutes.format(count=self.number(whole_minutes))
        in_seconds = book.seconds.format(count=self.number(rest))
        if whole_minutes and rest:
            return book.minutes_and_seconds.format(minutes=in_minutes, seconds=in_seconds)
        return in_minutes if whole_minutes else in_seconds

    def number(self, value: int) -> str:
        """A number as a word where the phrasebook has one."""
        numbers = self.phrasebook.numbers
        return numbers[value] if 0 <= value < len(numbers) else str(value)

    def side(self, side: Side) -> str:
        """The word for a side."""
        return self.phrasebook.sides.left if side is Side.LEFT else self.phrasebook.sides.right

    def fill(
        self, text: str, *, stretch: Stretch | None = None, side: Side | None = None, count: int | None = None
    ) -> str:
        """`text` with its tokens replaced.

        `side` is the working side; `{other}` is its opposite and `{felt}` whichever of the two the
        stretch says it is felt on. The model has checked that no token is left without a value.
        """
        values: dict[str, str] = {}
        if side is not None:
            felt = side.other if stretch and stretch.sides.felt == "other" else side
            values = {"side": self.side(side), "other": self.side(side.other), "felt": self.side(felt)}
        if count is not None:
            values["count"] = self.number(count)
        values |= {name.capitalize(): word.capitalize() for name, word in values.items()}
        return TOKEN.sub(lambda match: values.get(match[1], match[0]), text)
