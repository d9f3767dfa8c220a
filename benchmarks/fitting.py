"""Prints how many seconds fitting to a length takes for the slowest shipped routine, with every clip known.

`python -m benchmarks.fitting CLIPS [ROUTINE...]`, CLIPS being a folder of clips that may be empty.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from voiceguide.library.loader import Library
from voiceguide.model.pacing import Pacing
from voiceguide.planning.fitting.fit import fit, texts_for_fitting
from voiceguide.planning.planner import estimated_minutes
from voiceguide.session import open_store
from voiceguide.speech.narrator import Narrator
from voiceguide.speech.voices import DEFAULT_VOICE, open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator


def seconds(clips: str, *routines: str) -> Iterator[tuple[float, str]]:
    """Yield the seconds to fit each routine, or each named one, to a tenth more than its length, and its name."""
    library = Library()
    with Narrator(open_engine(DEFAULT_VOICE, Pacing().speech_rate), open_store(clips)) as narrator:
        for name in routines or library.routine_ids():
            routine = library.routine(name)
            minutes = estimated_minutes(routine, Pacing(), library.phrasebook) * 1.1
            pacing = Pacing(length_s=round(minutes * 60))
            texts = texts_for_fitting(routine, pacing, library.phrasebook, round(minutes))
            lengths = {text: clip.spoken_frames for text, clip in narrator.speak(texts).items()}
            started_s = time.perf_counter()
            fit(routine, pacing, library.phrasebook, lengths, round(minutes))
            yield time.perf_counter() - started_s, name


if __name__ == "__main__":
    slowest_s, which = max(seconds(*sys.argv[1:]))
    print(f"{slowest_s:.4f} {which}")
