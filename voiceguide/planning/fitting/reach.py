"""The answer to a length that cannot be reached: which lengths can, and which changes would make it possible.

Both ends of the range are exact. Each change is tried before it is suggested, on the lengths of the clips that have
been spoken and on estimates for the others, which is why it needs some room.
"""

from __future__ import annotations

import functools
import itertools
import math
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from voiceguide.errors import RequestError
from voiceguide.planning.fitting.fit import around_of, best, choices, extremes
from voiceguide.planning.phrasing.script import phrase, turns_of
from voiceguide.planning.presets import PRESETS
from voiceguide.planning.scheduling.estimate import estimated_frames
from voiceguide.units import SESSION_RATE_HZ, clock, to_frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from voiceguide.language.phrasebook import Phrasebook
    from voiceguide.model.pacing import Pacing
    from voiceguide.model.routine import Routine

ROOM: Final = 0.03
"""The share of the length that has to lie between it and the ends of an estimated range. Estimates are off by 2 % if
the voice speaks faster than in the spoken clips, and by less than 1 % otherwise (measured with the default voice)."""
_LEAST_S, _MOST_S = 30, 43_200
"""The limits of `Pacing.length_s` itself."""
_NEAREST_S: Final = 600
_SLACK_S: Final = 10
"""More time than it takes to say any number of minutes in the welcome."""
_FIXED: Final = ("hold_s", "rounds", "repetitions")
_LONG_HOLD_S: Final = 60.0
"""The longest hold that is usual (docs/sources.md)."""
_MOST_ROUNDS: Final = 4
_LADDER: Final = ("full", "brief", "minimal")


class Reach(Struct, frozen=True):
    """The range of lengths that a session can be fitted to, in frames."""

    shortest: int
    longest: int

    def opens(self, target: int) -> bool:
        """Whether `target` lies well within the range."""
        room = round(ROOM * target)
        return self.shortest + room <= target <= self.longest - room


def refusal(
    routine: Routine,
    pacing: Pacing,
    phrasebook: Phrasebook,
    known: Mapping[str, int],
    speak: Callable[[Iterable[str]], Mapping[str, int]],
) -> RequestError:
    """The error to raise if `routine` cannot last `pacing.length_s`.

    `known` holds the length of every text for fitting; `speak` is called for a few more.
    """
    assert pacing.length_s is not None  # noqa: S101 -- what could not be met
    asked_s = pacing.length_s
    shortest_s, longest_s = _ends(routine, pacing, phrasebook, known, speak)
    takes = f"this routine takes from {clock(shortest_s)} to {clock(longest_s)}"
    trying = _Trying(routine, pacing, phrasebook, known)
    if asked_s < shortest_s:
        way = trying.way(_shorter(pacing), skip=True) or "nothing but another routine makes it so short"
    elif asked_s > longest_s:
        way = trying.way(_longer(pacing), skip=False) or (
            "no pace makes it so long: use a longer routine, such as one of your own (`new_routine()`)"
        )
    else:
        way = trying.nearest(speak)
    return RequestError(f"{clock(asked_s)} cannot be reached: {takes}; {way}")


