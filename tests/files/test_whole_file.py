"""The promises of writing a whole file, tested by what it asks of the system.

A user would notice a torn export, one that has replaced another file unasked, one that nobody else may read, or odd
files that fill the disk. Really killed processes are in tests/faults/test_temporaries.py.
"""

from __future__ import annotations

import errno
import functools
import os
import re
import stat
import sys
import warnings
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import pytest

from tests.users import VICTIM, open_files, shared_folder, told_by_a_child
from voiceguide.errors import ExportError, RequestError, VoiceguideError
from voiceguide.files.held_folder import HeldFolder
from voiceguide.files.whole_file import check_writable, clear_stale, replacing, replacing_in, whole_file

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DATA = b"sound" * 20_000
THERE_ALREADY: Final = "is there already: `force=True` replaces it"


@pytest.fixture
def shared() -> Iterator[Path]:
    with shared_folder() as folder:
        yield folder


@contextmanager
def mask(bits: int) -> Iterator[None]:
    before = os.umask(bits)
    try:
        yield
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write(path: Path, data: bytes = DATA, *, force: bool = False) -> None:
    with whole_file(path, force=force) as file:
        file.write(data)


def failing(error: OSError) -> Callable[..., None]:
    """Return a stand-in for a function of the system that raises `error`."""

    def fails(*_arguments: object, **_named: object) -> None:
        raise error

    return fails


def system(number: int) -> OSError:
    return OSError(number, os.strerror(number))


def said_of(attempt: Callable[[], object]) -> tuple[type[VoiceguideError], str]:
    with pytest.raises(VoiceguideError) as raised:
        attempt()
    return type(raised.value), str(raised.value)


# The file


@pytest.mark.parametrize("force", [False, True])
def test_what_was_exported_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    force: bool,  # noqa: FBT001 -- a table
) -> None:
    """A user who exports to a phone and unplugs it finds the whole session there, or none."""
    target = tmp_path / "x.mp3"
    if force:
        target.write_bytes(b"older")
    synced: list[tuple[int, bool]] = []
    sync = os.fsync

    def noted(descriptor: int) -> None:
        named = target.exists() and target.stat().st_size == len(DATA) + 1
        synced.append((os.fstat(descriptor).st_size, named))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    with whole_file(target, force=force) as file:
        file.write(DATA)
        file.write(b"!")
    assert target.read_bytes() == DATA + b"!"
    # All of it was synced before it had its name.
    assert (len(DATA) + 1, False) in synced
    # Clips are not synced: there may be a hundred, and each can be spoken again.
    synced.clear()
    with replacing(target) as file, HeldFolder.at(tmp_path) as folder, replacing_in(folder, "y.mp3") as other:
        file.write(DATA)
        other.write(DATA)
    assert synced == []


def test_a_disk_that_fails_to_write_it_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", failing(OSError(5, "Input/output error")))
    with (
        pytest.raises(ExportError, match="was not written: Input/output error"),
        whole_file(tmp_path / "x.mp3", force=False) as file,
    ):
        file.write(DATA)
    assert list(tmp_path.iterdir()) == []


def test_it_is_written_and_read_in_any_order(tmp_path: Path) -> None:
    """Some formats write their header last."""
    with whole_file(tmp_path / "x.mp3", force=False) as file:
        file.write(DATA)
        file.seek(0)
        assert file.read(5) == b"sound"
        file.seek(0)
        file.write(b"S")
    assert (tmp_path / "x.mp3").read_bytes() == b"S" + DATA[1:]
    assert names(tmp_path) == ["x.mp3"]


@pytest.mark.parametrize(("bits", "exported"), [(0o022, 0o644), (0o027, 0o640), (0o002, 0o664), (0o077, 0o600)])
def test_who_may_read_it(tmp_path: Path, bits: int, exported: int) -> None:
    """An export has the permissions of any new file; a clip or an entry of the history is the user's alone."""
    with mask(bits):
        write(tmp_path / "x.mp3")
        with replacing(tmp_path / "clip"), HeldFolder.at(tmp_path) as folder, replacing_in(folder, "entry"):
            pass
    assert [mode(tmp_path / name) for name in ("x.mp3", "clip", "entry")] == [exported, 0o600, 0o600]


