"""The exported session, measured with decoders and meters that are not ours."""

from __future__ import annotations

import io
import subprocess
from typing import TYPE_CHECKING, Any

import mutagen.id3
import mutagen.mp3
import numpy as np
import pytest

from tests.export.measure import RATE_HZ, decoded, loudness, millisecond_levels_db, probed
from voiceguide.export import mp3
from voiceguide.export.about import About, ChapterMark
from voiceguide.export.id3 import id3_tag
from voiceguide.export.mp3 import Mp3Exporter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from voiceguide import session

FRAME = 576


def test_every_cue_begins_where_the_plan_says(
    upper_back: session.Session, upper_back_mp3: Path, tool: Callable[[str], str]
) -> None:
    """Onsets found in the decoded MP3, within 10 ms of `start_s`."""
    sound = decoded(tool("ffmpeg"), upper_back_mp3)
    cues = upper_back.document()["cues"]
    tones = [(cue["start_s"], cue["end_s"]) for cue in cues if cue["kind"] == "tone"]
    measured = 0
    for cue in cues:
        if cue["kind"] == "tone":
            continue
        first = round(cue["start_s"] * RATE_HZ)
        if any(start - 0.1 < cue["start_s"] < end + 0.1 for start, end in tones):
            # A tone lies under it: found by correlation with the clip instead of by level.
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
    for start, end in upper_back.source.silences(RATE_HZ):
        # The encoder rings for up to a frame around what sounds.
        assert np.abs(sound[start + 2 * FRAME : end - 2 * FRAME]).max() == 0.0


def test_headers_say_what_is_true(
    upper_back: session.Session, upper_back_mp3: Path, tool: Callable[[str], str]
) -> None:
    found = probed(tool("ffprobe"), upper_back_mp3)
    # ffprobe counts whole frames, with what encoder and decoder put in front: up to three.
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
    """The count in a CTOC is one byte."""
    marks = tuple(ChapterMark(f"Part {number}", number, number + 1) for number in range(600))
    tags = mutagen.id3.ID3(io.BytesIO(id3_tag(About("T", "A", "B", "C", "en", marks)) + bytes(1000)))
    tables = {table.element_id: table for table in tags.getall("CTOC")}
    [root] = [table for table in tables.values() if table.flags & mutagen.id3.CTOCFlags.TOP_LEVEL]
    listed = [name for part in root.child_element_ids for name in tables[part].child_element_ids]
    assert [tags[f"CHAP:{name}"].start_time for name in listed] == [number * 1000 for number in range(600)]


class Pieces:
    """Noise with silences of chosen places: an AudioSource for looking at cuts."""

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

    def silences(self, least_frames: int) -> Iterator[tuple[int, int]]:
        return (span for span in self.quiet if span[1] - span[0] >= least_frames)


def written(source: Pieces, path: Path) -> None:
    with path.open("w+b") as file:
        Mp3Exporter().write(source, file, About("T", "A", "B", "C", "en", ()), lambda _frames: None)
        Mp3Exporter().verify(file, source)


@pytest.mark.parametrize("extra", [0, 1, 287, 575])
def test_parts_join_into_what_one_encoder_would_have_made(
    tmp_path: Path, tool: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, extra: int
) -> None:
    """At silences of any alignment: as close to the source as when nothing is cut."""
    quiet = [(30_000 + extra, 60_000 + 2 * extra), (90_000, 111_111 + extra), (150_000, 190_001)]
    source = Pieces(230_000 + extra, quiet)
    monkeypatch.setattr(mp3, "PART_S", 1.0)
    written(source, tmp_path / "parts.mp3")
    assert len(list(mp3._parts(mp3._pieces(source, FRAME), RATE_HZ))) > 3
    source.quiet = []
    written(source, tmp_path / "whole.mp3")
    parts, whole = (decoded(tool("ffmpeg"), tmp_path / name) for name in ("parts.mp3", "whole.mp3"))
    assert len(parts) == len(whole) == source.length

    def error(sound: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.convolve((sound - source.samples) ** 2, np.ones(480) / 480, mode="same")

    assert error(parts).mean() <= error(whole).mean() * 1.1
    assert error(parts).max() <= error(whole).max() * 1.5


def stereo(program: str, path: Path) -> NDArray[np.float64]:
    command = [program, "-nostdin", "-v", "warning", "-i", str(path), "-f", "s16le", "-"]
    done = subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert done.stderr == b""
    return np.frombuffer(done.stdout, "<i2").reshape(-1, 2).astype(np.float64) / 32768


@pytest.mark.parametrize("loud", [1.0, 0.02])
def test_parts_join_in_the_middle_of_a_sound(
    tmp_path: Path, tool: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, loud: float
) -> None:
    """Where nothing is silent: no decoder complains, no frame is lost, no joint is heard."""
    source = Pieces(12 * 2 * RATE_HZ + 77, [], channels=2)
    swell = 0.5 + 0.5 * np.sin(np.arange(source.length) / 20_000)
    source.samples *= (loud * swell).astype(np.float32)[:, None]
    monkeypatch.setattr(mp3, "PART_S", 1.0)
    written(source, tmp_path / "parts.mp3")
    assert len(list(mp3._parts(mp3._pieces(source, 1152), 2 * RATE_HZ))) > 8
    # No joint: the whole of it by one encoder.
    joints = []
    monkeypatch.setattr(mp3, "joined", lambda *_: joints.append(1))
    written(source, tmp_path / "whole.mp3")
    assert len(joints) == 1
    parts, whole = (stereo(tool("ffmpeg"), tmp_path / name) for name in ("parts.mp3", "whole.mp3"))
    assert parts.shape == whole.shape == source.samples.shape
    assert len(decoded(tool("mpg123"), tmp_path / "parts.mp3")) == source.length

    def error(sound: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.convolve(((sound - source.samples) ** 2).mean(axis=1), np.ones(960) / 960, mode="same")

    assert error(parts).mean() <= error(whole).mean() * 1.1
    assert error(parts).max() <= error(whole).max() * 1.5


@pytest.mark.parametrize("length", [300, 575, 576, 577, 1152, 24_000])
def test_any_length_is_exact(tmp_path: Path, tool: Callable[[str], str], length: int) -> None:
    source = Pieces(length, [])
    written(source, tmp_path / "short.mp3")
    assert len(decoded(tool("ffmpeg"), tmp_path / "short.mp3")) == length
    assert len(decoded(tool("mpg123"), tmp_path / "short.mp3")) == length
