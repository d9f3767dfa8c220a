"""Sessions with a bed in every format, measured by programs that are not ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.export.measure import loudness, loudness_range, probed
from voiceguide import session
from voiceguide.export.mp3.background import BackgroundFrames
from voiceguide.export.mp3.frames import AHEAD_FRAMES, RUN_UP_FRAMES, FrameFormat
from voiceguide.export.mp3.parts import _fill_of
from voiceguide.sound.ambience import AMBIENCES, BED_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SUFFIXES = ["mp3", "m4b", "opus", "flac", "wav"]


def two_stretches(clip_cache: Path, bed: str, level_db: float | None = None) -> session.Session:
    only = ("thoracic-extension", "upper-trapezius")
    pacing = session.paced("steady", only=only, bed=bed, bed_level_db=level_db)
    return session.plan("upper-back", pacing=pacing, voice="hibari:heart", cache_dir=clip_cache)


@pytest.fixture(scope="module")
def rainy(clip_cache: Path) -> session.Session:
    return two_stretches(clip_cache, "rain")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_bed_makes_it_stereo_at_the_level_of_stereo(
    suffix: str, rainy: session.Session, tmp_path: Path, tool: Callable[[str], str]
) -> None:
    path = tmp_path / f"rainy.{suffix}"
    rainy.export(path)
    found = probed(tool("ffprobe"), path)
    sound = next(stream for stream in found["streams"] if stream["codec_type"] == "audio")
    assert (sound["channels"], sound["sample_rate"]) == (2, "48000")
    frame_s = {"mp3": 3 * 1152, "m4b": 1024, "opus": 960}.get(suffix, 0) / 48_000
    assert 0 <= float(found["format"]["duration"]) - rainy.timeline.duration_s <= frame_s + 0.001
    lufs, peak_dbtp = loudness(tool("ffmpeg"), path)
    assert lufs == pytest.approx(-16.0, abs=0.5)
    assert peak_dbtp <= -1.0
    if suffix == "wav":
        return
    for chapter, planned in zip(found["chapters"], rainy.timeline.chapters, strict=True):
        assert float(chapter["start_time"]) == pytest.approx(planned.start / rainy.timeline.rate_hz, abs=0.002)


@pytest.mark.parametrize("bed", AMBIENCES)
def test_an_mp3_encodes_the_pieces_of_a_built_in_bed_once(bed: str) -> None:
    """The pieces are whole MP3 frames long, and sound alike around their borders for as long as joining takes."""
    tape = AMBIENCES[bed]().tape.in_units(FrameFormat(BED_RATE_HZ, 2, 112).frame_samples)
    assert tape is not None
    assert tape.before > RUN_UP_FRAMES
    assert tape.behind > AHEAD_FRAMES + 8


def test_in_its_pauses_an_mp3_uses_the_frames_of_its_bed_again(rainy: session.Session) -> None:
    assert isinstance(_fill_of(rainy.source, FrameFormat(BED_RATE_HZ, 2, 112)), BackgroundFrames)


@pytest.fixture(scope="module")
def plain_range_lu(clip_cache: Path, tmp_path_factory: pytest.TempPathFactory, tool: Callable[[str], str]) -> float:
    """Return the loudness range of the session without a bed."""
    path = tmp_path_factory.mktemp("plain") / "plain.wav"
    two_stretches(clip_cache, "none").export(path)
    return loudness_range(tool("ffmpeg"), path)


@pytest.mark.parametrize("bed", ["rain", "drone", "waves"])
def test_at_its_usual_level_a_bed_is_heard_and_at_26_below_it_leaves_the_loudness_range_as_it_was(
    bed: str, plain_range_lu: float, clip_cache: Path, tmp_path: Path, tool: Callable[[str], str]
) -> None:
    """The loudness range counts sound that is less than 20 LU below the session; a bed at its usual level just is.

    The range is then the distance from the voice to the ducked bed, which is as large as intended.
    """
    ranges_lu = {}
    for name, level_db in (("usual", None), ("faint", -26.0)):
        two_stretches(clip_cache, bed, level_db).export(tmp_path / f"{name}.wav")
        ranges_lu[name] = loudness_range(tool("ffmpeg"), tmp_path / f"{name}.wav")
        lufs, peak_dbtp = loudness(tool("ffmpeg"), tmp_path / f"{name}.wav")
        assert lufs == pytest.approx(-16.0, abs=0.5)
        assert peak_dbtp <= -1.0
    assert ranges_lu["faint"] == pytest.approx(plain_range_lu, abs=1.0)
    assert ranges_lu["usual"] < 25.0


def test_the_widest_routine_is_no_wider_over_a_bed_than_any(
    clip_cache: Path, tmp_path: Path, tool: Callable[[str], str]
) -> None:
    pacing = session.paced("steady", bed="rain")
    session.plan("hips", pacing=pacing, voice="hibari:heart", cache_dir=clip_cache).export(tmp_path / "x.wav")
    assert loudness_range(tool("ffmpeg"), tmp_path / "x.wav") < 25.0
