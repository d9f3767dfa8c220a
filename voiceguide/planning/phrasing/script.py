"""Phrasing: Routine + Pacing -> Script. What is said, in which words, and how long each movement lasts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from voiceguide.model.script import Place, Role, Script, Section, Sound, SpanKind, ToneName
from voiceguide.model.stretch import (
    LEAST_SETTLE_S,
    BreatheMovement,
    BreathsMovement,
    CountMovement,
    Familiarity,
    HoldMovement,
    Position,
)
from voiceguide.planning.phrasing.breathing import breathe_beats, breaths_beats
from voiceguide.planning.phrasing.counting import count_beats, count_tones
from voiceguide.planning.phrasing.dose import dose_of
from voiceguide.planning.phrasing.guiding import Guiding, moving, rest, say, settled
from voiceguide.planning.phrasing.holding import hold_beats
from voiceguide.planning.phrasing.minimal import names_and_counts
from voiceguide.planning.phrasing.positions import change_s, rolls_up, same_place, stands_up, walks
from voiceguide.planning.phrasing.sleeping import asleep, is_rest
from voiceguide.planning.phrasing.wording import Wording, after, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from voiceguide.language.phrasebook import Phrasebook
    from voiceguide.model.pacing import Pacing
    from voiceguide.model.routine import Item, Routine
    from voiceguide.model.script import Beat
    from voiceguide.model.stretch import Stretch

START_LEAD_S = 1.5
"""From the start chime to the first word: the chime has rung down, and a sleepy headset has woken."""
AFTER_WELCOME_S = 2.0
LEAST_WAY = 0.6
"""Of the time from one position to the next, what fitting to a length leaves at least."""
PAUSE_HERE_S = 2.0
"""To pause the session, for whom it concerns."""
UP_S = 5.0
"""From the floor to standing: for each sentence of it, a part of the way."""
STEADY_S = 4.0
"""Until the head has followed."""
ROLL_S = 4.0
"""From the back onto one side, and up from there: each takes so long, whatever the pace."""
FEWEST_MINUTES = 2
"""Of which the welcome tells: about one minute is no news."""
END_REST_S = 3.5
"""Quiet behind the end chime, so that it rings out."""
ASLEEP_S = 20.0
"""In the place of the closing words, where the session ends in sleep: what sounds fades out."""

Rank = Literal["only", "first", "next", "last"]


def phrase(routine: Routine, pacing: Pacing, phrasebook: Phrasebook, *, minutes: int = 0) -> Script:
    """The words of a session.

    `minutes` is what the welcome says of its length; less than two leaves the length out.
    """
    turns = turns_of(routine, pacing, phrasebook)
    welcome, close = welcome_and_close(routine, pacing, phrasebook, minutes)
    return Script(
        routine=routine.id,
        title=routine.title,
        language=routine.language,
        captions={tone: phrasebook.captions.of(tone) for tone in ToneName},
        sections=(welcome, *(phrase_turn(turn) for turn in turns), close),
        notes=tuple(dict.fromkeys(note for turn in turns for note in turn.guiding.dose.notes)),
    )


def welcome_and_close(
    routine: Routine, pacing: Pacing, phrasebook: Phrasebook, minutes: int
) -> tuple[Section, Section]:
    """What stands before and behind the items of a routine. `minutes` as for `phrase`: nothing else depends on them."""
    wording = Wording(phrasebook, pacing.variation)
    welcome, close = _welcome(routine, pacing, wording, minutes), _close(routine, pacing, wording)
    if pacing.of_routine(sleep=routine.sleep).sleep:
        close = _close_of_sleep(routine, pacing, wording)
    return (
        Section(phrasebook.chapters.welcome, None, tuple(welcome), pacing.sentence_gap_s),
        Section(phrasebook.chapters.close, None, tuple(close), pacing.sentence_gap_s),
    )


class Turn(Struct, frozen=True):
    """An item of a routine in its place: what its words depend on, and nothing of the other items' doses."""

    item: Item
    guiding: Guiding
    before: Stretch | None
    """The stretch of the item before, which has left the body where it is."""
    rank: Rank


def turns_of(routine: Routine, pacing: Pacing, phrasebook: Phrasebook) -> list[Turn]:
    """The items of a routine in their places."""
    wording = Wording(phrasebook, pacing.variation)
    pacing = pacing.of_routine(sleep=routine.sleep)
    turns: list[Turn] = []
    seen: Counter[str] = Counter()
    heard: frozenset[ToneName] = frozenset()
    before: Stretch | None = None
    for number, (item, stretch) in enumerate(routine.items):
        guiding = Guiding(
            stretch=stretch,
            dose=dose_of(stretch, item, pacing),
            pacing=pacing,
            wording=wording,
            familiarity=after(_START_OF[pacing.words], seen[stretch.id]),
            first_side=pacing.first_side or item.first_side or stretch.sides.first,
            new=not seen[stretch.id],
            number=number,
        )
        guiding = replace(guiding, explains=_speaking_tones(guiding, most=True) - heard)
        heard |= _speaking_tones(guiding, most=False)
        turns.append(Turn(item, guiding, before, _rank(number + 1, len(routine.items))))
        seen[stretch.id] += 1
        before = stretch
    return turns


