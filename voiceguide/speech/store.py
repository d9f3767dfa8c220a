"""The clip store keeps every spoken clip under a key that is made of everything its sound depends on.

Each clip is a file: a line of JSON, then 16-bit mono samples. A file appears whole or not at all (it is written under
a temporary name in the same folder, read back and renamed), and contains a digest of itself, so that a damaged clip is
noticed, removed and spoken again. Processes do not wait for each other: two that make the same clip write the same
file, and the last rename wins.

Sessions play whatever is in the store, so no other user may be able to write to it, and links in it are not followed.

The size of a store is limited. The clips that have been unused for the longest time are removed first, and never while
a session uses the store: sessions share a lock, and removing clips needs it exclusively.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import re
import stat
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from msgspec import Struct, convert

from voiceguide.errors import StoreError
from voiceguide.files.held_folder import NOT_A_FILE, HeldFolder, read_up_to, strangers_in
from voiceguide.files.lock import lock_now
from voiceguide.files.places import cache_folder, expanded, known
from voiceguide.files.whole_file import clear_stale, replacing_in
from voiceguide.model.clip import Clip
from voiceguide.model.keeping import DEFAULT_LIMIT_BYTES
from voiceguide.sound.loudness import block_count
from voiceguide.units import SESSION_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FORMAT: Final = 1
SUFFIX: Final = ".clip"
_KEY_BYTES: Final = 20
_FOLDER: Final = re.compile("[0-9a-f]{2}")
_CLIP: Final = re.compile(f"[0-9a-f]{{{2 * _KEY_BYTES}}}{re.escape(SUFFIX)}")
_HEADER_LIMIT: Final = 64_000
_MOST_BYTES: Final = 50_000_000
"""The largest clip that is read: a quarter of an hour. The longest text takes less than a minute."""
_LOUDEST: Final = 10.0
_SOFTEST: Final = 1e-7
"""The range of a clip's loudest block, as a K-weighted mean square. A square wave at full scale is below 3, and nothing
below the absolute gate of BS.1770-5 (-70 LUFS) is speech."""
_DAY_S: Final = 86_400.0
_OVER: Final = ".over-limit"
"""A file that marks a store as over its limit, left by a process that could not trim it because it was in use."""
_LOCK_WAIT_S: Final = 2.0
_OWN_MODE: Final = 0o700


def default_directory() -> Path:
    """`VOICEGUIDE_CACHE_DIR`, or `audio_cache/` of the checkout, or the user's cache folder.

    A checkout that another user can write to, for example one mounted into a container, is not used. Raises NoHomeError
    if the user's cache folder is not known.
    """
    if chosen := os.environ.get("VOICEGUIDE_CACHE_DIR"):
        return expanded(chosen)
    checkout = Path(__file__).resolve().parents[2]
    in_checkout = checkout / "audio_cache"
    if (in_checkout / "README.md").is_file() and (checkout / "pyproject.toml").is_file() and _is_own(in_checkout):
        return in_checkout
    return known(cache_folder(), "spoken clips", "name a folder with `cache_dir=...`, or set HOME")


def _is_own(folder: Path) -> bool:
    try:
        with HeldFolder.at(folder) as held:
            return strangers_in(held) is None
    except OSError:
        return False


def clip_key(text: str, fingerprint: Mapping[str, str]) -> str:
    """The key of a clip: a digest of its text and of everything else that its sound depends on."""
    return hashlib.blake2b(_canonical({"text": text, **fingerprint}), digest_size=_KEY_BYTES).hexdigest()


def _canonical(fields: Mapping[str, Any]) -> bytes:
    """One line of JSON, the same for equal fields."""
    return json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()


class StoreInfo(Struct, frozen=True):
    """What a store contains."""

    directory: Path
    clips: int
    size_bytes: int
    damaged: int
    limit_bytes: int | None
    """The size that it is trimmed to; None if it may grow without limit."""


class ClipStore:
    """Clips in a folder.

    Any number of threads and processes may use it at once. Raises StoreError if the folder cannot be made, read or
    written, or if another user can write to it. A clip that is missing or damaged is None, not an error.
    """

    def __init__(self, directory: Path, limit_bytes: int | None = DEFAULT_LIMIT_BYTES) -> None:
        self.directory = directory
        self.limit_bytes = limit_bytes
        self._held: HeldFolder | None = None

    def get(self, key: str) -> Clip | None:
        """The clip at `key`, or None if there is none. A damaged clip is removed."""
        name = _name(key)
        with self._translated():
            try:
                with self._folder_of(key) as folder:
                    return self._read(folder, name, key)
            except FileNotFoundError:
                return None

    def put(self, key: str, text: str, clip: Clip) -> None:
        """Keep `clip` under `key`, replacing whatever is there."""
        # Not synced to the disk: a clip that a power cut damages fails its digest and is spoken again.
        data = _encode(key, text, clip)
        with self._translated(), self._folder_of(key, make=True) as folder:
            clear_stale(folder)
            with replacing_in(folder, _name(key)) as file:
                file.write(data)
                file.seek(0)
                if file.read() != data:
                    message = f"what was written to {self._path(key)} does not read back: check the disk"
                    raise StoreError(message)

    def info(self) -> StoreInfo:
        """The counts and sizes. Checks every clip."""
        clips = size = damaged = 0
        for folder, name in self._files():
            with self._translated(), contextlib.suppress(FileNotFoundError):
                data = _data(folder, name)
                clips, size = clips + 1, size + len(data)
                damaged += _decode(data, _key(name)) is None
        return StoreInfo(self.directory, clips, size, damaged, self.limit_bytes)

    def prune(self, unused_days: float) -> int:
        """Remove clips unused for `unused_days`, damaged clips, and the leftovers of killed processes; count them."""
        now = time.time()
        removed = self._remove_stale()
        for folder, name in self._files():
            with self._translated(), contextlib.suppress(FileNotFoundError):
                unused = now - folder.stat(name).st_mtime > unused_days * _DAY_S
                if unused or _decode(_data(folder, name), _key(name)) is None:
                    folder.unlink(name)
                    removed += 1
        return removed

    def clear(self) -> int:
        """Remove all clips and the leftovers of killed processes; count them. Other files stay."""
        removed = self._remove_stale()
        for folder, name in self._files():
            with self._translated(), contextlib.suppress(FileNotFoundError):
                folder.unlink(name)
                removed += 1
        return removed

    def check_usable(self) -> None:
        """Raise StoreError if the folder cannot be made or written to."""
        with self._translated():
            probe = f".{os.urandom(8).hex()}.probe"
            root = self._root(make=True)
            try:
                os.close(root.open(probe, os.O_RDWR | os.O_CREAT | os.O_EXCL))
            finally:
                with contextlib.suppress(OSError):
                    root.unlink(probe)

    def in_use(self, *, make: bool = False) -> StoreUse | None:
        """Mark the store as in use: until the use ends, nobody trims it.

        None if there is no store yet and `make` is false.
        """
        with self._translated():
            try:
                root = self._root(make=make)
                return StoreUse(self, root, _use_lock(root))
            except FileNotFoundError:
                return None

    def trim(self, *, unused_since_s: float = math.inf) -> None:
        """Remove the clips that were used the longest ago until the rest is within the limit.

        Keeps those used after `unused_since_s` (seconds since 1970). Leave that out only if no session uses the store.
        """
        if self.limit_bytes is None:
            return
        clips = []
        for folder, name in self._files():
            with self._translated(), contextlib.suppress(FileNotFoundError):
                found = folder.stat(name)
                clips.append((found.st_mtime_ns, found.st_size, _key(name)))
        excess = sum(size for _, size, _ in clips) - self.limit_bytes
        for used_ns, size, key in sorted(clips):
            if excess <= 0 or used_ns / 1e9 > unused_since_s:
                return
            with self._translated(), contextlib.suppress(FileNotFoundError), self._folder_of(key) as folder:
                folder.unlink(_name(key))
                excess -= size

    def _read(self, folder: HeldFolder, name: str, key: str) -> Clip | None:
        try:
            descriptor = folder.open(name, os.O_RDONLY)
        except OSError:
            if _is_link(folder, name):
                _discard(folder, name)
                return None
            raise
        try:
            clip = _decode(read_up_to(descriptor, _MOST_BYTES), key)
            if clip is None:
                _discard(folder, name)
            else:
                with contextlib.suppress(OSError):  # a store may be read-only
                    folder.touch(name, descriptor)
            return clip
        finally:
            os.close(descriptor)

    def _root(self, *, make: bool = False) -> HeldFolder:
        """The folder of the store, checked once and held open from then on."""
        if self._held is None or self._held.is_gone():
            held = HeldFolder.made(self.directory, _OWN_MODE) if make else HeldFolder.at(self.directory)
            self._check_own(held, may_be_sticky=True)
            self._held = held
        return self._held

    def _path(self, key: str) -> Path:
        """The path of a clip, for messages."""
        return self.directory / key[:2] / _name(key)

    def _folder_of(self, key: str, *, make: bool = False) -> HeldFolder:
        root = self._root(make=make)
        folder = root.made_folder(key[:2], _OWN_MODE) if make else root.folder(key[:2])
        self._check_own(folder)
        return folder

    def _check_own(self, folder: HeldFolder, *, may_be_sticky: bool = False) -> None:
        if why := strangers_in(folder, may_be_sticky=may_be_sticky):
            message = f"the clip store {self.directory} cannot be trusted: {why}, or name another with `cache_dir=...`"
            raise StoreError(message)

    def _remove_stale(self) -> int:
        """Remove the temporary files of killed processes. Those of running ones stay."""
        return sum(clear_stale(folder) for folder in self._folders())

    def _folders(self) -> Iterator[HeldFolder]:
        with self._translated():
            try:
                root = self._root()
                names = sorted(name for name in root.names() if _FOLDER.fullmatch(name))
            except FileNotFoundError:
                return
            for name in names:
                with contextlib.suppress(FileNotFoundError, NotADirectoryError), root.folder(name) as folder:
                    self._check_own(folder)
                    yield folder

    def _files(self) -> Iterator[tuple[HeldFolder, str]]:
        """The folder and name of every clip. Only full names match, because a user's folder may have other files in it.

        Each folder is listed before its clips are given, so that the caller may remove them.
        """
        for folder in self._folders():
            with self._translated():
                names = [name for name in folder.names() if _CLIP.fullmatch(name)]
            for name in names:
                yield folder, name

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError) -> StoreError:
        reason = error.strerror or type(error).__name__
        if isinstance(error, NotADirectoryError | FileExistsError) and self.directory.is_file():
            message = f"the clip store {self.directory} is a file: name a folder with `cache_dir=...`"
        elif error.errno in NOT_A_FILE and error.filename and self.directory in Path(error.filename).parents:
            message = f"the clip store {self.directory} cannot be used: {reason}: remove {error.filename}"
        else:
            message = f"the clip store {self.directory} cannot be used: {reason}; name another with `cache_dir=...`"
        return StoreError(message)


class StoreUse:
    """A session's use of a store: a lock that sessions share, and that is released however the process ends."""

    def __init__(self, store: ClipStore, root: HeldFolder, lock: int | None) -> None:
        self._store = store
        self._root = root
        self._lock = lock

    def end(self, *, kept_some: bool) -> None:
        """Release the lock, after trimming the store if this session added clips or an earlier one could not trim.

        If another session uses the store, trimming is left to that one. On systems without such locks, clips that were
        used in the last day are taken to be in use. Raises nothing.
        """
        with contextlib.suppress(OSError, StoreError):
            if self._lock is None:
                if kept_some:
                    self._store.trim(unused_since_s=time.time() - _DAY_S)
            elif kept_some or self._root.holds(_OVER):
                self._trim(self._lock)
        self._give_back()

    def _trim(self, lock: int) -> None:
        if _locked(lock, alone=True):
            self._store.trim()
            self._root.unlink(_OVER)
        else:
            os.close(self._root.open(_OVER, os.O_RDWR | os.O_CREAT))

    def _give_back(self) -> None:
        if self._lock is not None:
            lock, self._lock = self._lock, None
            os.close(lock)

    def __del__(self) -> None:
        self._give_back()


