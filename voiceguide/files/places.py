"""Where the user's own files are: config, routines and history; what lies in such a folder, and what `~` means.

Where clips are is the business of `voiceguide.speech.store`. A user whom the system does not know, as in a container,
has no home folder: then these places are None, and whoever cannot do without one asks `known` for it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from voiceguide.errors import NoHomeError

if TYPE_CHECKING:
    from collections.abc import Callable

_APP = "voiceguide"
_ADDRESS = "file:///"


def entries(folder: Path) -> list[Path]:
    """What lies in a folder of ours, listed at once; nothing where there is none.

    OSError where it may not be looked into (from Python 3.13 on `glob` passes over that), or is no folder.
    """
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        if os.path.lexists(folder):
            raise
        return []  # something above it is no folder: `HOME=/dev/null` is what services are given


def config_path() -> Path | None:
    """`VOICEGUIDE_CONFIG`, or `config.toml` in the user's config folder; None where nobody knows that one."""
    if chosen := os.environ.get("VOICEGUIDE_CONFIG"):
        return expanded(chosen)
    import platformdirs

    folder = _user_folder(platformdirs.user_config_dir)
    return folder / "config.toml" if folder else None


def routines_folder() -> Path | None:
    """The folder of the user's own routines; it need not exist. None where nobody knows it."""
    folder = _data_folder()
    return folder / "routines" if folder else None


def phrases_folder() -> Path | None:
    """The folder of the user's own phrasebooks, `fr.toml`; it need not exist. None where nobody knows it."""
    folder = _data_folder()
    return folder / "phrases" if folder else None


def voices_folder() -> Path | None:
    """The folder of the voices that `voiceguide voices get` fetches; it need not exist. None where nobody knows it."""
    folder = _data_folder()
    return folder / "voices" if folder else None


def history_folder() -> Path | None:
    """The folder that says what was played when; it need not exist. None where nobody knows it."""
    folder = _data_folder()
    return folder / "history" if folder else None


def cache_folder() -> Path | None:
    """The user's folder for what can be made again. None where nobody knows it."""
    import platformdirs

    return _user_folder(platformdirs.user_cache_dir)


def known(place: Path | None, what: str, instead: str = "set HOME") -> Path:
    """`place`, which is for `what`. Raises NoHomeError, with what to do `instead`, where it is None."""
    if place is None:
        message = f"there is no place for {what}: this user has no home folder; {instead}"
        raise NoHomeError(message)
    return place


def expanded(path: str | Path) -> Path:
    """`path` with a `~` or `~user` at its beginning replaced, as shells do; they leave alone what stands in quotes.

    A user whom nobody knows is left as it is: files may be called so. Raises NoHomeError for a `~` of nobody's.
    """
    text = os.fspath(path)
    if not text.startswith("~"):
        plain = Path(text)
        # `./~` is a file of that name, and pathlib drops the dot that says so.
        return plain.absolute() if plain.parts[:1] and plain.parts[0].startswith("~") else plain
    first, _, rest = text.partition("/")
    if first == "~":
        if (home := _home()) is None:
            message = f"{text}: nobody knows where ~ is: this user has no home folder; set HOME"
            raise NoHomeError(message)
        return home / rest.lstrip("/")
    try:
        return Path(os.path.expanduser(text))  # noqa: PTH111 -- Path's own raises for an unknown user
    except ValueError:  # what can be no user's name can be no file's either, which is said where it is opened
        return Path(text)


def path_of(name: str) -> Path:
    """The file that `name`, a path or a `file:///` address, names.

    Python takes names that are not UTF-8, and JSON, pydantic and most of what writes text do not: see `as_text`.
    """
    if not name.startswith(_ADDRESS):
        return expanded(name)
    from urllib.parse import unquote_to_bytes

    path = os.fsdecode(unquote_to_bytes(name.removeprefix(_ADDRESS)))
    return Path(path if sys.platform == "win32" else f"/{path}")


def as_text(path: str) -> str:
    """`path` as any text may hold it: where it is not UTF-8, the `file:///` address of the same file."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return expanded(path).absolute().as_uri()
    return path


def beside(file: Path, path: str) -> Path:
    """A path that was written in `file`: from the folder that holds it, wherever the program runs."""
    return file.absolute().parent / path_of(path)


def _data_folder() -> Path | None:
    import platformdirs

    return _user_folder(platformdirs.user_data_dir)


def _user_folder(find: Callable[[str], str]) -> Path | None:
    try:
        folder = Path(find(_APP))
    except (RuntimeError, KeyError):  # how the versions of platformdirs say that there is no home
        return None
    return folder if folder.is_absolute() else None


def _home() -> Path | None:
    """The user's home folder: `HOME`, where that is a whole path, or what the system knows."""
    variable = "USERPROFILE" if os.name == "nt" else "HOME"
    if (named := Path(os.environ.get(variable, ""))).is_absolute():
        return named
    try:
        import pwd

        found = Path(pwd.getpwuid(os.getuid()).pw_dir)
    except (ImportError, KeyError):
        return None
    return found if found.is_absolute() else None
