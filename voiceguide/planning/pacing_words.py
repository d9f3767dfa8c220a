"""A pacing in words for listeners, which exported files carry in their tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from voiceguide.planning.presets import PRESETS
from voiceguide.units import clock, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from voiceguide.language.phrasebook import Phrasebook
    from voiceguide.model.pacing import Pacing
    from voiceguide.model.stretch import Breath

_BEDS: Final[Mapping[str, str]] = {"rain": "rain", "drone": "a drone", "waves": "waves"}


def pacing_in_words(pacing: Pacing, book: Phrasebook) -> str:
    """The pace, how much is said, and each change to the pace: `steady, full words, holds of 30 s`.

    Changes are mentioned in English only, since other languages have no words for them yet.
    """
    words = [book.file.paces[pacing.pace], book.file.words[pacing.words]]
    if book.language == "en":
        words += _changes(pacing)
    return ", ".join(words)


def _changes(pacing: Pacing) -> Iterator[str]:
    preset = PRESETS[pacing.pace].of_routine(sleep=False)
    for name, value in pacing.of_routine(sleep=False):
        is_moot = name == "bed_level_db" and pacing.bed == "none"
        if name in _WORDS and value != getattr(preset, name) and not is_moot:
            yield _WORDS[name](value)


def _breath(breath: Breath) -> str:
    if breath.hold_in_s or breath.hold_out_s:
        return (
            f"breath in {breath.in_s:g} s, hold {breath.hold_in_s:g} s, "
            f"out {breath.out_s:g} s, hold {breath.hold_out_s:g} s"
        )
    return f"breath in {breath.in_s:g} s, out {breath.out_s:g} s"


def _bed(bed: str) -> str:
    # The name of a file is private, and is never mentioned.
    return f"{_BEDS[bed]} under the voice" if bed in _BEDS else "sound from a file under the voice"


def _names(stretches: Iterable[str]) -> str:
    return " and ".join(name.replace("-", " ") for name in stretches)


_WORDS: Final[Mapping[str, Callable[[Any], str]]] = {
    "speech_rate": "the voice at {:g} of its natural speed".format,
    "sentence_gap_s": "{:g} s between sentences".format,
    "hold_s": "holds of {:g} s".format,
    "repetitions": lambda number: counted(number, "repetition", "repetitions"),
    "rounds": lambda number: counted(number, "round", "rounds"),
    "breath": _breath,
    "breath_scale": "breaths {:g} times as long".format,
    "breath_cues": lambda _: "no breath words",
    "tones": lambda tones: "no tones" if tones == "off" else f"{tones} tones",
    "countdown": "the last {} s of a hold counted down".format,
    "bed": _bed,
    "bed_level_db": lambda level_db: f"{-level_db:g} dB below it",
    "sleep": lambda _: "ends in sleep",
    "first_side": "{} side first".format,
    "level": "{} ways to do them".format,
    "walk_s": "{:g} s to walk from one place to another".format,
    "transition_s": "{:g} s for every change of position".format,
    "same_posture_s": "{:g} s for a change within a position".format,
    "switch_s": "{:g} s to change sides".format,
    "change_s": "{:g} s between sitting and hands and knees".format,
    "floor_s": "{:g} s to the floor and up from it".format,
    "settle_scale": "{:g} times as long to settle".format,
    "enter_s": "{:g} s into a hold".format,
    "leave_s": "{:g} s out of a hold".format,
    "round_rest_s": "{:g} s of rest between rounds".format,
    "length_s": lambda length_s: f"{clock(length_s)} in all",
    "only": lambda stretches: f"only {_names(stretches)}",
    "skip": lambda stretches: f"without {_names(stretches)}",
}
"""The words for every knob, except for the two that are always mentioned and for the variation."""
