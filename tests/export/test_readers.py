"""Every program reads what we write: titles that are long or foreign, many chapters, cover, language and lengths."""

from __future__ import annotations

import hashlib
import io
import json
import re
import struct
import subprocess
import unicodedata
from typing import TYPE_CHECKING, Any

import mutagen.flac
import numpy as np
import pytest
from msgspec.structs import replace

from tests.export import strangers
from tests.export.hum import Hum
from tests.export.measure import RATE_HZ, probed
from voiceguide.export.bounded import at_most_bytes
from voiceguide.export.exporter import export
from voiceguide.export.metadata import ChapterMark, Metadata, TimedLine
from voiceguide.export.mp3.id3 import id3_tag
from voiceguide.model.pcm import to_pcm16
from voiceguide.picture.png import write_png
from voiceguide.picture.shapes import Picture, Rect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.export.strangers import Chapters

    Tool = Callable[[str], str]

SUFFIXES = ["mp3", "m4b", "opus", "flac"]
LIMIT_BYTES = {"mp3": 126, "m4b": 255, "opus": 255, "flac": 255}
LARGEST_CHARACTER_BYTES = 40
TITLES = (
    "Welcome",
    'Reach; stand-over & more, "quoted" = naïve ½ \N{EN DASH} ünï',
    "y" * 126,
    "y" * 127,
    "é" * 63,
    "é" * 63 + "y",
    "é" * 127 + "y",
    "é" * 128,
    "step " + "café " * 70 + "end",
    "cafe\u0301 " * 60,
    "a\u0301\u0323\u0302" * 60,
    "\N{PERSON IN LOTUS POSITION}\u200d\N{FEMALE SIGN}\ufe0f " * 30,
    "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}" * 20,
    "\N{REGIONAL INDICATOR SYMBOL LETTER D}\N{REGIONAL INDICATOR SYMBOL LETTER E}" * 40,
    "تمدد الظهر العلوي ببطء " * 15,
    "ऊपरी पीठ का खिंचाव " * 12,
    "목과 어깨 스트레칭 " * 14,
    unicodedata.normalize("NFD", "목과 어깨 ") * 20,
    "上背部のストレッチ、ゆっくりと" * 12,
    "-->[00:01.00]<b>{x}\\N",
    "Close",
)
LONG = "step " + "café " * 70 + "end"
LENGTH_S = 3.0


def marks(titles: tuple[str, ...]) -> tuple[ChapterMark, ...]:
    """Return chapters with these titles, in equal parts of the sound."""
    part_s = LENGTH_S / len(titles)
    return tuple(
        ChapterMark(title, round(number * part_s, 3), round((number + 1) * part_s, 3))
        for number, title in enumerate(titles)
    )


def cover() -> bytes:
    file = io.BytesIO()
    write_png(Picture(300, 200, "Title", "Description", (Rect(20, 20, 100, 100, "#123456"),)), file)
    return file.getvalue()


def about(chapters: tuple[ChapterMark, ...], **changes: object) -> Metadata:
    lines = (TimedLine("[start chime]", 0.0, 1.0), TimedLine("Breathe.", 1.0, 2.0))
    comment = "a comment; with = signs \N{EN DASH} " * 20
    told = Metadata(
        LONG, "ärtist", "voiceguide sessions", comment, "en", chapters, date="2026-11-24", draw=cover, lines=lines
    )
    return replace(told, **changes)


