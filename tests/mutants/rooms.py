"""The rooms whose tests are tried, each with the tests that must notice a change in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]


@dataclass(frozen=True)
class Room:
    """Modules, and the tests that are run against their mutants."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    """Arguments for pytest: files, and options that leave out slow tests."""


def file_of(module: str) -> Path:
    """Return the file of a module or package."""
    place = ROOT / module.replace(".", "/")
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


_SLOW_FOR_TEXTS: Final = (
    "normalising_twice",
    "default_voice",
    "espeak",
    "stable",
    "re_speaks",
    "at_the_limit",
    "same_as_once",
    "never_a_subtraction",
    "is_one_number",
    "inside_of_a_sentence",
    "stays_as_it_is",
)

ROOMS: Final = {
    "model/timeline": Room(("voiceguide.model.timeline",), ("tests/model/test_timeline.py",)),
    "planning/scheduling": Room(
        ("voiceguide.planning.scheduling.schedule", "voiceguide.planning.scheduling.estimate"),
        ("tests/planning/test_scheduling.py",),
    ),
    "planning/fitting": Room(("voiceguide.planning.fitting.fit",), ("tests/planning/test_fitting_exactly.py",)),
    "sound/mixer": Room(("voiceguide.sound.mixer",), ("tests/sound/test_mixer_exactly.py",)),
    "sound/limiter": Room(("voiceguide.sound.limiter",), ("tests/sound/test_limiter.py",)),
    "player/transport": Room(("voiceguide.player.transport",), ("tests/player/test_transport_exactly.py",)),
    "export/mp3": Room(
        ("voiceguide.export.mp3.frames", "voiceguide.export.mp3.background", "voiceguide.export.mp3.parts"),
        ("tests/export/test_mp3_parts.py",),
    ),
    "speech/store": Room(
        ("voiceguide.speech.store",),
        (
            "tests/speech/test_store.py",
            "tests/speech/test_store_of_others.py",
            "tests/speech/test_store_limit.py",
            "-k",
            "not processes_share_a_store and not another_process",
        ),
    ),
    "speech/normalise": Room(
        (
            "voiceguide.speech.normalise",
            "voiceguide.speech.pronouncing",
            "voiceguide.language.en",
            "voiceguide.language.en.words",
            "voiceguide.language.en.pieces",
            "voiceguide.language.en.quantities",
            "voiceguide.language.en.grammar",
            "voiceguide.language.en.doubts",
        ),
        (
            "tests/speech/test_numbers.py",
            "tests/speech/test_normalise.py",
            "tests/speech/test_pronouncing.py",
            "-k",
            f"not ({' or '.join(_SLOW_FOR_TEXTS)})",
        ),
    ),
    "files/whole_file": Room(("voiceguide.files.whole_file",), ("tests/files/test_whole_file.py",)),
    "files/held_folder": Room(("voiceguide.files.held_folder",), ("tests/files/test_held_folder.py",)),
}
