"""Phrasing of movements that go with the breath: one repetition a breath, words that taper to tones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.model.base import SIDE_TOKENS, tokens_in
from voiceguide.model.script import Breathe, Mark, Phase, Place, Role, SpanKind, ToneName
from voiceguide.model.stretch import Familiarity, Instruction
from voiceguide.planning.phrasing.guiding import moving, rest
from voiceguide.planning.phrasing.wording import after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.model.choices import Side
    from voiceguide.model.script import Beat, Forms
    from voiceguide.model.stretch import Breath, BreatheMovement, BreathsMovement
    from voiceguide.planning.phrasing.guiding import Guiding

WORD_LEAD_S = 0.4
"""How early the breath word comes: the body follows the word, so that it moves as the phase begins."""
PREPARE_S = 1.6
"""Quiet between the last preparing sentence and the first breath; 1-2 s (docs/sources.md)."""
ASIDE_FROM_S = 1.0
"""From when in a phase `halfway` and `last one` may be said. They are said as a breath ends, just before it turns into
the next: there the tone is on its way to silence, and the words mean what they say. In the first second of a phase
nobody speaks of anything but the breath; where there is no later room, they are left out."""
SPOKEN_REPETITIONS = 3
"""After the third repetition the tones carry the movement alone."""
FEWEST_FOR_LAST = 3
"""Repetitions from which on the last one is announced: of two, everybody knows."""
FEWEST_FOR_HALFWAY = 6
"""Repetitions from which on halfway is worth saying; of an odd number there is no half."""

_FORMS_FROM = (Familiarity.FULL, Familiarity.BRIEF, Familiarity.BARE)


def breathe_beats(guiding: Guiding, movement: BreatheMovement) -> Iterator[Beat]:
    """Preparation, the repetitions, and the way back to stillness."""
    yield from _prepared(guiding, movement)
    yield from _breaths(guiding, movement.inhale, movement.exhale)
    yield from _finished(guiding, movement)


def breaths_beats(guiding: Guiding, movement: BreathsMovement) -> Iterator[Beat]:
    """Breathing without a movement: the same, in words that belong to no stretch."""
    book = guiding.wording.phrasebook
    yield from _prepared(guiding, movement)
    yield from _breaths(
        guiding,
        Instruction(say=book.breathe_in, bare=book.breath_in),
        Instruction(say=book.breathe_out, bare=book.breath_out),
    )
    yield from _finished(guiding, movement)


def _prepared(guiding: Guiding, movement: BreatheMovement | BreathsMovement) -> Iterator[Beat]:
    place = Place(guiding.stretch.id)
    # What moves comes last: arms that are up wait for nothing but the breath.
    steps = [step for step in movement.prepare if guiding.tones or not step.of_tones]
    told = next((at for at in range(len(steps), 0, -1) if not steps[at - 1].moves), 0)
    for step in steps[:told]:
        yield from guiding.guide(step, guiding.familiarity, place, Role.INSTRUCT)
    yield from guiding.level(guiding.familiarity, place)
    for step in steps[told:]:
        yield from guiding.guide(step, guiding.familiarity, place, Role.INSTRUCT)
    yield from guiding.meaning(ToneName.INHALE, place)
    if guiding.pacing.words == "minimal" and (side := guiding.side_of(1)):
        yield from guiding.this_side(Place(guiding.stretch.id, side))
    yield rest(PREPARE_S, place)


def _breaths(guiding: Guiding, inhale: Instruction, exhale: Instruction) -> Iterator[Beat]:
    for repetition in range(1, guiding.dose.repetitions + 1):
        side = guiding.side_of(repetition)
        phases = _phases(guiding, (inhale, exhale), repetition, side)
        yield Breathe(phases, Place(guiding.stretch.id, side, repetition))


def _finished(guiding: Guiding, movement: BreatheMovement | BreathsMovement) -> Iterator[Beat]:
    place = Place(guiding.stretch.id)
    words = guiding.fill(movement.finish.at(guiding.familiarity))
    yield from moving(words, Role.RELEASE, place, guiding.pacing.same_posture_s, guiding.pacing)


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
    guiding: Guiding, words: tuple[Instruction, Instruction], repetition: int, side: Side | None
) -> tuple[Phase, ...]:
    assert guiding.dose.breath is not None  # noqa: S101 -- narrows the type: these movements have one
    inhale, exhale = words
    dressed: list[Phase] = []
    tone: ToneName | None
    phases = phases_of(guiding.dose.breath)
    for number, phase in enumerate(phases, start=1):
        match phase.kind:
            case SpanKind.INHALE:
                marks = _breath_word(guiding, inhale, Role.INHALE, repetition, side)
                tone = ToneName.INHALE
            case SpanKind.EXHALE:
                marks = _breath_word(guiding, exhale, Role.EXHALE, repetition, side)
                tone = ToneName.EXHALE
            case _:
                marks, tone = (), None
        if number == len(phases):
            marks += _aside(guiding, repetition)
        dressed.append(Phase(phase.kind, phase.seconds, marks, tone if guiding.tones else None))
    return tuple(dressed)


def _breath_word(
    guiding: Guiding, instruction: Instruction, role: Role, repetition: int, side: Side | None
) -> tuple[Mark, ...]:
    """The word of a phase: full, brief, bare, then none where tones go on.

    Without breath cues only the first time, then a count.

    With alternating sides each side tapers for itself, and the side itself is said to the end.
    """
    times = repetition - 1 if side is None else (repetition - 1) // 2
    familiarity = after(guiding.familiarity, times)
    tapered_away = times >= SPOKEN_REPETITIONS - _FORMS_FROM.index(guiding.familiarity)
    names_side = side is not None and bool(tokens_in(instruction.at(Familiarity.BARE)) & SIDE_TOKENS)
    if not guiding.pacing.breath_cues and repetition > 1 and not names_side:
        if role is not Role.INHALE:
            return ()
        number = guiding.wording.phrase("{Number}.", number=repetition)
        return (Mark(-WORD_LEAD_S, (number,), Role.COUNT, required=True),)
    if tapered_away and guiding.tones and not names_side:
        return ()
    return (Mark(-WORD_LEAD_S, _forms(guiding, instruction, familiarity, side), role, required=True),)


def _forms(guiding: Guiding, instruction: Instruction, familiarity: Familiarity, side: Side | None) -> Forms:
    """The words for this familiarity, then every shorter form, in case the phase is too short for them."""
    ladder = _FORMS_FROM[_FORMS_FROM.index(familiarity) :]
    return tuple(dict.fromkeys(guiding.fill(instruction.at(rung), side) for rung in ladder))


def _aside(guiding: Guiding, repetition: int) -> tuple[Mark, ...]:
    """What is said as a breath ends: the middle, and the last repetition before it begins."""
    book = guiding.wording.phrasebook
    count = guiding.dose.repetitions
    if count >= FEWEST_FOR_LAST and repetition == count - 1:
        return (Mark(ASIDE_FROM_S, (book.last_repetition,), Role.REMAINING, late=True),)
    if count >= FEWEST_FOR_HALFWAY and 2 * repetition == count:
        return (Mark(ASIDE_FROM_S, (book.halfway,), Role.HALFWAY, late=True),)
    return ()
