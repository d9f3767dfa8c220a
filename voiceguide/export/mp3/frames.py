"""MP3 frames at a constant bit rate: their sizes, and joining runs of them from two encoders."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from voiceguide.errors import ExportError

_HEADER_BYTES: Final = 4
_MPEG_1_FROM_HZ: Final = 32_000
AHEAD_FRAMES: Final = 3
"""The most MP3 frames that an encoder has read beyond the last one that it has returned."""
RUN_UP_FRAMES: Final = 2
"""MP3 frames until the output of an encoder no longer depends on where it started: its filters go back 1,105 samples.
No more than these are encoded in vain, because each adds to a bit reservoir that has to fit."""
RESERVOIR_FRAMES: Final = 4
"""A frame keeps its data in no more than so many frames before it, at 64 kbit/s or more."""


class FrameFormat(Struct, frozen=True):
    """The sizes of frames of MPEG audio layer III (ISO 11172-3 for MPEG-1, 13818-3 for MPEG-2)."""

    rate_hz: int
    channels: int
    bit_rate_kbps: int
    """A constant rate, so that seeking is exact."""

    @property
    def is_mpeg_1(self) -> bool:
        """Whether this is MPEG-1, with two granules in a frame, rather than MPEG-2 with one."""
        return self.rate_hz >= _MPEG_1_FROM_HZ

    @property
    def frame_samples(self) -> int:
        """The samples of each channel in a frame."""
        return 1152 if self.is_mpeg_1 else 576

    @property
    def frame_bytes(self) -> int:
        """The bytes of a frame. Raises ExportError if they would vary from frame to frame."""
        size, rest = divmod(self.frame_samples // 8 * self.bit_rate_kbps * 1000, self.rate_hz)
        if rest:
            message = (
                f"no MP3 at {self.rate_hz} Hz and {self.bit_rate_kbps} kbit/s: its frames would not be of one size"
            )
            raise ExportError(message)
        return size

    @property
    def head_bytes(self) -> int:
        """The bytes of the header and side information, which precede the main data of a frame."""
        if self.is_mpeg_1:
            return _HEADER_BYTES + (17 if self.channels == 1 else 32)
        return _HEADER_BYTES + (9 if self.channels == 1 else 17)

    def reaches_back(self, frames: bytes | bytearray, number: int) -> int:
        """How many bytes of main data before frame `number` its own begin (main_data_begin)."""
        at = number * self.frame_bytes + _HEADER_BYTES
        return frames[at] << 1 | frames[at + 1] >> 7 if self.is_mpeg_1 else frames[at]


def joined(earlier: bytes, later: bytes, sizes: FrameFormat, first: int, last: int) -> bytes | None:
    """One run of frames that begins as `earlier` and ends as `later`; both cover the same frames.

    A frame may keep its data in the frames before it (the bit reservoir). So the runs are joined at the first frame of
    `[first, last)` for which the reservoir of `earlier` has as much room as `later` has used, and the data in it are
    copied. Returns None if there is no such frame.
    """
    size = sizes.frame_bytes
    for number in range(first, last):
        needed = sizes.reaches_back(later, number)
        if needed <= sizes.reaches_back(earlier, number):
            front = bytearray(earlier[: number * size])
            move_reservoir(later[: number * size], front, needed, sizes)
            return bytes(front) + later[number * size :]
    return None


def move_reservoir(source: bytes | bytearray, target: bytearray, count: int, sizes: FrameFormat) -> None:
    """Copy the last `count` bytes of main data from the end of `source` to the end of `target`.

    Frames that follow `source` can then follow `target`. The bytes that are overwritten are not needed if the frame
    that followed `target` reached back as far.
    """
    behind = 0  # counted from both ends
    while count:
        part = min(count, sizes.frame_bytes - sizes.head_bytes)
        taken = source[len(source) - behind - part : len(source) - behind]
        target[len(target) - behind - part : len(target) - behind] = taken
        count -= part
        behind += sizes.frame_bytes


def alone(frames: bytes, number: int, sizes: FrameFormat, like: bytes) -> bytes:
    """Frame `number` of a run in mono MPEG-2, repacked without a bit reservoir into a larger frame, such as `like`.

    Raises ExportError if its data do not fit.
    """
    size, head = sizes.frame_bytes, sizes.head_bytes
    about = frames[number * size + _HEADER_BYTES : number * size + head]
    # main_data_begin has 8 bits, private_bits 1, and part2_3_length 12 (ISO 13818-3, 2.4.1.7).
    data_bytes = -(-(int.from_bytes(about[:3], "big") >> 3 & 0xFFF) // 8)
    areas = b"".join(frames[at * size + head : (at + 1) * size] for at in range(number + 1))
    begin = number * (size - head) - sizes.reaches_back(frames, number)
    whole = like[:_HEADER_BYTES] + b"\0" + about[1:] + areas[begin : begin + data_bytes]
    if len(whole) > len(like):
        message = "the noise that keeps a headset awake does not fit into its MP3 frames"
        raise ExportError(message)
    return whole.ljust(len(like), b"\0")
