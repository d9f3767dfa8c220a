"""Phrasing of movements that go with the breath: one repetition a breath, with words that taper off to tones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.model.base import SIDE_TOKENS, tokens_in
from voiceguide.model.script import Breathe, Mark, Phase, Place, Role, SpanKind, ToneName
from voiceguide.model.stretch import Familiarity, Instruction
from voiceguide.planning.phrasing.beats import moving, rest
from voiceguide.planning.phrasing.dose import Dose
from voiceguide.planning.phrasing.dose_words import counted_dose
from voiceguide.planning.phrasing.kind import Kind
from voiceguide.planning.phrasing.wording import after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.language.phrasebook import Phrasebook
    from voiceguide.model.choices import Side
    from voiceguide.model.script import Beat, Forms
    from voiceguide.model.stretch import Breath, BreatheMovement, BreathsMovement, CountRange
    from voiceguide.planning.phrasing.dose import Dosing
    from voiceguide.planning.phrasing.guiding import Guide

WORD_LEAD_S = 0.4
"""How early a breath word comes. The body follows the word, and so moves as the phase begins."""
PREPARE_S = 1.6
"""Quiet between the last preparing sentence and the first breath; 1-2 s (docs/sources.md)."""
ASIDE_FROM_S = 1.0
"""The earliest moment of a phase for `halfway` and `last one`. They are said as a breath ends, just before the next:
there the tone is fading, and the words are true. The first second of a phase belongs to the breath word; if there is no
room later, they are left out."""
SPOKEN_REPETITIONS = 3
"""After so many repetitions the tones lead the movement alone."""
FEWEST_FOR_LAST = 3
"""The fewest repetitions of which the last one is announced."""
FEWEST_FOR_HALFWAY = 6
"""The fewest repetitions of which the middle is announced; an odd number has none."""

_FORMS_FROM = (Familiarity.FULL, Familiarity.BRIEF, Familiarity.BARE)


class Breathing(Kind):
    """A movement with the breath."""

    def __init__(self, movement: BreatheMovement) -> None:
        self._movement = movement

    def dose(self, dosing: Dosing) -> Dose:
        """Its repetitions and its breath."""
        repetitions = dosing.repetitions(self._movement.repetitions)
        return Dose(repetitions, breath=dosing.breath(self._movement.breath), notes=tuple(dosing.notes))

    def beats(self, guide: Guide) -> Iterator[Beat]:
        """Preparation, the repetitions, and the way back to stillness."""
        yield from _prepared(guide, self._movement)
        yield from _breaths(guide, self._movement.inhale, self._movement.exhale)
        yield from _finished(guide, self._movement)

    def telling_tones(self, guide: Guide, *, most: bool) -> frozenset[ToneName]:  # noqa: ARG002 -- one repetition is enough
        """The breath tones, where no word says what to do with the breath."""
        return _telling_tones(guide)

    def dose_in_words(self, dose: Dose, book: Phrasebook) -> str:
        """`6 breaths (5 to 8), 4 s in and 6 s out`."""
        return _dose_in_words(dose, self._movement.repetitions, self._movement.breath, book)


class BreathingAlone(Kind):
    """Breathing without a movement: the same, in words that belong to no stretch."""

    def __init__(self, movement: BreathsMovement) -> None:
        self._movement = movement

    @property
    def is_rest(self) -> bool:
        """Breathing is always a rest."""
        return True

    def dose(self, dosing: Dosing) -> Dose:
        """Its breaths, which the repetitions of a pacing do not change."""
        breaths = dosing.count(None, dosing.item.repetitions, self._movement.breaths, "breath", "breaths")
        return Dose(breaths, breath=dosing.breath(self._movement.breath), notes=tuple(dosing.notes))

    def beats(self, guide: Guide) -> Iterator[Beat]:
        """Preparation, the breaths, and the way back to stillness."""
        book = guide.wording.phrasebook
        yield from _prepared(guide, self._movement)
        yield from _breaths(
            guide,
            Instruction(say=book.breathe_in, bare=book.breath_in),
            Instruction(say=book.breathe_out, bare=book.breath_out),
        )
        yield from _finished(guide, self._movement)

    def telling_tones(self, guide: Guide, *, most: bool) -> frozenset[ToneName]:  # noqa: ARG002 -- one repetition is enough
        """The breath tones, where no word says what to do with the breath."""
        return _telling_tones(guide)

    def dose_in_words(self, dose: Dose, book: Phrasebook) -> str:
        """`10 breaths (8 to 12), 4 s in and 6 s out`."""
        return _dose_in_words(dose, self._movement.breaths, self._movement.breath, book)


def _telling_tones(guide: Guide) -> frozenset[ToneName]:
    return frozenset({ToneName.INHALE}) if guide.pacing.words == "minimal" and guide.tones else frozenset()


def _dose_in_words(dose: Dose, limits: CountRange, breath: Breath, book: Phrasebook) -> str:
    breaths = counted_dose(book.show.breath, dose.repetitions, limits, book)
    in_s, out_s = book.in_digits(breath.in_s), book.in_digits(breath.out_s)
    return f"{breaths}, {book.show.breath_s.format(in_s=in_s, out_s=out_s)}"


def _prepared(guide: Guide, movement: BreatheMovement | BreathsMovement) -> Iterator[Beat]:
    place = Place(guide.stretch.id)
    # The steps that move the body come last, so that raised arms wait only for the breath.
    steps = [step for step in movement.prepare if guide.tones or not step.of_tones]
    still = next((at for at in range(len(steps), 0, -1) if not steps[at - 1].moves), 0)
    for step in steps[:still]:
        yield from guide.step(step, guide.familiarity, place, Role.INSTRUCT)
    yield from guide.level(guide.familiarity, place)
    for step in steps[still:]:
        yield from guide.step(step, guide.familiarity, place, Role.INSTRUCT)
    yield from guide.meaning(ToneName.INHALE, place)
    if guide.pacing.words == "minimal" and (side := guide.side_of(1)):
        yield from guide.this_side(Place(guide.stretch.id, side))
    yield rest(PREPARE_S, place)


def _breaths(guide: Guide, inhale: Instruction, exhale: Instruction) -> Iterator[Beat]:
    for repetition in range(1, guide.dose.repetitions + 1):
        side = guide.side_of(repetition)
        phases = _phases(guide, (inhale, exhale), repetition, side)
        yield Breathe(phases, Place(guide.stretch.id, side, repetition))


def _finished(guide: Guide, movement: BreatheMovement | BreathsMovement) -> Iterator[Beat]:
    place = Place(guide.stretch.id)
    words = guide.fill(movement.finish.at(guide.familiarity))
    yield from moving(words, Role.RELEASE, place, guide.pacing.same_posture_s, guide.pacing)


def phases_of(breath: Breath) -> tuple[Phase, ...]:
    """The phases of a breath, without words; pauses of no length are left out."""
    phases = (
        Phase(SpanKind.INHALE, breath.in_s),
        Phase(SpanKind.RETAIN, breath.hold_in_s),
        Phase(SpanKind.EXHALE, breath.out_s),
        Phase(SpanKind.RETAIN, breath.hold_out_s),
    )
    return tuple(phase for phase in phases if phase.seconds > 0.0)


def _phases(
    guide: Guide, words: tuple[Instruction, Instruction], repetition: int, side: Side | None
) -> tuple[Phase, ...]:
    assert guide.dose.breath is not None  # noqa: S101 -- narrows the type: these movements have a breath
    inhale, exhale = words
    dressed: list[Phase] = []
    tone: ToneName | None
    phases = phases_of(guide.dose.breath)
    for number, phase in enumerate(phases, start=1):
        match phase.kind:
            case SpanKind.INHALE:
                marks = _breath_word(guide, inhale, Role.INHALE, repetition, side)
                tone = ToneName.INHALE
            case SpanKind.EXHALE:
                marks = _breath_word(guide, exhale, Role.EXHALE, repetition, side)
                tone = ToneName.EXHALE
            case _:
                marks, tone = (), None
        if number == len(phases):
            marks += _aside(guide, repetition)
        dressed.append(Phase(phase.kind, phase.seconds, marks, tone if guide.tones else None))
    return tuple(dressed)


def _breath_word(
    guide: Guide, instruction: Instruction, role: Role, repetition: int, side: Side | None
) -> tuple[Mark, ...]:
    """The word of a phase: full, brief, bare, and then none if tones go on.

    Without breath cues it is said only the first time, and then replaced by a count. With alternating sides each side
    tapers on its own, and the name of the side is said to the end.
    """
    times = repetition - 1 if side is None else (repetition - 1) // 2
    familiarity = after(guide.familiarity, times)
    tapered_away = times >= SPOKEN_REPETITIONS - _FORMS_FROM.index(guide.familiarity)
    names_side = side is not None and bool(tokens_in(instruction.at(Familiarity.BARE)) & SIDE_TOKENS)
    if not guide.pacing.breath_cues and repetition > 1 and not names_side:
        if role is not Role.INHALE:
            return ()
        number = guide.wording.phrase("{Number}.", number=repetition)
        return (Mark(-WORD_LEAD_S, (number,), Role.COUNT, required=True),)
    if tapered_away and guide.tones and not names_side:
        return ()
    return (Mark(-WORD_LEAD_S, _forms(guide, instruction, familiarity, side), role, required=True),)


def _forms(guide: Guide, instruction: Instruction, familiarity: Familiarity, side: Side | None) -> Forms:
    """The words for this familiarity, followed by every shorter form, in case the phase is too short."""
    ladder = _FORMS_FROM[_FORMS_FROM.index(familiarity) :]
    return tuple(dict.fromkeys(guide.fill(instruction.at(rung), side) for rung in ladder))


def _aside(guide: Guide, repetition: int) -> tuple[Mark, ...]:
    """The words at the end of a breath: that it is halfway, or that the last repetition comes next."""
    book = guide.wording.phrasebook
    count = guide.dose.repetitions
    if count >= FEWEST_FOR_LAST and repetition == count - 1:
        return (Mark(ASIDE_FROM_S, (book.last_repetition,), Role.REMAINING, late=True),)
    if count >= FEWEST_FOR_HALFWAY and 2 * repetition == count:
        return (Mark(ASIDE_FROM_S, (book.halfway,), Role.HALFWAY, late=True),)
    return ()