def phrase_turn(turn: Turn) -> Section:
    """The words of one item."""
    stretch = turn.guiding.stretch
    beats = _stretch(turn.guiding, turn.before, turn.rank)
    if turn.guiding.pacing.words == "minimal":
        beats = names_and_counts(beats)
    if turn.guiding.pacing.sleep and turn.rank in {"last", "only"}:
        beats = asleep(beats, turn.guiding.wording.phrasebook.last_words)
    return Section(stretch.title, stretch.id, tuple(beats), turn.guiding.pacing.sentence_gap_s)


def _speaking_tones(guiding: Guiding, *, most: bool) -> frozenset[ToneName]:
    """The tones of an item that stand for words which are not said beside them.

    With the `most` or the fewest repetitions that it may have: no item's words depend on another's dose.
    """
    is_minimal = guiding.pacing.words == "minimal"
    match guiding.stretch.movement:
        case CountMovement() as movement:
            return count_tones(guiding, movement, movement.repetitions.max if most else movement.repetitions.min)
        case HoldMovement(restful=False) if is_minimal and guiding.pacing.tones != "off":
            return frozenset({ToneName.HOLD_START})
        case BreatheMovement() | BreathsMovement() if is_minimal and guiding.tones:
            return frozenset({ToneName.INHALE})
        case _:
            return frozenset()


_START_OF = {"full": Familiarity.FULL, "brief": Familiarity.BRIEF, "minimal": Familiarity.BARE}


def _rank(number: int, count: int) -> Rank:
    if count == 1:
        return "only"
    return "first" if number == 1 else "last" if number == count else "next"


def _welcome(routine: Routine, pacing: Pacing, wording: Wording, minutes: int) -> Iterator[Beat]:
    """What it is, what it needs, and who should take care: the last two whatever the words."""
    book = wording.phrasebook
    yield Sound(ToneName.START, START_LEAD_S)
    yield from say(_title(routine, pacing, wording, minutes), Role.WELCOME)
    if props := _props(routine.stretches, wording):
        yield from say(props, Role.SAFETY)
        if len({prop.name for stretch in routine.stretches for prop in stretch.props}) > 1:
            yield from say(book.fetch, Role.SAFETY)
            yield rest(PAUSE_HERE_S, kind=SpanKind.REST)
    if conditions := _conditions(routine.stretches, wording):
        yield from say(wording.phrase(book.screening, conditions=conditions), Role.SAFETY)
        yield rest(PAUSE_HERE_S, kind=SpanKind.REST)
    wanted = {prop.name for stretch in routine.stretches for prop in stretch.props}
    for preparation in routine.prepare:
        if not wanted.issuperset(preparation.props):
            continue
        # No pace makes furniture lighter.
        settle_s = preparation.settle_s * max(1.0, pacing.settle_scale)
        yield from moving(preparation.say, Role.SAFETY, Place(), settle_s, pacing, least_s=preparation.settle_s)
    yield from say(book.safety, Role.SAFETY)
    yield rest(AFTER_WELCOME_S + pacing.same_posture_s / 2, kind=SpanKind.REST)


def _title(routine: Routine, pacing: Pacing, wording: Wording, minutes: int) -> str:
    book = wording.phrasebook
    if pacing.words == "minimal" or minutes < FEWEST_MINUTES:
        template = book.welcome_short
    else:
        template = wording.choose(book.welcome if len(routine.items) > 1 else book.welcome_one)
    return wording.phrase(template, title=routine.title, count=len(routine.items), minutes=minutes)


def _conditions(stretches: Sequence[Stretch], wording: Wording) -> str:
    """Who should read the cautions first, each named once, in the order of the phrasebook."""
    book = wording.phrasebook
    concerned = {condition for stretch in stretches for condition in stretch.conditions}
    return wording.joined([name for condition, name in book.conditions.items() if condition in concerned], book.either)


def _props(stretches: Sequence[Stretch], wording: Wording) -> str:
    """What to have at hand, named once; where stretches differ, needed beats optional."""
    book = wording.phrasebook
    names = dict.fromkeys(prop.name for stretch in stretches for prop in stretch.props)
    needed = {prop.name for stretch in stretches for prop in stretch.props if not prop.optional}
    need = wording.joined([name for name in names if name in needed], book.joiner)
    reach = wording.joined([name for name in names if name not in needed], book.joiner)
    if need and reach:
        return wording.phrase(book.props_both, needed=need, reach=reach)
    if need:
        return wording.phrase(book.props_needed, props=need)
    return wording.phrase(book.props_reach, props=reach) if reach else ""


