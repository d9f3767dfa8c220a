"""The limit of the clip store: which clips are removed, when, and which stay because somebody may need them."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import importlib
import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from tests.speech.fakes import ToneEngine
from tests.speech.test_store import KEY, a_clip, kept, the_keys
from tests.speech.test_store_of_others import open_descriptors
from voiceguide import speech
from voiceguide.files.held_folder import HeldFolder
from voiceguide.speech import store as store_module
from voiceguide.speech.narrator import Narrator
from voiceguide.speech.store import ClipStore, StoreUse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY_S = 86_400.0


def made(folder: Path) -> ClipStore:
    """Return an empty store that may keep nothing."""
    store = ClipStore(folder, limit_bytes=0)
    store.check_usable()
    return store


def used(store: ClipStore) -> StoreUse:
    """Begin a session's use of the store."""
    use = store.in_use()
    assert use
    return use


def nobody_uses(folder: Path) -> bool:
    """Return whether a process that removes clips could begin now."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def removing(folder: Path) -> int:
    """Lock the store like a process that removes clips for the limit, until the returned descriptor is closed."""
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def files_beside_clips(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.is_file()]


def nobody_waits(_seconds: float) -> NoReturn:
    pytest.fail("there was nothing to wait for")


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
    """The process that leaves last enforces the limit; one that was killed holds nobody up."""
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


# What is removed


@pytest.mark.parametrize(("spare_bytes", "gone"), [(0, 0), (-1, 1), (1, 0)])
def test_a_store_that_is_just_full_keeps_all_of_it(tmp_path: Path, spare_bytes: int, gone: int) -> None:
    keys = kept(ClipStore(tmp_path), "one", "two", "three")
    size = ClipStore(tmp_path).info().size_bytes
    ClipStore(tmp_path, limit_bytes=size + spare_bytes).trim()
    assert the_keys(ClipStore(tmp_path)) == set(keys[gone:])


def test_what_may_be_in_use_stays_whatever_the_limit_is(tmp_path: Path) -> None:
    store = ClipStore(tmp_path, limit_bytes=0)
    keys = kept(store, "before", "then", "after")
    since_s = 1_700_000_000
    for key, used_s in zip(keys, (since_s - 1, since_s, since_s + 1), strict=True):
        os.utime(store._path(key), (used_s, used_s))
    store.trim(unused_since_s=since_s)
    assert the_keys(store) == {keys[2]}
    store.trim()
    assert the_keys(store) == set()


def flock_is_refused(monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 -- the module of the store
    """Pretend that the file system knows no locks, like some network file systems."""

    def refused(*_args: object) -> NoReturn:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refused)
    return store_module


def windows(monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 -- the module of the store
    """Import the module as it is on Windows: without `fcntl`, and with access by paths."""
    missing: Any = None
    monkeypatch.setattr(speech, "store", store_module)  # so that it is restored afterwards
    monkeypatch.delitem(sys.modules, store_module.__name__)
    monkeypatch.setitem(sys.modules, "fcntl", missing)
    monkeypatch.setattr("voiceguide.files.held_folder._BY_DESCRIPTOR", False)
    monkeypatch.setattr(sys, "platform", "win32")
    return importlib.import_module(store_module.__name__)


@pytest.mark.parametrize("without_locks", [flock_is_refused, windows])
def test_where_nobody_can_tell_who_uses_it_what_was_used_in_the_last_day_stays(
    tmp_path: Path,
    without_locks: Any,  # noqa: ANN401 -- one of those above
) -> None:
    keys = kept(ClipStore(tmp_path), "long ago", "yesterday", "today", "just now")
    now_s = time.time()
    for key, age_s in zip(keys, (9 * DAY_S, DAY_S + 10, DAY_S - 10, 0.0), strict=True):
        os.utime(ClipStore(tmp_path)._path(key), (now_s - age_s, now_s - age_s))
    before = open_descriptors()
    with pytest.MonkeyPatch.context() as patch:
        store = without_locks(patch).ClipStore(tmp_path, limit_bytes=0)
        store.in_use().end(kept_some=False)
        assert the_keys(store) == set(keys)
        store.in_use().end(kept_some=True)
    assert the_keys(store) == set(keys[2:])
    assert files_beside_clips(tmp_path) == []
    del store
    assert open_descriptors() == before


def test_a_store_that_may_be_entered_and_not_listed_serves_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder of root's with the mode 711 nobody can take the lock, or see what could be removed."""
    store = ClipStore(tmp_path, limit_bytes=0)
    store.put(KEY, "Hold.", a_clip())

    def refused(_folder: HeldFolder) -> NoReturn:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(HeldFolder, "reopened", refused)
    use = used(store)
    assert store.get(KEY) is not None
    use.end(kept_some=True)
    assert the_keys(store) == {KEY}


