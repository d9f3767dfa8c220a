"""The bed: a stereo sound under the voice, at 48 kHz, that goes on without a seam however long the session is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from msgspec import Struct

from voiceguide.errors import RequestError
from voiceguide.files.places import path_of
from voiceguide.model.pcm import from_pcm16, to_pcm16
from voiceguide.sound.ambience import AMBIENCES, BED_RATE_HZ, GRID_S
from voiceguide.sound.loudness import STEP_S, k_weighted, lufs
from voiceguide.sound.tape import Tape
from voiceguide.units import to_db, to_frames

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

NO_BED: Final = "none"
BUILT_IN: Final = tuple(AMBIENCES)
LEAST_S: Final = 2.0
"""A shorter file would rattle when it is looped."""
CROSSFADE_S: Final = 3.0
"""How long the end of a file is crossfaded into its beginning; at most a quarter of a short file."""
LONGEST_S: Final = 3600.0
"""A longer file is looped after an hour, which takes 690 MB on the disk while the session is made."""
SPARE_S: Final = 120.0
"""How much more of a long file is read than the session is expected to last: it may come out longer."""
_MEASURED_FRAMES: Final = 10 * BED_RATE_HZ
SHORT_TERM_STEPS: Final = 30
MOMENTARY_STEPS: Final = 4


class Bed(Struct, frozen=True, eq=False):
    """A recording that can go on for ever, and how loud it is."""

    samples: NDArray[np.int16]
    """Shape (n, 2), at 48 kHz; the first frame can follow the last."""
    tape: Tape
    """The order in which its pieces are played; a file is one piece in a loop."""
    step_powers: NDArray[np.float64]
    """K-weighted mean squares of every 100 ms, both channels added (ITU-R BS.1770-5)."""
    peak_dbfs: float

    @property
    def loudest_lufs(self) -> float:
        """Its highest short-term loudness, over 3 s (EBU Tech 3341), by which its level is set."""
        return self._loudest_lufs(SHORT_TERM_STEPS)

    @property
    def loudest_moment_lufs(self) -> float:
        """Its highest momentary loudness, over 400 ms, which must stay well below every word."""
        return self._loudest_lufs(MOMENTARY_STEPS)

    def _loudest_lufs(self, steps: int) -> float:
        # A span that reaches past the end goes on at the beginning, several times if the loop is shorter than the span.
        round_again = np.resize(self.step_powers, len(self.step_powers) + steps - 1)
        return lufs(float(np.convolve(round_again, np.ones(steps) / steps, mode="valid").max()))

    def parts(self, start: int, end: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """The bed in `[start, end)` of a session, in parts: the first frame of each, and its samples, shape (m, 2)."""
        for at, first, last in self.tape.parts(start, end):
            yield at, from_pcm16(self.samples[first:last])


def check_bed(name: str) -> None:
    """Raise RequestError unless `name` is `none`, a built-in bed, or a file."""
    if name == NO_BED or name in AMBIENCES:
        return
    try:
        there = path_of(name).is_file()
    except OSError as error:  # the name is too long, or the folder may not be searched
        message = f"the bed {name} cannot be read: {error.strerror}"
        raise RequestError(message) from error
    if not there:
        message = f"there is no bed {name!r}: name a sound file, or one of {', '.join((*BUILT_IN, NO_BED))}"
        raise RequestError(message)


def open_bed(name: str, session_s: float = math.inf) -> Bed | None:
    """The built-in bed `name`, or a bed from the file of that name; None for `none`.

    Only as much of a file is decoded as a session of about `session_s` needs, and never more than LONGEST_S. Raises
    RequestError if there is no such file, or no sound in it to loop.
    """
    check_bed(name)
    if name == NO_BED:
        return None
    if name in AMBIENCES:
        ambience = AMBIENCES[name]()
        return measured(to_pcm16(ambience.samples), ambience.tape)
    from voiceguide.sound.decoding import decoded

    most_s = min(session_s + SPARE_S + CROSSFADE_S, LONGEST_S)
    bed = measured(seamless(decoded(path_of(name), BED_RATE_HZ, least_s=LEAST_S, most_s=most_s)))
    if not math.isfinite(bed.loudest_lufs):
        message = f"the bed {name} is silent"
        raise RequestError(message)
    return bed


def seamless(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """A loop of `samples`, shape (n, 2): the end is crossfaded into the beginning, in place. It ends on the grid."""
    fade = min(to_frames(CROSSFADE_S, BED_RATE_HZ), len(samples) // 4)
    # With equal power, because the end and the beginning are not correlated.
    turn = (np.arange(fade) + 0.5)[:, None] / fade * (np.pi / 2)
    grid = to_frames(GRID_S, BED_RATE_HZ)
    loop = samples[: (len(samples) - fade) // grid * grid]
    ending = samples[len(loop) : len(loop) + fade]
    over = from_pcm16(loop[:fade]) * np.sin(turn) + from_pcm16(ending) * np.cos(turn)
    loop[:fade] = to_pcm16(over.astype(np.float32))
    return loop


def measured(samples: NDArray[np.int16], tape: Tape | None = None) -> Bed:
    """A Bed from a recording, measured in constant memory; without a tape it is played in a loop."""
    step = to_frames(STEP_S, BED_RATE_HZ)
    sums: list[NDArray[np.float64]] = []
    peak = 0.0
    for start in range(0, len(samples), _MEASURED_FRAMES):
        part = from_pcm16(samples[start : start + _MEASURED_FRAMES])
        peak = max(peak, float(np.abs(part).max(initial=0.0)))
        squares = sum(k_weighted(np.ascontiguousarray(part[:, channel]), BED_RATE_HZ) ** 2 for channel in (0, 1))
        whole = np.asarray(squares)[: len(part) // step * step]
        sums.append(whole.reshape(-1, step).sum(axis=1))
    return Bed(samples, tape or Tape.of([len(samples)], [0]), np.concatenate(sums) / step, to_db(peak))
