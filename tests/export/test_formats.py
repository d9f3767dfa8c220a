"""Every format, read by programs and libraries that are not ours."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import mutagen
import mutagen.flac
import mutagen.id3
import mutagen.mp4
import numpy as np
import pytest

from tests.export.hum import Hum
from tests.export.measure import RATE_HZ, decoded, loudness, probed
from voiceguide import session
from voiceguide.errors import RequestError, UnknownNameError
from voiceguide.export.exporter import export
from voiceguide.export.metadata import Metadata

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from voiceguide.model.choices import Tones

SUFFIXES = ["mp3", "m4b", "m4a", "opus", "flac"]
CODEC_FRAME = {"mp3": 0, "m4b": 1024, "m4a": 1024, "opus": 480, "flac": 0}
"""How many samples longer the decoded sound may be. For MP3 the header makes it exact."""
LOSS = {"mp3": 0.01, "m4b": 0.01, "m4a": 0.01, "opus": 0.02, "flac": 0.0}
"""The RMS error that a codec may add, relative to full scale; speech is at about 0.1."""


@pytest.fixture(scope="module")
def upper_back(clip_cache: Path) -> session.Session:
    """Return a session of two stretches: four and a half minutes test a format as well as thirteen."""
    pacing = session.paced("steady", only=("cat-cow", "upper-trapezius"))
    return session.plan("upper-back", pacing=pacing, voice="hibari:heart", cache_dir=clip_cache)


@pytest.fixture(scope="module")
def upper_back_wav(upper_back: session.Session, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("two-stretches") / "session.wav"
    upper_back.export(path)
    return path


@pytest.fixture(scope="module")
def exported(upper_back: session.Session, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("formats")
    paths = {suffix: folder / f"session.{suffix}" for suffix in SUFFIXES}
    for path in paths.values():
        upper_back.export(path)
    return paths


@pytest.fixture(scope="module")
def samples(upper_back: session.Session, upper_back_wav: Path, tool: Callable[[str], str]) -> NDArray[np.float64]:
    """Return the samples that every file holds: the session, with noise that keeps a headset awake (peak -55 dBFS)."""
    written = sound(tool, upper_back_wav)
    rendered = np.array(upper_back.render().get_array_of_samples()).astype(np.float64) / 32768
    assert np.abs(written - rendered).max() < 0.002
    return written


def sound(tool: Callable[[str], str], path: Path) -> NDArray[np.float64]:
    import subprocess

    command = [tool("ffmpeg"), "-v", "error", "-i", str(path), "-map", "0:a", "-f", "s16le", "-ar", str(RATE_HZ), "-"]
    raw = subprocess.run(command, check=True, capture_output=True, timeout=120).stdout
    return np.frombuffer(raw, "<i2").astype(np.float64) / 32768


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_sound_is_there_in_full_and_in_its_place(
    suffix: str, exported: dict[str, Path], samples: NDArray[np.float64], tool: Callable[[str], str]
) -> None:
    heard = sound(tool, exported[suffix])
    assert 0 <= len(heard) - len(samples) <= CODEC_FRAME[suffix]
    heard = heard[: len(samples)]
    if suffix == "flac":
        assert np.array_equal(heard, samples)
        return
    # The sound fits best in its place, within a sample (12 for Opus, which may shift phases), and is nearly the same.
    window = slice(60 * RATE_HZ, 75 * RATE_HZ)
    reach = 120
    part = heard[window]
    fits = [float(np.dot(part, samples[window.start + lag : window.stop + lag])) for lag in range(-reach, reach + 1)]
    assert abs(int(np.argmax(fits)) - reach) <= (12 if suffix == "opus" else 1)
    assert np.sqrt(np.mean((heard - samples) ** 2)) <= LOSS[suffix]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_it_says_what_it_is(
    suffix: str, upper_back: session.Session, exported: dict[str, Path], tool: Callable[[str], str]
) -> None:
    found = probed(tool("ffprobe"), exported[suffix])
    sounds = next(stream for stream in found["streams"] if stream["codec_type"] == "audio")
    tags = {name.lower(): text for name, text in sounds.get("tags", {}).items()}
    tags |= {name.lower(): text for name, text in found["format"].get("tags", {}).items()}
    assert (tags["title"], tags["artist"], tags["album"]) == ("Upper back", "voiceguide", "voiceguide sessions")
    assert (tags["genre"], len(tags["date"])) == ("Speech", 10)
    assert "Pace: steady, full words, " in tags["comment"]
    assert tags["comment"].endswith(" Voice: hibari:heart.")
    length_s = upper_back.timeline.duration_s
    # ffprobe counts whole frames of an MP3, delay included.
    assert float(found["format"]["duration"]) == pytest.approx(length_s, abs=0.08 if suffix == "mp3" else 0.043)
    titles = [chapter["tags"]["title"] for chapter in found["chapters"]]
    assert titles == [chapter.title for chapter in upper_back.timeline.chapters]
    for chapter, planned in zip(found["chapters"], upper_back.timeline.chapters, strict=True):
        assert float(chapter["start_time"]) == pytest.approx(planned.start / RATE_HZ, abs=0.002)


def cover_of(suffix: str, path: Path) -> bytes:
    if suffix == "mp3":
        return bytes(mutagen.id3.ID3(path).getall("APIC")[0].data)
    if suffix in {"m4a", "m4b"}:
        atoms: Any = mutagen.mp4.MP4(path).tags
        return bytes(atoms["covr"][0])
    if suffix == "flac":
        [picture] = mutagen.flac.FLAC(path).pictures
        assert (picture.type, picture.mime, picture.width, picture.height) == (3, "image/png", 480, 480)
        return bytes(picture.data)
    tags: Any = mutagen.File(path).tags
    [comment] = tags["METADATA_BLOCK_PICTURE"]
    return bytes(mutagen.flac.Picture(base64.b64decode(comment)).data)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_it_has_a_cover(suffix: str, exported: dict[str, Path]) -> None:
    png = cover_of(suffix, exported[suffix])
    assert png.startswith(b"\x89PNG")
    assert 5_000 < len(png) < 60_000


def test_an_m4b_is_an_audiobook(exported: dict[str, Path], tool: Callable[[str], str]) -> None:
    found = probed(tool("ffprobe"), exported["m4b"])
    assert found["format"]["tags"]["major_brand"].strip() == "M4B"


def test_loudness_is_kept(exported: dict[str, Path], tool: Callable[[str], str]) -> None:
    for suffix in ("m4b", "opus", "flac"):
        lufs, peak_dbtp = loudness(tool("ffmpeg"), exported[suffix])
        assert lufs == pytest.approx(-19.0, abs=0.5), suffix
        assert peak_dbtp <= -1.0, suffix


def test_lyrics_are_in_the_mp3_twice(upper_back: session.Session, exported: dict[str, Path]) -> None:
    tag = mutagen.id3.ID3(exported["mp3"])
    [unsynchronised] = tag.getall("USLT")
    [synchronised] = tag.getall("SYLT")
    assert (synchronised.format, synchronised.type, synchronised.lang) == (2, 1, "eng")
    said = {cue.text: cue.start / RATE_HZ for cue in reversed(upper_back.timeline.cues) if cue.tone is None}
    first = {text: milliseconds / 1000 for text, milliseconds in reversed(synchronised.text)}
    for text, start_s in said.items():
        assert first[text] == pytest.approx(start_s, abs=0.002)
        assert f"]{text}" in unsynchronised.text
    times = [milliseconds for _, milliseconds in synchronised.text]
    assert times == sorted(times)


@pytest.mark.parametrize(("suffix", "rate"), [("mp3", 80), ("mp3", 128), ("m4b", 96), ("opus", 64)])
def test_another_bit_rate(
    upper_back: session.Session, tmp_path: Path, tool: Callable[[str], str], suffix: str, rate: int
) -> None:
    path = tmp_path / f"session.{suffix}"
    upper_back.export(path, bit_rate_kbps=rate)
    found: dict[str, Any] = probed(tool("ffprobe"), path)
    audio = next(stream for stream in found["streams"] if stream["codec_type"] == "audio")
    if suffix == "mp3":
        assert int(audio["bit_rate"]) == rate * 1000
        assert len(decoded(tool("mpg123"), path)) == upper_back.timeline.length
    assert path.stat().st_size < rate * 1000 / 8 * upper_back.timeline.duration_s * 1.1 + 60_000
    lufs, _ = loudness(tool("ffmpeg"), path)
    assert lufs == pytest.approx(-19.0, abs=0.5)


@pytest.mark.parametrize(("name", "rate"), [("x.mp3", 63), ("x.flac", 64), ("x.wav", 64), ("x.opus", 512)])
def test_a_bit_rate_that_cannot_be_is_refused_with_those_that_can(tmp_path: Path, name: str, rate: int) -> None:
    with pytest.raises(RequestError, match=r"cannot be written at .* kbit/s: it "):
        session.check_target(tmp_path / name, bit_rate_kbps=rate)


def test_the_same_plan_gives_the_same_file(upper_back: session.Session, tmp_path: Path) -> None:
    for suffix in ("flac", "opus", "m4b"):
        first, second = tmp_path / f"first.{suffix}", tmp_path / f"second.{suffix}"
        upper_back.export(first)
        upper_back.export(second)
        assert first.read_bytes() == second.read_bytes(), suffix


def test_captions_beside_it_are_checked_before_any_work(upper_back: session.Session, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="caption format"):
        upper_back.export(tmp_path / "x.flac", captions=["vtt", "sub"])
    (tmp_path / "x.srt").write_text("mine")
    with pytest.raises(RequestError, match="there already"):
        upper_back.export(tmp_path / "x.flac", captions=["vtt", "srt"])
    assert [path.name for path in tmp_path.iterdir()] == ["x.srt"]
    upper_back.export(tmp_path / "x.flac", captions=["vtt", "srt"], force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.flac", "x.srt", "x.vtt"]


@pytest.mark.parametrize(("tones", "softer_lu"), [("full", 1.8), ("soft", 0.5), ("off", 0.5)])
def test_a_session_that_is_mostly_tones_is_about_as_loud_as_any(
    clip_cache: Path, tmp_path: Path, tool: Callable[[str], str], tones: Tones, softer_lu: float
) -> None:
    """With full tones it measures softer: they are most of it, and the voice cannot be raised beyond its ceiling."""
    planned = session.plan("wind-down", pacing=session.paced(tones=tones), cache_dir=clip_cache)
    planned.export(tmp_path / "session.wav")
    lufs, peak_dbtp = loudness(tool("ffmpeg"), tmp_path / "session.wav")
    assert -19.0 - softer_lu <= lufs <= -18.5
    assert peak_dbtp <= -1.0


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("extra", [1, 8, 12, 23])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_lengths_that_are_no_whole_milliseconds(suffix: str, extra: int, channels: int, tmp_path: Path) -> None:
    """Some containers round such lengths; the file passes its check all the same."""
    path = tmp_path / f"hum.{suffix}"
    export(Hum(3 * RATE_HZ * channels + extra, channels), path, Metadata("T", "A", "B", "C", "en", ()))
    assert path.stat().st_size > 1000


def test_a_format_without_a_place_for_a_cover_draws_none(
    upper_back: session.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_timeline: object) -> bytes:
        message = "drawn"
        raise AssertionError(message)

    monkeypatch.setattr("voiceguide.picture.cover.cover", fail)
    upper_back.export(tmp_path / "x.wav")
    with pytest.raises(AssertionError, match="drawn"):
        upper_back.export(tmp_path / "x.flac")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.wav"]
