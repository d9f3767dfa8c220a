"""The clip store: clips come out as they went in, damaged ones do not come out, and nobody needs a lock."""

from __future__ import annotations

import errno
import json
import math
import multiprocessing
import os
import time
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import pytest

from tests.sound.measure import block_powers
from voiceguide.errors import NoHomeError, StoreError
from voiceguide.files.held_folder import HeldFolder
from voiceguide.files.whole_file import replacing
from voiceguide.model.clip import Clip
from voiceguide.model.pcm import from_pcm16
from voiceguide.speech import store as store_module
from voiceguide.speech.store import ClipStore, StoreInfo, clip_key, default_directory

if TYPE_CHECKING:
    from pathlib import Path

KEY = clip_key("Hold.", {"engine": "fake"})


def a_clip(seed: int = 0, frames: int = 5000) -> Clip:
    pcm = np.random.default_rng(seed).integers(-9000, 9000, frames, dtype=np.int16)
    return Clip(pcm, 24_000, 100, frames - 200, block_powers(from_pcm16(pcm), 24_000))


def the_file(store: ClipStore) -> Path:
    [path] = store.directory.glob("*/*.clip")
    return path


def test_a_clip_comes_back_as_it_was(tmp_path: Path) -> None:
    store = ClipStore(tmp_path / "new" / "folder")
    assert store.get(KEY) is None
    assert list(tmp_path.iterdir()) == []
    clip = a_clip()
    store.put(KEY, "Hold.", clip)
    back = store.get(KEY)
    assert back is not None
    assert np.array_equal(back.samples, clip.samples)
    assert (back.rate_hz, back.onset_frame, back.end_frame) == (24_000, 100, 4800)
    assert np.array_equal(back.block_powers, clip.block_powers)
    assert [path.name for path in tmp_path.rglob("*.part")] == []


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "header", "swapped", "garbage", "longer"])
def test_a_damaged_clip_is_noticed_and_thrown_away(tmp_path: Path, damage: str) -> None:
    store = ClipStore(tmp_path)
    store.put(KEY, "Hold.", a_clip())
    path = the_file(store)
    data = bytearray(path.read_bytes())
    match damage:
        case "truncated":
            data = data[:-1000]
        case "flipped":
            data[-700] ^= 0x10
        case "empty":
            data = bytearray()
        case "header":
            data = data.replace(b'"onset_frame": 100', b'"onset_frame": 101')
        case "swapped":
            other = ClipStore(tmp_path / "other")
            other.put(clip_key("Else.", {}), "Else.", a_clip(1))
            data = bytearray(the_file(other).read_bytes())
        case "garbage":
            data = bytearray(os.urandom(3000))
        case "longer":
            data += b"\0\0"
    path.write_bytes(data)
    assert store.info().damaged == 1
    assert store.get(KEY) is None
    assert not path.exists()
    store.put(KEY, "Hold.", a_clip())
    assert store.get(KEY) is not None


def test_keys_change_with_everything_that_changes_the_sound() -> None:
    base = {
        "engine": "hibari",
        "version": "0.2.1",
        "voice": "heart",
        "speech_rate": "0.9",
        "normaliser": "1",
        "conditioning": "1",
    }
    keys = {clip_key("Hold.", base), clip_key("Hold", base)}
    for name in base:
        keys.add(clip_key("Hold.", base | {name: "other"}))
    assert len(keys) == 2 + len(base)
    assert clip_key("Hold.", dict(reversed(base.items()))) == clip_key("Hold.", base)


def test_prune_removes_what_is_old_damaged_or_left_over_and_clear_the_rest(tmp_path: Path) -> None:
    store = ClipStore(tmp_path)
    keys = [clip_key(text, {}) for text in ("one", "two", "three")]
    for number, key in enumerate(keys):
        store.put(key, "x", a_clip(number))
    old = time.time() - 40 * 86_400
    os.utime(store._path(keys[0]), (old, old))
    store._path(keys[1]).write_bytes(b"broken")
    folder = tmp_path / keys[2][:2]
    stale, foreign = folder / f".{keys[0]}.clip.voiceguide-{0:016x}.part", folder / "notes.part"
    for path in (stale, foreign):
        path.write_bytes(b"x")
    with replacing(folder / "unfinished"):
        [fresh] = set(folder.glob(".unfinished.*"))
        assert store.prune(30) == 3
        assert not stale.exists()
        assert store.get(keys[2]) is not None
        assert store.clear() == 1
        assert fresh.exists()
    assert foreign.exists()
    assert store.info().clips == 0


