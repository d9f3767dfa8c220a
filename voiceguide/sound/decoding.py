"""The listener's own music as samples: decoded by FFmpeg into a temporary file, so that it takes no memory.

FFmpeg gets bytes and nothing else: no name, which it might read as an address or a pattern, and no way to open anything
that the file refers to. A file that holds no sound itself, such as a playlist, is refused.
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
"""The formats that may be read, by FFmpeg's names: each of them contains its sound. Others open further files or
addresses (hls, dash, concat, sdp, image2, vobsub), or run a script."""
_RATES_HZ: Final = range(4_000, 768_001)
"""Plausible sample rates. A file that claims another one would be stretched to thousands of times its length."""
_MOST_DAMAGED: Final = 2_000
"""Give up after so many undecodable packets in a row: a minute of MP3."""
_KNOWN_SUFFIX_CHARS: Final = 5


def decoded(path: Path, rate_hz: int, least_s: float, most_s: float) -> NDArray[np.int16]:
    """The sound of a file, at most `most_s` of it, shape (n, 2), mapped from a temporary file that goes with the array.

    The amplitude is halved, so that music mastered to full scale can be crossfaded without clipping. Damaged parts are
    skipped, and a change of sample rate or channels on the way is followed. Raises RequestError if `path` is not an
    ordinary file with at least `least_s` of sound, and ExportError if the disk is full.
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
    """The file at `path`, opened; the caller closes it."""
    try:
        return os.fdopen(open_file(path), "rb")
    except (OSError, ValueError) as error:
        message = f"the bed {path} cannot be read: {getattr(error, 'strerror', None) or error}"
        raise RequestError(message) from error


class _Bytes:
    """A file as FFmpeg may see it: bytes to read, and a suffix, which helps it to recognise some formats."""

    def __init__(self, file: IO[bytes], suffix: str) -> None:
        self.read = file.read
        self.tell = file.tell
        self._file = file
        plain = suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= _KNOWN_SUFFIX_CHARS
        self.name = f"bed{suffix if plain else ''}"

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Seek, and return the new position; -1 outside the file, where FFmpeg looks in short files."""
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError):
            return -1


def _nothing_else(_url: str, _flags: int, _options: object) -> NoReturn:
    """Refuse to open whatever a file refers to."""
    raise PermissionError


def _read(path: Path, music: IO[bytes], rate_hz: int) -> Iterator[NDArray[np.int16]]:
    """The sound as blocks of interleaved pairs, shape (1, 2 n). Raises RequestError if there is none."""
    import av

    options = {"format_whitelist": ",".join(_CONTAINERS), "protocol_whitelist": ""}
    source = _Bytes(music, path.suffix)
    try:
        # Tags may be in any encoding; nobody reads them.
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
    """An implausible sample rate."""


def _stereo(frames: Iterator[av.AudioFrame], rate_hz: int) -> Iterator[NDArray[np.int16]]:
    """Convert frames of any format, layout and rate to blocks of interleaved pairs."""
    import av

    resampler: av.AudioResampler | None = None
    kind: object = None
    for frame in frames:
        if frame.sample_rate not in _RATES_HZ:
            raise _RateError(frame.sample_rate)
        if kind != (kind := (frame.format.name, frame.layout.name, frame.sample_rate)):
            # Some files are joined from several, and radio stations change: drain this resampler and begin another.
            yield from _drained(resampler)
            # Blocks of a second: one block per packet takes three times as long.
            resampler = av.AudioResampler(format="s16", layout="stereo", rate=rate_hz, frame_size=rate_hz)
        assert resampler is not None  # noqa: S101 -- narrows the type
        frame.pts = None  # only the order counts; timestamps may jump
        yield from _blocks(resampler, frame)
    yield from _drained(resampler)


def _frames(container: InputContainer) -> Iterator[av.AudioFrame]:
    """Every frame of the first audio stream that can be decoded, up to where the file becomes unreadable."""
    import av

    damaged = 0
    heard = False
    packets = container.demux(container.streams.audio[0])
    while damaged < _MOST_DAMAGED:
        try:
            packet = next(packets, None)
        except av.FFmpegError as error:
            if heard and not isinstance(error, OSError):
                return  # for example, an Ogg stream joined to one of another rate
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
    """The blocks that a frame yields; without a frame, those that the resampler still holds."""
    for block in resampler.resample(frame):
        yield cast("NDArray[np.int16]", block.to_ndarray())
