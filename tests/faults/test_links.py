"""Links, pipes and folders that somebody else has put where voiceguide reads and writes.

The attacks come from another user, in a folder that everybody may write to. They need root, which may become that
user, and are skipped elsewhere.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
import wave
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from tests.faults.harness import PATIENCE_S, Program, files_in, left_behind, struck
from tests.history.test_history import entry as an_entry
from tests.special_files import unix_socket
from tests.speech.test_store import KEY, a_clip
from tests.users import MALLORY, VICTIM, as_user, shared_folder
from voiceguide.config import resolve
from voiceguide.errors import ExportError, RequestError, StoreError, VoiceguideError
from voiceguide.files import held_folder
from voiceguide.files.held_folder import HeldFolder, read_file, strangers_in
from voiceguide.files.whole_file import check_writable, replacing, whole_file
from voiceguide.history.store import History
from voiceguide.library.loader import Library
from voiceguide.library.new import new_routine
from voiceguide.speech.store import ClipStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

if sys.platform != "win32":
    import grp  # now: another user may not be able to read the interpreter's folder

    assert grp

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such links, pipes and users on Windows")

SESSION: Final = ("upper-back", "--only", "cat-cow")


@pytest.fixture
def shared() -> Iterator[Path]:
    """Yield a folder that everybody may use, like `/tmp`."""
    with shared_folder() as folder:
        yield folder


@pytest.fixture
def home(shared: Path) -> Path:
    """Return the victim's own folder, with the file `precious` in it."""
    folder = shared / "home"
    folder.mkdir(mode=0o700)
    os.chown(folder, VICTIM, VICTIM)
    with as_user(VICTIM):
        (folder / "precious").write_text("precious")
    return folder


def write(path: Path, *, force: bool = True) -> None:
    check_writable(path, force=force)
    with whole_file(path, force=force) as file:
        file.write(b"ours")


def planted(kind: str, shared: Path, home: Path) -> Path:
    """Plant a link as Mallory, and return the path that the victim is to write to."""
    with as_user(MALLORY):
        match kind:
            case "a link to a file":
                (shared / "x.mp3").symlink_to(home / "precious")
            case "a dangling link":
                (shared / "x.mp3").symlink_to(home / "new")
            case "a relative link":
                (shared / "x.mp3").symlink_to("home/precious")
            case "a chain":
                (shared / "a").symlink_to(home / "precious")
                (shared / "x.mp3").symlink_to("a")
            case "a folder that is a link":
                (shared / "out").symlink_to(home)
                return shared / "out" / "precious"
            case "a folder behind two links":
                (shared / "a").symlink_to(home)
                (shared / "out").symlink_to("a")
                return shared / "out" / "precious"
            case "a link in a path with dots":
                (shared / "out").symlink_to(home)
                return shared / "home" / ".." / "out" / "precious"
    if kind == "the victim's link to Mallory's":
        with as_user(MALLORY):
            (shared / "theirs").symlink_to(home / "precious")
        with as_user(VICTIM):
            (home / "mine").symlink_to(shared / "theirs")
        return home / "mine"
    return shared / "x.mp3"


PLANTED: Final = (
    "a link to a file",
    "a dangling link",
    "a relative link",
    "a chain",
    "a folder that is a link",
    "a folder behind two links",
    "a link in a path with dots",
    "the victim's link to Mallory's",
)


@pytest.mark.parametrize("mode", [0o1777, 0o777, 0o775])
@pytest.mark.parametrize("kind", PLANTED)
def test_a_link_of_somebody_elses_is_not_followed(shared: Path, home: Path, kind: str, mode: int) -> None:
    os.chown(shared, 0, MALLORY)
    shared.chmod(0o1777)
    path = planted(kind, shared, home)
    shared.chmod(mode)
    with as_user(VICTIM):
        for force in (False, True):
            with pytest.raises(ExportError, match="is a link that somebody else has made"):
                write(path, force=force)
        # Writing is safe by itself, without `check_writable` before it.
        with pytest.raises(PermissionError), replacing(path) as file:
            file.write(b"ours")
        assert {name: data for name, data in files_in(home).items() if name == "precious"} == {"precious": b"precious"}
        assert not (home / "new").exists()
        assert left_behind(home) == []


