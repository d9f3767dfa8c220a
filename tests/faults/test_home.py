"""A user ID that has no entry in the system's user database, as in containers; tested with real processes."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.surroundings import Ending, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide import session

UID = "54321"
SWITCH = (
    *("setpriv", "--reuid", UID, "--regid", UID, "--clear-groups"),
    # The process may read every file, since the interpreter may be in root's folders; it may write what any user may.
    *("--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"),
)


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """Yield a folder that any user may write to; pytest's own folders are closed to others."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        path.chmod(0o777)
        yield path


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"),
    reason="only root may become somebody else (apt-get install util-linux)",
)
@pytest.mark.parametrize("home", [None, "/dev/null"])
def test_what_needs_no_own_files_works_and_the_rest_says_one_line(
    home: str | None, open_to_all: Path, clip_cache: Path, upper_back: session.Session
) -> None:
    assert upper_back  # its clips are in the cache
    clips = shutil.copytree(clip_cache, open_to_all / "clips")
    for path in (clips, *clips.rglob("*")):
        os.chown(path, int(UID), int(UID))
    command = (*SWITCH, "env", *([] if home is None else [f"HOME={home}"]))

    def started(*arguments: object) -> Ending:
        around = {"XDG_DATA_HOME": "relative", "XDG_CONFIG_HOME": "", "VOICEGUIDE_CACHE_DIR": ""}
        undone = ("env", "-u", "HOME", "-u", "XDG_RUNTIME_DIR")
        return run(*arguments, before=(*undone, *command), surroundings=around, cwd=open_to_all)

    for arguments in (
        ["list"],
        ["show", "upper-back"],
        ["plan", "upper-back", "--cache-dir", clips],
        ["say", "Hold.", "-o", open_to_all / "x.wav", "--cache-dir", clips],
        ["config", "show"],
    ):
        found = started(*arguments)
        assert (found.exit_code, found.stderr) == (0, b""), arguments
        assert found.stdout
    for arguments in (["new", "mine"], ["plan", "upper-back", "--profile", "evening"], ["play", "--resume"]):
        found = started(*arguments)
        assert found.exit_code in {1, 2}, arguments
        assert found.stdout == b""
        assert len(found.stderr.splitlines()) == 1
        assert b"fault" not in found.stderr
    if home is None:
        assert b"this user has no home folder" in started("history").stderr
        assert b"nobody knows where ~ is" in started("cache", "info", "--cache-dir", "~/x").stderr
    assert {path.name for path in open_to_all.iterdir()} == {"clips", "x.wav"}