if sys.platform == "win32":

    def _use_lock(_root: HeldFolder) -> None:
        return None

    def _locked(_lock: int, *, alone: bool) -> bool:  # noqa: ARG001 -- Windows has no such lock
        return False

else:

    def _use_lock(root: HeldFolder) -> int | None:
        """A descriptor of the store's folder with a shared lock, or None if it cannot be locked."""
        try:
            lock = root.reopened()
        except PermissionError:
            return None
        due_s = time.monotonic() + _LOCK_WAIT_S
        try:
            while not _locked(lock):
                # Another process is removing clips, which takes milliseconds, or was stopped while doing so.
                if time.monotonic() > due_s:
                    break
                time.sleep(_LOCK_WAIT_S / 100)
        except OSError:
            os.close(lock)
            return None
        return lock

    def _locked(lock: int, *, alone: bool = False) -> bool:
        """Try to take the lock without waiting. OSError if the file system has no locks."""
        try:
            lock_now(lock, shared=not alone)
        except BlockingIOError:
            return False
        return True


def _name(key: str) -> str:
    return f"{key}{SUFFIX}"


def _key(name: str) -> str:
    return name.removesuffix(SUFFIX)


def _data(folder: HeldFolder, name: str) -> bytes:
    """The contents of a file; empty if it is a link."""
    try:
        return folder.read(name, _MOST_BYTES)
    except OSError:
        if _is_link(folder, name):
            return b""
        raise