@pytest.mark.parametrize("kind", ["export", "captions", "picture", "say"])
def test_no_command_follows_one(clip_cache: Path, upper_back: object, shared: Path, home: Path, kind: str) -> None:
    """The commands run as processes of the victim's, whether or not the kernel itself protects symlinks."""
    assert upper_back
    with as_user(MALLORY):
        for suffix in ("mp3", "vtt", "svg", "wav"):
            (shared / f"x.{suffix}").symlink_to(home / "precious")
        if kind == "captions":
            (shared / "x.mp3").unlink()
    cache = home / "clips"
    shutil.copytree(clip_cache, cache)
    for path in [cache, *cache.rglob("*")]:
        os.chown(path, VICTIM, VICTIM)
    command = {
        "export": ("export", *SESSION, "-o", shared / "x.mp3", "--force"),
        "captions": ("export", *SESSION, "-o", shared / "x.mp3", "--captions", "vtt", "--force"),
        "picture": ("plan", *SESSION, "--picture", shared / "x.svg", "--force"),
        "say": ("say", "Hold.", "-o", shared / "x.wav", "--force"),
    }[kind]
    ending = run_as(VICTIM, home, cache, *command)
    assert ending == (1, 1), ending
    assert (home / "precious").read_text() == "precious"
    assert not (shared / "x.mp3").is_file() or (shared / "x.mp3").is_symlink()


def run_as(user: int, home: Path, cache: Path, *command: object) -> tuple[int, int]:
    """Run voiceguide as a user, and return its exit code and how many lines of ours it printed on stderr."""
    program = Program(home, cache, wrapper=("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"))
    environment = program.environment()
    os.chown(program.temporary, user, user)
    ending = struck(program.command(*command), environment=environment)
    if "Permission denied" in ending.stderr and "python" in ending.stderr:
        pytest.skip("the interpreter of these tests cannot be reached by other users")
    assert "Traceback" not in ending.stderr, ending.stderr
    return ending.exit_code, ending.stderr.count("voiceguide: ")


