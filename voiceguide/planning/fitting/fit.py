"""Fitting to a length: doses and rests that make a session last exactly as long as asked.

Repetitions, holds (whole breaths if they have a breath), rounds and all rests may vary within their limits; both sides
of a stretch vary together. Of all ways to meet the length, the one closest to the preset is taken. Its distance is the
sum of ((value - preset) / range)^2 over all doses, plus REST_WEIGHT * x^2 for the rests, where x is how far they all
move towards their limits. The rests take up what the doses leave, so that the total is met to the frame.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from voiceguide.errors import RequestError
from voiceguide.model.script import Rest, Script
from voiceguide.model.stretch import BreathsMovement, HoldMovement
from voiceguide.planning.phrasing.kinds import dose_of
from voiceguide.planning.phrasing.script import phrase, phrase_turn, turns_of, welcome_and_close
from voiceguide.planning.scheduling.schedule import schedule
from voiceguide.units import SESSION_RATE_HZ, clock, to_frames

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from voiceguide.language.phrasebook import Phrasebook
    from voiceguide.model.pacing import Pacing
    from voiceguide.model.routine import Item, Routine
    from voiceguide.model.script import Section
    from voiceguide.model.stretch import CountRange, SecondsRange, Stretch
    from voiceguide.planning.phrasing.script import Turn

REST_WEIGHT: Final = 4.0
"""All rests half-way to their limits cost as much as one dose that moves over its whole range. A judgement."""
FREE_HOLD_STEP_S: Final = 5.0
"""Steps in which a hold without a breath varies: round numbers, as people write them."""
_MOST_STATES: Final = 60_000
"""The most combinations that are weighed; beyond, only the closest of those of about the same length are."""
_BIN_S: Final = 0.05
_EXACT_FRAMES: Final = 24
"""A millisecond. What is left after all rests have moved together goes to the longest of them."""
_ROUNDS: Final = 30


class Choice(Struct, frozen=True):
    """One dose for one item, with the length of the item in frames."""

    item: Item
    cost: float
    shortest: int
    """The length with every rest at its shortest."""
    preset: int
    longest: int


class UnreachableError(RequestError):
    """No doses and rests within their limits last as long as asked."""


class Fitted(Struct, frozen=True):
    """A routine whose doses meet a length, and its Script, whose rests take up what they leave."""

    routine: Routine
    script: Script


def texts_for_fitting(routine: Routine, pacing: Pacing, phrasebook: Phrasebook, minutes: int) -> list[str]:
    """Every text that the fitted session may say. All of them are spoken before it is fitted."""
    texts = dict.fromkeys(phrase(routine, pacing, phrasebook, minutes=minutes).texts())
    texts.update(dict.fromkeys(texts_of_doses(routine, pacing, phrasebook)))
    return list(texts)


def texts_around(routine: Routine, pacing: Pacing, phrasebook: Phrasebook, minutes: int) -> list[str]:
    """Every text of the welcome and the close. Only they depend on the length of the session."""
    around = welcome_and_close(routine, pacing, phrasebook, minutes)
    return [text for section in around for text in _alone(section).texts()]


def texts_of_doses(routine: Routine, pacing: Pacing, phrasebook: Phrasebook) -> list[str]:
    """Every text of all doses that fitting may choose, for any length."""
    texts: dict[str, None] = {}
    for turn in turns_of(routine, pacing, phrasebook):
        for item, _ in _doses(turn, pacing):
            texts.update(dict.fromkeys(_alone(phrase_turn(_dosed(turn, item, pacing))).texts()))
    return list(texts)


def fit(
    routine: Routine, pacing: Pacing, phrasebook: Phrasebook, spoken_frames: Mapping[str, int], minutes: int
) -> Fitted:
    """A Script that lasts `pacing.length_s`, to the frame once scheduled.

    `spoken_frames` holds the length of every one of `texts_for_fitting`. Raises UnreachableError if the length cannot
    be met; `reach.refusal` says which lengths can.
    """
    assert pacing.length_s is not None  # noqa: S101 -- what the caller fits to
    target = to_frames(pacing.length_s)
    options = [choices(turn, pacing, spoken_frames) for turn in turns_of(routine, pacing, phrasebook)]
    draft = phrase(routine, pacing, phrasebook, minutes=minutes)
    around = around_of(draft, spoken_frames)
    chosen = best(options, target, around)
    if chosen is None:
        message = f"{clock(pacing.length_s)} cannot be reached"
        raise UnreachableError(message)
    fitted = routine.model_copy(
        update={"items": tuple((choice.item, s) for choice, (_, s) in zip(chosen, routine.items, strict=True))}
    )
    script = _rested(phrase(fitted, pacing, phrasebook, minutes=minutes), target, spoken_frames)
    return Fitted(fitted, script)


def choices(turn: Turn, pacing: Pacing, spoken_frames: Mapping[str, int]) -> list[Choice]:
    """Every dose that an item may have, with its cost and its lengths."""
    found = []
    for item, cost in _doses(turn, pacing):
        section = phrase_turn(_dosed(turn, item, pacing))
        shortest, preset, longest = (
            schedule(_alone(_moved(section, share)), spoken_frames).length for share in (-1.0, 0.0, 1.0)
        )
        found.append(Choice(item, cost, shortest, preset, longest))
    return found


def extremes(turn: Turn, pacing: Pacing, spoken_frames: Mapping[str, int]) -> tuple[int, int]:
    """The shortest and the longest length of an item, in frames: those of `choices`, without working out the others."""
    doses = list(_doses(turn, pacing))
    lengths = [
        schedule(_alone(_moved(phrase_turn(_dosed(turn, item, pacing)), share)), spoken_frames).length
        for (item, _), share in ((doses[0], -1.0), (doses[-1], 1.0))
    ]
    return lengths[0], lengths[1]


def best(options: Sequence[Sequence[Choice]], target: int, around: tuple[int, int, int]) -> tuple[Choice, ...] | None:
    """The choice for each item with the least total cost whose rests can meet `target`; None if there is none.

    `around` is the shortest, preset and longest length of everything else. Up to 60,000 combinations are all weighed,
    in arrays. Beyond that, of those within 50 ms only the one with the least cost is kept, with the shortest and the
    longest of all.
    """
    sums = np.array([around])
    costs = np.zeros(1)
    picks: list[NDArray[np.int64]] = []
    parents: list[NDArray[np.int64]] = []
    for row in options:
        kept = np.arange(len(costs)) if len(costs) * len(row) <= _MOST_STATES else _closest(sums, costs)
        lengths = np.array([(choice.shortest, choice.preset, choice.longest) for choice in row])
        sums = (sums[kept, None, :] + lengths[None, :, :]).reshape(-1, 3)
        costs = (costs[kept, None] + np.array([choice.cost for choice in row])[None, :]).ravel()
        parents.append(np.repeat(kept, len(row)))
        picks.append(np.tile(np.arange(len(row)), len(kept)))
    over = target - sums[:, 1]
    room = np.where(over >= 0, sums[:, 2] - sums[:, 1], sums[:, 1] - sums[:, 0])
    share = over / np.maximum(room, 1)
    total = np.where((sums[:, 0] <= target) & (target <= sums[:, 2]), costs + REST_WEIGHT * share**2, np.inf)
    at = int(total.argmin())
    if not np.isfinite(total[at]):
        return None
    chosen: list[Choice] = []
    for row, pick, parent in zip(reversed(options), reversed(picks), reversed(parents), strict=True):
        chosen.append(row[int(pick[at])])
        at = int(parent[at])
    return tuple(reversed(chosen))


def _closest(sums: NDArray[np.int64], costs: NDArray[np.float64]) -> NDArray[np.int64]:
    """The combinations to keep: of those of about the same length the one with the least cost, and both extremes.

    `sums` are their shortest, preset and longest lengths, shape (n, 3).
    """
    bins = sums[:, 1] // to_frames(_BIN_S)
    cheapest_first = np.argsort(costs, kind="stable")
    kept = cheapest_first[np.unique(bins[cheapest_first], return_index=True)[1]]
    # The shortest and the longest of all stay, so that they can be reached.
    return np.union1d(kept, [sums[:, 0].argmin(), sums[:, 2].argmax()])


def _doses(turn: Turn, pacing: Pacing) -> Iterator[tuple[Item, float]]:
    """The doses that an item may have, from the least to the most, each with the cost of its distance from the preset.

    The preset is among them. A value that the user has set does not vary.
    """
    dose, movement, item = turn.guide.dose, turn.guide.stretch.movement, turn.item
    if isinstance(movement, HoldMovement):
        holds = [dose.hold_s] if pacing.hold_s else _holds(turn.guide.stretch, dose.hold_s)
        rounds = _counts(movement.rounds, dose.rounds, 1, fixed=pacing.rounds is not None)
        for hold_s, number in itertools.product(holds, rounds):
            cost = _cost(hold_s, dose.hold_s, movement.hold_s) + _cost(number, dose.rounds, movement.rounds)
            yield item.model_copy(update={"hold_s": hold_s, "rounds": number}), cost
        return
    counts = movement.breaths if isinstance(movement, BreathsMovement) else movement.repetitions
    fixed = pacing.repetitions is not None and not isinstance(movement, BreathsMovement)
    step = 2 if turn.guide.stretch.sides.kind == "alternating" else 1
    for number in _counts(counts, dose.repetitions, step, fixed=fixed):
        yield item.model_copy(update={"repetitions": number}), _cost(number, dose.repetitions, counts)


def _counts(limits: CountRange, preset: int, step: int, *, fixed: bool) -> list[int]:
    return [preset] if fixed else sorted({preset, *range(limits.min, limits.max + 1, step)})


def _holds(stretch: Stretch, preset_s: float) -> list[float]:
    """The holds within the data's range: whole breaths, or steps if the breath is free."""
    movement = stretch.movement
    assert isinstance(movement, HoldMovement)  # noqa: S101 -- narrows the type
    step_s = movement.breath.total_s if movement.breath else FREE_HOLD_STEP_S
    limits = movement.hold_s
    # To the millisecond: five breaths of 2.1 s are the 10.5 s of a range, not a little more or less.
    whole = (round(number * step_s, 3) for number in range(1, round(limits.max / step_s) + 1))
    return sorted({preset_s, *(hold_s for hold_s in whole if limits.min <= hold_s <= limits.max)})