KINDS = {
    "odd": marks(TITLES),
    "many": marks(tuple(f"Part {number}" for number in range(130))),
    "one of no length": (ChapterMark("a", 0.0, 1.0), ChapterMark("b", 1.0, 1.0), ChapterMark("c", 1.0, 3.0)),
    "none": (),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    folder = tmp_path_factory.mktemp("read")
    made = {}
    for kind, chapters in KINDS.items():
        for suffix in SUFFIXES:
            path = folder / f"{kind}.{suffix}".replace(" ", "-")
            export(Hum(round(LENGTH_S * RATE_HZ), 1), path, about(chapters))
            made[kind, suffix] = path
    return made


def readings(tool: Tool, suffix: str, path: Path) -> dict[str, tuple[str, Chapters]]:
    """Return what every reader of the format reads of a file."""
    read = {
        "ffprobe": strangers.by_ffprobe(tool, path),
        "mpv": strangers.by_mpv(tool, path),
        "mutagen": strangers.by_mutagen(path),
        **{f"mutagen {version}": strangers.by_mutagen(path, version) for version in strangers.OLD_MUTAGENS},
    }
    if suffix == "mp3":
        read["node-id3"] = strangers.by_node_id3(tool, path)
    if suffix == "flac":
        read["metaflac"] = strangers.by_metaflac(tool, path)
    return read


def check_title(read: str, planned: str, limit_bytes: int) -> None:
    """Check that a title was read in full, or cut to as many whole characters as there is room for."""
    assert planned.startswith(read)
    rest = planned[len(read) :]
    if not rest:
        return
    assert len(planned.encode()) > limit_bytes
    assert limit_bytes - LARGEST_CHARACTER_BYTES <= len(read.encode()) <= limit_bytes
    assert not unicodedata.category(rest[0]).startswith("M")
    assert "\u200d" not in (rest[0], read[-1])
    assert not 0x1160 <= ord(rest[0]) <= 0x11FF  # a vowel or a final consonant of a Korean syllable
    flags = re.search("[\N{REGIONAL INDICATOR SYMBOL LETTER A}-\N{REGIONAL INDICATOR SYMBOL LETTER Z}]*$", read)
    assert flags
    assert len(flags[0]) % 2 == 0


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("kind", ["odd", "many"])
def test_every_reader_finds_every_chapter(
    kind: str, suffix: str, files: dict[tuple[str, str], Path], tool: Tool
) -> None:
    for reader, (title, chapters) in readings(tool, suffix, files[kind, suffix]).items():
        assert title == LONG, reader
        assert len(chapters) == len(KINDS[kind]), reader
        for (start_s, read), planned in zip(chapters, KINDS[kind], strict=True):
            assert start_s == pytest.approx(planned.start_s, abs=0.0015), reader
            check_title(read, planned.title, LIMIT_BYTES[suffix])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_chapter_of_no_length_hides_no_other(suffix: str, files: dict[tuple[str, str], Path], tool: Tool) -> None:
    for reader, (_, chapters) in readings(tool, suffix, files["one of no length", suffix]).items():
        found = {title: start_s for start_s, title in chapters}
        assert found["a"] == pytest.approx(0.0, abs=0.0015), reader
        assert found["c"] == pytest.approx(1.0, abs=0.0015), reader


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_without_chapters_it_is_read_too(suffix: str, files: dict[tuple[str, str], Path], tool: Tool) -> None:
    for reader, (title, chapters) in readings(tool, suffix, files["none", suffix]).items():
        assert (title, chapters) == (LONG, []), reader


def test_exiftool_has_nothing_to_complain_of(files: dict[tuple[str, str], Path], tool: Tool) -> None:
    command = [tool("exiftool"), "-json", "-a", "-warning", "-error", "-title", "-artist", "-charset", "utf8"]
    told = json.loads(strangers.answer(*command, *files.values()))
    assert len(told) == len(files)
    for read in told:
        complaints = [text for name, text in read.items() if name.startswith(("Warning", "Error"))]
        assert [text for text in complaints if not str(text).startswith("[minor]")] == [], read["SourceFile"]
        assert (read["Title"], read["Artist"]) == (LONG, "ärtist")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_it_says_its_language(suffix: str, files: dict[tuple[str, str], Path], tool: Tool) -> None:
    found = probed(tool("ffprobe"), files["odd", suffix])
    tags = {**found["streams"][0].get("tags", {}), **found["format"].get("tags", {})}
    assert {name.lower(): text for name, text in tags.items()}["language"] == "eng"


def test_a_character_longer_than_the_room_is_cut_between_code_points() -> None:
    assert at_most_bytes("a" + "\u0301" * 100, 6) == "a\u0301\u0301"
    assert at_most_bytes("\N{MAN}\u200d\N{WOMAN}", 5) == "\N{MAN}"
    assert at_most_bytes("word and more", 5) == "word"
    assert at_most_bytes("", 5) == ""


def test_an_id3_tag_holds_no_empty_texts_and_ends_with_padding(files: dict[tuple[str, str], Path]) -> None:
    tag = files["odd", "mp3"].read_bytes()
    size = sum(byte << shift for byte, shift in zip(tag[6:10], (21, 14, 7, 0), strict=True))
    assert tag[10 + size - 256 : 10 + size] == bytes(256)
    assert tag[10 + size] == 0xFF  # the first frame of sound follows
    bare = id3_tag(Metadata("A title", "voiceguide", "", "", "en", ()))
    assert not [name for name in (b"TALB", b"COMM", b"TDRC") if name in bare]


def end_of_blocks(flac: bytes) -> int:
    """Return where the frames begin, after the last metadata block."""
    at = 4
    while True:
        last, size = flac[at] & 0x80, int.from_bytes(flac[at + 1 : at + 4], "big")
        at += 4 + size
        if last:
            return at


@pytest.fixture(scope="module")
def long_flac(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Hum]:
    sound = Hum(35 * RATE_HZ + 77, 1)
    path = tmp_path_factory.mktemp("flac") / "long.flac"
    export(sound, path, about(KINDS["odd"]))
    return path, sound


def test_the_reference_decoder_finds_a_flac_sound_and_whole(long_flac: tuple[Path, Hum], tool: Tool) -> None:
    path, sound = long_flac
    strangers.answer(tool("flac"), "--test", "--silent", "--warnings-as-errors", path)
    samples = np.empty(sound.length, np.float32)
    sound.render(0, samples)
    info = mutagen.flac.FLAC(path).info
    assert (info.total_samples, info.channels, info.bits_per_sample) == (sound.length, 1, 16)
    assert f"{info.md5_signature:032x}" == hashlib.md5(to_pcm16(samples).tobytes()).hexdigest()  # noqa: S324


def test_the_cover_of_a_flac_is_a_picture_and_no_comment(long_flac: tuple[Path, Hum], tool: Tool) -> None:
    told = strangers.answer(tool("metaflac"), "--list", "--block-type=PICTURE", long_flac[0])
    assert "type: 3 (Cover (front))" in told
    assert re.findall(r"(?:MIME type|width|height|depth): (.*)", told) == ["image/png", "300", "200", "24"]
    read = mutagen.flac.FLAC(long_flac[0])
    [picture] = read.pictures
    assert picture.data == cover()
    assert "metadata_block_picture" not in read


def test_every_ten_seconds_of_a_flac_can_be_sought(long_flac: tuple[Path, Hum], tool: Tool) -> None:
    path, sound = long_flac
    read = mutagen.flac.FLAC(path)
    table: Any = read.seektable
    points = table.seekpoints
    assert len(points) == 4
    data = path.read_bytes()
    kinds = [block.code for block in read.metadata_blocks]
    assert kinds[-2:] == [3, 1]  # the seek table, and padding after it
    first = 4 + sum(4 + len(block.write()) for block in read.metadata_blocks[:-1]) + 4 + read.metadata_blocks[-1].length
    for number, point in enumerate(points):
        assert 0 <= number * 10 * RATE_HZ - point.first_sample < point.num_samples
        assert data[first + point.byte_offset :][:2] == b"\xff\xf8"
    at = 30 * RATE_HZ + 5
    command = [tool("flac"), "-d", "-s", "-c", "--force-raw-format", "--endian=little", "--sign=signed"]
    part = subprocess.run(
        [*command, f"--skip={at}", f"--until={at + 500}", str(path)], check=True, capture_output=True, timeout=60
    ).stdout
    samples = np.empty(500, np.float32)
    sound.render(at, samples)
    assert part == to_pcm16(samples).tobytes()


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("extra", [0, 1, 8, 12, 23])
def test_the_length_of_an_mp4_is_exact_in_frames_and_never_short_in_milliseconds(
    extra: int, channels: int, tmp_path: Path, tool: Tool
) -> None:
    sound = Hum(3 * RATE_HZ * channels + extra, channels)
    path = tmp_path / "hum.m4b"
    export(sound, path, about(KINDS["odd"]))
    command = [tool("ffprobe"), "-v", "error", "-of", "json", "-select_streams", "a", "-show_entries"]
    told = json.loads(strangers.answer(*command, "packet=duration:stream=time_base:format=duration", path))
    assert told["streams"][0]["time_base"] == f"1/{sound.rate_hz}"
    primed = 1024  # samples of AAC before the first that is heard
    milliseconds = -(-sound.length * 1000 // sound.rate_hz)
    assert scale_and_length(path, b"mdhd") == (sound.rate_hz, sound.length + primed)
    assert scale_and_length(path, b"mvhd") == (1000, milliseconds)
    assert float(told["format"]["duration"]) == pytest.approx(milliseconds / 1000, abs=1e-6)
    played = sum(packet["duration"] for packet in told["packets"]) - primed
    assert 0 <= played - sound.length < sound.rate_hz / 1000
    for version in ("", *strangers.OLD_MUTAGENS):
        assert strangers.by_mutagen(path, version)[1][1][0] == pytest.approx(KINDS["odd"][1].start_s, abs=0.0015)


def scale_and_length(path: Path, kind: bytes) -> tuple[int, int]:
    """Return the time scale and the length in the first box of a kind, which must have version 0."""
    data = path.read_bytes()
    at = data.index(kind)
    scale, length = struct.unpack(">II", data[at + 16 : at + 24])
    return scale, length


def serial(path: Path) -> int:
    data = path.read_bytes()
    assert data[:4] == b"OggS"
    return int.from_bytes(data[14:18], "little")


def test_the_serial_of_an_opus_stream_is_that_of_the_session(tmp_path: Path) -> None:
    sound = Hum(RATE_HZ, 1)
    for name, changes in {"one": {}, "same": {"date": "2026-12-01"}, "other": {"title": "Another"}}.items():
        export(sound, tmp_path / f"{name}.opus", about(KINDS["odd"], **changes))
    one, same, other = (serial(tmp_path / f"{name}.opus") for name in ("one", "same", "other"))
    assert 0 < one == same < 1 << 31
    assert 0 < other != one
