"""Write a Picture to a file, in the format of its suffix; whole or not at all."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

from voiceguide.errors import UnknownNameError
from voiceguide.files.whole_file import check_writable, whole_file
from voiceguide.picture.png import write_png
from voiceguide.picture.svg import write_svg

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from voiceguide.picture.shapes import Picture

_WRITERS: Final[Mapping[str, Callable[[Picture, IO[bytes]], None]]] = {".png": write_png, ".svg": write_svg}


def check_picture(path: Path, *, force: bool) -> None:
    """Check, before any work is done, that a picture can be written to `path`.

    Raises RequestError for an unknown suffix, and for an existing file unless `force`; ExportError for a folder that
    cannot be written to.
    """
    _writer_for(path)
    check_writable(path, force=force)


def write_picture(picture: Picture, path: Path, *, force: bool = False) -> None:
    """Write `picture` to `path`, in the format of its suffix. Raises RequestError and ExportError."""
    check_picture(path, force=force)
    write = _writer_for(path)
    with whole_file(path, force=force) as file:
        write(picture, file)


def _writer_for(path: Path) -> Callable[[Picture, IO[bytes]], None]:
    if writer := _WRITERS.get(path.suffix.lower()):
        return writer
    raise UnknownNameError("picture format", path.suffix or path.name, _WRITERS)
