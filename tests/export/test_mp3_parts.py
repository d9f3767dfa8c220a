"""Joining, weaving and moving MP3 frames, checked byte by byte with an encoder whose frames can be told apart.

A frame may keep its data in the frames before it. The encoder here writes into every frame where its data are and
their checksum, so that the tests notice if they were lost: a listener would hear a gap or a chirp.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
import zlib
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest

from voiceguide.errors import ExportError
from voiceguide.export.mp3 import background as mp3_background
from voiceguide.export.mp3 import parts as mp3_parts
from voiceguide.export.mp3.background import BackgroundFrames, LoneFrames, TapeFrames, saved_frames, usable_pauses
from voiceguide.export.mp3.frames import FrameFormat, alone, joined, move_reservoir
from voiceguide.export.mp3.parts import NoJointError, Piece, encoded, encoded_in_one, parts, pieces
from voiceguide.sound.background import SourceWithPauses
from voiceguide.sound.source import Silence
from voiceguide.sound.tape import Tape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SIZES = FrameFormat(24_000, 1, 64)
SAMPLES, FRAME, HEAD = 576, 192, 13
AREA = FRAME - HEAD
SILENT = b"\xff\xf3\x84\xc4".ljust(FRAME, b"\0")


class Source:
    """A source of `length` samples with pauses in chosen places."""

    rate_hz = 24_000
    channels = 1

    def __init__(
        self, length: int, pauses: Sequence[tuple[int, int]] = (), background: object = None, tape: Tape | None = None
    ) -> None:
        self.length = length
        self.spans = pauses
        self.background: Any = background
        self.tape = tape
        self.is_inaudible = False
        self.asked: list[int] = []
        self.rendered: list[tuple[int, int]] = []

    @property
    def recording(self) -> Source:
        assert self.tape
        return Source(2 * self.tape.borders[-1])

    def pauses(self, least_frames: int) -> Iterator[tuple[int, int]]:
        self.asked.append(least_frames)
        return (span for span in self.spans if span[1] - span[0] >= least_frames)

    def render(self, start: int, out: np.ndarray) -> None:
        self.rendered.append((start, len(out)))
        out[:] = 1.0


def frames_in(source: Source) -> int:
    """Return how many frames an encoder makes of a source and the 1,105 samples of its and the decoder's delay."""
    return -(-(source.length + 1105) // SAMPLES)


class Encoder:
    """A stand-in for LAME: the data of each frame begin where those of the frame before end, up to 255 bytes back."""

    begun: ClassVar[list[Encoder]] = []
    most = 255
    """The most bytes by which a frame reaches back."""

    def __init__(self, source: Source, first: int, sizes: FrameFormat) -> None:
        assert sizes == SIZES
        type(self).begun.append(self)
        self.first = self.start = first
        self.frames = bytearray()
        self.made = 0
        count = frames_in(source) - first
        random = np.random.default_rng(first + 7)
        reach = [0]
        for _ in range(count):
            reach.append(self.reached(len(reach), int(random.integers(0, min(self.most, reach[-1] + AREA - 40) + 1))))
        self.reach = reach
        areas = random.integers(0, 256, count * AREA, np.uint8).tobytes()
        self.stream = b""
        for at in range(count):
            low, high = at * AREA - reach[at], (at + 1) * AREA - reach[at + 1]
            data = areas[low:high]
            head = b"\xff\xf3\x84\xc4" + bytes([reach[at]])
            head += first.to_bytes(2, "big") + at.to_bytes(2, "big")
            head += (zlib.crc32(data) & 0xFFFF).to_bytes(2, "big") + len(data).to_bytes(2, "big")
            self.stream += head + areas[at * AREA : (at + 1) * AREA]

    def reached(self, _number: int, drawn: int) -> int:
        """Return how many bytes frame `_number` of this encoder reaches back."""
        return drawn

    def up_to(self, number: int) -> bytearray:
        wanted = self.made + max(0, number - self.first - len(self.frames) // FRAME)
        ahead = min(wanted + 2, len(self.stream) // FRAME) if wanted > self.made else self.made
        self.frames += self.stream[self.made * FRAME : ahead * FRAME]
        self.made = ahead
        return self.frames

    def taken(self, number: int) -> bytes:
        taken = bytes(self.up_to(number)[: (number - self.first) * FRAME])
        del self.frames[: len(taken)]
        self.first = number
        return taken

    def skipped(self, number: int) -> bytearray:
        self.first = number
        return self.up_to(number + 1)


class Free(Encoder):
    """An encoder that keeps no data in earlier frames: it can follow any other, and only its like can follow it."""

    most = 0


@pytest.fixture(autouse=True)
def _encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use Encoder in the place of LAME, on two processors."""
    use(monkeypatch, Encoder)
    for module in (mp3_parts, mp3_background):
        monkeypatch.setattr(module, "silent_frame", {SIZES: SILENT}.__getitem__)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


def use(monkeypatch: pytest.MonkeyPatch, kind: type[Encoder]) -> None:
    kind.begun = []
    for module in (mp3_parts, mp3_background):
        monkeypatch.setattr(module, "Lame", kind)


def heard(frames: bytes, unseen: int = 0) -> list[tuple[int, int] | None]:
    """Return for each frame where its encoder began and its number there; None for silence. Fail if data were lost.

    The first `unseen` frames are left out: they only hold data of later ones.
    """
    assert len(frames) % FRAME == 0
    count = len(frames) // FRAME
    areas = b"".join(frames[at * FRAME + HEAD : (at + 1) * FRAME] for at in range(count))
    found: list[tuple[int, int] | None] = []
    for at in range(unseen, count):
        head = frames[at * FRAME : at * FRAME + HEAD]
        first, number, check, length = (int.from_bytes(head[i : i + 2], "big") for i in (5, 7, 9, 11))
        if not length:
            assert head == SILENT[:HEAD]
            found.append(None)
            continue
        begin = at * AREA - head[4]
        assert begin >= 0, f"frame {at} reaches back before the beginning"
        data = areas[begin : begin + length]
        assert zlib.crc32(data) & 0xFFFF == check, f"the data of frame {at} ({first}, {number}) were lost"
        found.append((first, number))
    return found


def numbers(found: list[tuple[int, int] | None]) -> list[int]:
    """Return the place of each frame in the session, if its encoder has skipped nothing."""
    return [first + number for first, number in (frame for frame in found if frame)]


def from_whom(found: list[tuple[int, int] | None]) -> list[tuple[int | None, int]]:
    """Return how many frames in a row come from each encoder (None: silence)."""
    return [
        (first, len(list(group)))
        for first, group in itertools.groupby(found, key=lambda frame: frame[0] if frame else None)
    ]


# --- The sizes of frames


@pytest.mark.parametrize(
    ("sizes", "mpeg_1", "samples", "size", "head"),
    [
        (FrameFormat(24_000, 1, 64), False, 576, 192, 13),
        (FrameFormat(24_000, 2, 64), False, 576, 192, 21),
        (FrameFormat(22_050, 1, 0), False, 576, 0, 13),
        (FrameFormat(32_000, 1, 64), True, 1152, 288, 21),
        (FrameFormat(48_000, 2, 112), True, 1152, 336, 36),
    ],
)
def test_a_frame_is_as_large_as_the_standard_says(
    sizes: FrameFormat,
    mpeg_1: object,
    samples: int,
    size: int,
    head: int,
) -> None:
    assert (sizes.is_mpeg_1, sizes.frame_samples, sizes.frame_bytes, sizes.head_bytes) == (mpeg_1, samples, size, head)


def test_frames_that_would_differ_in_size_are_refused() -> None:
    with pytest.raises(ExportError) as caught:
        assert FrameFormat(44_100, 2, 128).frame_bytes
    assert str(caught.value) == "no MP3 at 44100 Hz and 128 kbit/s: its frames would not be of one size"


def test_how_far_a_frame_reaches_back_is_nine_bits_or_eight() -> None:
    frames = bytes(192) + b"\xff\xf3\x84\xc4\xa5\x80".ljust(192, b"\1")
    assert FrameFormat(24_000, 1, 64).reaches_back(frames, 1) == 0xA5
    assert FrameFormat(24_000, 1, 64).reaches_back(frames, 0) == 0
    wide = bytes(336) + b"\xff\xfb\x84\xc4\xa5\x80".ljust(336, b"\1")
    assert FrameFormat(48_000, 2, 112).reaches_back(wide, 1) == 0xA5 * 2 + 1
    narrow = bytes(336) + b"\xff\xfb\x84\xc4\xa5\x7f".ljust(336, b"\1")
    assert FrameFormat(48_000, 2, 112).reaches_back(narrow, 1) == 0xA5 * 2


@pytest.mark.parametrize("count", [0, 1, 40, AREA - 1, AREA, AREA + 1, 2 * AREA, 2 * AREA + 77, 3 * AREA])
def test_what_lies_in_the_reservoir_is_moved_and_nothing_else(count: int) -> None:
    random = np.random.default_rng(count)
    source, target = (random.integers(0, 256, frames * FRAME, np.uint8).tobytes() for frames in (4, 3))

    def split(frames: bytes) -> tuple[list[bytes], bytes]:
        starts = range(0, len(frames), FRAME)
        return [frames[at : at + HEAD] for at in starts], b"".join(frames[at + HEAD : at + FRAME] for at in starts)

    moved = bytearray(target)
    move_reservoir(source, moved, count, SIZES)
    heads, areas = split(bytes(moved))
    assert heads == split(target)[0]
    assert areas == split(target)[1][: 3 * AREA - count] + split(source)[1][4 * AREA - count :]


# --- Joining two runs


def run(first: int, count: int, kind: type[Encoder] = Encoder) -> bytes:
    return kind(Source((first + count + 5) * SAMPLES), first, SIZES).taken(first + count)


@pytest.mark.parametrize("seed", range(20))
def test_two_runs_are_joined_at_the_first_frame_whose_data_have_room(seed: int) -> None:
    earlier, later = run(seed, 40), run(seed + 10, 30)
    behind = earlier[10 * FRAME :]
    reaches = [(later[at * FRAME + 4], earlier[(10 + at) * FRAME + 4]) for at in range(30)]
    for first, last in ((2, 30), (0, 30), (7, 30), (5, 6), (5, 5)):
        joint = next((at for at in range(first, last) if reaches[at][0] <= reaches[at][1]), None)
        made = joined(behind, later, SIZES, first, last)
        if joint is None:
            assert made is None
            continue
        assert made is not None
        found = heard(earlier[: 10 * FRAME] + made)
        assert found == [(seed, at) for at in range(10 + joint)] + [(seed + 10, at) for at in range(joint, 30)]


def test_where_no_frame_has_room_there_is_no_joint() -> None:
    earlier, later = run(0, 40, Free)[10 * FRAME :], run(10, 30)
    reaching = [at for at in range(30) if later[at * FRAME + 4]]
    assert joined(earlier, later, SIZES, reaching[0], reaching[0] + 1) is None
    assert joined(later, earlier, SIZES, reaching[0], reaching[0] + 1) is not None


# --- The background


PERIOD = 20


def taped(kind: type[Encoder] | None = None, tape: Tape | None = None) -> TapeFrames:
    """Return the frames of a tape whose pieces come from encoders 900, 1000 and so on, and start at their frame 20."""
    tape = tape or Tape.of([PERIOD], [0])
    runs = []
    for number, length in enumerate(np.diff(tape.borders).tolist()):
        first = 900 + 100 * number
        made = (kind or Encoder)(Source(3000 * SAMPLES), first, SIZES).taken(first + PERIOD + length + 40)
        runs.append(made[(PERIOD - 2) * FRAME :])
    frames = TapeFrames.spliced(runs, tape, SIZES)
    assert frames is not None
    return frames


def follows_itself(frames: TapeFrames, tape: Tape, count: int) -> list[int]:
    """Return how many frames late each step up to frame `count` takes over. Fail if a frame is misplaced or damaged."""
    late: dict[int, int] = {}
    begun: set[int] = set()
    for number, frame in enumerate(heard(frames.between(0, count), unseen=PERIOD), start=PERIOD):
        assert frame is not None
        assert frames.reaches_back(number) == frames.between(number, number + 1)[4]
        step = tape.step_at(number)
        piece, offset = (frame[0] - 900) // 100, frame[1] - PERIOD
        if (piece, offset) == (tape.piece_of(step), number - tape.start_of(step)):
            begun.add(step)
            continue
        # The frame still comes from the piece before, which sounds the same here.
        assert (piece, offset) == (tape.piece_of(step - 1), number - tape.start_of(step - 1))
        assert step not in begun
        late[step] = number - tape.start_of(step) + 1
    return [late.get(step, 0) for step in range(tape.step_at(count))]


@pytest.mark.parametrize("length", range(16, 28))
def test_a_piece_follows_itself(length: int) -> None:
    """A piece can repeat any number of times: every frame finds its data in those before, also across the seam."""
    tape = Tape.of([length], [0])
    late = follows_itself(taped(Encoder, tape), tape, 10 * length)
    assert len(set(late[2:])) == 1


@pytest.mark.parametrize("seed", range(6))
def test_pieces_follow_each_other_in_any_order(seed: int) -> None:
    """A piece takes over at the first frame that can follow, while all sound alike. Any span can be read alone."""
    order = np.random.default_rng(seed).permutation([0, 1, 2, 3] * 3).tolist()
    tape = Tape.of([40, 31, 37, 52], order, before=3, behind=25)
    frames = taped(Encoder, tape)
    late = follows_itself(frames, tape, 1100)
    assert max(late) < 22
    assert len(set(late)) > 1
    whole = frames.between(0, 700)
    for start, end in ((0, 1), (39, 43), (40, 300), (155, 420), (699, 700), (50, 50)):
        assert frames.between(start, end) == whole[start * FRAME : end * FRAME]


def test_a_piece_that_can_follow_nowhere_is_not_spliced() -> None:
    class Full(Encoder):
        def reached(self, number: int, _drawn: int) -> int:
            return 100 if number < 42 else 90

    tape = Tape.of([40], [0])
    made = Full(Source(1000 * SAMPLES), 900, SIZES).taken(990)
    assert TapeFrames.spliced([made], tape, SIZES) is None
    # A piece may take over within the frames that the run has beyond its piece, and that all pieces have in common.
    easy = run(900, 90, Free)
    assert TapeFrames.spliced([easy], tape, SIZES) is not None
    assert TapeFrames.spliced([easy[: 42 * FRAME]], tape, SIZES) is None
    assert TapeFrames.spliced([easy[: 43 * FRAME]], tape, SIZES) is not None
    assert TapeFrames.spliced([easy, easy], Tape.of([40, 40], [0, 1], behind=3), SIZES) is None
    assert TapeFrames.spliced([easy, easy], Tape.of([40, 40], [0, 1], behind=4), SIZES) is not None


def test_a_pause_is_used_where_the_encoder_hears_nothing_else() -> None:
    """The usable part starts and ends three frames inside the pause."""
    pauses = [(0, 576 * 30), (1, 576 * 30 - 1), (576 * 5, 576 * 40 + 575)]
    assert usable_pauses(pauses, SIZES) == [(3, 27), (4, 26), (8, 37)]
    wide = FrameFormat(48_000, 2, 112)
    assert usable_pauses([(1152 * 5, 1152 * 40)], wide) == [(8, 37)]


def test_what_is_saved_is_counted_by_what_is_lost_at_each_pause() -> None:
    assert saved_frames([(0, 12), (0, 13), (5, 40), (7, 9)]) == 0 + 1 + 23 + 0


def background(pauses: list[tuple[int, int]]) -> BackgroundFrames:
    """Return the frames of a background that repeats every twenty frames, from encoder 900."""
    return BackgroundFrames(taped(), pauses, SIZES)


def test_long_pauses_are_known_by_their_middles() -> None:
    assert background([(0, 59), (100, 160), (200, 263), (300, 420), (500, 559)]).middles == [130, 231, 360]


def woven(start: int, end: int, pauses: list[tuple[int, int]]) -> list[tuple[int, int] | None]:
    return heard(background(pauses).woven(Source(450 * SAMPLES), start, end))


def in_order(found: list[tuple[int, int] | None], start: int) -> None:
    """Check the place of every frame: an encoder's by its number, the background's by its place in the period."""
    for number, frame in enumerate(found, start):
        assert frame is not None
        first, at = frame
        if first == 900:
            assert at % PERIOD == number % PERIOD, number
        else:
            assert first + at == number


@pytest.mark.parametrize("seed", range(12))
def test_the_background_is_woven_in_wherever_it_is_alone_and_no_frame_loses_its_data(seed: int) -> None:
    start = 10 * seed
    pauses = [(start + 30, start + 90), (start + 120, start + 140), (start + 170, start + 260)]
    found = woven(start, start + 300, pauses)
    in_order(found, start)
    assert len(found) == 300
    of_background = [start + at for at, frame in enumerate(found) if frame and frame[0] == 900]
    for first, last in pauses:
        inside = [at for at in of_background if first <= at < last]
        # Joints are found within a few frames; the next encoder starts five or fourteen frames before the end.
        assert len(inside) >= last - first - 30 or last - first < 40
        of_background = [at for at in of_background if at not in inside]
    assert not of_background


def test_where_every_joint_is_free_the_background_begins_with_the_rest_and_ends_three_frames_before_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A fresh encoder starts five frames before the end, and its frames are used from the third on."""
    use(monkeypatch, Free)

    def runs(start: int, end: int, pauses: list[tuple[int, int]]) -> list[tuple[int | None, int]]:
        found = heard(BackgroundFrames(taped(Free), pauses, SIZES).woven(Source(450 * SAMPLES), start, end))
        in_order(found, start)
        assert len(found) == end - start
        return from_whom(found)

    assert runs(0, 100, [(30, 60)]) == [(0, 30), (900, 27), (55, 43)]
    assert runs(0, 100, [(30, 60), (70, 90)]) == [(0, 30), (900, 27), (55, 13), (900, 17), (85, 13)]
    # The background starts after four frames of an encoder (a reservoir) or later, and not in too short a pause.
    assert runs(28, 100, [(30, 60)]) == [(28, 4), (900, 25), (55, 43)]
    assert runs(10, 100, [(0, 40)]) == [(10, 4), (900, 23), (35, 63)]
    assert runs(0, 100, [(30, 43)]) == [(0, 100)]
    assert runs(0, 100, [(30, 44)]) == [(0, 30), (900, 11), (39, 59)]
    # No encoder starts at the end of a pause that reaches or passes the end of the part.
    assert runs(0, 100, [(80, 120)]) == [(0, 80), (900, 20)]
    assert runs(0, 100, [(80, 100)]) == [(0, 80), (900, 20)]
    assert runs(0, 100, [(80, 99)]) == [(0, 80), (900, 16), (94, 4)]
    assert runs(0, 100, [(88, 120)]) == [(0, 100)]
    # Pauses that end before the part, or begin after it, do not matter.
    assert runs(100, 150, [(30, 60), (90, 104), (110, 130), (150, 190)]) == [(100, 10), (900, 17), (125, 23)]
    assert runs(0, 100, []) == [(0, 100)]


def woven_runs(tape: TapeFrames, start: int, end: int, pauses: list[tuple[int, int]]) -> list[tuple[int | None, int]]:
    found = heard(BackgroundFrames(tape, pauses, SIZES).woven(Source(450 * SAMPLES), start, end))
    in_order(found, start)
    assert len(found) == end - start
    return from_whom(found)


def test_where_the_next_sound_cannot_follow_its_encoder_is_begun_fourteen_frames_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If it cannot follow then either, one encoder goes on through the pause, so that no frame loses its data."""

    class Refused(Free):
        at: ClassVar[set[int]] = set()

        def reached(self, number: int, drawn: int) -> int:
            return drawn if self.start not in self.at else max(1, min(255, 20 * number))

    use(monkeypatch, Refused)
    tape = taped(Free)
    pauses = [(30, 60), (100, 130)]
    Refused.at = {55}
    assert woven_runs(tape, 0, 150, pauses) == [(0, 30), (900, 18), (46, 52), (900, 27), (125, 23)]
    Refused.at = {55, 46}
    assert woven_runs(tape, 0, 150, pauses) == [(0, 100), (900, 27), (125, 23)]
    # The next encoder may start with the background, but not before it.
    Refused.at = {39}
    assert woven_runs(tape, 0, 100, [(30, 44)]) == [(0, 30), (900, 2), (30, 68)]
    Refused.at = {40}
    assert woven_runs(tape, 0, 100, [(32, 45)]) == [(0, 100)]
    assert woven_runs(tape, 0, 100, [(31, 45)]) == [(0, 31), (900, 2), (31, 67)]


@pytest.mark.parametrize(
    ("zero", "runs"),
    [
        # The background can only follow with a frame that keeps no data in earlier ones: it begins there ...
        (6, [(0, 46), (900, 11), (55, 9), (900, 29), (93, 5)]),
        # ... unless fewer than eight of its frames would fit before the next encoder: then this pause is not used.
        (7, [(0, 67), (900, 28), (93, 5)]),
    ],
)
def test_the_background_begins_where_it_can_follow_if_it_is_worth_it(
    zero: int, runs: list[tuple[int | None, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Picky(Encoder):
        def reached(self, number: int, drawn: int) -> int:
            return 0 if number % PERIOD == zero else max(1, drawn)

    use(monkeypatch, Free)
    tape = taped(Picky)
    assert woven_runs(tape, 0, 100, [(30, 60), (62, 98)]) == runs


# --- A source in pieces and parts


def cut(source: Source, calm: Sequence[int] = ()) -> list[Piece]:
    around = (
        BackgroundFrames(taped(), [(frame - 30, frame + 30) for frame in calm], SIZES)
        if calm
        else LoneFrames(None, SIZES)
    )
    return list(pieces(source, SIZES, around))


def test_silence_is_left_out_four_frames_behind_a_sound_and_four_before_the_next() -> None:
    """The encoder has read three of them already, and one more is kept: no start or end of a sound is lost."""
    at = SAMPLES
    source = Source(300 * at, [(50 * at, 100 * at), (150 * at + 1, 200 * at - 1)])
    assert cut(source) == [
        Piece(0, 54, sounding=True),
        Piece(54, 96, sounding=False),
        Piece(96, 155, sounding=True),
        Piece(155, 195, sounding=False),
        Piece(195, 302, sounding=True),
    ]


def test_only_silences_worth_it_are_left_out() -> None:
    at = SAMPLES
    assert len(cut(Source(300 * at, [(50 * at, 66 * at)]))) == 3
    assert len(cut(Source(300 * at, [(50 * at, 66 * at - 1)]))) == 1
    # A silence that lasts to the end is encoded: no sound follows it.
    assert cut(Source(300 * at, [(250 * at, 300 * at)])) == [Piece(0, 302, sounding=True)]
    assert len(cut(Source(300 * at, [(250 * at, 300 * at - 1)]))) == 3
    # A pause over a background is not silent ...
    going_on = with_background(60 * at, 300 * at, [(50 * at, 100 * at)])
    assert cut(going_on) == [Piece(0, 302, sounding=True)]
    # ... unless the background is inaudible.
    going_on.background.is_inaudible = True
    assert len(cut(going_on)) == 3


def test_a_source_that_does_not_know_its_pauses_is_encoded_whole() -> None:
    silence = Silence(24_000, 1, 300 * SAMPLES)
    assert not isinstance(silence, SourceWithPauses)
    assert list(pieces(silence, SIZES, LoneFrames(None, SIZES))) == [Piece(0, 302, sounding=True)]
    assert isinstance(mp3_parts._fill_of(silence, SIZES), LoneFrames)


@pytest.mark.parametrize("length", [1, 46, 47, 48, 575, 576, 622, 623, 624, 57_600 - 1105, 57_601 - 1105])
def test_the_last_piece_ends_with_what_the_encoder_holds_back_and_no_frame_later(length: int) -> None:
    [piece] = cut(Source(length))
    assert (piece.end - 1) * SAMPLES < length + 576 + 529 <= piece.end * SAMPLES


def borders(source: Source, calm: Sequence[int] = ()) -> list[int]:
    found = cut(source, calm)
    assert [piece.start for piece in found] == [0, *(piece.end for piece in found[:-1])]
    assert [piece.continues for piece in found] == [False] + [True] * (len(found) - 1)
    assert [piece.is_continued for piece in found] == [True] * (len(found) - 1) + [False]
    assert all(piece.sounding for piece in found)
    return [piece.end for piece in found]


def test_a_long_sound_is_cut_into_even_pieces_of_about_twenty_seconds() -> None:
    """833 frames are 20 s. No piece is cut off if less than half of one and the 40 frames of a border would be left."""
    assert borders(Source(1247 * SAMPLES)) == [1249]
    assert borders(Source(1248 * SAMPLES)) == [625, 1250]
    assert borders(Source(2080 * SAMPLES)) == [1041, 2082]
    assert borders(Source(2081 * SAMPLES)) == [694, 1388, 2083]
    assert borders(Source(9998 * SAMPLES)) == [833 * number for number in range(1, 12)] + [10_000]


def test_a_short_remainder_of_a_sound_is_no_piece_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp3_parts, "PART_S", 1.0)
    # 41 frames are a second. A piece is cut off while one and a half of them and the forty of a border are left.
    found = borders(Source(398 * SAMPLES))
    assert found == [40, 80, 120, 160, 200, 240, 280, 320, 400]
    assert borders(Source(399 * SAMPLES)) == [40, 80, 120, 160, 200, 240, 280, 320, 401]
    assert borders(Source(97 * SAMPLES)) == [99]
    # Of three pieces of 36 only the first is cut off: the 73 frames that are left are fewer than 36 + 18 + 40.
    assert borders(Source(107 * SAMPLES)) == [36, 109]


def test_the_last_two_pieces_are_as_long_as_they_have_to_be_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """From 155 frames on a sound is cut: one and a half pieces of 77, and the forty frames that are encoded twice."""
    monkeypatch.setattr(mp3_parts, "PART_S", 2.0)
    assert borders(Source(153 * SAMPLES)) == [77, 155]
    assert borders(Source(152 * SAMPLES)) == [154]


def test_a_long_sound_behind_a_silence_is_cut_as_evenly() -> None:
    source = Source(2498 * SAMPLES, [(300 * SAMPLES, 500 * SAMPLES)])
    assert [found.end for found in cut(source)] == [304, 496, 1498, 2500]


def test_a_sound_is_cut_where_it_is_calm_if_that_is_not_far() -> None:
    length = 2498 * SAMPLES
    assert borders(Source(length)) == [833, 1666, 2500]
    # The calm place nearest to the even cut is used, if it is less than half a piece away.
    assert borders(Source(length), [500, 800, 900, 1700]) == [800, 1700, 2500]
    assert borders(Source(length), [416]) == [833, 1666, 2500]
    assert borders(Source(length), [417]) == [417, 1250, 2500]
    assert borders(Source(length), [1249]) == [1249, 2500]
    assert borders(Source(length), [1250]) == [833, 1250, 2500]
    # The same holds for the second cut.
    assert borders(Source(length), [833, 1500, 1700, 1900]) == [833, 1700, 2500]
    # After a cut at a calm place the next one is found in the same way.
    assert borders(Source(length), [700, 1000, 1532]) == [700, 1532, 2500]


def piece(start: int, end: int, *, continues: bool = False, is_continued: bool = False, sounding: bool = True) -> Piece:
    return Piece(start, end, sounding, continues, is_continued)


def test_pieces_are_gathered_until_they_are_worth_a_threads_while() -> None:
    """A part ends once it has 20 s (833 frames and a third), or after a piece whose sound goes on in the next."""
    short, more, long = piece(0, 400), piece(400, 833), piece(833, 900)
    assert list(parts([short, more], SIZES)) == [[short, more]]
    assert list(parts([short, more, long], SIZES)) == [[short, more, long]]
    whole = piece(400, 834)
    assert list(parts([short, whole, long], SIZES)) == [[short, whole], [long]]
    begun, following = piece(400, 500, is_continued=True), piece(500, 600, continues=True)
    assert list(parts([short, begun, following, long], SIZES)) == [[short, begun], [following, long]]
    assert list(parts([], SIZES)) == []


def test_exactly_twenty_seconds_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp3_parts, "PART_S", 576 * 100 / 24_000)
    first, second = piece(7, 107), piece(107, 200)
    assert list(parts([first, second], SIZES)) == [[first], [second]]
    nearly = piece(8, 107)
    assert list(parts([nearly, second], SIZES)) == [[nearly, second]]


# --- Parts encoded side by side


def test_where_silence_is_left_out_the_next_sound_finds_its_data() -> None:
    """A sound's first frames keep data in those before the silence; unless the data are moved, there is a gap."""
    at = SAMPLES
    for extra in range(12):
        pauses = [(40 * at, (90 + extra) * at), (130 * at, 170 * at), (190 * at, 207 * at)]
        source = Source(250 * at, pauses)
        frames = b"".join(data for _, data in encoded(source, SIZES))
        found = heard(frames)
        assert len(found) == frames_in(source)
        expected = [(0, 44), (None, 42 + extra), (0, 48 - extra), (None, 32), (0, 28), (None, 9), (0, 49)]
        assert from_whom(found) == expected
        # Every frame of the encoder is used: it has never read the silence.
        assert [frame[1] for frame in found if frame] == list(range(44 + 48 - extra + 28 + 49))


def test_a_session_that_begins_with_silence_finds_its_first_sounds_data() -> None:
    source = Source(150 * SAMPLES, [(0, 60 * SAMPLES)])
    found = heard(b"".join(data for _, data in encoded(source, SIZES)))
    assert from_whom(found) == [(0, 4), (None, 52), (0, 96)]


@pytest.mark.parametrize("seconds", [3.0, 7.7])
def test_a_sound_is_joined_from_parts_frame_by_frame(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp3_parts, "PART_S", 1.0)
    source = Source(round(seconds * 24_000))
    made = list(encoded(source, SIZES))
    ends = borders(source)
    assert len(made) == len(ends) > 1
    assert [end for end, _ in made] == [end * SAMPLES for end in ends[:-1]] + [source.length]
    found = heard(b"".join(data for _, data in made))
    assert numbers(found) == list(range(frames_in(source)))
    # The encoder of a part starts two frames before its border, and takes over within forty frames after it.
    begun = sorted(first for first, _ in from_whom(found) if first is not None)
    assert begun == [0, *(end - 2 for end in ends[:-1])]
    for end in ends[:-1]:
        joint = next(at for at, frame in enumerate(found) if frame and frame[0] == end - 2)
        assert end <= joint < end + 40


def test_each_part_is_written_as_soon_as_it_cannot_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """All frames of a part are written at once, except those in which the next part may be joined."""
    monkeypatch.setattr(mp3_parts, "PART_S", 1.0)
    source = Source(5 * 24_000)
    written = list(itertools.accumulate(len(data) // FRAME for _, data in encoded(source, SIZES)))
    ends = borders(source)
    assert written == [end - 2 for end in ends[:-1]] + [frames_in(source)]


def test_a_part_that_cannot_follow_is_begun_later_until_one_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp3_parts, "PART_S", 1.0)
    source = Source(2 * 40 * SAMPLES + 60 * SAMPLES)
    tries: list[tuple[int, int, int, int]] = []

    def refused(earlier: bytes, later: bytes, sizes: FrameFormat, first: int, last: int) -> bytes | None:
        number = int.from_bytes(later[5:7], "big")
        tries.append((number, len(earlier) // FRAME, first, last))
        return joined(earlier, later, sizes, first, last) if len(tries) % 5 == 0 else None

    monkeypatch.setattr(mp3_parts, "joined", refused)
    ends = borders(source)
    found = heard(b"".join(data for _, data in encoded(source, SIZES)))
    assert numbers(found) == list(range(frames_in(source)))
    for index, end in enumerate(ends[:-1]):
        # Each try starts the part `late` frames later, so that many fewer are left to join in.
        assert tries[5 * index : 5 * index + 5] == [
            (end - 2 + late, 42 - late, 2, 42 - late) for late in (0, 4, 9, 16, 25)
        ]
    assert len(tries) == 5 * (len(ends) - 1)


def test_where_nothing_can_follow_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp3_parts, "PART_S", 1.0)
    tries = itertools.count()
    monkeypatch.setattr(mp3_parts, "joined", lambda *_: next(tries) and None)
    with pytest.raises(NoJointError):
        list(encoded(Source(5 * 24_000), SIZES))
    assert next(tries) == 5


def test_one_encoder_makes_it_all_a_part_at_a_time() -> None:
    source = Source(50 * 24_000)
    made = list(encoded_in_one(source, SIZES))
    assert [end for end, _ in made] == [833 * SAMPLES, 1666 * SAMPLES, source.length]
    found = heard(b"".join(data for _, data in made))
    assert found == [(0, number) for number in range(frames_in(source))]
    short = list(encoded_in_one(Source(833 * SAMPLES - 1105), SIZES))
    assert [end for end, _ in short] == [833 * SAMPLES - 1105]


@pytest.mark.parametrize("threads", [1, 3])
def test_at_most_two_parts_a_thread_are_under_way(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is always exactly as many: memory does not grow with the length, and no thread waits."""
    monkeypatch.setattr(os, "cpu_count", lambda: threads)
    asked: list[int] = []

    def endless(*_: object) -> Iterator[Piece]:
        for number in itertools.count():
            asked.append(number)
            yield Piece(1000 * number, 1000 * number + 1000, sounding=True)

    monkeypatch.setattr(mp3_parts, "pieces", endless)
    monkeypatch.setattr(mp3_parts, "_run", lambda *_: b"")
    runs = mp3_parts._runs(Source(1), SIZES, LoneFrames(None, SIZES))
    for number in range(5):
        next(runs)
        assert len(asked) == 2 * threads + number
    runs.close()  # type: ignore[attr-defined]


def test_who_stops_listening_waits_for_no_part_that_was_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupted export waits only for the parts under way, and leaves no thread behind."""
    begun: list[int] = []
    going = threading.Event()

    def slow(_source: object, part: Sequence[Piece], *_: object) -> bytes:
        begun.append(part[0].start)
        if part[0].start:
            going.wait(5)
        return b""

    monkeypatch.setattr(
        mp3_parts, "pieces", lambda *_: (Piece(at, at + 1000, sounding=True) for at in range(0, 9000, 1000))
    )
    monkeypatch.setattr(mp3_parts, "_run", slow)
    runs: Any = mp3_parts._runs(Source(1), SIZES, LoneFrames(None, SIZES))
    next(runs)
    while len(begun) < 3:
        time.sleep(0.001)
    assert len([thread for thread in threading.enumerate() if thread.name.startswith("mp3")]) == 2
    threading.Timer(0.1, going.set).start()
    runs.close()
    assert begun == [0, 1000, 2000]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("mp3")]


def test_an_unknown_number_of_processors_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    source = Source(100 * SAMPLES)
    assert len(heard(b"".join(data for _, data in encoded(source, SIZES)))) == frames_in(source)


# --- A background under a source


def with_background(period: int, length: int, pauses: Sequence[tuple[int, int]]) -> Source:
    return Source(length, pauses, background=Source(length, tape=Tape.of([period], [0])))


ROOMY = [(200 * SAMPLES, 400 * SAMPLES), (500 * SAMPLES, 700 * SAMPLES)]


def test_what_goes_round_is_made_once_and_woven_in(encoder_begun: list[Encoder]) -> None:
    source = with_background(60 * SAMPLES, 900 * SAMPLES, ROOMY)
    made = mp3_parts._background_frames(source, SIZES)
    assert made is not None
    [made_run] = made._tape._runs
    assert len(made_run) == 102 * FRAME
    assert made._pauses == [(203, 397), (503, 697)]
    assert [begun.start for begun in encoder_begun] == [0]
    # The encoder has made a period of 60 frames, two of run-up and forty to join in.
    assert len(heard(made._tape.between(0, 120), unseen=60)) == 60
    assert encoder_begun[0].made >= 102
    assert frames_in(Source(103 * SAMPLES)) == len(encoder_begun[0].stream) // FRAME


def test_a_session_over_a_background_is_whole() -> None:
    source = with_background(60 * SAMPLES, 900 * SAMPLES, ROOMY)
    found = heard(b"".join(data for _, data in encoded(source, SIZES)))
    assert len(found) == frames_in(source)
    assert of_background(found) > 300


def test_a_long_session_is_cut_where_the_background_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp3_parts, "PART_S", 1.0)
    list(encoded(with_background(60 * SAMPLES, 900 * SAMPLES, ROOMY), SIZES))
    assert {300 - 2, 600 - 2} <= {begun.start for begun in Encoder.begun}


def of_background(found: list[tuple[int, int] | None]) -> int:
    """Count the frames that do not belong to their place in the session: they come from the background."""
    return sum(frame is not None and sum(frame) != number for number, frame in enumerate(found))


def test_a_part_that_is_begun_later_is_woven_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp3_parts, "PART_S", 1.0)
    source = with_background(60 * SAMPLES, 900 * SAMPLES, ROOMY)
    once = of_background(heard(b"".join(data for _, data in encoded(source, SIZES))))
    tries = itertools.count()
    monkeypatch.setattr(mp3_parts, "joined", lambda *runs: joined(*runs) if next(tries) % 2 else None)
    found = heard(b"".join(data for _, data in encoded(source, SIZES)))
    assert len(found) == frames_in(source)
    assert of_background(found) > 0.9 * once > 100


@pytest.fixture
def encoder_begun() -> list[Encoder]:
    return Encoder.begun


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (Source(900 * SAMPLES, ROOMY), "nothing goes round"),
        (with_background(60 * SAMPLES + 1, 900 * SAMPLES, ROOMY), "it comes round in the middle of a frame"),
        (
            with_background(60 * SAMPLES, 900 * SAMPLES, [(200 * SAMPLES, 319 * SAMPLES)]),
            "it is not heard alone for long",
        ),
        (
            with_background(24_959 * SAMPLES, 80_000 * SAMPLES, [(0, 80_000 * SAMPLES)]),
            "it takes too long to come round",
        ),
    ],
)
def test_what_goes_round_is_left_to_the_encoder_where_nothing_is_gained(source: Source, why: str) -> None:
    assert mp3_parts._background_frames(source, SIZES) is None, why


def test_the_borders_of_what_is_gained() -> None:
    # 102 frames are encoded. A pause saves all of its frames but eighteen: three at each end, and twelve.
    assert (
        mp3_parts._background_frames(with_background(60 * SAMPLES, 900 * SAMPLES, [(0, 120 * SAMPLES)]), SIZES) is None
    )
    gained = with_background(60 * SAMPLES, 900 * SAMPLES, [(0, 121 * SAMPLES)])
    assert mp3_parts._background_frames(gained, SIZES) is not None


def test_ten_minutes_of_what_goes_round_are_held_at_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp3_parts, "encoded", lambda *_: iter([(0, b"frames")]))
    monkeypatch.setattr(TapeFrames, "spliced", lambda *_: "spliced")
    for period, held in ((24_958, True), (24_959, False)):
        source = with_background(period * SAMPLES, 80_000 * SAMPLES, [(0, 80_000 * SAMPLES)])
        assert (mp3_parts._background_frames(source, SIZES) is not None) is held


