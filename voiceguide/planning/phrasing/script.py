"""Phrasing: Routine + Pacing -> Script. What is said, in which words, and how long each movement lasts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from voiceguide.model.script import Place, Role, Script, Section, ToneName
from voiceguide.model.stretch import Familiarity
from voiceguide.planning.phrasing.arriving import arrival_beats
from voiceguide.planning.phrasing.beats import rest, say
from voiceguide.planning.phrasing.closing import close_beats
from voiceguide.planning.phrasing.guiding import Guide
from voiceguide.planning.phrasing.kinds import dose_of, kind_of
from voiceguide.planning.phrasing.minimal import names_and_counts
from voiceguide.planning.phrasing.sleeping import asleep
from voiceguide.planning.phrasing.welcome import welcome_beats
from voiceguide.planning.phrasing.wording import Wording, after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.language.phrasebook import Phrasebook
    from voiceguide.model.pacing import Pacing
    from voiceguide.model.routine import Item, Routine
    from voiceguide.model.script import Beat
    from voiceguide.model.stretch import Stretch
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
        notes=tuple(dict.fromkeys(note for turn in turns for note in turn.guide.dose.notes)),
    )


def welcome_and_close(
    routine: Routine, pacing: Pacing, phrasebook: Phrasebook, minutes: int
) -> tuple[Section, Section]:
    """What stands before and behind the items of a routine. `minutes` as for `phrase`: nothing else depends on them."""
    wording = Wording(phrasebook, pacing.variation)
    welcome, close = welcome_beats(routine, pacing, wording, minutes), close_beats(routine, pacing, wording)
    return (
        Section(phrasebook.chapters.welcome, None, tuple(welcome), pacing.sentence_gap_s),
        Section(phrasebook.chapters.close, None, tuple(close), pacing.sentence_gap_s),
    )


class Turn(Struct, frozen=True):
    """An item of a routine in its place: what its words depend on, and nothing of the other items' doses."""

    item: Item
    guide: Guide
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
        guide = Guide(
            stretch=stretch,
            dose=dose_of(stretch, item, pacing),
            pacing=pacing,
            wording=wording,
            familiarity=after(_START_OF[pacing.words], seen[stretch.id]),
            first_side=pacing.first_side or item.first_side or stretch.sides.first,
            new=not seen[stretch.id],
            number=number,
        )
        kind = kind_of(stretch)
        guide = replace(guide, explains=kind.telling_tones(guide, most=True) - heard)
        heard |= kind.telling_tones(guide, most=False)
        turns.append(Turn(item, guide, before, _rank(number + 1, len(routine.items))))
        seen[stretch.id] += 1
        before = stretch
    return turns


def phrase_turn(turn: Turn) -> Section:
    """The words of one item."""
    stretch = turn.guide.stretch
    beats = _stretch(turn.guide, turn.before, turn.rank)
    if turn.guide.pacing.words == "minimal":
        beats = names_and_counts(beats)
    if turn.guide.pacing.sleep and turn.rank in {"last", "only"}:
        beats = asleep(beats, turn.guide.wording.phrasebook.last_words)
    return Section(stretch.title, stretch.id, tuple(beats), turn.guide.pacing.sentence_gap_s)


_START_OF = {"full": Familiarity.FULL, "brief": Familiarity.BRIEF, "minimal": Familiarity.BARE}


def _rank(number: int, count: int) -> Rank:
    if count == 1:
        return "only"
    return "first" if number == 1 else "last" if number == count else "next"


def _stretch(guide: Guide, before: Stretch | None, rank: Rank) -> Iterator[Beat]:
    stretch, pacing = guide.stretch, guide.pacing
    place = Place(stretch.id)
    role = Role.ANNOUNCE if rank in {"first", "only"} else Role.NEXT
    yield from say(_announcement(guide, rank), role, place)
    caution = stretch.caution if guide.new else None
    yield from arrival_beats(guide, before, place)
    if caution:
        yield from say(caution, Role.SAFETY, place)
        yield rest(pacing.same_posture_s / 2, place)
    for step in stretch.setup:
        yield from guide.step(step, guide.familiarity, place, Role.SETUP)
    yield from kind_of(stretch).beats(guide)


def _announcement(guide: Guide, rank: Rank) -> str:
    book, stretch = guide.wording.phrasebook, guide.stretch
    in_full = guide.familiarity is Familiarity.FULL
    templates = {
        "only": ((book.only,), (book.only_known,)),
        "first": ((book.first,), (book.first_known,)),
        "next": (book.next, book.next_known),
        "last": (book.last, book.last_known),
    }
    full, known = templates[rank]
    template = guide.wording.choose(full if in_full else known, guide.number)
    return guide.wording.phrase(template, name=stretch.name, gist=stretch.gist)