def _stretch(guiding: Guiding, before: Stretch | None, rank: Rank) -> Iterator[Beat]:
    stretch, pacing = guiding.stretch, guiding.pacing
    place = Place(stretch.id)
    role = Role.ANNOUNCE if rank in {"first", "only"} else Role.NEXT
    yield from say(_announcement(guiding, rank), role, place)
    caution = stretch.caution if guiding.new else None
    yield from _arrival(guiding, before, place)
    if caution:
        yield from say(caution, Role.SAFETY, place)
        yield rest(pacing.same_posture_s / 2, place)
    for step in stretch.setup:
        yield from guiding.guide(step, guiding.familiarity, place, Role.SETUP)
    match stretch.movement:
        case BreatheMovement() as movement:
            yield from breathe_beats(guiding, movement)
        case BreathsMovement() as movement:
            yield from breaths_beats(guiding, movement)
        case CountMovement() as movement:
            yield from count_beats(guiding, movement)
        case HoldMovement() as movement:
            yield from hold_beats(guiding, movement)


def _arrival(guiding: Guiding, before: Stretch | None, place: Place) -> Iterator[Beat]:
    """The way from the stretch before, and the time for it."""
    stretch, pacing = guiding.stretch, guiding.pacing
    arrive = stretch.arrive
    if rolls_up(before, stretch):
        settle_s = ROLL_S * max(1.0, pacing.settle_scale)
        yield from say(guiding.wording.phrasebook.roll_up, Role.SAFETY, place, settle_s=settle_s)
        yield rest(settle_s, place, least_s=settle_s)
    is_there, on_foot = same_place(before, stretch), walks(before, stretch)
    way_s = change_s(before, stretch, pacing)
    if stands_up(before, stretch):
        up_s = UP_S * max(1.0, pacing.settle_scale)
        up = guiding.wording.phrasebook.stand_up
        yield from moving(up, Role.SAFETY, place, STEADY_S, pacing, least_s=STEADY_S, between_s=UP_S)
        way_s = max(pacing.walk_s if on_foot else pacing.same_posture_s, way_s - up_s * len(sentences(up)))
    words = arrive.stay if is_there else arrive.walk if before and on_foot else None
    settle_s = max(way_s, settled(arrive.settle_s, pacing))
    # Nobody is hurried through the room, nor much on the way to the floor.
    least_s = min(settle_s, pacing.walk_s) if on_foot else settle_s * LEAST_WAY
    # Minimal words leave out how a position is arranged, but not which one comes.
    role = Role.SAFETY if pacing.words == "minimal" and not is_there else Role.SETUP
    said = words or arrive.at(guiding.familiarity)
    between_s = least_s if on_foot else arrive.between_s
    yield from moving(said, role, place, settle_s, pacing, least_s=least_s, between_s=between_s)


def _announcement(guiding: Guiding, rank: Rank) -> str:
    book, stretch = guiding.wording.phrasebook, guiding.stretch
    in_full = guiding.familiarity is Familiarity.FULL
    templates = {
        "only": ((book.only,), (book.only_known,)),
        "first": ((book.first,), (book.first_known,)),
        "next": (book.next, book.next_known),
        "last": (book.last, book.last_known),
    }
    full, known = templates[rank]
    template = guiding.wording.choose(full if in_full else known, guiding.number)
    return guiding.wording.phrase(template, name=stretch.name, gist=stretch.gist)


def _close(routine: Routine, pacing: Pacing, wording: Wording) -> Iterator[Beat]:
    yield from _closing_words(routine, pacing, wording)
    yield Sound(ToneName.END, END_REST_S)


def _closing_words(routine: Routine, pacing: Pacing, wording: Wording) -> Iterator[Beat]:
    if routine.close is None:
        yield from _any_close(routine, pacing, wording)
        return
    for closing in routine.close:
        if pacing.words == "minimal" and not closing.always:
            continue
        yield from say(wording.choose((closing.say, *closing.also)), Role.CLOSE, settle_s=LEAST_SETTLE_S)
        yield rest(closing.settle_s * pacing.settle_scale, kind=SpanKind.REST)


def _any_close(routine: Routine, pacing: Pacing, wording: Wording) -> Iterator[Beat]:
    """Closing words that fit however the body is: the routine's own ones belong to a stretch that is left out."""
    book = wording.phrasebook
    if pacing.words != "minimal":
        yield from say(wording.choose(book.close), Role.CLOSE, settle_s=LEAST_SETTLE_S)
    if routine.stretches[-1].position in {Position.SUPINE, Position.PRONE}:
        yield from say(book.close_lying, Role.CLOSE, settle_s=LEAST_SETTLE_S)
    yield rest(pacing.same_posture_s, kind=SpanKind.REST)


def _close_of_sleep(routine: Routine, pacing: Pacing, wording: Wording) -> Iterator[Beat]:
    """Quiet; behind a stretch that is no rest, after the closing words, which lead out of it."""
    if not is_rest(routine.stretches[-1].movement) and pacing.words != "minimal":
        yield from _closing_words(routine, pacing, wording)
    yield rest(ASLEEP_S, kind=SpanKind.REST)