def test_pauses_too_short_to_weave_in_are_not_counted() -> None:
    """A pause needs twenty frames: three at each end, five for the next encoder, eight of the background and one."""
    assert mp3_background.LEAST_PAUSE_FRAMES == 20
    source = with_background(60 * SAMPLES, 900 * SAMPLES, ROOMY)
    assert mp3_parts._background_frames(source, SIZES)
    assert source.asked == [20 * SAMPLES]


def test_a_background_whose_parts_cannot_be_joined_is_left_to_the_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp3_parts, "PART_S", 1.0)
    monkeypatch.setattr(mp3_parts, "joined", lambda *_: None)
    assert (
        mp3_parts._background_frames(with_background(200 * SAMPLES, 2000 * SAMPLES, [(0, 1900 * SAMPLES)]), SIZES)
        is None
    )


def test_a_background_that_cannot_be_spliced_is_left_to_the_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TapeFrames, "spliced", lambda *_: None)
    assert mp3_parts._background_frames(with_background(60 * SAMPLES, 900 * SAMPLES, ROOMY), SIZES) is None


def test_a_round_is_not_closed_with_frames_that_have_heard_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(Encoder):
        """An encoder whose frame 42 is the first that can stand in for the frame a period later."""

        def reached(self, number: int, _drawn: int) -> int:
            return 0 if number == 42 else 50 if number >= 60 else 100

    use(monkeypatch, Late)
    assert mp3_parts._background_frames(with_background(60 * SAMPLES, 900 * SAMPLES, ROOMY), SIZES) is None