def _ends(
    routine: Routine,
    pacing: Pacing,
    phrasebook: Phrasebook,
    known: Mapping[str, int],
    speak: Callable[[Iterable[str]], Mapping[str, int]],
) -> tuple[int, int]:
    """The shortest and the longest length that can be met, in whole seconds."""
    items = [extremes(turn, pacing, known) for turn in turns_of(routine, pacing, phrasebook)]

    @functools.cache
    def reach(minutes: int) -> Reach:
        draft = phrase(routine, pacing, phrasebook, minutes=minutes)
        around = around_of(draft, {**known, **speak(draft.texts())})
        return Reach(around[0] + sum(low for low, _ in items), around[2] + sum(high for _, high in items))

    # The welcome mentions the minutes, and some numbers take longer to say than others.
    first = max(_LEAST_S, reach(0).shortest // SESSION_RATE_HZ)
    last = min(_MOST_S, reach(round((pacing.length_s or 0) / 60)).longest // SESSION_RATE_HZ + _SLACK_S)
    return (
        next(s for s in itertools.count(first) if to_frames(s) >= reach(round(s / 60)).shortest),
        next(s for s in itertools.count(last, -1) if to_frames(s) <= reach(round(s / 60)).longest),
    )


class _Way(Struct, frozen=True):
    """A request that the user could make instead."""

    options: str
    pacing: Pacing


_Ways = list[_Way]
"""Requests of one kind, the smallest change first."""


class _Trying(Struct, frozen=True):
    routine: Routine
    pacing: Pacing
    phrasebook: Phrasebook
    known: Mapping[str, int]

    @property
    def target(self) -> int:
        return to_frames(self.pacing.length_s or 0)

    @property
    def minutes(self) -> int:
        return round((self.pacing.length_s or 0) / 60)

    def way(self, tiers: Iterable[Sequence[_Ways]], *, skip: bool) -> str | None:
        """The smallest change of each kind that leads to the length, from the first tier that has any."""
        good: list[str] = []
        for kinds in tiers:
            tried = ((way for way in ways if self.reach(self.routine, way.pacing).opens(self.target)) for ways in kinds)
            good = [way.options for found in tried if (way := next(found, None))]
            if good:
                break
        if skip and (skipped := self.skipped()):
            named = f"`skip={tuple(skipped)!r}`"
            if not good:
                return f"no words and no pace make it so short: leave out stretches, as with {named}"
            good.append(named)
        return f"try {', '.join(good[:-1])} or {good[-1]}" if len(good) > 1 else f"try {good[0]}" if good else None

    def skipped(self) -> list[str]:
        """The stretches to leave out: the shortest one that is enough, or else as few as possible."""
        lengths: dict[str, int] = {}
        for turn in turns_of(self.routine, self.pacing, self.phrasebook):
            name = turn.item.stretch
            lengths[name] = lengths.get(name, 0) + extremes(turn, self.pacing, self.known)[0]
        over = self.reach(self.routine, self.pacing).shortest - self.target
        by_length = sorted(lengths, key=lengths.__getitem__)
        for name in by_length:
            if lengths[name] >= over and self.without([name]):
                return [name]
        for number in range(2, len(by_length)):
            names = by_length[-number:]
            if sum(lengths[name] for name in names) >= over and self.without(names):
                return names
        return []

    def without(self, names: list[str]) -> bool:
        items = tuple((item, stretch) for item, stretch in self.routine.items if stretch.id not in names)
        return bool(items) and self.reach(self.routine.model_copy(update={"items": items}), self.pacing).opens(
            self.target
        )

    def reach(self, routine: Routine, pacing: Pacing) -> Reach:
        spoken = _Guessed(self.known, self.pacing.speech_rate, pacing.speech_rate)
        items = [extremes(turn, pacing, spoken) for turn in turns_of(routine, pacing, self.phrasebook)]
        around = around_of(phrase(routine, pacing, self.phrasebook, minutes=self.minutes), spoken)
        return Reach(around[0] + sum(low for low, _ in items), around[2] + sum(high for _, high in items))

    def nearest(self, speak: Callable[[Iterable[str]], Mapping[str, int]]) -> str:
        """The nearest length that can be met, for one inside the range: the routine has few doses and short rests."""
        options = [
            choices(turn, self.pacing, self.known) for turn in turns_of(self.routine, self.pacing, self.phrasebook)
        ]

        @functools.cache
        def around(minutes: int) -> tuple[int, int, int]:
            draft = phrase(self.routine, self.pacing, self.phrasebook, minutes=minutes)
            return around_of(draft, {**self.known, **speak(draft.texts())})

        asked_s = self.pacing.length_s or 0
        for distance in range(_NEAREST_S):
            for length_s in (math.floor(asked_s) - distance, math.ceil(asked_s) + distance):
                if length_s >= _LEAST_S and best(options, to_frames(length_s), around(round(length_s / 60))):
                    return f"the nearest to it is {clock(length_s)}"
        return "ask for a little more or less"


class _Guessed(dict[str, int]):
    """The frames of every text: measured if it has been spoken, and estimated if not.

    Both are scaled to the rate of the voice. The spoken texts also show how this voice differs from the one that
    estimates are based on.
    """

    def __init__(self, known: Mapping[str, int], known_rate: float, rate: float) -> None:
        super().__init__({text: round(frames * known_rate / rate) for text, frames in known.items()})
        guessed = sum(estimated_frames(known, known_rate).values())
        self._rate = rate * guessed / max(sum(known.values()), 1)

    def __missing__(self, text: str) -> int:
        return estimated_frames([text], self._rate)[text]


def _shorter(pacing: Pacing) -> Iterator[Sequence[_Ways]]:
    """Changes that may make a session shorter: first one at a time, then two."""
    words = [
        _Way(f"`words={words!r}`", pacing.model_copy(update={"words": words}))
        for words in _LADDER[_LADDER.index(pacing.words) + 1 :]
    ]
    yield [words, _at_pace("brisk", _Way("", pacing)), *_freed(pacing)]
    yield [[faster for way in words for faster in _at_pace("brisk", way)]]


def _longer(pacing: Pacing) -> Iterator[Sequence[_Ways]]:
    """Changes that may make a session longer."""
    rounds = [
        _Way(f"`rounds={rounds}`", pacing.model_copy(update={"rounds": rounds}))
        for rounds in range((pacing.rounds or 1) + 1, _MOST_ROUNDS + 1)
    ]
    hold = []
    if not pacing.hold_s or pacing.hold_s < _LONG_HOLD_S:
        hold = [_Way(f"`hold_s={_LONG_HOLD_S:g}`", pacing.model_copy(update={"hold_s": _LONG_HOLD_S}))]
    yield [_at_pace("gentle", _Way("", pacing)), *_freed(pacing)]
    yield [rounds, hold]
    yield [[slower for way in rounds for slower in _at_pace("gentle", way)]]


def _at_pace(pace: str, way: _Way) -> _Ways:
    """A way combined with another pace; knobs that the user has changed stay changed."""
    if way.pacing.pace == pace:
        return []
    preset = PRESETS[way.pacing.pace]
    own: dict[str, Any] = {
        name: value for name, value in way.pacing if value != getattr(preset, name) and name != "pace"
    }
    return [_Way(f"`pace={pace!r}` {way.options}".strip(), PRESETS[pace].model_copy(update=own))]


def _freed(pacing: Pacing) -> Iterator[_Ways]:
    """Requests without one of the values that the user has set, so that it may vary."""
    for name in _FIXED:
        if getattr(pacing, name) is not None:
            yield [_Way(f"without `{name}=...`", pacing.model_copy(update={name: None}))]
