"""Words from the data: tokens filled in, numbers spelt, texts cut into sentences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from voiceguide.model.base import TOKEN, Token
from voiceguide.model.choices import Side
from voiceguide.model.stretch import Familiarity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiceguide.language.phrasebook import Phrasebook
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
    return TOKEN.sub(lambda match: "one" if Token.of(match[1]) else match[0], text)


def after(familiarity: Familiarity, times: int) -> Familiarity:
    """The familiarity once a movement that began at `familiarity` has been guided `times` times."""
    return _LADDER[min(_LADDER.index(familiarity) + times, len(_LADDER) - 1)]


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
        in_minutes = book.minute if whole_minutes == 1 else self.phrase(book.minutes, count=whole_minutes)
        in_seconds = self.phrase(book.seconds, count=rest)
        in_seconds = book.with_one(in_seconds) if rest == 1 else in_seconds
        if whole_minutes and rest:
            return self.phrase(book.minutes_and_seconds, minutes=in_minutes, seconds=in_seconds)
        return in_minutes if whole_minutes else in_seconds

    def number(self, value: int, form: str = "") -> str:
        """A number as a word where the phrasebook has one, in a form that its neighbour asks for."""
        numbers = self.phrasebook.numbers
        if not 0 <= value < len(numbers):
            return str(value)
        return self.phrasebook.rules.inflected(numbers[value], form)

    def side(self, side: Side, form: str = "") -> str:
        """The word for a side, in a form that its neighbour asks for."""
        sides = self.phrasebook.sides
        forms = sides.left if side is Side.LEFT else sides.right
        return forms[form or "plain"]

    def joined(self, things: Sequence[str], joiner: str) -> str:
        """A list as spoken: `a mat, a towel and a cushion`."""
        return self.phrasebook.rules.joined(things, joiner)

    def phrase(self, template: str, **values: str | int) -> str:
        """A sentence of the phrasebook with its braces filled in: numbers become words, in the form that is asked for.

        `{Count}` is what `{count}` is, with a capital; `{count_f}` its form `f`.
        """

        def filled(match: re.Match[str]) -> str:
            name, _, form = match[1].partition("_")
            value = values.get(name.lower(), match[0])
            word = self.number(value, form) if isinstance(value, int) else value
            return f"{word[:1].upper()}{word[1:]}" if name[:1].isupper() else word

        return TOKEN.sub(filled, template)

    def fill(
        self, text: str, *, stretch: Stretch | None = None, side: Side | None = None, count: int | None = None
    ) -> str:
        """`text` with its tokens replaced.

        `side` is the working side; `{other}` is its opposite and `{felt}` whichever of the two the
        stretch says it is felt on. The model has checked that no token is left without a value.
        """
        sides: dict[str, Side] = {}
        if side is not None:
            felt = side.other if stretch and stretch.sides.felt == "other" else side
            sides = {"side": side, "other": side.other, "felt": felt}

        def filled(match: re.Match[str]) -> str:
            token = Token.of(match[1])
            if token and token.name in sides:
                word = self.side(sides[token.name], token.form)
            elif token and token.name == "count" and count is not None:
                word = self.number(count, token.form)
            else:
                return match[0]
            return word.capitalize() if token.capital else word

        text = TOKEN.sub(filled, text)
        return self.phrasebook.with_one(text) if count == 1 else text