def test_a_look_at_a_store_that_is_not_there_makes_none(tmp_path: Path) -> None:
    """`voiceguide cache` may name a mistyped folder. Looking for a clip makes no folder for it either."""
    store = ClipStore(tmp_path / "nowhere", limit_bytes=7)
    assert store.info() == StoreInfo(tmp_path / "nowhere", 0, 0, 0, 7)
    assert (store.prune(0), store.clear(), store.in_use()) == (0, 0, None)
    assert list(tmp_path.iterdir()) == []
    store.check_usable()
    assert store.get(KEY) is None
    assert list(store.directory.iterdir()) == []


def test_what_is_there_is_counted_and_what_is_removed(tmp_path: Path) -> None:
    store = ClipStore(tmp_path, limit_bytes=70_000)
    keys = kept(store, "one", "two", "three", "four", "five")
    for key in keys[:2]:
        store._path(key).write_bytes(b"broken")
    for key in keys[3:]:
        store._path(key).with_name(f".{key}.clip.voiceguide-{0:016x}.part").write_bytes(b"x")
    size = sum(store._path(key).stat().st_size for key in keys)
    assert store.info() == StoreInfo(tmp_path, 5, size, 2, 70_000)
    assert store.clear() == 7
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_clips_go_when_they_were_not_used_for_so_many_days_and_not_before(tmp_path: Path) -> None:
    store = ClipStore(tmp_path)
    older, newer = kept(store, "older", "newer")
    now = time.time()
    for key, age_s in ((older, 30 * 86_400 + 10), (newer, 30 * 86_400 - 10)):
        os.utime(store._path(key), (now - age_s, now - age_s))
    assert store.prune(30) == 1
    assert the_keys(store) == {newer}


def test_what_is_no_clip_of_ours_is_left_alone_whatever_it_is_called(tmp_path: Path) -> None:
    """Users may name a folder of their own with --cache-dir."""
    films = [tmp_path / "films" / "holiday.clip", tmp_path / "aa" / "holiday.clip", tmp_path / "ab"]
    for film in films:
        film.parent.mkdir(exist_ok=True)
        film.write_bytes(b"precious")
    store = ClipStore(tmp_path)
    assert (store.info().clips, store.prune(0), store.clear()) == (0, 0, 0)
    assert all(film.exists() for film in films)


@pytest.mark.parametrize("by_path", [False, True])
def test_reading_a_clip_marks_it_as_used(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    by_path: bool,  # noqa: FBT001 -- a table
) -> None:
    if by_path:  # as on Windows
        monkeypatch.setattr("voiceguide.files.held_folder._BY_DESCRIPTOR", False)
        monkeypatch.setattr(os, "supports_fd", frozenset())
    store = ClipStore(tmp_path)
    store.put(KEY, "Hold.", a_clip())
    old = time.time() - 40 * 86_400
    os.utime(the_file(store), (old, old))
    store.get(KEY)
    assert store.prune(30) == 0


def test_a_folder_that_is_a_file_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("x")
    store = ClipStore(tmp_path / "cache")
    for attempt in (lambda: store.get(KEY), lambda: store.put(KEY, "x", a_clip()), store.check_usable, store.info):
        with pytest.raises(StoreError, match=r"is a file: name a folder with `cache_dir=...`"):
            attempt()


def _hammer(folder: Path, seed: int) -> None:
    store = ClipStore(folder)
    for round_ in range(60):
        store.put(KEY, "Hold.", a_clip())
        clip = store.get(KEY)
        assert clip is None or np.array_equal(clip.samples, a_clip().samples)
        if round_ % 20 == seed * 7:
            store.clear()


def test_processes_share_a_store(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_hammer, args=(tmp_path, seed)) for seed in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]


def the_keys(store: ClipStore) -> set[str]:
    return {path.stem for path in store.directory.glob("*/*.clip")}


def kept(store: ClipStore, *texts: str) -> list[str]:
    """Keep clips of 10 kB, each used a second after the one before; return their keys."""
    keys = [clip_key(text, {}) for text in texts]
    for second, key in enumerate(keys):
        store.put(key, "x", a_clip())
        os.utime(store._path(key), (1_000_000 + second, 1_000_000 + second))
    return keys


