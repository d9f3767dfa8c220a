"""The promises of a held folder, on systems like Linux, macOS (no O_PATH) and Windows (no descriptors of folders).

A user who shares a folder with somebody else would notice a broken one: files in places that nobody named, or files
that cannot be written for no stated reason. The attacks themselves are in tests/faults/test_links.py.
"""

from __future__ import annotations

import errno
import functools
import gc
import os
import pty
import shutil
import signal
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.special_files import unix_socket
from tests.users import MALLORY, VICTIM, as_user, open_files, shared_folder, told_by_a_child
from voiceguide.files import held_folder
from voiceguide.files.held_folder import NOT_A_FILE, HeldFolder, open_file, read_file, strangers_in, system_error

if sys.platform != "win32":
    import grp
    import pwd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such links, pipes and users on Windows")

READ: Final = os.O_RDONLY
NEW: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL


@pytest.fixture(autouse=True)
def _nothing_waits_and_nothing_stays_open() -> Iterator[None]:
    """Fail a test that takes 10 s, or that leaves descriptors open: a session opens thousands of folders."""

    def late(_number: int, _frame: object) -> None:
        raise TimeoutError("it waits")

    handler = signal.signal(signal.SIGALRM, late)
    signal.alarm(10)
    before = open_files()
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, handler)
    if open_files() != before:
        gc.collect()  # a traceback may still hold some
        assert open_files() == before


@pytest.fixture
def shared() -> Iterator[Path]:
    with shared_folder() as folder:
        yield folder


def like_macos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take O_PATH away, as on macOS, where a link itself cannot be opened."""
    monkeypatch.setattr(held_folder, "_O_PATH", 0)
    monkeypatch.setattr(held_folder, "_PASSING", held_folder._LISTING)


def like_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take descriptors of folders away, and make every function refuse them."""
    monkeypatch.setattr(held_folder, "_BY_DESCRIPTOR", False)
    monkeypatch.setattr(shutil, "_use_fd_functions", False, raising=False)
    monkeypatch.setattr(os, "supports_fd", set())
    for name in ("access", "link", "mkdir", "open", "readlink", "replace", "rmdir", "stat", "unlink", "utime"):
        monkeypatch.setattr(os, name, functools.partial(without_descriptors, getattr(os, name)))


def without_descriptors(action: Callable[..., object], *arguments: Any, **named: object) -> object:  # noqa: ANN401 -- as os has them
    name = action.__name__
    if (
        any(named[each] is not None for each in named if each.endswith("dir_fd"))
        or (name == "link" and "follow_symlinks" in named)
        or (name == "open" and arguments[1] & os.O_DIRECTORY)
        or (name == "utime" and isinstance(arguments[0], int))
    ):
        raise NotImplementedError("unavailable on this platform")
    return action(*arguments, **named)


@pytest.fixture(params=["Linux", "macOS", "Windows"])
def anywhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run the test as on every kind of system, and return its name."""
    return on(request.param, monkeypatch)


@pytest.fixture(params=["Linux", "macOS"])
def posix(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run the test as on the systems where a folder can be held, and return its name."""
    return on(request.param, monkeypatch)


def on(system: str, monkeypatch: pytest.MonkeyPatch) -> str:
    if system == "macOS":
        like_macos(monkeypatch)
    if system == "Windows":
        like_windows(monkeypatch)
    return system


def told(error: OSError) -> tuple[type[OSError], int | None, str | None, object]:
    return type(error), error.errno, error.strerror, error.filename


def refused(kind: type[OSError], number: int, path: object) -> tuple[type[OSError], int, str, str]:
    return kind, number, os.strerror(number), str(path)


NOT_ORDINARY: Final = "Not an ordinary file"


# Work in a folder


@pytest.fixture
def held(tmp_path: Path, posix: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[HeldFolder, Path]]:
    """Yield a held folder that has been moved, and where it is now.

    One copy of it has taken its old path, and another is the current folder. Neither may be changed.
    """
    assert posix
    likenesses = [tmp_path / "folder", tmp_path / "here"]
    moved = tmp_path / "moved"
    fill(likenesses[0])
    with HeldFolder.at(likenesses[0]) as folder:
        likenesses[0].rename(moved)
        for likeness in likenesses:
            fill(likeness)
        monkeypatch.chdir(likenesses[1])
        yield folder, moved
    for likeness in likenesses:
        assert listed(likeness) == FILLED
        assert (likeness / "file").stat().st_mtime == 1
        assert (likeness / "file").read_text() == "text"


