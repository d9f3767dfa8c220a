"""Clips that another process, another version or a failing disk has written to the store."""

from __future__ import annotations

import contextlib
import errno
import gc
import hashlib
import json
import os
import shutil
from typing import IO, TYPE_CHECKING, Any, Final, NoReturn

import numpy as np
import pytest

from tests.sound.measure import block_powers
from voiceguide.errors import StoreError
from voiceguide.files.held_folder import HeldFolder
from voiceguide.files.whole_file import replacing_in
from voiceguide.model.clip import Clip
from voiceguide.model.pcm import from_pcm16
from voiceguide.speech import store as store_module
from voiceguide.speech.store import ClipStore, StoreInfo, clip_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEY, OTHER = (clip_key(text, {"engine": "fake"}) for text in ("Hold.", "Release."))


def clip() -> Clip:
    pcm = np.random.default_rng(1).integers(-9000, 9000, 5000, dtype=np.int16)
    return Clip(pcm, 24_000, 100, 4800, block_powers(from_pcm16(pcm), 24_000))


def written(store: ClipStore, key: str = KEY) -> Path:
    store.put(key, "Hold.", clip())
    [path] = store.directory.glob(f"*/{key}.clip")
    return path


def changed(path: Path, **fields: Any) -> None:  # noqa: ANN401 -- of JSON
    """Rewrite a clip as a process with other header fields would have written it: its digest is right."""
    line, _, pcm = path.read_bytes().partition(b"\n")
    # The fields are in another order: the digest does not depend on it.
    header = dict(reversed(json.loads(line).items())) | fields
    del header["digest"]
    hasher = hashlib.blake2b(json.dumps(header, sort_keys=True, ensure_ascii=False).encode(), digest_size=16)
    hasher.update(pcm)
    header["digest"] = hasher.hexdigest()
    path.write_bytes(json.dumps(header, ensure_ascii=False).encode() + b"\n" + pcm)


A_TEXT: Final = "Chaturaṅga."
A_FILE: Final = (
    '{"block_powers": [0.0, 0.25, 0.125, 0.0], "digest": "96f985b99e34e9eae4f451c8d8d680cb", "end_frame": 7, '
    '"format": 1, "key": "a920af93af84ab6786fc02b990037574a60687c9", "onset_frame": 1, "rate_hz": 24000, '
    '"text": "Chaturaṅga."}\n'
).encode() + b"\x00\x00\n\x00\xd4\xfe@\x1f\xd8\xdc\n\x01\x05\x00\x00\x00"
"""A clip of eight samples, with its first and last blocks silent, as users have it on disk."""


def test_clips_that_were_kept_by_an_earlier_version_are_found_and_heard(tmp_path: Path) -> None:
    """With another place, name or format every text would be spoken anew, and the old clips would never be removed."""
    key = clip_key(A_TEXT, {"voice": "heart", "engine": "hibari"})
    place = tmp_path / "a9" / "a920af93af84ab6786fc02b990037574a60687c9.clip"
    place.parent.mkdir(mode=0o700)
    place.write_bytes(A_FILE)
    found = ClipStore(tmp_path).get(key)
    assert found is not None
    assert (found.samples * 32_768).tolist() == [0, 10, -300, 8000, -9000, 266, 5, 0]
    assert (found.rate_hz, found.onset_frame, found.end_frame) == (24_000, 1, 7)
    assert found.block_powers.tolist() == [0.0, 0.25, 0.125, 0.0]
    place.unlink()
    ClipStore(tmp_path).put(key, A_TEXT, found)
    assert place.read_bytes() == A_FILE


def test_a_clip_that_was_only_written_anew_is_heard(tmp_path: Path) -> None:
    store = ClipStore(tmp_path)
    changed(written(store))
    assert store.get(KEY) is not None


@pytest.mark.parametrize("fields", [{"format": 2}, {"key": OTHER}, {"format": "1"}])
def test_another_formats_clip_or_another_texts_is_never_heard_for_this_one(
    tmp_path: Path, fields: dict[str, Any]
) -> None:
    """It is whole and has the right digest: the listener would hear other words, or samples in another format."""
    store = ClipStore(tmp_path)
    path = written(store)
    changed(path, **fields)
    assert store.info().damaged == 1
    assert store.get(KEY) is None
    assert not path.exists()


def test_another_texts_clip_under_this_ones_name_is_not_heard(tmp_path: Path) -> None:
    store = ClipStore(tmp_path)
    mine, other = written(store), written(store, OTHER)
    mine.write_bytes(other.read_bytes())
    assert store.get(KEY) is None
    assert store.get(OTHER) is not None