def test_a_mask_that_takes_away_ones_own_rights_takes_none_of_a_clips(tmp_path: Path) -> None:
    with mask(0o277), replacing(tmp_path / "clip") as file:
        file.write(DATA)
    assert mode(tmp_path / "clip") == 0o600


def test_a_file_system_without_permissions_is_written_to_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fchmod", failing(system(errno.EPERM)))
    with replacing(tmp_path / "clip") as file:
        file.write(DATA)
    assert (tmp_path / "clip").read_bytes() == DATA


# Something in its place


def test_what_is_there_is_replaced_only_where_that_was_asked_for(tmp_path: Path) -> None:
    target = tmp_path / "x.mp3"
    write(target, b"older")
    assert said_of(lambda: check_writable(target, force=False)) == (RequestError, f"{target} {THERE_ALREADY}")
    assert said_of(lambda: write(target)) == (RequestError, f"{target} {THERE_ALREADY}")
    assert target.read_bytes() == b"older"
    check_writable(target, force=True)
    write(target, b"newer", force=True)
    assert target.read_bytes() == b"newer"
    for way in (replacing(target), HeldFolder.at(tmp_path)):
        with way as opened:
            if isinstance(opened, HeldFolder):
                with replacing_in(opened, "x.mp3") as file:
                    file.write(b"newest")
            else:
                opened.write(b"newest")
        assert target.read_bytes() == b"newest"
    assert names(tmp_path) == ["x.mp3"]