@pytest.mark.parametrize("kind", PLANTED)
def test_nor_where_a_link_itself_cannot_be_held(
    shared: Path, home: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The same holds without O_PATH, as on macOS."""
    monkeypatch.setattr(held_folder, "_O_PATH", 0)
    monkeypatch.setattr(held_folder, "_PASSING", held_folder._LISTING)
    path = planted(kind, shared, home)
    with as_user(VICTIM):
        with pytest.raises(ExportError, match="is a link that somebody else has made"):
            write(path)
        (home / "link").symlink_to("precious")
        write(home / "link")
        assert (home / "link").is_symlink()
        assert (home / "precious").read_bytes() == b"ours"


def test_where_folders_cannot_be_held_everything_goes_by_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without descriptors of folders, as on Windows, all files are written and read by path."""
    monkeypatch.setattr(held_folder, "_BY_DESCRIPTOR", False)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for path in (tmp_path / "link", tmp_path / "x.mp3"):
        write(path, force=False)
        with pytest.raises(RequestError, match="is there already"):
            write(path, force=False)
        write(path)
    assert (tmp_path / "real").read_bytes() == b"ours"
    with pytest.raises(ExportError, match="there is no folder"):
        write(tmp_path / "nowhere" / "x.mp3")
    store, history = ClipStore(tmp_path / "a" / "clips", limit_bytes=0), History(tmp_path / "b" / "history")
    assert store.get(KEY) is None
    store.check_usable()
    store.put(KEY, "Hold.", a_clip())
    assert store.get(KEY)
    assert store.info().clips == 1
    use = store.in_use()
    assert use
    use.end(kept_some=True)
    assert store.info().clips == 0
    history.save(an_entry())
    history.save(an_entry(position_s=7.0))
    assert [entry.position_s for entry in history.entries()] == [7.0]
    assert new_routine("mine", tmp_path / "c" / "routines").is_file()
    assert left_behind(tmp_path) == []


def test_links_of_the_users_own_and_of_the_folders_owner_are_followed(shared: Path, home: Path) -> None:
    with as_user(VICTIM):
        (shared / "mine.mp3").symlink_to(home / "precious")
        write(shared / "mine.mp3")
        assert (home / "precious").read_bytes() == b"ours"
        assert (shared / "mine.mp3").is_symlink()
        (shared / "new.mp3").symlink_to(home / "new")
        write(shared / "new.mp3", force=False)
        assert (home / "new").read_bytes() == b"ours"
    (shared / "roots").symlink_to(home)
    with as_user(VICTIM):
        write(shared / "roots" / "x.mp3")
        assert (home / "x.mp3").read_bytes() == b"ours"
    theirs = shared / "theirs"
    theirs.mkdir()
    theirs.chmod(0o777)
    (theirs / "x.mp3").symlink_to("real.mp3")
    for path in (theirs, theirs / "x.mp3"):
        os.chown(path, MALLORY, MALLORY, follow_symlinks=False)
    with as_user(VICTIM):
        write(theirs / "x.mp3")
    assert (theirs / "real.mp3").read_bytes() == b"ours"


def test_a_link_in_a_private_folder_is_its_owners_whomever_it_is_said_to_belong_to(shared: Path, home: Path) -> None:
    """Network file systems that squash users report another owner for the user's own links."""
    (home / "x.mp3").symlink_to("precious")
    os.chown(home / "x.mp3", 65_534, 65_534, follow_symlinks=False)
    with as_user(VICTIM):
        write(home / "x.mp3")
        assert (home / "precious").read_bytes() == b"ours"
    assert shared.is_dir()


def test_a_link_that_comes_to_be_there_meanwhile_is_replaced_and_not_followed(shared: Path, home: Path) -> None:
    """In a folder without a sticky bit Mallory may replace any file by a link at any time."""
    shared.chmod(0o777)
    target = shared / "x.mp3"

    def plant() -> None:
        with as_user(MALLORY):
            target.symlink_to(home / "precious")

    def make(*, force: bool) -> None:
        with as_user(VICTIM), whole_file(target, force=force) as file:
            file.write(b"ours")
            os.seteuid(0)
            plant()
            os.setegid(VICTIM)
            os.seteuid(VICTIM)

    with pytest.raises(RequestError, match="is there already"):
        make(force=False)
    target.unlink()
    make(force=True)
    assert not target.is_symlink()
    assert target.read_bytes() == b"ours"
    assert (home / "precious").read_text() == "precious"


def test_a_folder_that_is_swapped_for_a_link_while_the_file_is_written(shared: Path, home: Path) -> None:
    """The folder itself is held open, not its path: the file is written into it, under whatever name it has now."""
    shared.chmod(0o777)
    out = shared / "out"
    out.mkdir()
    out.chmod(0o777)
    with as_user(VICTIM), whole_file(out / "precious", force=True) as file:
        file.write(b"ours")
        os.seteuid(0)
        with as_user(MALLORY):
            out.rename(shared / "moved")
            out.symlink_to(home)
        os.setegid(VICTIM)
        os.seteuid(VICTIM)
    assert (home / "precious").read_text() == "precious"
    assert files_in(shared / "moved") == {"precious": b"ours"}


SWAPPER = """
import os, sys
os.chdir(sys.argv[1])
print("begun", flush=True)
while True:
    for target, owner in (("home/precious", int(sys.argv[3])), ("home/harmless", int(sys.argv[2]))):
        os.symlink(target, "link.new")
        os.lchown("link.new", owner, owner)
        os.rename("link.new", "x.mp3")
"""


def test_a_storm_of_links_that_change_while_they_are_followed(
    shared: Path, home: Path, count: Callable[[str], None]
) -> None:
    """The target alternates between the victim's link to a harmless file and Mallory's link to the precious one.

    The link that is checked is the one that is followed.
    """
    shared.chmod(0o777)
    (shared / "x.mp3").touch()
    command = [sys.executable, "-c", SWAPPER, str(shared), str(VICTIM), str(MALLORY)]
    refused = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        try:
            with as_user(VICTIM):
                for _ in range(300):
                    try:
                        write(shared / "x.mp3")
                    except VoiceguideError:
                        refused += 1
                    assert (home / "precious").read_text() == "precious"
        finally:
            process.kill()
    assert 0 < refused < 300
    assert (home / "harmless").read_bytes() == b"ours"
    count(f"300 exports through links that are swapped all the time: 0 followed, {refused} refused")


def test_another_name_of_a_file_stays_as_it_is(tmp_path: Path) -> None:
    """A hard link is planted where a file is going to be replaced; the file behind its other name is not changed."""
    (tmp_path / "precious").write_text("precious")
    store, history = ClipStore(tmp_path / "clips"), History(tmp_path / "history")
    store.put(KEY, "Hold.", a_clip())
    history.save(an_entry())
    targets = [tmp_path / "x.mp3", store._path(KEY), *(tmp_path / "history").iterdir()]
    for target in targets:
        target.unlink(missing_ok=True)
        os.link(tmp_path / "precious", target)
    write(tmp_path / "x.mp3")
    assert store.get(KEY) is None
    store.put(KEY, "Hold.", a_clip())
    history.save(an_entry())
    assert store.get(KEY) is not None
    assert history.entries() == [an_entry()]
    assert (tmp_path / "precious").read_text() == "precious"


# The clip store


@pytest.mark.parametrize("target", ["precious", "nowhere", "/dev/zero"])
def test_a_link_in_the_place_of_a_clip_is_replaced_and_never_followed(tmp_path: Path, target: str) -> None:
    (tmp_path / "precious").write_text("precious")
    store = ClipStore(tmp_path / "clips")
    store.put(KEY, "Hold.", a_clip())
    path = store._path(KEY)
    for put_first in (True, False):
        path.unlink()
        path.symlink_to(tmp_path / target)
        assert store.info().damaged == 1
        if not put_first:
            assert store.get(KEY) is None
        store.put(KEY, "Hold.", a_clip())
        assert not path.is_symlink()
        assert store.get(KEY) is not None
    path.unlink()
    path.symlink_to(tmp_path / target)
    assert store.prune(30) == 1
    assert not (tmp_path / "nowhere").exists()
    assert (tmp_path / "precious").read_text() == "precious"


def test_a_link_in_the_place_of_a_folder_of_clips_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    store = ClipStore(tmp_path / "clips")
    store.check_usable()
    (tmp_path / "clips" / KEY[:2]).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="cannot be used"):
        store.put(KEY, "Hold.", a_clip())
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert store.clear() == 0