def test_what_does_not_read_back_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that loses the end of what is written is reported at once, not when the clip is heard."""

    @contextlib.contextmanager
    def torn(folder: HeldFolder, name: str) -> Iterator[IO[bytes]]:
        with replacing_in(folder, name) as file:
            torn_file: Any = _Torn(file)
            yield torn_file

    store = ClipStore(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(store_module, "replacing_in", torn)
        with pytest.raises(StoreError) as told:
            store.put(KEY, "Hold.", clip())
    kept_at = tmp_path / KEY[:2] / f"{KEY}.clip"
    assert str(told.value) == f"what was written to {kept_at} does not read back: check the disk"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    store.put(KEY, "Hold.", clip())
    assert store.get(KEY) is not None


class _Torn:
    """A file that gives back all but the last byte of what was written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self) -> bytes:
        return self._file.read()[:-1]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- whatever a file has
        return getattr(self._file, name)


def test_what_a_killed_process_left_is_cleared_when_the_next_clip_is_kept(tmp_path: Path) -> None:
    store = ClipStore(tmp_path)
    left = written(store).with_name(f".{KEY}.clip.voiceguide-0123456789abcdef.part")
    left.write_bytes(b"half a clip")
    store.put(KEY, "Hold.", clip())
    assert not left.exists()
    assert store.get(KEY) is not None


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"no header at all",
        b"\xff\xfe",
        b"null",
        b"7",
        b'"format"',
        b"[1, 2]",
        b"{}",
        b'{"digest": "96f985b99e34e9eae4f451c8d8d680cb"}',
        b"[" * 60_000,
        b'{"format": ' + b"9" * 60_000 + b"}",
    ],
    ids=lambda line: line[:20].decode("latin-1"),
)
def test_a_file_that_begins_with_no_header_of_ours_is_damage(tmp_path: Path, line: bytes) -> None:
    store = ClipStore(tmp_path)
    path = written(store)
    path.write_bytes(line + b"\n" + bytes(100))
    assert store.info().damaged == 1
    assert store.get(KEY) is None
    assert not path.exists()


@pytest.mark.parametrize("digest", [None, 7, "", "0123456789abcdef0123456789abcdef"])
def test_a_clip_without_its_right_digest_is_damage(tmp_path: Path, digest: object) -> None:
    store = ClipStore(tmp_path)
    path = written(store)
    line, _, pcm = path.read_bytes().partition(b"\n")
    path.write_bytes(json.dumps(json.loads(line) | {"digest": digest}).encode() + b"\n" + pcm)
    assert store.get(KEY) is None


@pytest.mark.parametrize(("letters", "heard"), [(60_000, True), (64_000, False)])
def test_a_header_that_fills_the_memory_is_not_read(
    tmp_path: Path,
    letters: int,
    heard: bool,  # noqa: FBT001 -- a table
) -> None:
    """A header of 50 MB could hold 25 million numbers: such a file is no clip, whatever its digest is."""
    store = ClipStore(tmp_path)
    changed(written(store), text="a" * letters)
    assert (store.get(KEY) is not None) == heard


