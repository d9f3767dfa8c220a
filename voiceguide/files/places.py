"""Where the user's own files are: configuration, routines and history. Also lists such folders, and expands `~`.

`voiceguide.speech.store` knows where clips are. A user whom the system does not know, as in a container, has no home
folder: then these places are None, and `known` raises for a caller that needs one.
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
    """The contents of one of our folders, or nothing if it does not exist.

    Raises OSError if the folder may not be read (`glob` ignores that from Python 3.13 on), or is not a folder.
    """
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        if os.path.lexists(folder):
            raise
        return []  # something above it is not a folder: services get `HOME=/dev/null`


def config_path() -> Path | None:
    """`VOICEGUIDE_CONFIG`, or `config.toml` in the user's configuration folder. None if that is not known."""
    if chosen := os.environ.get("VOICEGUIDE_CONFIG"):
        return expanded(chosen)
    import platformdirs

    folder = _user_folder(platformdirs.user_config_dir)
    return folder / "config.toml" if folder else None


def routines_folder() -> Path | None:
    """The folder of the user's own routines; it need not exist. None if it is not known."""
    folder = _data_folder()
    return folder / "routines" if folder else None


def phrases_folder() -> Path | None:
    """The folder of the user's own phrasebooks, `fr.toml`; it need not exist. None if it is not known."""
    folder = _data_folder()
    return folder / "phrases" if folder else None


def voices_folder() -> Path | None:
    """The folder of the voices that `voiceguide voices get` fetches; it need not exist. None if it is not known."""
    folder = _data_folder()
    return folder / "voices" if folder else None


def history_folder() -> Path | None:
    """The folder of the history; it need not exist. None if it is not known."""
    folder = _data_folder()
    return folder / "history" if folder else None


def cache_folder() -> Path | None:
    """The user's folder for files that can be made again. None if it is not known."""
    import platformdirs

    return _user_folder(platformdirs.user_cache_dir)


def known(place: Path | None, what: str, instead: str = "set HOME") -> Path:
    """Return `place`, or raise NoHomeError if it is None, saying `what` is kept there and what to do `instead`."""
    if place is None:
        message = f"there is no place for {what}: this user has no home folder; {instead}"
        raise NoHomeError(message)
    return place


def expanded(path: str | Path) -> Path:
    """Expand a leading `~` or `~user`, which shells do not expand in quotes.

    The name of an unknown user is left as it is: a file may be called that. Raises NoHomeError for `~` if the user has
    no home folder.
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
    except ValueError:  # neither a user nor a file can be called that: opening it says so
        return Path(text)


def path_of(name: str) -> Path:
    """The path of a file from `name`, a path or a `file:///` address.

    Python allows file names that are not UTF-8; JSON, pydantic and most text files do not. See `as_text`.
    """
    if not name.startswith(_ADDRESS):
        return expanded(name)
    from urllib.parse import unquote_to_bytes

    path = os.fsdecode(unquote_to_bytes(name.removeprefix(_ADDRESS)))
    return Path(path if sys.platform == "win32" else f"/{path}")


def as_text(path: str) -> str:
    """`path` in a form that any text can hold: the `file:///` address of the file if the path is not UTF-8."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return expanded(path).absolute().as_uri()
    return path


def beside(file: Path, path: str) -> Path:
    """A path that was written in `file`, relative to the folder of that file."""
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
    """The user's home folder: `HOME` if that is an absolute path, or what the system knows."""
    variable = "USERPROFILE" if os.name == "nt" else "HOME"
    if (named := Path(os.environ.get(variable, ""))).is_absolute():
        return named
    try:
        import pwd

        found = Path(pwd.getpwuid(os.getuid()).pw_dir)
    except (ImportError, KeyError):
        return None
    return found if found.is_absolute() else None