FILLED: Final = ["file", "full", "full/deep", "link", "sub"]


def fill(folder: Path) -> None:
    for name in ("", "sub", "full"):
        (folder / name).mkdir()
    (folder / "full" / "deep").write_text("deep")
    (folder / "file").write_text("text")
    os.utime(folder / "file", (1, 1))
    (folder / "link").symlink_to("file")


def listed(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_names_and_reading(held: tuple[HeldFolder, Path]) -> None:
    folder, moved = held
    (moved / "file").write_text("moved")
    (moved / "more").touch()
    assert sorted(folder.names()) == ["file", "full", "link", "more", "sub"]
    assert folder.read("file", 100) == b"moved"
    assert folder.read("file", 3) == b"mov"
    assert [folder.holds(name) for name in ("more", "link", "nothing")] == [True, True, False]
    assert folder.stat().st_ino == moved.stat().st_ino
    assert folder.stat("more").st_ino == (moved / "more").stat().st_ino
    assert stat.S_ISLNK(folder.stat("link").st_mode)
    assert folder.is_writable()
    descriptor = folder.reopened()
    try:
        assert sorted(os.listdir(descriptor)) == ["file", "full", "link", "more", "sub"]  # noqa: PTH208 -- a descriptor
        assert not os.get_inheritable(descriptor)
    finally:
        os.close(descriptor)


def test_making(held: tuple[HeldFolder, Path]) -> None:
    folder, moved = held
    descriptor = folder.open("new", NEW, 0o640)
    os.write(descriptor, b"new")
    assert not os.get_inheritable(descriptor)
    os.close(descriptor)
    assert (moved / "new").read_text() == "new"
    assert stat.S_IMODE((moved / "new").stat().st_mode) == 0o640
    os.close(folder.open("own", NEW))
    assert stat.S_IMODE((moved / "own").stat().st_mode) == 0o600
    with folder.made_folder("made") as made:
        os.close(made.open("x", NEW))
    with folder.made_folder("made") as made, folder.folder("made") as same:
        assert made.names() == same.names() == ["x"]
    assert (moved / "made" / "x").is_file()
    folder.link("file", "second")
    assert (moved / "second").samefile(moved / "file")
    assert (moved / "file").stat().st_nlink == 2


def test_a_second_name_of_a_link_is_one_of_the_link(held: tuple[HeldFolder, Path]) -> None:
    """Somebody may put a link in the place of the temporary file; the file behind it must not get a name here."""
    folder, moved = held
    folder.link("link", "second")
    assert (moved / "second").is_symlink()


def test_changing_and_removing(held: tuple[HeldFolder, Path]) -> None:
    folder, moved = held
    descriptor = folder.open("file", os.O_RDWR)
    folder.touch("file", descriptor)
    os.close(descriptor)
    assert (moved / "file").stat().st_mtime > 1
    folder.rename("file", "link")
    assert not (moved / "link").is_symlink()
    folder.unlink("link")
    folder.rmdir("sub")
    folder.rmtree("full")
    folder.rmtree("nothing")
    assert listed(moved) == []
    assert not folder.is_gone()
    moved.rmdir()
    assert folder.is_gone()


def test_moving_from_one_folder_to_another(held: tuple[HeldFolder, Path], tmp_path: Path) -> None:
    folder, moved = held
    (tmp_path / "other").mkdir()
    (moved / "mine").write_text("mine")
    with HeldFolder.at(tmp_path / "other") as other:
        (tmp_path / "other").rename(tmp_path / "other moved")
        other.rename("mine", "theirs", out_of=folder)
    assert (tmp_path / "other moved" / "theirs").read_text() == "mine"
    assert "mine" not in listed(moved)


def test_all_the_same_by_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    like_windows(monkeypatch)
    fill(tmp_path / "folder")
    fill(tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    path = tmp_path / "folder"
    with HeldFolder.at(path) as folder:
        assert sorted(folder.names()) == ["file", "full", "link", "sub"]
        assert folder.read("file", 3) == b"tex"
        assert folder.holds("sub")
        assert not folder.holds("nothing")
        assert folder.is_writable()
        assert folder.stat().st_ino == path.stat().st_ino
        descriptor = folder.open("file", os.O_RDWR)
        folder.touch("file", descriptor)
        os.close(descriptor)
        assert (path / "file").stat().st_mtime > 1
        with folder.made_folder("made") as made, folder.made_folder("made") as again:
            assert made.path == again.path == path / "made"
            os.close(made.open("x", NEW))
            made.rename("file", "y", out_of=folder)
            made.link("y", "z")
            folder.rename("link", "moved")
        assert listed(path) == ["full", "full/deep", "made", "made/x", "made/y", "made/z", "moved", "sub"]
        folder.rmtree("full")
        folder.rmdir("sub")
        folder.unlink("moved")
        folder.rmtree("made")
        assert not folder.is_gone()
        path.rmdir()
        assert folder.is_gone()
    assert listed(tmp_path / "here") == FILLED


def test_a_folder_that_nobody_refers_to_is_let_go_of(tmp_path: Path, posix: str) -> None:
    assert posix
    before = open_files()
    for _ in range(3):
        assert HeldFolder.at(tmp_path).names() == []
    assert open_files() == before


def test_a_folder_that_was_let_go_of_is_nobodys(tmp_path: Path, anywhere: str) -> None:
    """After it is closed, nothing is done with its descriptor, whose number may belong to another file by then."""
    (tmp_path / "file").touch()
    folder = HeldFolder.at(tmp_path)
    folder.close()
    folder.close()
    if anywhere != "Windows":
        for attempt in (folder.names, folder.stat, folder.is_gone, lambda: folder.unlink("file")):
            with pytest.raises(OSError, match="Bad file descriptor"):
                attempt()
    assert listed(tmp_path) == ["file"]


# Its path in messages, and the errors if it cannot be opened


def test_paths_in_messages(tmp_path: Path, anywhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert anywhere
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").mkdir()
    with HeldFolder.at(tmp_path) as folder:
        assert folder.path == tmp_path
        with folder.folder("a") as inner, folder.made_folder("b") as made:
            assert (inner.path, made.path) == (tmp_path / "a", tmp_path / "b")
    with HeldFolder.made(Path("c/d")) as folder:
        assert folder.path == Path("c/d")


@pytest.mark.parametrize(
    ("path", "kind", "number", "where"),
    [
        ("nowhere", FileNotFoundError, errno.ENOENT, "nowhere"),
        ("nowhere/deeper", FileNotFoundError, errno.ENOENT, "nowhere"),
        ("file", NotADirectoryError, errno.ENOTDIR, "file"),
        ("file/deeper", NotADirectoryError, errno.ENOTDIR, "file"),
        ("sub/lost", FileNotFoundError, errno.ENOENT, "sub/nothing"),
        ("circle", OSError, errno.ELOOP, "circle"),
        ("circle/deeper", OSError, errno.ELOOP, "circle"),
    ],
)
@pytest.mark.parametrize("relative", [False, True])
def test_the_folder_that_is_missing_is_named(  # noqa: PLR0913 -- a table
    tmp_path: Path,
    posix: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    path: str,
    kind: type[OSError],
    number: int,
    where: str,
    relative: bool,
) -> None:
    assert posix
    fill(tmp_path / "x")
    (tmp_path / "x" / "sub" / "lost").symlink_to("nothing")
    (tmp_path / "x" / "circle").symlink_to("circle")
    monkeypatch.chdir(tmp_path / "x")
    base = Path() if relative else tmp_path / "x"
    with pytest.raises(OSError) as raised:  # noqa: PT011 -- looked at below
        HeldFolder.at(base / path)
    assert told(raised.value) == refused(kind, number, base / where)


def test_what_is_wrong_with_a_name_in_it_is_said_with_its_path(tmp_path: Path, anywhere: str) -> None:
    assert anywhere
    fill(tmp_path / "x")
    path = tmp_path / "x"
    (path / "short").symlink_to("sub")
    with HeldFolder.at(path) as folder:
        attempts: list[tuple[Callable[[], object], type[OSError], int, str]] = [
            (lambda: folder.folder("nothing"), FileNotFoundError, errno.ENOENT, "nothing"),
            (lambda: folder.folder("short"), NotADirectoryError, errno.ENOTDIR, "short"),
            (lambda: folder.folder("file"), NotADirectoryError, errno.ENOTDIR, "file"),
            (lambda: folder.open("nothing", READ), FileNotFoundError, errno.ENOENT, "nothing"),
            (lambda: folder.open("link", READ), OSError, errno.ELOOP, "link"),
            (lambda: folder.open("sub", READ), IsADirectoryError, errno.EISDIR, "sub"),
            (lambda: folder.read("nothing", 1), FileNotFoundError, errno.ENOENT, "nothing"),
            (lambda: folder.unlink("nothing"), FileNotFoundError, errno.ENOENT, "nothing"),
        ]
        for attempt, kind, number, name in attempts:
            with pytest.raises(OSError) as raised:  # noqa: PT011 -- looked at below
                attempt()
            assert told(raised.value) == refused(kind, number, path / name)
            # If something is in the place of a file, the user is told to remove it; if nothing is there, not.
            assert (number in NOT_A_FILE) == (kind is not FileNotFoundError)


def test_by_paths_a_missing_folder_is_named_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    like_windows(monkeypatch)
    for attempt in (
        lambda: HeldFolder.at(tmp_path / "nowhere"),
        lambda: HeldFolder.leading_to(tmp_path / "nowhere" / "x"),
    ):
        with pytest.raises(OSError) as raised:  # noqa: PT011 -- looked at below
            attempt()
        assert told(raised.value) == refused(FileNotFoundError, errno.ENOENT, tmp_path / "nowhere")


def test_an_error_of_the_systems_is_what_the_system_would_have_raised() -> None:
    error = system_error(errno.EEXIST, Path("x"))
    assert told(error) == refused(FileExistsError, errno.EEXIST, "x")


# Making folders


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o777])
def test_folders_have_exactly_the_permissions_that_are_asked_for(tmp_path: Path, posix: str, mask: int) -> None:
    """The mask has no effect: a cache that others can write to is refused, and one that we cannot enter is useless."""
    assert posix
    before = os.umask(mask)
    try:
        with HeldFolder.made(tmp_path / "a" / "b", 0o700) as folder, folder.made_folder("c", 0o750):
            pass
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a", "a/b", "a/b/c")]
    assert modes == [0o700, 0o700, 0o750]


def test_where_none_are_asked_for_the_mask_decides(tmp_path: Path, anywhere: str) -> None:
    assert anywhere
    before = os.umask(0o027)
    try:
        with HeldFolder.made(tmp_path / "a" / "b") as folder, folder.made_folder("c"):
            pass
        with HeldFolder.made(tmp_path / "a" / "b") as again:
            assert again.names() == ["c"]
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a", "a/b", "a/b/c")]
    assert modes == [0o750] * 3


def test_folders_that_are_there_stay_as_they_are(tmp_path: Path, posix: str) -> None:
    """They may be the user's, so their permissions are not changed."""
    assert posix
    (tmp_path / "a").mkdir()
    (tmp_path / "a").chmod(0o755)
    with HeldFolder.made(tmp_path / "a", 0o700) as folder, folder.made_folder("b", 0o755):
        pass
    with HeldFolder.made(tmp_path / "a") as folder, folder.made_folder("b", 0o700):
        pass
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a", "a/b")] == [0o755, 0o755]


def test_a_file_system_without_permissions_gets_its_folders_all_the_same(
    tmp_path: Path, posix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert posix

    def refused(_descriptor: int, _mode: int) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "fchmod", refused)
    with HeldFolder.made(tmp_path / "a", 0o700) as folder:
        assert folder.names() == []
    # It was made with these permissions, so others could not enter it even for a moment.
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object], *, instead: bool) -> None:
    """Let something happen just after the next folder is made, or (with `instead`) just before."""
    make: Callable[..., None] = os.mkdir

    def made(*arguments: object, **named: object) -> None:
        if not instead:
            make(*arguments, **named)
        monkeypatch.setattr(os, "mkdir", make)
        happens()
        if instead:
            make(*arguments, **named)

    monkeypatch.setattr(os, "mkdir", made)