def test_no_more_of_a_file_is_read_than_the_longest_clip_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of gigabytes would fill the memory; one that is longer than any clip is no clip, and is made again."""
    store = ClipStore(tmp_path)
    path = written(store)
    monkeypatch.setattr(store_module, "_MOST_BYTES", path.stat().st_size)
    assert store.info().damaged == 0
    assert store.get(KEY) is not None
    monkeypatch.setattr(store_module, "_MOST_BYTES", path.stat().st_size - 1)
    assert store.info().damaged == 1
    assert store.get(KEY) is None


# Other processes at the same time


def remove_clips(store: Path) -> None:
    for path in store.glob("*/*.clip"):
        path.unlink()


def remove_folders(store: Path) -> None:
    for path in store.glob("??"):
        shutil.rmtree(path)


@pytest.mark.parametrize("remove", [remove_clips, remove_folders])
@pytest.mark.parametrize(
    ("look", "attempt", "nothing"),
    [
        ("names", lambda store: store.info().clips, 0),
        ("names", lambda store: store.prune(30), 0),
        ("names", lambda store: store.clear(), 0),
        ("names", lambda store: store.trim(), None),
        ("stat", lambda store: store.prune(30), 0),
        ("stat", lambda store: store.prune(-1), 0),
        ("stat", lambda store: store.trim(), None),
    ],
)
def test_clips_that_vanish_between_two_looks_are_no_error(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    look: str,
    attempt: Callable[[ClipStore], object],
    nothing: object,
    remove: Callable[[Path], None],
) -> None:
    """Two may run `voiceguide cache clear` at once, or a session may end meanwhile: the second has nothing to do."""
    store = ClipStore(tmp_path, limit_bytes=0)
    place = written(store)
    looked = getattr(HeldFolder, look)

    def cleared_behind(folder: HeldFolder, *name: str) -> Any:  # noqa: ANN401 -- a list of names, or what is known of one
        found = looked(folder, *name)
        if folder.path == place.parent and (look == "names" or name == (place.name,)):
            remove(tmp_path)
        return found

    monkeypatch.setattr(HeldFolder, look, cleared_behind)
    assert attempt(store) == nothing
    assert not place.exists()


def test_a_folder_that_vanishes_as_it_is_listed_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ClipStore(tmp_path)
    written(store)
    listed = HeldFolder.names

    def vanishing(folder: HeldFolder) -> list[str]:
        found = listed(folder)
        remove_folders(tmp_path)
        return found

    monkeypatch.setattr(HeldFolder, "names", vanishing)
    assert store.info() == StoreInfo(tmp_path, 0, 0, 0, store.limit_bytes)


def test_a_store_that_is_moved_is_used_to_the_end_and_one_that_is_removed_made_again(tmp_path: Path) -> None:
    """The folder that was checked is the one that is used: nobody can put another in its place."""
    store = ClipStore(tmp_path / "clips")
    written(store)
    (tmp_path / "clips").rename(tmp_path / "moved")
    (tmp_path / "clips").mkdir(mode=0o777)
    assert store.get(KEY) is not None
    shutil.rmtree(tmp_path / "moved")
    (tmp_path / "clips").rmdir()
    assert store.get(KEY) is None
    assert store.info().clips == 0
    written(store)
    assert store.get(KEY) is not None


# Disks that fail, and folders that are not the user's alone


def refusing(monkeypatch: pytest.MonkeyPatch, method: str, error: OSError) -> None:
    def refused(*_args: object) -> NoReturn:
        raise error

    monkeypatch.setattr(HeldFolder, method, refused)


def read_only(name: str = "x") -> OSError:
    return OSError(errno.EROFS, "Read-only file system", name)


def test_a_disk_that_can_only_be_read_serves_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ClipStore(tmp_path)
    written(store)
    refusing(monkeypatch, "touch", read_only())
    assert store.get(KEY) is not None


def test_a_damaged_clip_on_such_a_disk_is_not_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ClipStore(tmp_path)
    written(store).write_bytes(b"broken")
    refusing(monkeypatch, "unlink", read_only())
    assert store.get(KEY) is None


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (read_only("PLACE/x"), "Read-only file system"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (OSError(errno.ENOTDIR, "Not a directory", "/somewhere/else"), "Not a directory"),
        (OSError(errno.ELOOP, "Too many levels of symbolic links"), "Too many levels of symbolic links"),
        (TimeoutError(), "TimeoutError"),
    ],
    ids=str,
)
def test_a_store_that_cannot_be_written_to_is_told_before_anything_is_spoken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, told: str
) -> None:
    """The message asks the user to remove nothing."""
    store = ClipStore(tmp_path)
    if error.filename:
        error.filename = error.filename.replace("PLACE", str(tmp_path))
    refusing(monkeypatch, "open", error)
    with pytest.raises(StoreError) as raised:
        store.check_usable()
    assert str(raised.value) == f"the clip store {tmp_path} cannot be used: {told}; name another with `cache_dir=...`"
    assert raised.value.__cause__ is error


def test_whether_it_can_be_written_to_is_tried_and_nothing_is_left_of_it(tmp_path: Path) -> None:
    ClipStore(tmp_path / "clips").check_usable()
    assert [path.name for path in tmp_path.rglob("*")] == ["clips"]


@pytest.mark.parametrize("by_path", [False, True])
def test_a_store_below_a_file_is_said_so_and_the_file_is_not_to_be_removed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    by_path: bool,  # noqa: FBT001 -- a table
) -> None:
    """The file may be the user's only copy of something: `--cache-dir notes.txt/clips`."""
    if by_path:  # as on Windows
        monkeypatch.setattr("voiceguide.files.held_folder._BY_DESCRIPTOR", False)
    notes = tmp_path / "notes.txt"
    notes.write_text("precious")
    told = {}
    for place in (notes, notes / "clips"):
        with pytest.raises(StoreError) as raised:
            ClipStore(place).check_usable()
        told[place] = str(raised.value)
    below = notes / "clips"
    assert told == {
        notes: f"the clip store {notes} is a file: name a folder with `cache_dir=...`",
        below: f"the clip store {below} cannot be used: Not a directory; name another with `cache_dir=...`",
    }


