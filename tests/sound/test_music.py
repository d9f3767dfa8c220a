"""Music as people have it: tagged long ago, joined, recorded from the radio, damaged, and very long."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, Any, Final

import av
import lameenc
import numpy as np
import pytest

from voiceguide import session
from voiceguide.errors import RequestError
from voiceguide.model.player_settings import PlayerSettings
from voiceguide.sound.ambience import BED_RATE_HZ
from voiceguide.sound.bed import LONGEST_S, SPARE_S, open_bed
from voiceguide.sound.decoding import decoded

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

PITCH_HZ: Final = 400.0


def tone(rate_hz: int, seconds: float, channels: int = 1) -> NDArray[np.int16]:
    """Return a tone of shape (n, channels)."""
    wave = np.sin(2 * np.pi * PITCH_HZ * np.arange(round(rate_hz * seconds)) / rate_hz) * 12_000
    return np.repeat(wave.astype("<i2")[:, None], channels, axis=1)


def mp3(rate_hz: int, channels: int, seconds: float = 3.0) -> bytes:
    encoder = lameenc.Encoder()
    encoder.set_in_sample_rate(rate_hz)
    encoder.set_out_sample_rate(rate_hz)
    encoder.set_channels(channels)
    encoder.set_bit_rate(64)
    encoder.silence()
    return bytes(encoder.encode(tone(rate_hz, seconds, channels).tobytes()) + encoder.flush())


def wav(rate_hz: int, channels: int, seconds: float = 3.0, *, extra: bytes = b"") -> bytes:
    data = tone(rate_hz, seconds, channels).tobytes()
    form = struct.pack("<HHIIHH", 1, channels, rate_hz, 2 * channels * rate_hz, 2 * channels, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + extra + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def encoded(container: str, codec: str, rate_hz: int = 44_100, layout: str = "stereo", **tags: str) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream: Any = output.add_stream(codec, rate=rate_hz, layout=layout)
        output.metadata.update(tags)
        sound = tone(rate_hz, 3.0, stream.codec_context.layout.nb_channels)
        frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="s16", layout=layout)
        frame.sample_rate = rate_hz
        frame.pts = 0
        resampler = av.AudioResampler(format=stream.codec_context.format, layout=layout, rate=rate_hz)
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            output.mux(stream.encode(part))
        output.mux(stream.encode(None))
    return file.getvalue()


def heard(path: Path, data: bytes) -> NDArray[np.float64]:
    """Write a file, and return what is decoded of it, both channels as one, at 48 kHz."""
    path.write_bytes(data)
    sound: NDArray[np.float64] = decoded(path, BED_RATE_HZ, 1.0, 100.0).mean(axis=1, dtype=np.float64)
    return sound


def assert_tone(sound: NDArray[np.float64], seconds: float, tolerance_s: float = 0.2) -> None:
    """Check that a sound has the length of the encoded tone, and its pitch in every half second."""
    assert len(sound) / BED_RATE_HZ == pytest.approx(seconds, abs=tolerance_s)
    half = BED_RATE_HZ // 2
    pitches = []
    for start in range(0, len(sound) - half, half):
        part = sound[start : start + half]
        loud = np.abs(part).max() > 1500
        crossings = np.count_nonzero(np.diff(np.signbit(part)))
        pitches.append(crossings if loud else 0)
    off = [pitch for pitch in pitches if abs(pitch - PITCH_HZ) > 8]
    # Where two parts meet, half a second may hold some of the encoders' silence, or of the junk between them.
    assert len(off) <= len(pitches) // 4, pitches


LATIN: Final = "Café für zwei ©".encode("latin-1")


def id3v1(data: bytes) -> bytes:
    return data + b"TAG" + LATIN.ljust(30, b"\0") * 2 + LATIN.ljust(30, b"\xff") + b"1999" + LATIN.ljust(30) + b"\x0c"


def id3v2(data: bytes) -> bytes:
    """Put a tag in front whose title claims to be UTF-8, and is not."""
    frame = b"TIT2" + struct.pack(">IH", 1 + len(LATIN), 0) + b"\x03" + LATIN
    size = bytes([0, 0, len(frame) >> 7, len(frame) & 127])
    return b"ID3\x04\0\0" + size + frame + data


def test_tags_in_any_encoding(tmp_path: Path) -> None:
    marked = "x" * len(LATIN)
    info = b"INFOINAM" + struct.pack("<I", len(LATIN)) + LATIN + b"\0" * (len(LATIN) % 2)
    files = {
        "v1.mp3": id3v1(mp3(44_100, 2)),
        "v2.mp3": id3v2(mp3(44_100, 2)),
        "info.wav": wav(44_100, 2, extra=b"LIST" + struct.pack("<I", len(info)) + info),
        "tag.flac": encoded("flac", "flac", title=marked).replace(marked.encode(), LATIN),
        "tag.m4a": encoded("ipod", "aac", title=marked).replace(marked.encode(), LATIN),
        "tag.mkv": encoded("matroska", "flac", title=marked).replace(marked.encode(), LATIN),
    }
    for name, data in files.items():
        assert LATIN in data, name
        assert_tone(heard(tmp_path / name, data), 3.0)


@pytest.mark.parametrize(
    "parts",
    [
        [(44_100, 2), (44_100, 1)],
        [(44_100, 2), (48_000, 2), (22_050, 1), (44_100, 2)],
        [(16_000, 1), (44_100, 2), (32_000, 2)],
    ],
)
def test_joined_files_go_on(tmp_path: Path, parts: list[tuple[int, int]]) -> None:
    """`cat one.mp3 two.mp3`: rate and channels change on the way."""
    joined = b"".join(mp3(rate_hz, channels) for rate_hz, channels in parts)
    assert_tone(heard(tmp_path / "joined.mp3", joined), 3.0 * len(parts), tolerance_s=0.15 * len(parts))


def test_joined_files_with_tags_between(tmp_path: Path) -> None:
    joined = b"".join(id3v2(id3v1(mp3(44_100, 2))) for _ in range(3))
    assert_tone(heard(tmp_path / "tagged.mp3", joined), 9.0, tolerance_s=0.5)


def test_a_station_that_changes(tmp_path: Path) -> None:
    """In AAC as it is broadcast, each frame states its own format."""
    joined = encoded("adts", "aac") + encoded("adts", "aac", 22_050, "mono") + encoded("adts", "aac", 48_000)
    assert_tone(heard(tmp_path / "radio.aac", joined), 9.0, tolerance_s=0.5)


def test_damage_on_the_way_is_left_out(tmp_path: Path) -> None:
    junk = np.random.default_rng(3).bytes(20_000)
    whole = mp3(44_100, 2, 6.0)
    assert_tone(heard(tmp_path / "junk.mp3", whole + junk + mp3(44_100, 1)), 9.0, tolerance_s=1.0)
    assert_tone(heard(tmp_path / "begun.mp3", whole[7_777:]), 5.0, tolerance_s=0.3)  # recorded from the middle on
    assert_tone(heard(tmp_path / "cut.mp3", whole[:-9_999]), 4.75, tolerance_s=0.3)
    flac = bytearray(encoded("flac", "flac"))
    flac[len(flac) // 2 : len(flac) // 2 + 50] = bytes(50)
    assert_tone(heard(tmp_path / "scratched.flac", bytes(flac)), 3.0, tolerance_s=0.3)


def test_an_ogg_stream_that_cannot_be_followed_ends_there(tmp_path: Path) -> None:
    chained = encoded("ogg", "flac") + encoded("ogg", "flac", 22_050, "mono")
    assert 2.9 <= len(heard(tmp_path / "chained.ogg", chained)) / BED_RATE_HZ <= 6.1


@pytest.mark.parametrize("channels", [1, 3, 4, 6, 8])
def test_any_number_of_channels(tmp_path: Path, channels: int) -> None:
    assert_tone(heard(tmp_path / "many.wav", wav(44_100, channels)), 3.0)


@pytest.mark.parametrize(
    "codec", ["pcm_u8", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_mulaw", "adpcm_ms"]
)
def test_any_width(tmp_path: Path, codec: str) -> None:
    assert_tone(heard(tmp_path / "x.wav", encoded("wav", codec)), 3.0)


@pytest.mark.parametrize("rate_hz", [1, 10, 3_999, 800_000, 2**31 - 1, 2**32 - 1])
def test_a_rate_that_nothing_is_recorded_at_is_refused_at_once(tmp_path: Path, rate_hz: int) -> None:
    data = bytearray(wav(44_100, 1))
    data[24:28] = struct.pack("<I", rate_hz)
    (tmp_path / "odd.wav").write_bytes(data)
    with pytest.raises(RequestError, match=r"cannot be (played: it claims to have \d+ samples|read as sound)"):
        open_bed(str(tmp_path / "odd.wav"))


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"RIFF", b"ID3", b"OggS", b"fLaC", b"\xff\xfb\x90\x00" * 3, bytes(100_000)]
)
def test_what_is_no_sound_is_said_in_our_words(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.mp3"
    path.write_bytes(data)
    with pytest.raises(RequestError, match=r"cannot be read as sound: give an|holds no sound|is too short"):
        open_bed(str(path))


# A day of sound.

DAY_S: Final = 86_400
DAY_RATE_HZ: Final = 8_000


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A day of hum, in a file that is a hole but for the first minutes: some 700 MB that take no room."""
    path = tmp_path_factory.mktemp("day") / "day.wav"
    size = DAY_S * DAY_RATE_HZ
    form = struct.pack("<HHIIHH", 1, 1, DAY_RATE_HZ, DAY_RATE_HZ, 1, 8)
    sound = (128 + 60 * np.sin(np.arange(1200 * DAY_RATE_HZ) / 5)).astype(np.uint8).tobytes()
    with path.open("wb") as file:
        file.write(
            b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt \x10\0\0\0" + form + b"data" + struct.pack("<I", size)
        )
        file.write(sound)
        file.truncate(44 + size)
    return path