def test_where_the_store_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert default_directory().name == "audio_cache"
    monkeypatch.setenv("VOICEGUIDE_CACHE_DIR", str(tmp_path))
    assert default_directory() == tmp_path


def a_checkout(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Pretend that the module lies in a checkout, with the user's cache folder, `cache`, beside it."""
    module = folder / "voiceguide" / "speech" / "store.py"
    for path in (module, folder / "audio_cache" / "README.md", folder / "pyproject.toml"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    monkeypatch.setattr(store_module, "__file__", str(module))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))


def test_a_checkout_that_others_can_write_to_keeps_no_clips(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A container may have been given such a checkout."""
    a_checkout(monkeypatch, tmp_path)
    assert default_directory() == tmp_path / "audio_cache"
    (tmp_path / "audio_cache").chmod(0o777)
    assert default_directory() == tmp_path / "cache" / "voiceguide"


@pytest.mark.parametrize("missing", ["pyproject.toml", "audio_cache/README.md"])
def test_what_is_no_checkout_keeps_no_clips(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: str) -> None:
    """An installed package may lie beside files with the names of a checkout's files."""
    a_checkout(monkeypatch, tmp_path)
    (tmp_path / missing).unlink()
    assert default_directory() == tmp_path / "cache" / "voiceguide"


def test_clips_are_not_kept_behind_a_link_of_somebody_elses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    a_checkout(monkeypatch, tmp_path)

    def theirs(_path: Path) -> NoReturn:
        raise PermissionError(errno.EACCES, "audio_cache is a link that somebody else has made")

    monkeypatch.setattr(HeldFolder, "at", theirs)
    assert default_directory() == tmp_path / "cache" / "voiceguide"


def test_a_user_without_a_home_is_told_to_name_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(store_module, "__file__", str(tmp_path / "voiceguide" / "speech" / "store.py"))
    monkeypatch.setattr(store_module, "cache_folder", lambda: None)
    with pytest.raises(NoHomeError) as told:
        default_directory()
    assert str(told.value) == (
        "there is no place for spoken clips: this user has no home folder; "
        "name a folder with `cache_dir=...`, or set HOME"
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("block_powers", [math.inf] * 6),
        ("block_powers", [math.nan] * 6),
        ("block_powers", [-1.0] * 6),
        ("block_powers", [1e308] * 6),
        ("block_powers", [10.5] * 6),
        ("block_powers", [0.01, 0.01, 0.01, 0.01, 0.01, -1e-9]),
        ("block_powers", [math.nan, 0.01, 0.01, 0.01, 0.01, 0.01]),
        ("block_powers", [0.01, 0.01, 0.01, 0.01, 0.01, math.nan]),
        ("block_powers", [0.0] * 6),
        ("block_powers", [1e-300] * 6),
        ("block_powers", [10**400] * 6),
        ("block_powers", [0.01] * 5),
        ("block_powers", []),
        ("block_powers", "0.01"),
        ("block_powers", [None] * 6),
        ("rate_hz", -24_000),
        ("rate_hz", 0),
        ("rate_hz", 48_000),
        ("rate_hz", 10**30),
        ("rate_hz", 24_000.5),
        ("rate_hz", True),
        ("onset_frame", -1),
        ("onset_frame", 10**400),
        ("end_frame", 5001),
        ("end_frame", 100),
        ("format", 2),
        ("text", None),
    ],
)
def test_absurd_values_with_a_right_digest_are_damage(tmp_path: Path, field: str, value: object) -> None:
    """Such a clip was written by somebody else: it is no clip of ours, and is made again."""
    store = ClipStore(tmp_path)
    store.put(KEY, "Hold.", a_clip())
    path = the_file(store)
    header, _, pcm = path.read_bytes().partition(b"\n")
    fields = json.loads(header)
    assert len(fields["block_powers"]) == 6
    del fields["digest"]
    path.write_bytes(_clip(fields, pcm))
    assert store.get(KEY)
    path.write_bytes(_clip(fields | {field: value}, pcm))
    assert store.info().damaged == 1
    assert store.get(KEY) is None
    assert not path.exists()


def _clip(fields: dict[str, object], pcm: bytes) -> bytes:
    return json.dumps(fields | {"digest": store_module._digest(fields, pcm)}).encode() + b"\n" + pcm
