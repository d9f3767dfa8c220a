"""The exported session, measured with decoders and meters that are not ours."""

from __future__ import annotations

import io
import itertools
import subprocess
from typing import TYPE_CHECKING, Any

import mutagen.id3
import mutagen.mp3
import numpy as np
import pytest

from tests.export.measure import RATE_HZ, decoded, loudness, millisecond_levels_db, probed
from voiceguide.export.metadata import ChapterMark, Metadata
from voiceguide.export.mp3 import background as mp3_background
from voiceguide.export.mp3 import parts as mp3_parts
from voiceguide.export.mp3.background import LoneFrames
from voiceguide.export.mp3.exporter import Mp3Exporter
from voiceguide.export.mp3.frames import FrameFormat, joined
from voiceguide.export.mp3.id3 import id3_tag
from voiceguide.sound.tape import Tape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from voiceguide import session

FRAME = 576


def test_every_cue_begins_where_the_plan_says(
    upper_back: session.Session, upper_back_mp3: Path, tool: Callable[[str], str]
) -> None:
    """Onsets in the decoded MP3 lie within 10 ms of `start_s`."""
    sound = decoded(tool("ffmpeg"), upper_back_mp3)
    cues = upper_back.document()["cues"]
    tones = [(cue["start_s"], cue["end_s"]) for cue in cues if cue["kind"] == "tone"]
    measured = 0
    for cue in cues:
        if cue["kind"] == "tone":
            continue
        first = round(cue["start_s"] * RATE_HZ)
        if any(start - 0.1 < cue["start_s"] < end + 0.1 for start, end in tones):
            # A tone sounds under this cue, so it is found by correlation with the clip instead of by level.
            clip = upper_back.clips[cue["text"]]
            wanted = clip.samples[clip.onset_frame : clip.onset_frame + RATE_HZ // 2].astype(np.float64)
            reach = RATE_HZ // 20
            part = sound[first - reach : first + reach + len(wanted)]
            lag = int(np.correlate(part, wanted, mode="valid").argmax()) - reach
            assert abs(lag) <= 0.010 * RATE_HZ, cue["text"]
            continue
        part = sound[first - RATE_HZ // 5 : round(cue["end_s"] * RATE_HZ)]
        levels = millisecond_levels_db(part)
        onset_s = (np.argmax(levels > levels.max() - 40) - 200) / 1000
        assert abs(onset_s) <= 0.010, (cue["text"], onset_s)
        measured += 1
    assert measured > 60


def test_loudness_and_true_peak(upper_back_mp3: Path, upper_back_wav: Path, tool: Callable[[str], str]) -> None:
    for path in (upper_back_mp3, upper_back_wav):
        integrated_lufs, peak_dbtp = loudness(tool("ffmpeg"), path)
        assert integrated_lufs == pytest.approx(-19.0, abs=0.5)
        assert peak_dbtp <= -1.0


@pytest.mark.parametrize("program", ["ffmpeg", "mpg123"])
def test_decoders_give_the_exact_length_and_the_same_sound_as_the_wav(
    upper_back: session.Session, upper_back_mp3: Path, upper_back_wav: Path, tool: Callable[[str], str], program: str
) -> None:
    sound = decoded(tool(program), upper_back_mp3)
    pcm = decoded(tool("ffmpeg"), upper_back_wav)
    assert len(sound) == len(pcm) == upper_back.timeline.length
    assert 10 * np.log10((pcm**2).mean() / ((sound - pcm) ** 2).mean()) > 18
    for start, end in upper_back.source.pauses(RATE_HZ):
        # The encoder rings for up to a frame around a sound. Further on nothing is heard, but it is not quite silent.
        pause = sound[start + 2 * FRAME : end - 2 * FRAME]
        assert np.abs(pause).max() < 16 / 32768
        assert 20 * np.log10(pause.std()) == pytest.approx(-84.0, abs=2.5)
    # A headset goes to sleep after seconds of digital silence.
    assert np.diff(np.flatnonzero(sound)).max() < 0.2 * RATE_HZ


def test_headers_say_what_is_true(
    upper_back: session.Session, upper_back_mp3: Path, tool: Callable[[str], str]
) -> None:
    found = probed(tool("ffprobe"), upper_back_mp3)
    # ffprobe counts whole frames, including the delays of encoder and decoder: up to three more.
    assert 0 <= float(found["format"]["duration"]) - upper_back.timeline.duration_s <= 3 * FRAME / RATE_HZ
    assert found["format"]["tags"]["title"] == "Upper back"
    assert int(found["streams"][0]["bit_rate"]) == 64_000
    info: Any = mutagen.mp3.MP3(upper_back_mp3).info
    assert info.bitrate_mode == mutagen.mp3.BitrateMode.CBR
    assert info.encoder_info.startswith("LAME 3.100")
    assert info.length == pytest.approx(upper_back.timeline.duration_s, abs=0.05)
    assert not info.sketchy


def test_chapters_are_listed_by_one_root_in_order(
    upper_back: session.Session, upper_back_mp3: Path, tool: Callable[[str], str]
) -> None:
    planned = upper_back.document()["chapters"]
    found = probed(tool("ffprobe"), upper_back_mp3)["chapters"]
    assert [chapter["tags"]["title"] for chapter in found] == [chapter["title"] for chapter in planned]
    for mark, chapter in zip(found, planned, strict=True):
        assert float(mark["start_time"]) == pytest.approx(chapter["start_s"], abs=0.002)
        assert float(mark["end_time"]) == pytest.approx(chapter["end_s"], abs=0.002)
    tags = mutagen.id3.ID3(upper_back_mp3)
    [root] = tags.getall("CTOC")
    assert root.flags == mutagen.id3.CTOCFlags.TOP_LEVEL | mutagen.id3.CTOCFlags.ORDERED
    starts = [tags[f"CHAP:{name}"].start_time for name in root.child_element_ids]
    assert starts == sorted(starts)
    assert len(starts) == len(planned) == len(tags.getall("CHAP"))


def test_more_than_255_chapters_hang_from_one_root() -> None:
    """A CTOC counts its entries in one byte, so more chapters take another level of CTOCs under the root."""
    marks = tuple(ChapterMark(f"Part {number}", number, number + 1) for number in range(600))
    tags = mutagen.id3.ID3(io.BytesIO(id3_tag(Metadata("T", "A", "B", "C", "en", marks)) + bytes(1000)))
    tables = {table.element_id: table for table in tags.getall("CTOC")}
    [root] = [table for table in tables.values() if table.flags & mutagen.id3.CTOCFlags.TOP_LEVEL]
    listed = [name for part in root.child_element_ids for name in tables[part].child_element_ids]
    assert [tags[f"CHAP:{name}"].start_time for name in listed] == [number * 1000 for number in range(600)]


class Pieces:
    """An AudioSource for tests of cuts: noise with silences in chosen places."""

    background: Any = None
    is_inaudible = False
    tape = Tape.of([1], [0])

    def __init__(self, length: int, quiet: list[tuple[int, int]], channels: int = 1) -> None:
        self.channels = channels
        self.rate_hz = RATE_HZ * channels
        shape = length if channels == 1 else (length, channels)
        self.samples = (np.random.default_rng(5).standard_normal(shape) * 0.1).astype(np.float32)
        self.quiet = quiet
        for start, end in quiet:
            self.samples[start:end] = 0.0

    @property
    def length(self) -> int:
        return len(self.samples)

    def render(self, start: int, out: NDArray[np.float32]) -> None:
        part = self.samples[start : start + len(out)]
        out[: len(part)] = part
        out[len(part) :] = 0.0

    @property
    def recording(self) -> Pieces:
        return self

    def pauses(self, least_frames: int) -> Iterator[tuple[int, int]]:
        return (span for span in self.quiet if span[1] - span[0] >= least_frames)


def written(source: Pieces, path: Path) -> None:
    with path.open("w+b") as file:
        Mp3Exporter().write(source, file, Metadata("T", "A", "B", "C", "en", ()), lambda _frames: None)
        Mp3Exporter().verify(file, source)


def error(sound: NDArray[np.float64], source: Pieces) -> NDArray[np.float64]:
    """Return the error of a decoded sound: at each sample, its mean square over 20 ms."""
    squares = ((sound - source.samples) ** 2).reshape(source.length, -1).mean(axis=1)
    frames = source.rate_hz // 50
    return np.convolve(squares, np.ones(frames) / frames, mode="same")


def parts_of(source: Pieces) -> int:
    sizes = FrameFormat(source.rate_hz, source.channels, 112 if source.channels == 2 else 64)
    return len(list(mp3_parts.parts(mp3_parts.pieces(source, sizes, LoneFrames(None, sizes)), sizes)))


@pytest.mark.parametrize("extra", [0, 1, 287, 575])
def test_parts_join_into_what_one_encoder_would_have_made(
    tmp_path: Path, tool: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, extra: int
) -> None:
    """Cut at silences of any alignment, the sound is as close to the source as without cuts."""
    quiet = [(30_000 + extra, 60_000 + 2 * extra), (90_000, 111_111 + extra), (150_000, 190_001)]
    source = Pieces(230_000 + extra, quiet)
    monkeypatch.setattr(mp3_parts, "PART_S", 1.0)
    written(source, tmp_path / "parts.mp3")
    assert parts_of(source) > 3
    source.quiet = []
    written(source, tmp_path / "whole.mp3")
    parts, whole = (decoded(tool("ffmpeg"), tmp_path / name) for name in ("parts.mp3", "whole.mp3"))
    assert len(parts) == len(whole) == source.length

    assert error(parts, source).mean() <= error(whole, source).mean() * 1.1
    assert error(parts, source).max() <= error(whole, source).max() * 1.5


@pytest.mark.parametrize("extra", [0, 100, 250, 575])
def test_after_a_long_sound_the_next_one_begins_whole(tmp_path: Path, tool: Callable[[str], str], extra: int) -> None:
    """This holds however far the encoder has read into the silence that is left out."""
    for frames in range(338, 346):
        sound, begins = frames * FRAME, (frames + 60) * FRAME + extra
        source = Pieces(begins + 3 * RATE_HZ, [(sound, begins)])
        source.samples[begins + 400 :] = 0.0
        source.samples[begins : begins + 400] = 0.5 * np.sin(np.arange(400) * 0.5)
        written(source, tmp_path / "x.mp3")
        heard = decoded(tool("ffmpeg"), tmp_path / "x.mp3")[begins : begins + 400]
        assert np.corrcoef(heard[:192], source.samples[begins : begins + 192])[0, 1] > 0.9, frames


def stereo(program: str, path: Path) -> NDArray[np.float64]:
    command = [program, "-nostdin", "-v", "warning", "-i", str(path), "-f", "s16le", "-"]
    done = subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert done.stderr == b""
    return np.frombuffer(done.stdout, "<i2").reshape(-1, 2).astype(np.float64) / 32768


@pytest.mark.parametrize(("loud", "refused"), [(1.0, 0), (0.02, 0), (1.0, 2)])
def test_parts_join_in_the_middle_of_a_sound(
    tmp_path: Path, tool: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, loud: float, refused: int
) -> None:
    """Where nothing is silent, no decoder complains, no frame is lost and no joint is heard.

    This also holds if the first `refused` tries at every border fail.
    """
    source = Pieces(12 * 2 * RATE_HZ + 77, [], channels=2)
    swell = 0.5 + 0.5 * np.sin(np.arange(source.length) / 20_000)
    source.samples *= (loud * swell).astype(np.float32)[:, None]
    monkeypatch.setattr(mp3_parts, "PART_S", 1.0)
    tries = itertools.count()
    monkeypatch.setattr(
        mp3_parts, "joined", lambda *runs: None if next(tries) % (refused + 1) < refused else joined(*runs)
    )
    written(source, tmp_path / "parts.mp3")
    assert next(tries) == (refused + 1) * (parts_of(source) - 1) > 8
    # If no joint is possible, one encoder makes the whole.
    monkeypatch.setattr(mp3_parts, "joined", lambda *_: next(tries) and None)
    written(source, tmp_path / "whole.mp3")
    parts, whole = (stereo(tool("ffmpeg"), tmp_path / name) for name in ("parts.mp3", "whole.mp3"))
    assert parts.shape == whole.shape == source.samples.shape
    assert len(decoded(tool("mpg123"), tmp_path / "parts.mp3")) == source.length

    assert error(parts, source).mean() <= error(whole, source).mean() * 1.1
    assert error(parts, source).max() <= error(whole, source).max() * 1.5


PERIOD = 50


class WithBackground(Pieces):
    """A noise or tone that repeats, with louder noise over it except in chosen pauses."""

    def __init__(self, length: int, pauses: list[tuple[int, int]], kind: str) -> None:
        super().__init__(length, [], channels=2)
        random = np.random.default_rng(8)
        loop = (random.standard_normal((PERIOD * 1152, 2)) * 0.01).astype(np.float32)
        if kind == "tone":
            turn = np.arange(PERIOD * 1152) * (2 * np.pi / 1152)
            loop = (0.05 * np.stack([np.sin(7 * turn), np.sin(9 * turn + 1)], axis=1)).astype(np.float32)
        under = np.resize(loop, (length, 2))
        over = self.samples * (0.5 + 0.5 * np.sin(np.arange(length) / 20_000)).astype(np.float32)[:, None]
        for start, end in pauses:
            over[start:end] = 0.0
        self.samples = under + over
        self.spans = pauses
        self.background = Pieces(length, [], channels=2)
        self.background.samples = under
        self.background.tape = Tape.of([PERIOD * 1152], [0])

    def pauses(self, least_frames: int) -> Iterator[tuple[int, int]]:
        return (span for span in self.spans if span[1] - span[0] >= least_frames)


@pytest.mark.parametrize("kind", ["noise", "tone"])
@pytest.mark.parametrize("extra", [0, 1, 575, 1151])
def test_what_goes_round_is_encoded_once(
    tmp_path: Path, tool: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, extra: int, kind: str
) -> None:
    """The background is woven in wherever it is alone: no decoder complains, no frame is lost, no joint is heard."""
    monkeypatch.setattr(mp3_parts, "PART_S", 4.0)
    second = 2 * RATE_HZ
    pauses = [(int(at * second) + extra, int((at + 0.9 + at % 1.7) * second)) for at in np.arange(1.0, 40.0, 4.1)]
    source = WithBackground(42 * second + extra, pauses, kind)
    taken: list[int] = []
    between = mp3_background.BackgroundFrames._between

    def counted(self: mp3_background.BackgroundFrames, start: int, end: int) -> bytes:
        taken.append(end - start)
        return between(self, start, end)

    monkeypatch.setattr(mp3_background.BackgroundFrames, "_between", counted)
    written(source, tmp_path / "woven.mp3")
    paused = sum(end - start for start, end in pauses) // 1152
    # If no two runs can be joined, the background is not woven in, and one encoder makes the whole.
    with monkeypatch.context() as patch:
        patch.setattr(mp3_parts, "joined", lambda *_: None)
        written(source, tmp_path / "unjoined.mp3")
    assert len(decoded(tool("mpg123"), tmp_path / "unjoined.mp3")) == source.length
    assert sum(count for count in taken if count > 14) > 0.5 * paused
    source.background = None
    source.spans = []
    written(source, tmp_path / "whole.mp3")
    woven, whole = (stereo(tool("ffmpeg"), tmp_path / name) for name in ("woven.mp3", "whole.mp3"))
    assert woven.shape == whole.shape == source.samples.shape
    assert len(decoded(tool("mpg123"), tmp_path / "woven.mp3")) == source.length

    assert error(woven, source).mean() <= error(whole, source).mean() * 1.1
    assert error(woven, source).max() <= error(whole, source).max() * 1.5
    # The same holds in the pauses, which are the quietest places.
    quiet = np.zeros(source.length, bool)
    for start, end in pauses:
        quiet[start:end] = True
    assert error(woven, source)[quiet].mean() <= error(whole, source)[quiet].mean() * 1.2
    assert error(woven, source)[quiet].max() <= error(whole, source)[quiet].max() * 1.5


@pytest.mark.parametrize("length", [300, 575, 576, 577, 1152, 24_000])
def test_any_length_is_exact(tmp_path: Path, tool: Callable[[str], str], length: int) -> None:
    source = Pieces(length, [])
    written(source, tmp_path / "short.mp3")
    assert len(decoded(tool("ffmpeg"), tmp_path / "short.mp3")) == length
    assert len(decoded(tool("mpg123"), tmp_path / "short.mp3")) == length