@pytest.mark.parametrize("mode", [0o777, 0o757, 0o775, 0o1775])
@pytest.mark.parametrize("deep", [False, True])
def test_a_store_that_others_can_write_to_is_refused_with_how_to_mend_it(
    shared: Path, home: Path, mode: int, *, deep: bool
) -> None:
    clips = home / "clips"
    with as_user(VICTIM):
        store = ClipStore(clips)
        store.put(KEY, "Hold.", a_clip())
    os.chown(clips, VICTIM, MALLORY)
    os.chown(clips / KEY[:2], VICTIM, MALLORY)
    place = clips / KEY[:2] if deep else clips
    place.chmod(mode)
    with as_user(VICTIM):
        if mode & stat.S_ISVTX and not deep:
            assert ClipStore(clips).get(KEY)
            return
        for attempt in (
            lambda: ClipStore(clips).get(KEY),
            lambda: ClipStore(clips).put(KEY, "Hold.", a_clip()),
            lambda: ClipStore(clips).info(),
            lambda: ClipStore(clips).clear(),
        ):
            with pytest.raises(StoreError, match=r"others can write to .*: chmod go-w '.*', or name another with"):
                attempt()
        subprocess.run(["chmod", "go-w", str(place)], check=True)
        assert ClipStore(clips).get(KEY)
    assert shared.is_dir()


def test_a_store_that_belongs_to_somebody_else_is_refused_and_one_of_roots_is_read(shared: Path, home: Path) -> None:
    theirs = shared / "theirs"
    theirs.mkdir(mode=0o755)
    os.chown(theirs, MALLORY, MALLORY)
    with as_user(MALLORY):
        ClipStore(theirs).put(KEY, "Hold.", a_clip())
    (theirs / KEY[:2]).chmod(0o755)
    ((theirs / KEY[:2]) / f"{KEY}.clip").chmod(0o644)
    for user in (VICTIM, 0):
        with as_user(user), pytest.raises(StoreError, match="it belongs to somebody else: make one of your own"):
            ClipStore(theirs).get(KEY)
    for path in (theirs, *theirs.rglob("*")):
        os.chown(path, 0, 0)
    with as_user(VICTIM):
        assert ClipStore(theirs).get(KEY)
        with pytest.raises(StoreError, match="Permission denied"):
            ClipStore(theirs).put(KEY, "Hold.", a_clip())
    assert home.is_dir()


def test_a_group_that_is_the_users_own_may_write(tmp_path: Path) -> None:
    """Systems that give each user a group of their own also set the mask 002, so their folders are group-writable."""
    clips = tmp_path / "clips"
    clips.mkdir()
    clips.chmod(0o775)
    with HeldFolder.at(clips) as folder:
        private = strangers_in(folder) is None
    # Whether the group is the user's own depends on the user that runs the tests; root's is.
    if os.geteuid() == 0:
        assert private
    if private:
        ClipStore(clips).check_usable()
    clips.chmod(0o777)
    with pytest.raises(StoreError, match="others can write to"):
        ClipStore(clips).check_usable()