@pytest.mark.parametrize("mode", [0o700, None])
def test_another_process_may_make_the_same_folder_at_that_moment(
    tmp_path: Path, posix: str, monkeypatch: pytest.MonkeyPatch, mode: int | None
) -> None:
    assert posix
    meanwhile(monkeypatch, (tmp_path / "a").mkdir, instead=True)
    with HeldFolder.made(tmp_path / "a", mode) as folder:
        assert folder.stat().st_ino == (tmp_path / "a").stat().st_ino


@pytest.mark.parametrize("thing", ["link", "pipe"])
@pytest.mark.parametrize("instead", [False, True])
@pytest.mark.parametrize("mode", [0o700, None])
def test_what_somebody_puts_in_the_place_of_a_new_folder_is_not_taken_for_it(
    tmp_path: Path, posix: str, monkeypatch: pytest.MonkeyPatch, thing: str, *, instead: bool, mode: int | None
) -> None:
    assert posix
    precious, new = tmp_path / "precious", tmp_path / "new"
    precious.mkdir()
    precious.chmod(0o755)

    def plant() -> None:
        if not instead:
            new.rmdir()
        if thing == "link":
            new.symlink_to(precious)
        else:
            os.mkfifo(new, 0o644)

    meanwhile(monkeypatch, plant, instead=instead)
    with pytest.raises(NotADirectoryError):
        HeldFolder.made(new, mode)
    assert stat.S_IMODE(precious.stat().st_mode) == 0o755
    assert stat.S_IMODE(new.stat().st_mode) == (0o755 if thing == "link" else 0o644)


