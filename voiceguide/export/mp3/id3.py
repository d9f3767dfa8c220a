"""ID3v2.4 tags with chapters, after id3.org's "ID3v2.4.0 structure" and "ID3v2 Chapter Frame Addendum".

No well-kept library with a permissive licence writes CHAP and CTOC in order: mutagen is GPL and sorts frames by size,
and PyAV would cost 80 ms of start-up for these few bytes.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from voiceguide.export.bounded import at_most_bytes
from voiceguide.export.caption_text import lrc_text
from voiceguide.export.lrc import lrc_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiceguide.export.metadata import ChapterMark, Metadata, TimedLine

_UTF8: Final = b"\x03"
_NO_OFFSET: Final = 0xFFFFFFFF
_TOP_LEVEL_ORDERED, _ORDERED = 0x03, 0x01
_MILLISECONDS, _LYRICS = b"\x02", b"\x01"
"""The time format and the content type of SYLT."""
_FRONT_COVER = b"\x03"
_MOST_ENTRIES: Final = 255
"""The number of entries of a CTOC is one byte."""
_LONGEST_TITLE_BYTES: Final = 126
"""The longest title of a chapter, without the byte for its encoding. Sizes have seven bits per byte, but many readers
(FFmpeg, node-id3) read those inside a CHAP as plain numbers, and lose the chapter where the two differ: from 128 on."""
_PADDING_BYTES: Final = 1024
"""Readers look behind a frame to check that they understood its size (exiftool warns if the tag ends there); and a tag
with padding can be edited without moving the whole file."""


def id3_tag(metadata: Metadata) -> bytes:
    """The whole tag, which precedes the first MP3 frame."""
    language = metadata.language_639_2.encode()
    texts = {
        b"TIT2": metadata.title,
        b"TPE1": metadata.artist,
        b"TALB": metadata.album,
        b"TCON": metadata.genre,
        b"TDRC": metadata.date,
    }
    frames = [
        *(_text(name, text) for name, text in texts.items() if text),
        _frame(b"TLAN", _UTF8 + language),
        *([_frame(b"COMM", _UTF8 + language + b"\0" + _encoded(metadata.comment))] if metadata.comment else []),
        *_chapters(metadata.chapters),
        *_lyrics(metadata.lines, language),
        *_cover(metadata.cover),
    ]
    body = b"".join(frames) + bytes(_PADDING_BYTES)
    return b"ID3\x04\x00\x00" + _synchsafe(len(body)) + body


def _chapters(chapters: Sequence[ChapterMark]) -> list[bytes]:
    """A root CTOC that lists every chapter in order, and the CHAPs; with more than 255, another level between them."""
    if not chapters:
        return []
    names = [f"chp{number}" for number in range(len(chapters))]
    groups = [names[first : first + _MOST_ENTRIES] for first in range(0, len(names), _MOST_ENTRIES)]
    if len(groups) == 1:
        tables = [_table("toc", _TOP_LEVEL_ORDERED, names)]
    else:
        parts = [f"toc{number}" for number in range(len(groups))]
        tables = [_table("toc", _TOP_LEVEL_ORDERED, parts)]
        tables += [_table(part, _ORDERED, group) for part, group in zip(parts, groups, strict=True)]
    return tables + [_chapter(name, chapter) for name, chapter in zip(names, chapters, strict=True)]


def _table(name: str, flags: int, entries: Sequence[str]) -> bytes:
    listed = b"".join(entry.encode() + b"\0" for entry in entries)
    return _frame(b"CTOC", name.encode() + b"\0" + bytes([flags, len(entries)]) + listed)


def _chapter(name: str, chapter: ChapterMark) -> bytes:
    times = struct.pack(">IIII", round(chapter.start_s * 1000), round(chapter.end_s * 1000), _NO_OFFSET, _NO_OFFSET)
    title = _text(b"TIT2", at_most_bytes(chapter.title, _LONGEST_TITLE_BYTES))
    return _frame(b"CHAP", name.encode() + b"\0" + times + title)


def _lyrics(lines: Sequence[TimedLine], language: bytes) -> list[bytes]:
    """The timed lines twice: as LRC inside USLT, which most players show, and as SYLT, which is exact.

    Some players convert SYLT to LRC before they show it, so both have the texts of LRC.
    """
    if not lines:
        return []
    lrc = "\n".join(lrc_lines(lines))
    timed = b"".join(
        _encoded(lrc_text(line.text)) + b"\0" + struct.pack(">I", round(line.start_s * 1000)) for line in lines
    )
    return [
        _frame(b"USLT", _UTF8 + language + b"\0" + _encoded(lrc)),
        _frame(b"SYLT", _UTF8 + language + _MILLISECONDS + _LYRICS + b"\0" + timed),
    ]


def _cover(png: bytes) -> list[bytes]:
    return [_frame(b"APIC", _UTF8 + b"image/png\0" + _FRONT_COVER + b"\0" + png)] if png else []


def _text(name: bytes, text: str) -> bytes:
    return _frame(name, _UTF8 + _encoded(text))


def _encoded(text: str) -> bytes:
    """The text in UTF-8 without NULs, which would end it."""
    return text.replace("\0", "").encode()


def _frame(name: bytes, body: bytes) -> bytes:
    return name + _synchsafe(len(body)) + b"\0\0" + body


def _synchsafe(number: int) -> bytes:
    """28 bits in four bytes with clear top bits, so that no size looks like an MP3 frame."""
    return bytes((number >> shift) & 0x7F for shift in (21, 14, 7, 0))