def test_a_store_is_made_for_its_user_alone_whatever_the_mask_is(tmp_path: Path) -> None:
    for mask in (0o000, 0o002, 0o177):
        clips = tmp_path / f"{mask:o}" / "cache" / "clips"
        before = os.umask(mask)
        try:
            ClipStore(clips).put(KEY, "Hold.", a_clip())
            assert ClipStore(clips).get(KEY)
        finally:
            os.umask(before)
        modes = {path.relative_to(tmp_path): path.stat().st_mode & 0o777 for path in clips.rglob("*")}
        assert all(found == (0o600 if path.suffix else 0o700) for path, found in modes.items()), modes
        assert clips.parent.stat().st_mode & 0o777 == 0o700


# Things that are not ordinary files


def pipe(path: Path) -> None:
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.mkdir()


def device(path: Path) -> None:
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))  # /dev/zero: no end
    except OSError:
        pytest.skip("no device can be made here: run the tests as root")


def link_to(make: Callable[[Path], None]) -> Callable[[Path], None]:
    def link(path: Path) -> None:
        real = path.with_name("real")
        make(real)
        path.symlink_to(real)

    return link


REFUSED: Final = "Not an ordinary file|Is a directory"
THINGS: Final[dict[str, Callable[[Path], None]]] = {
    **{make.__name__: make for make in (pipe, folder, device, unix_socket)},
    **{f"a link to a {make.__name__}": link_to(make) for make in (pipe, folder, device, unix_socket)},
}


@contextmanager
def at_once() -> Iterator[None]:
    """Fail if the block takes 10 s, which means that it waits for a pipe."""

    def late(_number: int, _frame: object) -> None:
        raise TimeoutError("it waits")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(10)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("thing", THINGS)
def test_things_in_the_place_of_files_that_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, thing: str
) -> None:
    """A routine, a manifest and the configuration must be ordinary files, or links of the user's own to such files."""
    path = tmp_path / "x.toml"
    THINGS[thing](path)
    monkeypatch.setenv("VOICEGUIDE_CONFIG", str(path))
    from voiceguide.batch.catalogue import read_catalogue

    for attempt in (lambda: Library().routine(str(path)), lambda: resolve({}), lambda: read_catalogue(path)):
        with (
            at_once(),
            pytest.raises(RequestError, match=rf"x\.toml cannot be read: ({REFUSED})"),
        ):
            attempt()


@pytest.mark.parametrize("thing", THINGS)
def test_things_in_the_place_of_a_clip(tmp_path: Path, thing: str) -> None:
    store = ClipStore(tmp_path)
    store.put(KEY, "Hold.", a_clip())
    path = store._path(KEY)
    path.unlink()
    THINGS[thing](path)
    if path.is_symlink():
        with at_once():
            assert store.get(KEY) is None
        return
    for attempt in (lambda: store.get(KEY), store.info, lambda: store.prune(30)):
        with at_once(), pytest.raises(StoreError, match=f"cannot be used: ({REFUSED}): remove {path}"):
            attempt()


@pytest.mark.parametrize("thing", THINGS)
def test_things_in_the_place_of_an_export(tmp_path: Path, thing: str) -> None:
    path = tmp_path / "x.mp3"
    THINGS[thing](path)
    with (
        at_once(),
        pytest.raises(RequestError, match=r"is a folder: name a file in it|is not an ordinary file: name another"),
    ):
        write(path)


def test_what_has_no_end_takes_no_memory(tmp_path: Path) -> None:
    """A sparse file of 100 GB in the place of a clip or of the configuration is not read whole."""
    store = ClipStore(tmp_path / "clips")
    store.put(KEY, "Hold.", a_clip())
    config = tmp_path / "config.toml"
    for path in (store._path(KEY), config):
        with path.open("wb") as file, suppress(OSError):
            file.truncate(100_000_000_000)
    assert store.get(KEY) is None
    assert len(read_file(config, 1000)) == 1000


# The batch's folder


def a_batch(folder: Path) -> Path:
    manifest = folder / "catalogue.toml"
    manifest.write_text(
        '[[sessions]]\nroutines = ["upper-back"]\nonly = ["cat-cow"]\nrepetitions = 2\nformats = ["wav"]\nname = "x"\n'
    )
    return manifest