def _is_link(folder: HeldFolder, name: str) -> bool:
    with contextlib.suppress(OSError):
        return stat.S_ISLNK(folder.stat(name).st_mode)
    return False


def _discard(folder: HeldFolder, name: str) -> None:
    with contextlib.suppress(OSError):
        folder.unlink(name)


def _encode(key: str, text: str, clip: Clip) -> bytes:
    pcm = clip.pcm.tobytes()
    header: dict[str, Any] = {
        "format": FORMAT,
        "key": key,
        "text": text,
        "rate_hz": clip.rate_hz,
        "onset_frame": clip.onset_frame,
        "end_frame": clip.end_frame,
        "block_powers": clip.block_powers.tolist(),  # exact, because the gain of a session depends on them
    }
    header["digest"] = _digest(header, pcm)
    return _canonical(header) + b"\n" + pcm


class _Header(Struct):
    """The first line of a clip's file."""

    format: int
    key: str
    text: str
    rate_hz: int
    onset_frame: int
    end_frame: int
    block_powers: list[float]
    digest: str


def _decode(data: bytes, key: str) -> Clip | None:
    """The clip in `data`, or None unless it is complete, undamaged and the one that `key` names.

    Anybody can compute a digest, so the values are checked as well.
    """
    line, _, pcm = data.partition(b"\n")
    if len(line) > _HEADER_LIMIT:
        return None
    try:
        written = json.loads(line)
        header = convert(written, _Header)
        del written["digest"]
        sound = np.frombuffer(pcm, dtype="<i2")
        powers = np.asarray(header.block_powers)
        is_sound = (
            header.format == FORMAT
            and header.key == key
            and header.rate_hz == SESSION_RATE_HZ
            and len(powers) == block_count(len(sound), header.rate_hz)
            and powers.min() >= 0.0
            and _SOFTEST <= powers.max() <= _LOUDEST
            and header.digest == _digest(written, pcm)
        )
        if not is_sound:
            return None
        return Clip(sound, header.rate_hz, header.onset_frame, header.end_frame, powers)
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
        return None


def _digest(header: Mapping[str, Any], pcm: bytes) -> str:
    hasher = hashlib.blake2b(_canonical(header), digest_size=16)
    hasher.update(pcm)
    return hasher.hexdigest()
