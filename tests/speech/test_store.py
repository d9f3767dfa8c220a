"""The clip store: what goes in comes out, what is damaged does not, and nobody needs a lock."""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.sound.measure import block_powers
from tests.speech.fakes import ToneEngine
from voiceguide.errors import StoreError
from voiceguide.model.clip import Clip
from voiceguide.model.pcm import from_pcm16
from voiceguide.speech import store as store_module
from voiceguide.speech.narrator import Narrator
from voiceguide.speech.store import ClipStore, clip_key, default_directory
from voiceguide.whole_file import replacing

if TYPE_CHECKING:
    from pathlib import Path

KEY = clip_key("Hold.", {"engine": "fake"})


def a_clip(seed: int = 0, frames: int = 5000) -> Clip:
    pcm = np.random.default_rng(seed).integers(-9000, 9000, frames, dtype=np.int16)
    samples = from_pcm16(pcm)
    return Clip(samples, 24_000, 100, frames - 200, block_powers(samples, 24_000))


def the_file(store: ClipStore) -> Path:
    [path] = store.directory.glob("*/*.clip")
    return path


def test_a_clip_comes_back_as_it_was(tmp_path: Path) -> None:
    store = ClipStore(tmp_path / "new" / "folder")
    assert store.get(KEY) is None
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


def test_what_is_no_clip_of_ours_is_left_alone_whatever_it_is_called(tmp_path: Path) -> None:
    """Somebody names a folder of their own with --cache-dir."""
    films = [tmp_path / "films" / "holiday.clip", tmp_path / "aa" / "holiday.clip"]
    for film in films:
        film.parent.mkdir()
        film.write_bytes(b"precious")
    store = ClipStore(tmp_path)
    assert (store.info().clips, store.prune(0), store.clear()) == (0, 0, 0)
    assert all(film.exists() for film in films)


def test_reading_a_clip_marks_it_as_used(tmp_path: Path) -> None:
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
        with pytest.raises(StoreError, match=r"is a file: name a folder with --cache-dir"):
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
    """Clips of 10 kB, each used a second after the one before."""
    keys = [clip_key(text, {}) for text in texts]
    for second, key in enumerate(keys):
        store.put(key, "x", a_clip())
        os.utime(store._path(key), (1_000_000 + second, 1_000_000 + second))
    return keys


def test_beyond_the_limit_what_was_used_the_longest_ago_goes(tmp_path: Path) -> None:
    store = ClipStore(tmp_path, limit_bytes=35_000)
    one, two, three, four, five = kept(store, "one", "two", "three", "four", "five")
    assert store.get(one)
    use = store.in_use()
    assert use
    use.end(kept_some=True)
    assert the_keys(store) == {one, four, five}
    assert store.info().size_bytes <= 35_000
    assert store.info().limit_bytes == 35_000
    assert (two, three) == tuple(key for key in (two, three) if store.get(key) is None)


def test_a_store_without_a_limit_grows_and_one_that_nothing_was_kept_in_is_not_looked_through(tmp_path: Path) -> None:
    keys = kept(ClipStore(tmp_path), "one", "two")
    for store, kept_some in (
        (ClipStore(tmp_path, limit_bytes=None), True),
        (ClipStore(tmp_path, limit_bytes=0), False),
    ):
        use = store.in_use()
        assert use
        use.end(kept_some=kept_some)
        assert the_keys(store) == set(keys)


HOLDER = """
import sys
from pathlib import Path
from voiceguide.speech.store import ClipStore
use = ClipStore(Path(sys.argv[1])).in_use()
print("using", flush=True)
sys.stdin.read()
use.end(kept_some=False)
"""


@pytest.mark.parametrize("ending", ["in peace", "killed"])
def test_nothing_goes_while_another_process_uses_the_store(tmp_path: Path, ending: str) -> None:
    """Whoever leaves last sees to the limit; one that was killed holds nobody up."""
    store = ClipStore(tmp_path, limit_bytes=0)
    keys = kept(store, "one", "two")
    command = [sys.executable, "-c", HOLDER.replace(")).in_use", "), limit_bytes=0).in_use"), str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "using\n"
        use = store.in_use()
        assert use
        use.end(kept_some=True)
        assert the_keys(store) == set(keys)
        if ending == "killed":
            other.kill()
        else:
            other.communicate("", timeout=60)
            assert the_keys(store) == set()
    use = store.in_use()
    assert use
    use.end(kept_some=False)
    assert the_keys(store) == set()
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


def test_a_narrator_keeps_its_clips_while_it_is_open_and_the_limit_when_it_is_closed(tmp_path: Path) -> None:
    store = ClipStore(tmp_path, limit_bytes=0)
    with Narrator(ToneEngine("sine"), store) as narrator, Narrator(ToneEngine("sine"), store) as other:
        assert len(narrator.speak(["Hold.", "Release."])) == 2
        assert len(other.stored(["Hold.", "Release."])) == 2
        narrator.close()
        assert len(other.stored(["Hold.", "Release."])) == 2
    assert the_keys(store) == set()


def test_where_the_store_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert default_directory().name == "audio_cache"
    monkeypatch.setenv("VOICEGUIDE_CACHE_DIR", str(tmp_path))
    assert default_directory() == tmp_path


def test_a_checkout_that_others_can_write_to_keeps_no_clips(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As one that a container was given."""
    module = tmp_path / "voiceguide" / "speech" / "store.py"
    for path in (module, tmp_path / "audio_cache" / "README.md", tmp_path / "pyproject.toml"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    monkeypatch.setattr(store_module, "__file__", str(module))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert default_directory() == tmp_path / "audio_cache"
    (tmp_path / "audio_cache").chmod(0o777)
    assert default_directory() == tmp_path / "cache" / "voiceguide"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("block_powers", [math.inf] * 6),
        ("block_powers", [math.nan] * 6),
        ("block_powers", [-1.0] * 6),
        ("block_powers", [1e308] * 6),
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
    """Somebody has written such a clip: it is no clip of ours, and made again."""
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
