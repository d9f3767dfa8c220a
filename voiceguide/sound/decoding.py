"""Music of the listener's own, whatever FFmpeg reads, as samples: in a file, so that no memory is spent on it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import numpy as np

from voiceguide.errors import ExportError, RequestError
from voiceguide.scratch import scratch_file
from voiceguide.units import to_frames
from voiceguide.whole_file import is_full

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

LONGEST_S: Final = 3600.0
"""What comes after an hour of a file is not used: an hour takes 690 MB on the disk while the session is made."""


def decoded(path: Path, rate_hz: int, least_s: float) -> NDArray[np.int16]:
    """The sound of a file, shape (n, 2), mapped from a temporary file that is gone when the array is.

    At half its amplitude, so that crossfading what was mastered to full scale cannot clip.
    Through PyAV. RequestError for what holds no sound or less than `least_s` of it, ExportError for a full disk.
    """
    import av

    longest = to_frames(LONGEST_S, rate_hz)
    frames = 0
    resampler = av.AudioResampler(format="s16", layout="stereo", rate=rate_hz)
    with scratch_file() as file:
        try:
            with av.open(
                str(path), "r", options={"protocol_whitelist": "file"}
            ) as container:  # a playlist opens no network
                if not container.streams.audio:
                    message = f"the bed {path} holds no sound"
                    raise RequestError(message)
                # The resampler gives what it still holds where there is no frame.
                for frame in itertools.chain(container.decode(audio=0), [None]):
                    for part in resampler.resample(frame):
                        file.write((part.to_ndarray() // 2).tobytes())
                        frames += part.samples
                    if frames >= longest:
                        break
        except av.FFmpegError as error:
            message = f"the bed {path} cannot be read as sound: {error.strerror or error}"
            raise RequestError(message) from error
        except OSError as error:
            if is_full(error):
                raise
            message = f"the bed {path} cannot be decoded: {error.strerror or error}"
            raise ExportError(message) from error
        if frames < to_frames(least_s, rate_hz):
            message = f"the bed {path} is too short: it takes at least {least_s:g} s"
            raise RequestError(message)
        file.flush()
        return np.memmap(file, np.int16, "r+", shape=(frames, 2))
