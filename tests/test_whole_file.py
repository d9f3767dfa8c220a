"""What is promised of a file that was asked for, seen from the system's side."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from voiceguide.errors import ExportError
from voiceguide.whole_file import whole_file

if TYPE_CHECKING:
    from pathlib import Path

DATA = b"sound" * 20_000


@pytest.mark.parametrize("force", [False, True])
def test_what_was_exported_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    force: bool,  # noqa: FBT001 -- a table
) -> None:
    """Who copies it to a phone and pulls the plug has the whole session, or none."""
    target = tmp_path / "x.mp3"
    if force:
        target.write_bytes(b"older")
    synced: list[tuple[int, bool]] = []
    sync = os.fsync

    def noted(descriptor: int) -> None:
        named = target.exists() and target.stat().st_size == len(DATA)
        synced.append((os.fstat(descriptor).st_size, named))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    with whole_file(target, force=force) as file:
        file.write(DATA)
    assert target.read_bytes() == DATA
    # All of it, and while it was not there yet.
    assert (len(DATA), False) in synced


def test_a_disk_that_fails_to_write_it_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with (
        pytest.raises(ExportError, match="was not written: Input/output error"),
        whole_file(tmp_path / "x.mp3", force=False) as file,
    ):
        file.write(DATA)
    assert list(tmp_path.iterdir()) == []
