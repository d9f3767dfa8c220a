"""Picture files are well-formed and whole, and are written only where they may be."""

from __future__ import annotations

import errno
import os
import xml.etree.ElementTree as ET
from collections import Counter
from typing import IO, TYPE_CHECKING

import msgspec
import pytest
from PIL import Image

from voiceguide.errors import ExportError, RequestError, UnknownNameError
from voiceguide.picture import files, palette, png
from voiceguide.picture.files import write_picture
from voiceguide.picture.layout import lay_out
from voiceguide.picture.notes import cue_note

if TYPE_CHECKING:
    from pathlib import Path

    from voiceguide import session
    from voiceguide.model.timeline import Timeline
    from voiceguide.picture.shapes import Picture

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '</text><script>alert("1")</script> & \' ]]> <!-- \x00\x1b\ufffe \ud800 \u202e'


def retitled(timeline: Timeline, title: str) -> Timeline:
    chapters = tuple(msgspec.structs.replace(chapter, title=title) for chapter in timeline.chapters)
    cues = tuple(msgspec.structs.replace(cue, text=title) for cue in timeline.cues)
    return msgspec.structs.replace(timeline, title=title, chapters=chapters, cues=cues)


def parsed(path: Path) -> ET.Element:
    return ET.fromstring(path.read_bytes())  # noqa: S314 -- our own


def test_svg_says_everything_in_words_too(upper_back: session.Session, tmp_path: Path) -> None:
    upper_back.picture(tmp_path / "x.svg")
    root = parsed(tmp_path / "x.svg")
    assert root.tag == f"{SVG}svg"
    assert root.get("width") == "1200"
    assert root.get("font-family") == "sans-serif"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert {title.get("id"), description.get("id")} == set((root.get("aria-labelledby") or "").split())
    shown = " ".join(text.text or "" for text in root.iter(f"{SVG}text"))
    over = [note.text for note in root.iter(f"{SVG}title")]
    for chapter in upper_back.timeline.chapters:
        assert chapter.title in shown
        assert chapter.title in (description.text or "")
    for cue in upper_back.timeline.cues:
        assert cue_note(cue, upper_back.timeline.rate_hz) in over


def test_hostile_titles_stay_text(upper_back: session.Session, tmp_path: Path) -> None:
    picture = lay_out(retitled(upper_back.timeline, HOSTILE), HOSTILE, HOSTILE)
    write_picture(picture, tmp_path / "x.svg")
    root = parsed(tmp_path / "x.svg")
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        *("svg", "title", "desc", "rect", "polygon", "polyline", "text"),
    }
    assert "<script>alert(" in "".join(root.itertext())
    write_picture(picture, tmp_path / "x.png")
    with Image.open(tmp_path / "x.png") as image:
        image.load()


def test_png_is_1200_wide_and_not_blank(upper_back: session.Session, tmp_path: Path) -> None:
    upper_back.picture(tmp_path / "x.PNG")
    with Image.open(tmp_path / "x.PNG") as image:
        assert image.format == "PNG"
        image.load()
        picture = lay_out(upper_back.timeline, "steady", "hibari:heart")
        assert image.size == (1200, picture.height_px)
        assert image.info["Title"] == picture.title
        assert "Thread the needle" in image.info["Description"]
        pixels = Counter(zip(*[iter(image.convert("RGB").tobytes())] * 3, strict=True))
    painted = {"#" + bytes(colour).hex() for colour, count in pixels.items() if count > 500}
    assert {palette.PAPER, palette.HOLD, *palette.CHAPTERS} <= painted


@pytest.mark.parametrize("machine_fonts", [True, False])
def test_letters_that_the_built_in_font_lacks(
    upper_back: session.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, machine_fonts: bool
) -> None:
    if not machine_fonts:
        monkeypatch.setattr(png, "_FALLBACK_FONTS", ("there is no such font.ttf",))
    fonts = png._Fonts()
    _, text = fonts.lettering("Rücken", 36.0)
    assert text in ({"Rücken", "Rucken"} if machine_fonts else {"Rucken"})
    assert fonts.lettering("Back", 36.0)[1] == "Back"
    write_picture(lay_out(retitled(upper_back.timeline, "Rücken 背中"), "steady", "x:y"), tmp_path / "x.png")


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_a_file_that_is_there_is_kept_unless_forced(upper_back: session.Session, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"mine{suffix}"
    path.write_text("precious")
    with pytest.raises(RequestError, match="force=True"):
        upper_back.picture(path)
    assert path.read_text() == "precious"
    upper_back.picture(path, force=True)
    assert path.read_bytes() != b"precious"
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_the_same_session_gives_the_same_bytes(upper_back: session.Session, tmp_path: Path) -> None:
    for suffix in (".svg", ".png"):
        upper_back.picture(tmp_path / f"a{suffix}")
        upper_back.picture(tmp_path / f"b{suffix}")
        assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


def test_names_that_cannot_be_meant(upper_back: session.Session, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"no picture format is called '\.gif': .*\.png"):
        upper_back.picture(tmp_path / "x.gif")
    with pytest.raises(UnknownNameError, match=r"there is \.png, \.svg"):
        upper_back.picture(tmp_path / "noname")
    with pytest.raises(ExportError, match="there is no folder"):
        upper_back.picture(tmp_path / "no" / "x.png")
    (tmp_path / "dir.svg").mkdir()
    with pytest.raises(RequestError, match="is a folder"):
        upper_back.picture(tmp_path / "dir.svg")


def test_a_full_disk_leaves_nothing(
    upper_back: session.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_picture: Picture, file: IO[bytes]) -> None:
        file.write(b"half of it")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files, "_WRITERS", {".svg": full})
    (tmp_path / "x.svg").write_text("the old one")
    with pytest.raises(ExportError, match="the disk is full"):
        upper_back.picture(tmp_path / "x.svg", force=True)
    assert (tmp_path / "x.svg").read_text() == "the old one"
    assert [found.name for found in tmp_path.iterdir()] == ["x.svg"]
