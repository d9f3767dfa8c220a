"""A file that appears whole or not at all: written under a temporary name, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from voiceguide.errors import ExportError, RequestError, VoiceguideError

if TYPE_CHECKING:
    from collections.abc import Iterator


def check_writable(path: Path, *, force: bool) -> None:
    """Raise before any work is done where `path` could not be written.

    RequestError for a folder, or a file that is there and not to be replaced; ExportError for a folder
    that cannot be written to.
    """
    if path.is_dir():
        message = f"{path} is a folder: name a file in it"
        raise RequestError(message)
    if path.exists() and not force:
        message = f"{path} is there already: --force replaces it"
        raise RequestError(message)
    folder = path.absolute().parent
    if not folder.is_dir():
        message = f"{path} cannot be written: there is no folder {folder}"
        raise ExportError(message)
    if not os.access(folder, os.W_OK | os.X_OK):
        message = f"{path} cannot be written: the folder {folder} is not writable"
        raise ExportError(message)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """An empty file, seekable and open for reading and writing, that becomes `path` when the block is left.

    It stands beside its target under a hidden temporary name; whatever goes wrong in the block, an
    interrupt included, leaves nothing behind and `path` as it was. What was written is on the disk before
    it gets its name. Errors of the system become ExportError; ours pass through.
    """
    temporary: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            mode="w+b", dir=path.absolute().parent, prefix=f".{path.name}.", suffix=".part", delete=False
        ) as file:
            temporary = Path(file.name)
            yield file
            file.flush()
            os.fsync(file.fileno())
        _give_usual_permissions(temporary)
        temporary.replace(path)
        temporary = None
    except VoiceguideError:
        raise
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        reason = "the disk is full" if full else error.strerror or str(error)
        message = f"{path} was not written: {reason}"
        raise ExportError(message) from error
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                temporary.unlink()


def _give_usual_permissions(path: Path) -> None:
    """A temporary file is private; what the user asked for gets the permissions of any new file."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)
