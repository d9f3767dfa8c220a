"""Phrasing of movements that go with the breath: one repetition a breath, words that taper to tones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.model.script import Breathe, Mark, Phase, Place, Role, SpanKind, ToneName
from voiceguide.model.stretch import Familiarity
from voiceguide.planning.guiding import rest, say
from voiceguide.planning.wording import after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.model.script import Beat, Forms
    from voiceguide.model.stretch import Breath, BreatheMovement, Instruction
    from voiceguide.planning.guiding import Guiding

WORD_LEAD_S = 0.4
"""How early the breath word comes: the body follows the word, so that it moves as the phase begins."""
PREPARE_S = 1.6
"""Quiet between the last preparing sentence and the first breath; 1-2 s (docs/sources.md)."""
ASIDE_AT_S = 1.4
"""When `halfway` and `last one` are said in an exhale: the breath word and the turn of the tone are over."""
SPOKEN_REPETITIONS = 3
"""After the third repetition the tones carry the movement alone."""
FEWEST_FOR_HALFWAY = 5
"""Repetitions from which on halfway is worth saying."""

_FORMS_FROM = (Familiarity.FULL, Familiarity.BRIEF, Familiarity.BARE)


def breathe_beats(guiding: Guiding, movement: BreatheMovement) -> Iterator[Beat]:
    """Preparation, the repetitions, and the way back to stillness."""
    place = Place(guiding.stretch.id)
    for step in movement.prepare:
        yield from guiding.guide(step, guiding.familiarity, place, Role.INSTRUCT)
    yield rest(PREPARE_S, place)
    for repetition in range(1, guiding.dose.repetitions + 1):
        yield Breathe(_phases(guiding, movement, repetition), Place(guiding.stretch.id, None, repetition))
    yield from say(guiding.fill(movement.finish.at(guiding.familiarity)), Role.RELEASE, place)
    yield rest(guiding.pacing.same_posture_s, place)


def phases_of(breath: Breath) -> tuple[Phase, ...]:
    """The phases of a breath, without words; pauses of no length are left out."""
    phases = (
        Phase(SpanKind.INHALE, breath.in_s),
        Phase(SpanKind.RETAIN, breath.hold_in_s),
        Phase(SpanKind.EXHALE, breath.out_s),
        Phase(SpanKind.RETAIN, breath.hold_out_s),
    )
    return tuple(phase for phase in phases if phase.seconds > 0.0)


def _phases(guiding: Guiding, movement: BreatheMovement, repetition: int) -> tuple[Phase, ...]:
    dressed: list[Phase] = []
    for phase in phases_of(guiding.dose.breath):
        match phase.kind:
            case SpanKind.INHALE:
                marks = _breath_word(guiding, movement.inhale, Role.INHALE, repetition)
                tone = ToneName.INHALE
            case SpanKind.EXHALE:
                marks = _breath_word(guiding, movement.exhale, Role.EXHALE, repetition) + _aside(guiding, repetition)
                tone = ToneName.EXHALE
            case _:
                dressed.append(phase)
                continue
        dressed.append(Phase(phase.kind, phase.seconds, marks, tone if guiding.pacing.breath_cues else None))
    return tuple(dressed)


def _breath_word(guiding: Guiding, instruction: Instruction, role: Role, repetition: int) -> tuple[Mark, ...]:
    """The word of a phase: full, brief, bare, then none; without breath cues only the first time, then a count."""
    familiarity = after(guiding.familiarity, repetition - 1)
    spoken = repetition <= SPOKEN_REPETITIONS - _FORMS_FROM.index(guiding.familiarity)
    if not guiding.pacing.breath_cues:
        if repetition == 1:
            return (Mark(-WORD_LEAD_S, _forms(guiding, instruction, familiarity), role, required=True),)
        if role is Role.INHALE:
            number = f"{guiding.wording.number(repetition).capitalize()}."
            return (Mark(-WORD_LEAD_S, (number,), Role.COUNT, required=True),)
        return ()
    if not spoken:
        return ()
    return (Mark(-WORD_LEAD_S, _forms(guiding, instruction, familiarity), role, required=True),)


def _forms(guiding: Guiding, instruction: Instruction, familiarity: Familiarity) -> Forms:
    """The words for this familiarity, then every shorter form, in case the phase is too short for them."""
    ladder = _FORMS_FROM[_FORMS_FROM.index(familiarity) :]
    return tuple(dict.fromkeys(guiding.fill(instruction.at(rung)) for rung in ladder))


def _aside(guiding: Guiding, repetition: int) -> tuple[Mark, ...]:
    """What is said once a breath has turned: the middle, and the last repetition before it begins."""
    book = guiding.wording.phrasebook
    count = guiding.dose.repetitions
    if count > 1 and repetition == count - 1:
        return (Mark(ASIDE_AT_S, (book.last_repetition,), Role.REMAINING),)
    if count >= FEWEST_FOR_HALFWAY and repetition == count // 2:
        return (Mark(ASIDE_AT_S, (book.halfway,), Role.HALFWAY),)
    return ()
