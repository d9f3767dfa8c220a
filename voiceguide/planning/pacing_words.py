"""A pacing in words for listeners, which exported files carry in their tags, in their language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voiceguide.model.pacing import UNMENTIONED
from voiceguide.planning.presets import PRESETS
from voiceguide.units import clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from voiceguide.language.phrasebook import Phrasebook
    from voiceguide.model.pacing import Pacing


def pacing_in_words(pacing: Pacing, book: Phrasebook, names: Mapping[str, str] | None = None) -> str:
    """The pace, how much is said, and which knobs differ from the pace: `steady, full words, holds of 30 s`.

    `names` has the name of each stretch by its id; a stretch without one is called by its id.
    """
    changes = _changes(pacing, book, names or {})
    return ", ".join([book.file.paces[pacing.pace], book.file.words[pacing.words], *changes])


def _changes(pacing: Pacing, book: Phrasebook, names: Mapping[str, str]) -> Iterator[str]:
    preset = PRESETS[pacing.pace].of_routine(sleep=False)
    for name, value in pacing.of_routine(sleep=False):
        is_moot = name == "bed_level_db" and pacing.bed == "none"
        # The pace and the words are always mentioned.
        if name not in {"pace", "words", *UNMENTIONED} and value != getattr(preset, name) and not is_moot:
            yield _change(name, value, book, names)


def _change(name: str, value: Any, book: Phrasebook, names: Mapping[str, str]) -> str:  # noqa: ANN401 -- as the knob has it
    words = book.pacing
    match name:
        case "repetitions" | "rounds":
            one, several = book.show.repetition if name == "repetitions" else book.show.round
            return (one if value == 1 else several).format(number=value)
        case "breath":
            template = words.breath_held if value.hold_in_s or value.hold_out_s else words.breath
            return template.format(**{phase: book.in_digits(length_s) for phase, length_s in value})
        case "bed":
            # The name of a file is private, and is never mentioned.
            return words.bed.get(value, words.bed["file"])
        case "tones" | "first_side" | "level":
            said: str = getattr(words, name)[value]
            return said
        case "only" | "skip":
            named = [names.get(stretch, stretch.replace("-", " ")) for stretch in value]
            shown = book.rules.joined(named, book.joiner)
        case "length_s":
            shown = clock(value)
        case "bed_level_db":
            shown = book.in_digits(-value)
        case _:
            shown = book.in_digits(value)
    template = getattr(words, name)
    return str(template.format(value=shown))