def _cost(value: float, preset: float, limits: CountRange | SecondsRange) -> float:
    return float(((value - preset) / max(limits.max - limits.min, 1.0)) ** 2)


def _dosed(turn: Turn, item: Item, pacing: Pacing) -> Turn:
    dose = dose_of(turn.guide.stretch, item, pacing)
    return replace(turn, guide=replace(turn.guide, dose=dose))


def _alone(section: Section) -> Script:
    """A Script of one section, to measure it."""
    return Script("", "", "", (section,))


def around_of(draft: Script, spoken_frames: Mapping[str, int]) -> tuple[int, int, int]:
    """The shortest, preset and longest length of the first and the last section together."""
    lengths = [
        sum(
            schedule(_alone(_moved(section, share)), spoken_frames).length
            for section in (draft.sections[0], draft.sections[-1])
        )
        for share in (-1.0, 0.0, 1.0)
    ]
    return lengths[0], lengths[1], lengths[2]


def _moved(section: Section, share: float) -> Section:
    """The section with its rests moved: -1 is their shortest, 0 the preset, 1 their longest."""
    beats = tuple(
        replace(beat, seconds=_rest_s(beat, share)) if isinstance(beat, Rest) else beat for beat in section.beats
    )
    return replace(section, beats=beats)


def _rest_s(rest: Rest, share: float) -> float:
    room_s = rest.max_s - rest.seconds if share >= 0 else rest.seconds - rest.min_s
    return rest.seconds + share * room_s