# Who waits for whom


def test_whoever_ends_last_sees_to_the_limit_and_until_then_a_hidden_file_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two sessions at once begin without waiting, and each keeps what it may need."""
    monkeypatch.setattr(time, "sleep", nobody_waits)
    store, other = (ClipStore(tmp_path, limit_bytes=0) for _ in range(2))
    keys = kept(store, "one", "two")
    first, second = used(store), used(other)
    assert not nobody_uses(tmp_path)
    first.end(kept_some=True)
    assert the_keys(store) == set(keys)
    assert files_beside_clips(tmp_path) == [".over-limit"]
    second.end(kept_some=False)
    assert the_keys(store) == set()
    assert files_beside_clips(tmp_path) == []
    assert nobody_uses(tmp_path)


def test_who_comes_while_clips_are_removed_waits_until_that_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From then on nothing is removed."""
    store = made(tmp_path)
    other = removing(tmp_path)
    waits = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            os.close(other)

    monkeypatch.setattr(time, "sleep", wait)
    use = used(store)
    assert len(waits) == 3
    assert not nobody_uses(tmp_path)
    use.end(kept_some=False)
    assert nobody_uses(tmp_path)


def test_nobody_waits_for_more_than_two_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was stopped while it removed clips may never go on. Removing them stays its task."""
    store = ClipStore(tmp_path, limit_bytes=0)
    keys = kept(store, "one", "two")
    other = removing(tmp_path)
    now_s = 1000.0

    def wait(seconds: float) -> None:
        nonlocal now_s
        now_s += seconds
        assert now_s < 1010.0

    with monkeypatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: now_s)
        patch.setattr(time, "sleep", wait)
        use = used(store)
    assert now_s == pytest.approx(1002.0, abs=0.1)
    use.end(kept_some=True)
    assert the_keys(store) == set(keys)
    assert files_beside_clips(tmp_path) == [".over-limit"]
    os.close(other)


# How a use ends


def test_a_use_that_nobody_has_ended_ends_with_whoever_had_it(tmp_path: Path) -> None:
    """A session may fail before it is closed: otherwise the store would never be brought back to its limit."""
    use = used(made(tmp_path))
    assert not nobody_uses(tmp_path)
    del use
    assert nobody_uses(tmp_path)


def test_a_use_that_is_ended_twice_closes_nothing_of_anybody_elses(tmp_path: Path) -> None:
    use = used(made(tmp_path))
    use.end(kept_some=False)
    descriptor = os.open(os.devnull, os.O_RDONLY)  # gets the number that the lock had
    use.end(kept_some=False)
    del use
    os.close(descriptor)


def test_a_store_that_is_not_there_yet_is_made_for_who_will_need_it(tmp_path: Path) -> None:
    store = ClipStore(tmp_path / "clips")
    assert store.in_use() is None
    assert list(tmp_path.iterdir()) == []
    use = store.in_use(make=True)
    assert use
    assert not nobody_uses(tmp_path / "clips")
    use.end(kept_some=True)


@contextlib.contextmanager
def a_folder_in_the_place_of_a_clip(store: ClipStore) -> Iterator[None]:
    place = store._path(kept(store, "one")[0])
    place.unlink()
    place.mkdir()
    yield
    assert place.is_dir()


@contextlib.contextmanager
def a_store_that_is_gone(store: ClipStore) -> Iterator[None]:
    shutil.rmtree(store.directory)
    yield
    assert not store.directory.exists()


@pytest.mark.parametrize("trouble", [a_folder_in_the_place_of_a_clip, a_store_that_is_gone])
@pytest.mark.parametrize("kept_some", [False, True])
def test_a_session_ends_well_whatever_has_become_of_the_store(
    tmp_path: Path,
    trouble: Any,  # noqa: ANN401 -- one of those above
    kept_some: bool,  # noqa: FBT001 -- a table
) -> None:
    """The session has been heard, or its file is written: the user has nothing left to do about it."""
    store = made(tmp_path / "clips")
    before = open_descriptors()
    use = used(store)
    with trouble(store):
        use.end(kept_some=kept_some)
    assert open_descriptors() == before