# Where a path leads


def led(path: Path) -> tuple[Path, str]:
    """Return the folder and the name that a path leads to, and check that the folder is the one at its path."""
    folder, name = HeldFolder.leading_to(path)
    with folder:
        assert folder.stat().st_ino == folder.path.stat().st_ino
        return folder.path, name


def test_links_are_followed_to_their_end(tmp_path: Path, anywhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path(os.path.realpath(tmp_path))
    (tmp_path / "music" / "deep").mkdir(parents=True)
    (tmp_path / "music" / "x.mp3").touch()
    (tmp_path / "absolute").symlink_to(real / "music" / "x.mp3")
    (tmp_path / "relative").symlink_to("music/x.mp3")
    (tmp_path / "dangling").symlink_to("music/new.mp3")
    (tmp_path / "short").symlink_to("music")
    (tmp_path / "chain").symlink_to("short/deep/../x.mp3")
    for path, name in [
        ("absolute", "x.mp3"),
        ("relative", "x.mp3"),
        ("dangling", "new.mp3"),
        ("short/x.mp3", "x.mp3"),
        ("short/new.mp3", "new.mp3"),
        ("chain", "x.mp3"),
        ("music/deep/../x.mp3", "x.mp3"),
    ]:
        folder, found = led(real / path)
        assert (folder.resolve(), found) == (real / "music", name)
    assert led(real / "new.mp3") == (real, "new.mp3")
    monkeypatch.chdir(tmp_path)
    if anywhere != "Windows":
        assert led(Path("new.mp3")) == (Path(), "new.mp3")
        assert led(Path("relative")) == (Path("music"), "x.mp3")
        assert led(Path("absolute")) == (real / "music", "x.mp3")
        assert led(Path()) == (Path(), ".")


@pytest.mark.parametrize("number", [errno.ENOTDIR, errno.ELOOP, errno.EMLINK])
def test_links_to_folders_are_followed_however_the_system_refuses_to_open_them(
    tmp_path: Path, posix: str, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Linux answers ENOTDIR, macOS ELOOP and FreeBSD EMLINK."""
    assert posix
    (tmp_path / "music").mkdir()
    (tmp_path / "short").symlink_to("music")
    real: Callable[..., int] = os.open

    def opened(*arguments: object, **named: object) -> int:
        try:
            return real(*arguments, **named)
        except NotADirectoryError as error:
            raise OSError(number, os.strerror(number), error.filename) from None

    monkeypatch.setattr(os, "open", opened)
    assert led(tmp_path / "short" / "x") == (tmp_path / "music", "x")


@pytest.mark.parametrize("link", ["folder", "file"])
def test_as_many_links_are_followed_as_the_system_follows(tmp_path: Path, posix: str, link: str) -> None:
    assert posix
    (tmp_path / "0").mkdir()
    for number in range(1, 42):
        (tmp_path / str(number)).symlink_to(str(number - 1))
    if link == "folder":
        assert led(tmp_path / "40" / "x") == (tmp_path / "0", "x")
        with HeldFolder.at(tmp_path / "40") as folder:
            assert folder.stat().st_ino == (tmp_path / "0").stat().st_ino
        for attempt in (lambda: led(tmp_path / "41" / "x"), lambda: HeldFolder.at(tmp_path / "41")):
            with pytest.raises(OSError, match="Too many levels of symbolic links"):
                attempt()
    else:
        assert led(tmp_path / "40") == (tmp_path, "0")
        # The link itself counts as the file that is there, and is not replaced without asking.
        assert led(tmp_path / "41") == (tmp_path, "41")


def test_of_a_circle_the_first_link_stands_for_itself(tmp_path: Path, posix: str) -> None:
    assert posix
    (tmp_path / "a").mkdir()
    (tmp_path / "x").symlink_to("a/y")
    (tmp_path / "a" / "y").symlink_to("../x")
    (tmp_path / "short").symlink_to("a")
    assert led(tmp_path / "x") == (tmp_path, "x")
    assert led(tmp_path / "short" / "y") == (tmp_path / "a", "y")


@pytest.mark.parametrize(
    ("links_owner", "folders_owner", "mode", "followed"),
    [
        (VICTIM, 0, 0o1777, True),
        (0, VICTIM, 0o777, True),
        (0, MALLORY, 0o777, True),
        (MALLORY, MALLORY, 0o777, True),
        (MALLORY, 0, 0o1777, False),
        (MALLORY, 0, 0o777, False),
        (MALLORY, 0, 0o775, False),
        (MALLORY, VICTIM, 0o757, False),
        (MALLORY, 0, 0o755, True),
    ],
)
@pytest.mark.parametrize("at", ["end", "middle"])
def test_whose_links_are_followed(  # noqa: PLR0913 -- a table
    shared: Path, posix: str, at: str, *, links_owner: int, folders_owner: int, mode: int, followed: bool
) -> None:
    assert posix
    precious, place = shared / "precious", shared / "place"
    precious.mkdir()
    place.mkdir()
    link = place / "link"
    link.symlink_to(precious / "x" if at == "end" else precious)
    os.chown(link, links_owner, links_owner, follow_symlinks=False)
    os.chown(place, folders_owner, VICTIM)
    place.chmod(mode)
    with as_user(VICTIM):
        path = link if at == "end" else link / "x"
        if followed:
            assert led(path) == (precious, "x")
        else:
            with pytest.raises(PermissionError) as raised:
                led(path)
            assert raised.value.errno == errno.EACCES
            assert raised.value.strerror == f"{link} is a link that somebody else has made"


def test_a_file_of_somebody_elses_is_no_link(shared: Path, posix: str) -> None:
    """The path leads to it; if it cannot be replaced, the system's own error says why."""
    assert posix
    (shared / "x").touch()
    os.chown(shared / "x", MALLORY, MALLORY)
    with as_user(VICTIM):
        assert led(shared / "x") == (shared, "x")


def test_folders_that_may_be_entered_and_not_read_are_passed_through(shared: Path) -> None:
    """On machines with many users nobody may list the folder that contains their own."""
    closed = shared / "closed"
    own = closed / "own"
    own.mkdir(parents=True)
    os.chown(own, VICTIM, VICTIM)
    closed.chmod(0o711)
    assert told_by_a_child(lambda: HeldFolder.at(own).names(), VICTIM) == "[]"


def test_a_link_that_is_removed_while_it_is_looked_at(
    tmp_path: Path, posix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thing that takes its place is looked at anew, and nothing is written where the link led."""
    assert posix
    (tmp_path / "music").mkdir()
    (tmp_path / "link").symlink_to("music")
    looked: Callable[..., str | None] = held_folder._target

    def target(*arguments: object) -> str | None:
        monkeypatch.setattr(held_folder, "_target", looked)
        (tmp_path / "link").unlink()
        (tmp_path / "link").mkdir()
        return looked(*arguments)

    monkeypatch.setattr(held_folder, "_target", target)
    assert led(tmp_path / "link" / "x") == (tmp_path / "link", "x")


def test_a_link_that_is_replaced_while_it_is_read_leads_where_the_first_one_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Linux the link is held open, so the link that is read is the one whose owner was checked."""
    link = tmp_path / "link"
    link.symlink_to("harmless")
    read: Callable[..., str] = os.readlink

    def replaced(*arguments: object, **named: object) -> str:
        link.unlink()
        link.symlink_to("precious")
        monkeypatch.setattr(os, "readlink", read)
        return read(*arguments, **named)

    monkeypatch.setattr(os, "readlink", replaced)
    assert led(link) == (tmp_path, "harmless")


@pytest.mark.parametrize("same", ["number", "time", "neither"])
def test_a_link_that_is_replaced_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, same: str
) -> None:
    """Without O_PATH the link that is read may not be the one whose owner was checked."""
    like_macos(monkeypatch)
    link = tmp_path / "link"
    link.symlink_to("harmless")
    looked: Callable[..., os.stat_result] = os.stat
    read: Callable[..., str] = os.readlink

    def replaced(*arguments: object, **named: object) -> str:
        link.unlink()
        link.symlink_to("precious")

        def seen(*arguments: object, **named: object) -> object:
            found = looked(*arguments, **named)

            class Found:
                st_ino = before.st_ino if same == "number" else found.st_ino + 1
                st_ctime_ns = before.st_ctime_ns if same == "time" else found.st_ctime_ns + 1

            return Found

        monkeypatch.setattr(os, "stat", seen)
        return read(*arguments, **named)

    before = link.lstat()
    with monkeypatch.context() as patch:
        patch.setattr(os, "readlink", replaced)
        with pytest.raises(PermissionError) as raised:
            HeldFolder.leading_to(link)
        monkeypatch.setattr(os, "stat", looked)
    assert (raised.value.errno, raised.value.strerror) == (errno.EACCES, "link is being replaced")


# Files


def pipe(path: Path) -> None:
    os.mkfifo(path)


def device(major: int, minor: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        try:
            os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(major, minor))
        except OSError:
            pytest.skip("no device can be made here: run the tests as root")

    return make


@pytest.mark.parametrize(
    "make",
    [pipe, unix_socket, device(1, 5), device(10, 254), device(505, 1)],
    ids=["pipe", "socket", "device", "device that is missing", "device of a driver that is missing"],
)
def test_what_is_no_ordinary_file_is_not_opened_and_not_waited_for(
    tmp_path: Path, anywhere: str, make: Callable[[Path], None]
) -> None:
    assert anywhere
    make(tmp_path / "x")
    with HeldFolder.at(tmp_path) as folder:
        attempts: list[Callable[[], int]] = [lambda: folder.open("x", READ), lambda: open_file(tmp_path / "x")]
        for attempt in attempts:
            with pytest.raises(OSError) as raised:  # noqa: PT011 -- looked at below
                attempt()
            assert told(raised.value) == (OSError, errno.EINVAL, NOT_ORDINARY, str(tmp_path / "x"))
            assert errno.EINVAL in NOT_A_FILE


def test_a_folder_is_not_opened_as_a_file(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError) as raised:
        open_file(tmp_path)
    assert told(raised.value) == refused(IsADirectoryError, errno.EISDIR, tmp_path)


def test_a_terminal_that_is_named_as_a_file_does_not_become_ours() -> None:
    """If it became our controlling terminal, a keystroke in somebody else's window could end the session."""
    leader, follower = pty.openpty()
    path = Path(os.ttyname(follower))

    def named() -> object:
        os.setsid()
        with suppress(OSError):
            open_file(path)
        return os.open("/dev/tty", os.O_RDWR)

    said = told_by_a_child(named)
    os.close(leader)
    os.close(follower)
    assert os.strerror(errno.ENXIO) in said


def test_links_to_files_of_the_users_own_are_read(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"text")
    (tmp_path / "link").symlink_to("x")
    assert read_file(tmp_path / "link", 100) == b"text"
    descriptor = open_file(tmp_path / "link")
    assert not os.get_inheritable(descriptor)
    os.close(descriptor)


LARGE: Final = bytes(range(256)) * 4096 * 3


@pytest.mark.parametrize("most", [1, 1_000_000, len(LARGE) - 1, len(LARGE), len(LARGE) + 1, 100_000_000])
@pytest.mark.parametrize("at_once", [None, 700_000])
def test_a_file_is_read_to_its_end_or_to_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, at_once: int | None
) -> None:
    """Some file systems return less than was asked for; a clip cut short would be taken for damaged."""
    read = os.read
    (tmp_path / "x").write_bytes(LARGE)
    asked: list[int] = []

    def part(descriptor: int, length: int) -> bytes:
        asked.append(length)
        return read(descriptor, min(length, at_once or length))

    monkeypatch.setattr(os, "read", part)
    assert read_file(tmp_path / "x", most) == LARGE[:most]
    # The memory depends on the size of the file, not on the limit.
    assert max(asked) < 2_000_000


# Strangers


@pytest.mark.parametrize(
    ("owner", "group", "mode", "may_be_sticky", "said"),
    [
        (VICTIM, VICTIM, 0o755, False, None),
        (0, 0, 0o755, False, None),
        (0, 0, 0o775, False, None),
        (VICTIM, MALLORY, 0o755, False, None),
        (VICTIM, MALLORY, 0o775, False, "others can write to {0}: chmod go-w '{0}'"),
        (VICTIM, VICTIM, 0o757, False, "others can write to {0}: chmod go-w '{0}'"),
        (0, 0, 0o1777, False, "others can write to {0}: chmod go-w '{0}'"),
        (0, 0, 0o1777, True, None),
        (VICTIM, MALLORY, 0o1770, True, None),
        (0, 0, 0o777, True, "others can write to {0}: chmod go-w '{0}'"),
        (MALLORY, VICTIM, 0o755, False, "it belongs to somebody else: make one of your own"),
        (MALLORY, MALLORY, 0o1777, True, "it belongs to somebody else: make one of your own"),
    ],
)
def test_who_could_put_things_into_a_folder(
    shared: Path, *, owner: int, group: int, mode: int, may_be_sticky: bool, said: str | None
) -> None:
    place = shared / "place"
    place.mkdir()
    os.chown(place, owner, group)
    place.chmod(mode)
    with as_user(VICTIM), HeldFolder.at(place) as folder:
        found = strangers_in(folder, may_be_sticky=may_be_sticky) if may_be_sticky else strangers_in(folder)
    assert found == (said and said.format(place))


@pytest.mark.parametrize(
    ("group", "name", "members", "private"),
    [
        (VICTIM, "victim", [], True),
        (VICTIM, "victim", ["victim"], True),
        (VICTIM, "victim", ["victim", "mallory"], False),
        (VICTIM, "users", [], False),
        (MALLORY, "victim", [], False),
    ],
)
def test_a_group_of_the_users_own_may_write(
    shared: Path, monkeypatch: pytest.MonkeyPatch, *, group: int, name: str, members: list[str], private: bool
) -> None:
    """Many systems give each user a group of their own that may write; a cache made there is as safe as any."""
    users = {VICTIM: pwd.struct_passwd(("victim", "x", VICTIM, VICTIM, "", "/", "/bin/sh"))}
    groups = {group: grp.struct_group((name, "x", group, members))}
    monkeypatch.setattr(pwd, "getpwuid", users.__getitem__)
    monkeypatch.setattr(grp, "getgrgid", groups.__getitem__)
    place = shared / "place"
    place.mkdir()
    os.chown(place, VICTIM, group)
    place.chmod(0o775)
    with as_user(VICTIM), HeldFolder.at(place) as folder:
        assert (strangers_in(folder) is None) == private


def test_on_windows_there_are_no_such_permissions(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with HeldFolder.at(shared) as folder:
        assert strangers_in(folder)
        monkeypatch.setattr(sys, "platform", "win32")
        assert strangers_in(folder) is None
        monkeypatch.undo()


def test_where_nobody_may_write_it_is_said_before(shared: Path) -> None:
    place = shared / "place"
    place.mkdir()
    place.chmod(0o755)
    assert told_by_a_child(lambda: HeldFolder.at(place).is_writable(), VICTIM) == "False"
    os.chown(place, VICTIM, VICTIM)
    assert told_by_a_child(lambda: HeldFolder.at(place).is_writable(), VICTIM) == "True"
    place.chmod(0o500)
    assert told_by_a_child(lambda: HeldFolder.at(place).is_writable(), VICTIM) == "False"