def _rested(script: Script, target: int, spoken_frames: Mapping[str, int]) -> Script:
    """The script, with its rests moved together until it lasts `target` frames.

    The total is a piecewise linear function of the share, so that the false position method needs few rounds.
    """

    def at(share: float) -> tuple[int, Script]:
        moved = replace(script, sections=tuple(_moved(section, share) for section in script.sections))
        return schedule(moved, spoken_frames).length - target, moved

    low, high = -1.0, 1.0
    (under, _), (over, _) = at(low), at(high)
    share, result, off = low, script, under
    for number in range(_ROUNDS):
        # Every third round takes the middle, so that a bend in the curve cannot hold the search up.
        share = (low + high) / 2 if number % 3 == 2 or over == under else low + (high - low) * -under / (over - under)  # noqa: PLR2004
        off, result = at(share)
        if abs(off) <= _EXACT_FRAMES:
            break
        if off < 0:
            low, under = share, off
        else:
            high, over = share, off
    return _with_remainder(result, -off)


def _with_remainder(script: Script, frames: int) -> Script:
    """The script, with the last few frames given to the longest rest that counts from its own start."""
    places = [
        (beat.seconds, number, index)
        for number, section in enumerate(script.sections)
        for index, beat in enumerate(section.beats)
        if isinstance(beat, Rest) and beat.least_quiet_s is None
    ]
    if not places or not frames:
        return script
    seconds, number, index = max(places)
    section = script.sections[number]
    # It is a whole number of frames, so that rounding does not undo it.
    longer = replace(section.beats[index], seconds=(to_frames(seconds) + frames) / SESSION_RATE_HZ)
    beats = (*section.beats[:index], longer, *section.beats[index + 1 :])
    sections = (*script.sections[:number], replace(section, beats=beats), *script.sections[number + 1 :])
    return replace(script, sections=sections)
