"""The clip store: every clip that was ever spoken, addressed by what its sound depends on.

One file a clip: a line of JSON, then 16-bit mono samples. A file appears whole or not at all (temporary
file in the same folder, read back, renamed), and carries a digest of itself, so that a clip that was
damaged since is noticed, thrown away and made again. Nobody waits for anybody: two processes that make the
same clip make the same file, and the last rename wins.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from msgspec import Struct

from voiceguide.errors import StoreError
from voiceguide.model.clip import Clip
from voiceguide.model.pcm import from_pcm16, to_pcm16
from voiceguide.places import cache_folder, entries, expanded, known
from voiceguide.whole_file import clear_stale, replacing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FORMAT: Final = 1
SUFFIX: Final = ".clip"
_KEY_BYTES: Final = 20
_FOLDER: Final = re.compile("[0-9a-f]{2}")
_CLIP: Final = re.compile(f"[0-9a-f]{{{2 * _KEY_BYTES}}}{re.escape(SUFFIX)}")
_HEADER_LIMIT: Final = 64_000
_DAY_S: Final = 86_400.0


def default_directory() -> Path:
    """`VOICEGUIDE_CACHE_DIR`, or `audio_cache/` of the checkout, or the user's cache folder.

    Raises NoHomeError where nobody knows that one.
    """
    if chosen := os.environ.get("VOICEGUIDE_CACHE_DIR"):
        return expanded(chosen)
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "audio_cache" / "README.md").is_file() and (checkout / "pyproject.toml").is_file():
        return checkout / "audio_cache"
    return known(cache_folder(), "spoken clips", "name a folder with --cache-dir, or set HOME")


def clip_key(text: str, fingerprint: Mapping[str, str]) -> str:
    """The address of a clip: a digest of the text and of all that its sound depends on."""
    canonical = json.dumps({"text": text, **fingerprint}, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(canonical.encode(), digest_size=_KEY_BYTES).hexdigest()


class StoreInfo(Struct, frozen=True):
    """What a store holds."""

    directory: Path
    clips: int
    size_bytes: int
    damaged: int


class ClipStore:
    """Clips in a folder.

    Safe for any number of threads and processes at once. Raises StoreError where the folder cannot be
    made, read or written; a clip that is missing or damaged is None, never an error.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def get(self, key: str) -> Clip | None:
        """The clip at `key`; None where there is none, or only a damaged one, which is removed."""
        path = self._path(key)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except NotADirectoryError as error:
            raise self._unusable(error) from error
        except OSError as error:
            raise self._unusable(error) from error
        clip = _decode(data, key)
        if clip is None:
            self._discard(path)
            return None
        self._mark_used(path)
        return clip

    def put(self, key: str, text: str, clip: Clip) -> None:
        """Keep `clip` under `key`."""
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            clear_stale(path.parent)
            # Not synced to the disk: a clip torn by a power cut fails its digest and is made again.
            data = _encode(key, text, clip)
            with replacing(path) as file:
                file.write(data)
                file.seek(0)
                if file.read() != data:
                    message = f"what was written to the clip store {self.directory} does not read back: check the disk"
                    raise StoreError(message)
        except OSError as error:
            raise self._unusable(error) from error

    def info(self) -> StoreInfo:
        """Counts and sizes; every clip is checked."""
        clips = size = damaged = 0
        for path in self._files():
            with self._gone_or_unusable():
                data = path.read_bytes()
                clips, size = clips + 1, size + len(data)
                damaged += _decode(data, path.stem) is None
        return StoreInfo(self.directory, clips, size, damaged)

    def prune(self, unused_days: float) -> int:
        """Remove clips not used for `unused_days`, damaged ones, and what killed processes left; count them."""
        now = time.time()
        removed = self._remove_stale()
        for path in self._files():
            with self._gone_or_unusable():
                unused = now - path.stat().st_mtime > unused_days * _DAY_S
                if unused or _decode(path.read_bytes(), path.stem) is None:
                    path.unlink()
                    removed += 1
        return removed

    def clear(self) -> int:
        """Remove every clip, and what killed processes left; count them. Other files in the folder stay."""
        removed = self._remove_stale()
        for path in self._files():
            with self._gone_or_unusable():
                path.unlink()
                removed += 1
        return removed

    def check_usable(self) -> None:
        """Raise StoreError where the folder cannot be made or written to."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.directory):
                pass
        except OSError as error:
            raise self._unusable(error) from error

    def _remove_stale(self) -> int:
        """Remove the temporary files of killed processes; those of running ones stay."""
        return sum(clear_stale(folder) for folder in self._folders())

    def _path(self, key: str) -> Path:
        return self.directory / key[:2] / f"{key}{SUFFIX}"

    def _folders(self) -> list[Path]:
        return self._listed(self.directory, _FOLDER)

    def _files(self) -> list[Path]:
        # By their whole names: the folder may be one of the user's, who has clips of other kinds.
        return [path for folder in self._folders() if folder.is_dir() for path in self._listed(folder, _CLIP)]

    def _listed(self, folder: Path, names: re.Pattern[str]) -> list[Path]:
        """Listed at once: the loops that follow remove from the folders they walk."""
        try:
            return [path for path in entries(folder) if names.fullmatch(path.name)]
        except OSError as error:
            raise self._unusable(error) from error

    def _mark_used(self, path: Path) -> None:
        """Note the day of use for `prune`, at most once a day: a plan reads a hundred clips."""
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _DAY_S:
                path.touch()

    @contextlib.contextmanager
    def _gone_or_unusable(self) -> Iterator[None]:
        """A file that another process has just removed is no error; what the system refuses is one."""
        try:
            yield
        except FileNotFoundError:
            pass
        except OSError as error:
            raise self._unusable(error) from error

    @staticmethod
    def _discard(path: Path) -> None:
        with contextlib.suppress(OSError):
            path.unlink()

    def _unusable(self, error: OSError) -> StoreError:
        if isinstance(error, NotADirectoryError | FileExistsError) and self.directory.is_file():
            message = f"the clip store {self.directory} is a file: name a folder with --cache-dir"
        else:
            reason = error.strerror or type(error).__name__
            message = f"the clip store {self.directory} cannot be used: {reason}; name another with --cache-dir"
        return StoreError(message)


def _encode(key: str, text: str, clip: Clip) -> bytes:
    pcm = to_pcm16(clip.samples).tobytes()
    header: dict[str, Any] = {
        "format": FORMAT,
        "key": key,
        "text": text,
        "rate_hz": clip.rate_hz,
        "onset_frame": clip.onset_frame,
        "end_frame": clip.end_frame,
        "block_powers": clip.block_powers.tolist(),  # to the last bit: the gain of a session hangs on them
    }
    header["digest"] = _digest(header, pcm)
    return json.dumps(header, ensure_ascii=False).encode() + b"\n" + pcm


def _decode(data: bytes, key: str) -> Clip | None:
    """The clip in `data`; None unless it is whole, sound, and the one that `key` names."""
    end = data.find(b"\n", 0, _HEADER_LIMIT)
    try:
        header = json.loads(data[: max(0, end)])
        pcm = data[end + 1 :]
        digest = header.pop("digest")
        if header["format"] != FORMAT or header["key"] != key or digest != _digest(header, pcm):
            return None
        return Clip(
            samples=from_pcm16(np.frombuffer(pcm, dtype="<i2")),
            rate_hz=header["rate_hz"],
            onset_frame=header["onset_frame"],
            end_frame=header["end_frame"],
            block_powers=np.asarray(header["block_powers"], dtype=np.float64),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _digest(header: Mapping[str, Any], pcm: bytes) -> str:
    hasher = hashlib.blake2b(json.dumps(header, sort_keys=True, ensure_ascii=False).encode(), digest_size=16)
    hasher.update(pcm)
    return hasher.hexdigest()
