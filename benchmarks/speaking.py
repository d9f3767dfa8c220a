"""Prints how many seconds the clips of a session take to make, once the voice is loaded.

`python -m benchmarks.speaking narrator|alone|engine LENGTH [STRETCH]`. They are made by the narrator, which judges,
trims, levels and stores them and uses its threads; by a narrator with one thread; or by one thread of the engine, whose
sound is discarded.
"""

from __future__ import annotations

import sys
import tempfile
import time

from benchmarks.bench import ROUTINE
from voiceguide import session
from voiceguide.library.loader import Library
from voiceguide.planning.fitting.fit import texts_for_fitting
from voiceguide.planning.presets import parse_length
from voiceguide.speech.narrator import Narrator
from voiceguide.speech.normalise import normalise
from voiceguide.speech.voices import DEFAULT_VOICE, open_engine

WARM_UP = "One, two, three."
"""Spoken before any measurement: the first text of a voice takes longer than those that follow."""


def texts(pacing: session.Pacing) -> list[str]:
    """Return everything that the session may say."""
    library = Library()
    assert pacing.length_s is not None  # noqa: S101 -- narrows the type
    routine = library.routine(ROUTINE)
    return texts_for_fitting(routine, pacing, library.phrasebook, round(pacing.length_s / 60))


def main(who: str, length: str, *only: str) -> None:
    """Speak the texts, and print the seconds."""
    pacing = session.Pacing(length_s=parse_length(length), only=only)
    wanted = texts(pacing)
    with (
        tempfile.TemporaryDirectory() as clips,
        Narrator(open_engine(DEFAULT_VOICE, pacing.speech_rate), session.open_store(clips)) as narrator,
    ):
        if who == "alone":
            type(narrator.engine).parallel = 1
        narrator.speak([WARM_UP])
        started_s = time.perf_counter()
        if who != "engine":
            narrator.speak(wanted)
        else:
            for text in wanted:
                narrator.engine.synthesize(normalise(text))
        print(time.perf_counter() - started_s)


if __name__ == "__main__":
    main(*sys.argv[1:])
