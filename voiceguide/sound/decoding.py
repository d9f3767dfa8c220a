"""Music of the listener's own as samples, decoded by FFmpeg into a temporary file, so that it takes no memory.

FFmpeg is given bytes and nothing else: neither a name, which it might read as an address or as a pattern of names,
nor a way to open anything that the file refers to. What is no sound by itself, such as a playlist, is refused.
"""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING, Final, cast

import numpy as np

from voiceguide.errors import ExportError, RequestError, is_full
from voiceguide.files.held_folder import open_file
from voiceguide.files.scratch import scratch_file
from voiceguide.units import to_frames

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import NoReturn

    import av
    from av.container import InputContainer
    from numpy.typing import NDArray

_CONTAINERS: Final = (
    "aac", "ac3", "aiff", "amr", "ape", "asf", "au", "avi", "caf", "dsf", "dts", "dtshd", "eac3", "flac", "flv",
    "iff", "matroska", "mov", "mp3", "mpc", "mpc8", "mpeg", "mpegts", "ogg", "oma", "rm", "shn", "tak", "tta", "voc",
    "w64", "wav", "wv",
)  # fmt: skip
"""The formats that may be read, by FFmpeg's names: each holds its sound itself. FFmpeg knows others that open further
files or addresses (hls, dash, concat, sdp, image2, vobsub), or run a script."""
_RATES_HZ: Final = range(4_000, 768_001)
"""A file that claims another sample rate would be drawn out to thousands of times its length."""
_MOST_DAMAGED: Final = 2_000
"""Packets in a row that cannot be decoded, after which no more is tried: in an MP3 that is a minute."""
_KNOWN_SUFFIX_CHARS: Final = 5


def decoded(path: Path, rate_hz: int, least_s: float, most_s: float) -> NDArray[np.int16]:
    """The beginning of the sound of a file, shape (n, 2), mapped from a temporary file that is gone when the array is.

    At half its amplitude, so that crossfading what was mastered to full scale cannot clip. Not more than `most_s` of
    it is read, however long the file is. Damaged parts are left out; where the sample rate or the
    channels change on the way, it goes on. Through PyAV. RequestError for what is no ordinary file, holds no sound,
    or less than `least_s` of it; ExportError for a full disk.
    """
    longest = to_frames(most_s, rate_hz)
    frames = 0
    with _opened(path) as music, scratch_file() as file:
        for part in _read(path, music, rate_hz):
            _append(file, part // 2, path)
            frames += part.size // 2
            if frames >= longest:
                break
        frames = min(frames, longest)
        if frames < to_frames(least_s, rate_hz):
            message = f"the bed {path} is too short: it takes at least {least_s:g} s"
            raise RequestError(message)
        file.flush()
        return np.memmap(file, np.int16, "r+", shape=(frames, 2))


def _append(file: IO[bytes], part: NDArray[np.int16], path: Path) -> None:
    try:
        file.write(part.tobytes())
    except OSError as error:
        if is_full(error):
            raise
        message = f"the bed {path} cannot be decoded: {error.strerror or error}"
        raise ExportError(message) from error


def _opened(path: Path) -> IO[bytes]:
    """The file at `path`; the caller closes it."""
    try:
        return os.fdopen(open_file(path), "rb")
    except (OSError, ValueError) as error:
        message = f"the bed {path} cannot be read: {getattr(error, 'strerror', None) or error}"
        raise RequestError(message) from error


class _Bytes:
    """A file as FFmpeg may see it: what can be read, and a suffix, by which some formats are told apart."""

    def __init__(self, file: IO[bytes], suffix: str) -> None:
        self.read = file.read
        self.tell = file.tell
        self._file = file
        plain = suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= _KNOWN_SUFFIX_CHARS
        self.name = f"bed{suffix if plain else ''}"

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Where the file is then; -1 where there is no such place, which FFmpeg tries in short files."""
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError):
            return -1


def _nothing_else(_url: str, _flags: int, _options: object) -> NoReturn:
    """What a file refers to stays shut."""
    raise PermissionError


def _read(path: Path, music: IO[bytes], rate_hz: int) -> Iterator[NDArray[np.int16]]:
    """The sound as blocks of interleaved pairs, shape (1, 2 n). RequestError for what holds none."""
    import av

    options = {"format_whitelist": ",".join(_CONTAINERS), "protocol_whitelist": ""}
    source = _Bytes(music, path.suffix)
    try:
        # Tags may be in any encoding, and are not looked at.
        with av.open(source, "r", options=options, io_open=_nothing_else, metadata_errors="replace") as container:
            if not container.streams.audio:
                message = f"the bed {path} holds no sound"
                raise RequestError(message)
            yield from _stereo(_frames(container), rate_hz)
    except _RateError as error:
        message = f"the bed {path} cannot be played: it claims to have {error} samples a second"
        raise RequestError(message) from error
    except (av.FFmpegError, OSError) as error:
        message = f"the bed {path} cannot be read as sound: give an MP3, M4A, Ogg, FLAC or WAV file, and no playlist"
        raise RequestError(message) from error


class _RateError(Exception):
    """A sample rate that nothing is recorded at."""


def _stereo(frames: Iterator[av.AudioFrame], rate_hz: int) -> Iterator[NDArray[np.int16]]:
    """Frames of any format, layout and rate as blocks of interleaved pairs."""
    import av

    resampler: av.AudioResampler | None = None
    kind: object = None
    for frame in frames:
        if frame.sample_rate not in _RATES_HZ:
            raise _RateError(frame.sample_rate)
        if kind != (kind := (frame.format.name, frame.layout.name, frame.sample_rate)):
            # Files are joined, and stations change: the rest of what was is drained, and another begins.
            yield from _drained(resampler)
            # In blocks of a second: a block for every packet takes three times as long.
            resampler = av.AudioResampler(format="s16", layout="stereo", rate=rate_hz, frame_size=rate_hz)
        assert resampler is not None  # noqa: S101 -- for the type checker: the first frame is of a new kind
        frame.pts = None  # Times that jump are no news where all that counts is the order.
        yield from _blocks(resampler, frame)
    yield from _drained(resampler)


def _frames(container: InputContainer) -> Iterator[av.AudioFrame]:
    """Everything in the first audio stream that can be decoded, up to where the file cannot be followed any further."""
    import av

    damaged = 0
    heard = False
    packets = container.demux(container.streams.audio[0])
    while damaged < _MOST_DAMAGED:
        try:
            packet = next(packets, None)
        except av.FFmpegError as error:
            if heard and not isinstance(error, OSError):
                return  # For one, an Ogg stream that another of another rate is joined to.
            raise
        if packet is None:
            return
        try:
            for frame in packet.decode():
                damaged, heard = 0, True
                yield frame
        except av.FFmpegError:
            damaged += 1


def _drained(resampler: av.AudioResampler | None) -> Iterator[NDArray[np.int16]]:
    return iter(()) if resampler is None else _blocks(resampler, None)


def _blocks(resampler: av.AudioResampler, frame: av.AudioFrame | None) -> Iterator[NDArray[np.int16]]:
    """What comes of a frame; where there is none, of what the resampler still holds."""
    for block in resampler.resample(frame):
        yield cast("NDArray[np.int16]", block.to_ndarray())