@pytest.mark.parametrize("target", ["precious", "nowhere"])
def test_a_link_in_the_place_of_a_clip_is_damage_without_a_size(tmp_path: Path, target: str) -> None:
    (tmp_path / "precious").write_text("precious")
    store = ClipStore(tmp_path / "clips")
    path = written(store)
    size = written(store, OTHER).stat().st_size
    path.unlink()
    path.symlink_to(tmp_path / target)
    assert store.info() == StoreInfo(store.directory, 2, size, 1, store.limit_bytes)
    assert store.get(KEY) is None
    assert not path.is_symlink()
    path.symlink_to(tmp_path / target)
    assert store.prune(30) == 1
    assert not path.is_symlink()
    assert (tmp_path / "precious").read_text() == "precious"


def test_a_folder_in_the_place_of_a_clip_is_named_and_stays(tmp_path: Path) -> None:
    store = ClipStore(tmp_path)
    path = written(store)
    path.unlink()
    path.mkdir()
    for attempt in (lambda: store.get(KEY), store.info, lambda: store.prune(30), store.clear):
        with pytest.raises(StoreError) as raised:
            attempt()
        assert str(raised.value) == f"the clip store {tmp_path} cannot be used: Is a directory: remove {path}"
    assert path.is_dir()


def test_a_link_in_the_place_of_a_folder_of_clips_is_named_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    store = ClipStore(tmp_path / "clips")
    store.check_usable()
    link = tmp_path / "clips" / KEY[:2]
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError) as raised:
        store.put(KEY, "Hold.", clip())
    assert str(raised.value) == f"the clip store {store.directory} cannot be used: Not a directory: remove {link}"
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert store.info().clips == 0


@pytest.mark.parametrize(
    ("mode", "inner_mode", "trusted"),
    [(0o700, 0o700, True), (0o777, 0o700, False), (0o1777, 0o700, True), (0o700, 0o777, False), (0o700, 0o1777, False)],
)
def test_clips_that_somebody_else_could_have_planted_are_not_heard(
    tmp_path: Path,
    mode: int,
    inner_mode: int,
    trusted: bool,  # noqa: FBT001 -- a table
) -> None:
    """A folder like `/tmp`, where everybody has their own folders, may hold the store, but not the clips themselves."""
    place = tmp_path / "clips"
    path = written(ClipStore(place))
    place.chmod(mode)
    path.parent.chmod(inner_mode)
    if trusted:
        assert ClipStore(place).get(KEY) is not None
        assert ClipStore(place).info().clips == 1
        return
    open_one = place if mode == 0o777 else path.parent
    for attempt in (
        lambda: ClipStore(place).get(KEY),
        lambda: ClipStore(place).put(KEY, "Hold.", clip()),
        lambda: ClipStore(place).info(),
        lambda: ClipStore(place).clear(),
    ):
        with pytest.raises(StoreError) as raised:
            attempt()
        assert str(raised.value) == (
            f"the clip store {place} cannot be trusted: others can write to {open_one}: "
            f"chmod go-w '{open_one}', or name another with `cache_dir=...`"
        )


def test_what_is_made_is_for_its_user_alone_whatever_the_mask_is(tmp_path: Path) -> None:
    before = os.umask(0o000)
    try:
        path = written(ClipStore(tmp_path / "clips"))
    finally:
        os.umask(before)
    modes = [each.stat().st_mode & 0o777 for each in (tmp_path / "clips", path.parent, path)]
    assert modes == [0o700, 0o700, 0o600]


def test_no_descriptor_is_kept_of_what_was_read(tmp_path: Path) -> None:
    """A batch reads thousands of clips in one process."""
    store = ClipStore(tmp_path)
    path = written(store)
    before = open_descriptors()
    assert store.get(KEY) is not None
    store.check_usable()
    store.info()
    path.write_bytes(b"broken")
    assert store.get(KEY) is None
    assert open_descriptors() == before


def open_descriptors() -> list[int]:
    """Return the open descriptors of this process below 300; those that nobody refers to any more are closed first."""
    gc.collect()
    found = []
    for descriptor in range(300):
        with contextlib.suppress(OSError):
            os.fstat(descriptor)
            found.append(descriptor)
    return found