def test_what_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "x.mp3"

    def make() -> None:
        check_writable(target, force=False)
        with whole_file(target, force=False) as file:
            file.write(DATA)
            target.write_text("theirs")

    assert said_of(make) == (RequestError, f"{target} {THERE_ALREADY}")
    assert target.read_text() == "theirs"
    assert names(tmp_path) == ["x.mp3"]


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK])
def test_where_there_are_no_hard_links_it_gets_its_name_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A memory card of a music player, for example, has none."""
    monkeypatch.setattr(os, "link", failing(system(number)))
    target = tmp_path / "x.mp3"
    write(target)
    assert target.read_bytes() == DATA
    assert said_of(lambda: write(target, b"other")) == (RequestError, f"{target} {THERE_ALREADY}")
    assert target.read_bytes() == DATA
    with (
        HeldFolder.at(tmp_path) as folder,
        pytest.raises(FileExistsError) as raised,
        replacing_in(folder, "x.mp3", force=False),
    ):
        pass
    assert (raised.value.errno, raised.value.filename) == (errno.EEXIST, str(target))
    assert names(tmp_path) == ["x.mp3"]


def test_a_name_that_cannot_be_given_is_said_and_nothing_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", failing(system(errno.EIO)))
    target = tmp_path / "x.mp3"
    assert said_of(lambda: write(target)) == (ExportError, f"{target} was not written: Input/output error")
    assert names(tmp_path) == []


def test_a_link_stays_and_what_it_points_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "music").mkdir()
    (tmp_path / "link.mp3").symlink_to("music/x.mp3")
    write(tmp_path / "link.mp3")
    assert said_of(lambda: write(tmp_path / "link.mp3"))[0] is RequestError
    write(tmp_path / "link.mp3", b"newer", force=True)
    assert (tmp_path / "link.mp3").is_symlink()
    assert (tmp_path / "music" / "x.mp3").read_bytes() == b"newer"
    assert names(tmp_path / "music") == ["x.mp3"]


# Errors while it is written


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (system(errno.ENOSPC), "the disk is full"),
        (system(errno.EDQUOT), "the disk is full"),
        (system(errno.EFBIG), "File too large"),
        (OSError("the player is gone"), "the player is gone"),
    ],
)
def test_why_it_was_not_written(tmp_path: Path, error: OSError, said: str) -> None:
    target = tmp_path / "x.mp3"
    target.write_text("older")

    def make() -> None:
        with whole_file(target, force=True) as file:
            file.write(DATA)
            raise error

    assert said_of(make) == (ExportError, f"{target} was not written: {said}")
    assert target.read_text() == "older"
    assert names(tmp_path) == ["x.mp3"]


@pytest.mark.parametrize("error", [RequestError("no such voice"), KeyboardInterrupt(), ValueError("a fault of ours")])
def test_what_is_no_fault_of_the_systems_is_told_as_it_is(tmp_path: Path, error: BaseException) -> None:
    target = tmp_path / "x.mp3"

    def make() -> None:
        with whole_file(target, force=False) as file:
            file.write(DATA)
            raise error

    with pytest.raises(type(error)) as raised:
        make()
    assert raised.value is error
    assert names(tmp_path) == []


# Errors before any work is done


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link_to_nowhere(path: Path) -> None:
    path.symlink_to("nowhere/x.mp3")


def link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/null")


def link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def file(path: Path) -> None:
    path.write_text("older")


@pytest.mark.parametrize(
    ("make", "name", "kind", "said"),
    [
        (folder, "x.mp3", RequestError, "{0}/x.mp3 is a folder: name a file in it"),
        (folder, "x.mp3/..", RequestError, "{0}/x.mp3/.. is a folder: name a file in it"),
        (pipe, "x.mp3", RequestError, "{0}/x.mp3 is not an ordinary file: name another"),
        (link_to_a_device, "x.mp3", RequestError, "{0}/x.mp3 is not an ordinary file: name another"),
        (None, "nowhere/x.mp3", ExportError, "{0}/nowhere/x.mp3 cannot be written: there is no folder {0}/nowhere"),
        (file, "x.mp3/x.mp3", ExportError, "{0}/x.mp3/x.mp3 cannot be written: there is no folder {0}/x.mp3"),
        (link_to_nowhere, "x.mp3", ExportError, "{0}/x.mp3 cannot be written: there is no folder {0}/nowhere"),
        (None, "x" * 256, ExportError, "{0}/" + "x" * 256 + " cannot be written: File name too long"),
        (None, "a\0b", RequestError, "'{0}/a\\x00b' cannot name a file"),
    ],
)
def test_what_cannot_be_written_whatever_is_asked_for(
    tmp_path: Path, make: Callable[[Path], None] | None, name: str, kind: type[VoiceguideError], said: str
) -> None:
    if make:
        make(tmp_path / "x.mp3")
    before = names(tmp_path)
    for force in (False, True):
        attempt = functools.partial(check_writable, tmp_path / name, force=force)
        assert said_of(attempt) == (kind, said.format(tmp_path))
    assert names(tmp_path) == before


@pytest.mark.parametrize("make", [file, link_to_itself, None])
def test_what_can_be_written(tmp_path: Path, make: Callable[[Path], None] | None) -> None:
    target = tmp_path / "x.mp3"
    if make:
        make(target)
        assert said_of(lambda: check_writable(target, force=False)) == (RequestError, f"{target} {THERE_ALREADY}")
    else:
        check_writable(target, force=False)
    check_writable(target, force=True)
    write(target, force=True)
    assert target.read_bytes() == DATA


def test_folders_that_nobody_may_write_to_or_look_into(shared: Path) -> None:
    for name, bits in (("closed", 0o700), ("read", 0o755)):
        (shared / name).mkdir()
        (shared / name).chmod(bits)
    for name, said in (
        ("read/x.mp3", f"the folder {shared / 'read'} is not writable"),
        ("closed/x.mp3", "Permission denied"),
    ):
        path = shared / name
        told = told_by_a_child(functools.partial(check_writable, path, force=False), VICTIM)
        assert told == f"ExportError: {path} cannot be written: {said}"
    # A folder that everybody may put files into and nobody else may list.
    (shared / "box").mkdir()
    (shared / "box").chmod(0o1733)
    for path in (shared / "x.mp3", shared / "box" / "x.mp3"):
        assert told_by_a_child(functools.partial(check_writable, path, force=False), VICTIM) == "None"
        assert told_by_a_child(functools.partial(write, path), VICTIM) == "None"
        assert path.stat().st_uid == VICTIM


# Temporary files


def temporary(path: Path) -> str:
    """Return the temporary name under which a file is written."""
    before = set(names(path.parent))
    with replacing(path):
        [name] = set(names(path.parent)) - before
    return name


def left_by_a_killed_one(path: Path) -> Path:
    left = path.with_name(temporary(path))
    path.unlink()
    left.write_bytes(b"half")
    return left


def test_what_a_running_process_writes_stays(tmp_path: Path) -> None:
    """Of two exports to one name at once, neither takes the other's temporary file for a dead process's."""
    target = tmp_path / "x.mp3"
    with whole_file(target, force=False) as file:
        check_writable(target, force=False)
        assert clear_stale(tmp_path) == 0
        write(target, b"theirs")
        [name] = set(names(tmp_path)) - {"x.mp3"}
        assert re.fullmatch(r"\.x\.mp3\.voiceguide-[0-9a-f]{16}\.part", name)
        file.write(DATA)
        target.unlink()
    assert target.read_bytes() == DATA
    assert names(tmp_path) == ["x.mp3"]


@pytest.mark.parametrize("force", [False, True])
def test_it_is_locked_until_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, force: bool) -> None:
    """Otherwise a process that clears the folder at that moment would remove the file before it has its name."""
    cleared = []
    for name in ("link", "replace"):
        give = getattr(os, name)

        def given(*arguments: object, give: Callable[..., None] = give, **named: object) -> None:
            cleared.append(clear_stale(tmp_path))
            give(*arguments, **named)

        monkeypatch.setattr(os, name, given)
    write(tmp_path / "x.mp3", force=force)
    assert cleared == [0]
    assert names(tmp_path) == ["x.mp3"]


def test_what_killed_ones_left_is_cleared_and_counted(tmp_path: Path) -> None:
    before = open_files()
    left = [left_by_a_killed_one(tmp_path / name) for name in ("x.mp3", "x.mp3", "y.mp3", "z.mp3")]
    with HeldFolder.at(tmp_path) as folder:
        assert clear_stale(folder, "x.mp3") == 2
        assert names(tmp_path) == sorted(path.name for path in left[2:])
        assert clear_stale(folder) == 2
    assert names(tmp_path) == []
    left = [left_by_a_killed_one(tmp_path / name) for name in ("x.mp3", "y.mp3", "z.mp3")]
    assert clear_stale(tmp_path, "y.mp3") == 1
    check_writable(tmp_path / "x.mp3", force=False)
    assert names(tmp_path) == [left[2].name]
    assert clear_stale(tmp_path) == 1
    assert clear_stale(tmp_path / "nowhere") == 0
    # A killed batch may have left thousands, so none is kept open.
    assert open_files() == before


@pytest.mark.parametrize(
    "name",
    [
        "x.mp3",
        "x" * 255,
        "a" + "ü" * 125 + ".mp3",
        "\udcff.mp3",
        "\udcff",
        "-o.mp3",
        " .mp3",
        "a\nb.mp3",
        ".x.mp3.voiceguide-0123456789abcdef.part",
    ],
)
def test_whatever_a_file_is_called(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    left = left_by_a_killed_one(target)
    assert len(os.fsencode(left.name)) <= 255
    with replacing(target):
        check_writable(tmp_path / name, force=False)
        assert left.name not in names(tmp_path)
        assert len(names(tmp_path)) == 1
    assert names(tmp_path) == [name]


def test_nothing_else_is_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other files stay, and so does anything that is not a file but has the name of a temporary one."""
    left = left_by_a_killed_one(tmp_path / "x.mp3").name
    (tmp_path / left).unlink()
    mine = [
        ".x.mp3.part",
        ".x.mp3.abcd1234.part",
        "x.mp3.voiceguide-0123456789abcdef.part",
        ".x.mp3.voiceguide-0123456789abcdef.part.txt",
        ".x.mp3.voiceguide-0123456789ABCDEF.part",
        ".x.mp3.voiceguide-notes.part",
        "x.mp3",
    ]
    for name in mine:
        (tmp_path / name).write_text("mine")
    folder, link, device = (left.replace(left[-21:-5], digit * 16) for digit in "123")
    (tmp_path / folder).mkdir()
    (tmp_path / link).symlink_to("x.mp3")
    os.mkfifo(tmp_path / device)
    opened = []
    real: Callable[..., int] = os.open

    def noted(path: str, *arguments: object, **named: object) -> int:
        opened.append(path)
        return real(path, *arguments, **named)

    monkeypatch.setattr(os, "open", noted)
    assert clear_stale(tmp_path) == clear_stale(tmp_path, "x.mp3") == 0
    assert names(tmp_path) == sorted([*mine, folder, link, device])
    # They were not even opened, since opening some devices makes them act.
    assert not {folder, link, device} & set(opened)