def test_of_a_day_no_more_is_read_than_the_session_needs(day: Path) -> None:
    bed = open_bed(str(day), 60.0)
    assert bed
    assert 60.0 + SPARE_S - 1 < len(bed.samples) / BED_RATE_HZ <= 60.0 + SPARE_S
    assert LONGEST_S <= 3600.0


def test_what_is_played_and_what_is_exported_has_the_same_part_of_it(day: Path, clip_cache: Path) -> None:
    pacing = session.paced(only=("seated-twist",), words="minimal", bed=str(day))
    with session.player(
        "desk-break", pacing=pacing, cache_dir=clip_cache, playing=PlayerSettings(output="null")
    ) as player:
        played = player._score.arrangement.bed
    exported = session.plan("desk-break", pacing=pacing, cache_dir=clip_cache).bed()
    assert played
    assert exported
    assert np.array_equal(played.samples, exported.samples)
    assert played.loudest_lufs == exported.loudest_lufs
    assert len(played.samples) / BED_RATE_HZ < 10 * 60


def test_a_day_of_sound_takes_the_memory_of_a_session(day: Path, clip_cache: Path, tmp_path: Path) -> None:
    program = textwrap.dedent(
        f"""
        import resource, sys
        from voiceguide import session
        pacing = session.paced(only=("seated-twist",), words="minimal", bed=sys.argv[1])
        session.plan("desk-break", pacing=pacing, cache_dir={str(clip_cache)!r}).export(sys.argv[2])
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        """
    )
    short = tmp_path / "short.wav"
    short.write_bytes(wav(DAY_RATE_HZ, 1, 100.0))
    peaks_kb = []
    for number, bed in enumerate((short, day)):
        command = [sys.executable, "-c", program, str(bed), str(tmp_path / f"{number}.wav")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        peaks_kb.append(int(done.stdout))
    assert peaks_kb[1] < peaks_kb[0] + 120_000