@pytest.mark.parametrize("name", ["journal.json", "lock"])
@pytest.mark.parametrize("thing", THINGS)
def test_things_in_the_place_of_the_journal_or_the_lock(
    program: Program, tmp_path: Path, name: str, thing: str
) -> None:
    manifest = a_batch(tmp_path)
    control = tmp_path / "catalogue" / ".voiceguide-batch"
    control.mkdir(parents=True)
    THINGS[thing](control / name)
    begun_s = time.monotonic()
    ending = program.run("batch", manifest)
    assert time.monotonic() - begun_s < PATIENCE_S / 2
    assert (ending.exit_code, ending.stderr.count("\n")) == (1, 1), ending
    assert "fault of voiceguide" not in ending.stderr
    assert name in ending.stderr
    assert not (tmp_path / "catalogue" / "x.wav").exists()


def test_a_journal_that_somebody_else_has_planted_is_not_believed(
    clip_cache: Path, upper_back: object, shared: Path, home: Path
) -> None:
    """Such a journal could claim that the batch made the victim's file and may replace it."""
    assert upper_back
    manifest = a_batch(shared)
    out = shared / "catalogue"
    out.mkdir()
    out.chmod(0o1777)
    with as_user(MALLORY):
        (out / ".voiceguide-batch").mkdir()
    (out / "x.wav").write_text("precious")
    os.chown(out / "x.wav", VICTIM, VICTIM)
    cache = home / "clips"
    shutil.copytree(clip_cache, cache)
    for path in [cache, *cache.rglob("*")]:
        os.chown(path, VICTIM, VICTIM)
    assert run_as(VICTIM, home, cache, "batch", manifest) == (1, 1)
    assert (out / "x.wav").read_text() == "precious"
    shutil.rmtree(out / ".voiceguide-batch")
    with as_user(MALLORY):
        (out / ".voiceguide-batch").symlink_to(home)
    assert run_as(VICTIM, home, cache, "batch", manifest)[0] in {1, 2}
    assert sorted(path.name for path in home.iterdir()) == ["clips", "precious", "tmp"]


def test_links_of_somebody_elses_on_the_way_to_own_folders(shared: Path, home: Path) -> None:
    with as_user(MALLORY):
        (shared / "data").symlink_to(home)
    with as_user(VICTIM):
        with pytest.raises(StoreError, match="is a link that somebody else has made"):
            History(shared / "data" / "history").save(an_entry())
        with pytest.raises(ExportError, match="is a link that somebody else has made"):
            new_routine("mine", shared / "data" / "routines")
        with pytest.raises(StoreError, match="is a link that somebody else has made"):
            ClipStore(shared / "data" / "clips").put(KEY, "Hold.", a_clip())
        assert sorted(path.name for path in home.iterdir()) == ["precious"]


def test_descriptors_are_given_back(tmp_path: Path) -> None:
    """One process may write thousands of files, so it must not keep descriptors open."""
    store, history = ClipStore(tmp_path / "clips"), History(tmp_path / "history")
    link = tmp_path / "link.mp3"
    link.symlink_to(tmp_path / "loop.mp3")
    (tmp_path / "loop.mp3").symlink_to(link)

    def everything() -> None:
        write(tmp_path / "x.mp3")
        store.put(KEY, "Hold.", a_clip())
        store.get(KEY)
        store.info()
        history.save(an_entry())
        history.entries()
        with suppress(VoiceguideError):
            write(tmp_path / "nowhere" / "x.mp3")
        with suppress(VoiceguideError):
            write(link, force=False)
        use = store.in_use()
        assert use
        use.end(kept_some=True)

    everything()
    before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    for _ in range(20):
        everything()
    assert threading.active_count() >= 1
    after = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    assert after <= before


def test_a_sound_of_the_users_own_stays_where_it_is(tmp_path: Path) -> None:
    """The ordinary case: a file is replaced through a link to a folder, where everything is the user's own."""
    music = tmp_path / "music"
    music.mkdir()
    (tmp_path / "short").symlink_to(music)
    with wave.open(str(music / "x.wav"), "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        file.writeframes(np.zeros(100, "<i2").tobytes())
    write(tmp_path / "short" / "x.wav")
    assert (music / "x.wav").read_bytes() == b"ours"