def test_on_a_file_system_without_locks_nothing_is_cleared_and_everything_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = left_by_a_killed_one(tmp_path / "x.mp3")
    monkeypatch.setattr(fcntl, "flock", failing(system(errno.ENOLCK)))
    check_writable(tmp_path / "x.mp3", force=False)
    write(tmp_path / "x.mp3")
    assert (tmp_path / "x.mp3").read_bytes() == DATA
    assert clear_stale(tmp_path) == 0
    assert names(tmp_path) == sorted(["x.mp3", left.name])


def test_one_that_was_taken_for_a_dead_ones_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that clears the folder may remove the file after it was made and before it is locked."""
    lock: Callable[..., None] = fcntl.flock
    taken: list[str] = []

    def late(file: object, operation: int) -> None:
        if len(taken) < 2:
            [name] = names(tmp_path)
            taken.append(name)
            (tmp_path / name).unlink()
        lock(file, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        write(tmp_path / "x.mp3")
    assert [str(warning.message) for warning in told] == []
    assert (tmp_path / "x.mp3").read_bytes() == DATA
    assert names(tmp_path) == ["x.mp3"]
    assert len(set(taken)) == 2


# Windows


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """Behave like Windows, which has no such locks and renames no open file.

    Yields a list with an entry for each file that got its name: whether all new files were closed by then.
    """
    closed: list[bool] = []
    for name in ("link", "replace"):
        give = getattr(os, name)

        def given(*arguments: object, give: Callable[..., None] = give, **named: object) -> None:
            closed.append(not opened or all(not is_open(each) for each in opened))
            give(*arguments, **named)

        monkeypatch.setattr(os, name, given)
    opened: list[int] = []
    real: Callable[..., int] = os.open

    def noted(path: str, flags: int, *arguments: object, **named: object) -> int:
        descriptor = real(path, flags, *arguments, **named)
        if flags & os.O_CREAT:
            opened.append(descriptor)
        return descriptor

    monkeypatch.setattr(os, "open", noted)
    monkeypatch.setattr(fcntl, "flock", failing_test)
    monkeypatch.setattr(os, "fchmod", failing_test)
    monkeypatch.setattr(sys, "platform", "win32")
    yield closed
    monkeypatch.undo()


def failing_test(*_arguments: object) -> None:
    raise AssertionError("there is no such thing on Windows")


def is_open(descriptor: int) -> bool:
    with suppress(OSError):
        return os.fstat(descriptor).st_nlink > 0
    return False


@pytest.mark.parametrize("force", [False, True])
def test_on_windows_it_gets_its_name_when_it_is_closed(tmp_path: Path, windows: list[bool], *, force: bool) -> None:
    if force:
        (tmp_path / "x.mp3").write_text("older")
    with replacing(tmp_path / "x.mp3", force=force) as file:
        file.write(DATA)
    assert windows == [True]
    assert (tmp_path / "x.mp3").read_bytes() == DATA
    assert names(tmp_path) == ["x.mp3"]


def test_on_windows_what_can_be_removed_was_left(tmp_path: Path, windows: list[bool]) -> None:
    left = left_by_a_killed_one(tmp_path / "x.mp3")
    assert windows == [True]
    left.with_name(left.name.replace(left.name[-21:-5], "0" * 16)).mkdir()
    assert clear_stale(tmp_path) == 1
    assert not left.exists()
    assert len(names(tmp_path)) == 1