def test_a_part_of_a_background_is_one_sound_and_then_silence() -> None:
    source = Source(1000)
    part = mp3_parts._Excerpt(source, 100, 700)
    assert (part.length, part.rate_hz, part.channels) == (600, 24_000, 1)
    assert not isinstance(part, SourceWithPauses)
    for start, ones in ((0, 50), (560, 40), (599, 1), (600, 0), (700, 0)):
        out = np.full(50, 9.0, np.float32)
        part.render(start, out)
        assert out.tolist() == [1.0] * ones + [0.0] * (50 - ones)
    assert source.rendered[1] == (660, 50)


def test_pieces_are_encoded_each_by_its_own_encoder_from_two_frames_before_it(encoder_begun: list[Encoder]) -> None:
    source = Source(3000 * SAMPLES, [(200 * SAMPLES, 2800 * SAMPLES)])
    tape = Tape.of([60 * SAMPLES, 80 * SAMPLES, 70 * SAMPLES], [0, 1, 2, 1], behind=30 * SAMPLES)
    source.background = Source(3000 * SAMPLES, tape=tape)
    made = mp3_parts._background_frames(source, SIZES)
    assert made is not None
    assert [len(run) // FRAME for run in made._tape._runs] == [102, 122, 112]
    assert len(encoder_begun) == 3
    assert len(heard(made._tape.between(0, 800), unseen=60)) == 740


def test_a_pause_over_noise_that_nobody_hears_is_filled_with_frames_that_stand_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last four frames are without content instead: the next sound keeps its data in them."""
    lone = [bytes([7, number]).ljust(FRAME, b"\0") for number in range(3)]
    monkeypatch.setattr(mp3_background, "_noise_frames", lambda *_: lone)
    source = with_background(
        60 * SAMPLES, 300 * SAMPLES, [(50 * SAMPLES, 100 * SAMPLES), (150 * SAMPLES, 190 * SAMPLES)]
    )
    source.background.is_inaudible = True
    frames = b"".join(data for _, data in encoded(source, SIZES))
    found = [frames[at : at + FRAME] for at in range(0, len(frames), FRAME)]
    assert len(found) == frames_in(source)
    for first, last in ((54, 96), (154, 186)):
        assert found[first : last - 4] == [lone[number % 3] for number in range(first, last - 4)]
        assert [frame[:HEAD] for frame in found[last - 4 : last]] == [SILENT[:HEAD]] * 4
    # The frames that follow are the same as after a silent pause.
    silent = b"".join(SILENT if frame in lone else frame for frame in found)
    assert from_whom(heard(silent)) == [(0, 54), (None, 42), (0, 58), (None, 32), (0, 116)]


SMALL = FrameFormat(24_000, 1, 32)
"""The format in which the noise of a pause is encoded: half the bit rate, frames of 96 bytes."""
SMALL_FRAME, SMALL_AREA = 96, 96 - HEAD


def side_information(reach: int, data_bits: int, rest: bytes) -> bytes:
    """Return the nine bytes behind a header: main_data_begin, a private bit, part2_3_length, and the `rest`."""
    in_front = reach << 16 | 1 << 15 | data_bits << 3 | rest[0] & 7
    return in_front.to_bytes(3, "big") + rest[1:7]


def small_run(reaches: Sequence[int], bits: Sequence[int], seed: int) -> tuple[bytes, list[bytes]]:
    """Return a run of frames with these reservoirs and lengths of data, and the data of each frame."""
    random = np.random.default_rng(seed)
    areas = random.bytes(len(reaches) * SMALL_AREA)
    run, data = b"", []
    for number, (reach, data_bits) in enumerate(zip(reaches, bits, strict=True)):
        run += b"\xff\xf3\x44\xc4" + side_information(reach, data_bits, random.bytes(7))
        run += areas[number * SMALL_AREA : (number + 1) * SMALL_AREA]
        begin = number * SMALL_AREA - reach
        data.append(areas[begin : begin + (data_bits + 7) // 8])
    return run, data


@pytest.mark.parametrize(
    ("number", "reach", "data_bits"),
    [(0, 0, 8), (1, 0, 600), (2, 0, 601), (2, 17, 607), (3, 100, 608), (3, 200, 1416), (4, 255, 1432), (4, 30, 0)],
)
def test_a_frame_that_is_repacked_has_all_its_data_behind_its_own_header(
    number: int, reach: int, data_bits: int
) -> None:
    reaches, bits = [0] * 5, [500] * 5
    reaches[number], bits[number] = reach, data_bits
    run, data = small_run(reaches, bits, seed=number)
    frame = alone(run, number, SMALL, SILENT)
    about = run[number * SMALL_FRAME + 4 : number * SMALL_FRAME + HEAD]
    assert len(frame) == FRAME
    assert frame[:4] == SILENT[:4]
    assert frame[4] == 0, "it keeps no data in the frames before it"
    assert frame[5:HEAD] == about[1:]
    assert frame[HEAD:] == data[number].ljust(AREA, b"\0")


def test_a_frame_whose_data_do_not_fit_is_refused() -> None:
    run, _ = small_run([0, 0, 0, 100], [500, 500, 500, AREA * 8], seed=1)
    assert len(alone(run, 3, SMALL, SILENT)) == FRAME, "it fits to the byte"
    run, _ = small_run([0, 0, 0, 100], [500, 500, 500, AREA * 8 + 1], seed=1)
    with pytest.raises(ExportError, match=r"^the noise that keeps a headset awake does not fit into its MP3 frames$"):
        alone(run, 3, SMALL, SILENT)


def test_the_frames_of_the_noise_stand_alone_and_repeat_after_a_second_and_a_half(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two frames of run-up are left out: the encoder has not heard enough by then."""
    run, data = small_run([0] + [40] * 65, [500] * 66, seed=5)
    asked: list[object] = []

    class Recorded:
        def __init__(self, source: Source, first: int, sizes: FrameFormat) -> None:
            asked.extend((source, first, sizes))

        def taken(self, number: int) -> bytes:
            asked.append(number)
            return run

    monkeypatch.setattr(mp3_background, "Lame", Recorded)
    noise: Any = Source(3000 * SAMPLES, tape=Tape.of([60 * SAMPLES], [0]))
    recording = noise.recording
    monkeypatch.setattr(Source, "recording", recording)
    frames = LoneFrames(noise, SIZES)
    found = frames.between(130, 200)
    assert asked == [recording, 0, SMALL, 66]
    parts_of_it = [found[at + HEAD : at + FRAME] for at in range(0, len(found), FRAME)]
    assert parts_of_it == [data[2 + number % 64].ljust(AREA, b"\0") for number in range(130, 200)]
    assert frames.between(7, 8) == alone(run, 9, SMALL, SILENT)
