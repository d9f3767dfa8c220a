"""The command `voiceguide batch` as a user sees it."""

from __future__ import annotations

import json
import wave
from typing import TYPE_CHECKING

import pytest

from tests.batch.conftest import SMALL
from tests.cli.test_commands import complaint, run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.batch.conftest import Write

pytestmark = pytest.mark.usefixtures("counted")


def test_the_report_is_a_table_and_an_exit_code(manifest: Write, tmp_path: Path) -> None:
    path = manifest(SMALL)
    result = run("batch", path, "--cache-dir", tmp_path / "cache")
    assert result.returncode == 0
    dose = "Cat-cow: 2 repetitions as asked; its usual dose is 8 to 10."
    assert result.stderr.splitlines() == [
        f"note: upper-back-counting-sine-{pace}.wav: {dose}" for pace in ("gentle", "steady", "brisk")
    ]
    lines = result.stdout.splitlines()
    assert lines[1].split() == ["upper-back-counting-sine-gentle.wav", "made", "2:22", "6.8", "MB"]
    assert lines[-1] == f"{tmp_path / 'catalogue'}: 3 made"
    (tmp_path / "catalogue" / "upper-back-counting-sine-brisk.wav").unlink()
    result = run("batch", path, "--cache-dir", tmp_path / "cache", "--jobs", "1")
    assert result.stdout.splitlines()[-1].endswith(": 1 made, 2 kept")


def test_what_is_not_there_is_a_line_each_and_exit_code_1(manifest: Write, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    for pace in ("gentle", "brisk"):
        (tmp_path / "out" / f"upper-back-counting-sine-{pace}.wav").write_text("mine")
    result = run("batch", manifest(SMALL), "-o", tmp_path / "out", "--cache-dir", tmp_path / "cache")
    assert result.returncode == 1
    assert [line for line in result.stderr.splitlines() if not line.startswith("note: ")] == [
        f"voiceguide: upper-back-counting-sine-{pace}.wav: a file of that name, or its captions, exists already: "
        "--force replaces it"
        for pace in ("gentle", "brisk")
    ]
    assert result.stdout.splitlines()[-1].endswith("1 made, 2 refused")


def test_the_report_for_programs(manifest: Write, tmp_path: Path) -> None:
    result = run("batch", manifest(SMALL + 'captions = ["vtt"]\n'), "--json", "--cache-dir", tmp_path / "cache")
    document = json.loads(result.stdout)
    made = tmp_path / "catalogue" / "upper-back-counting-sine-steady.wav"
    with wave.open(str(made)) as sound:
        length_s = sound.getnframes() / sound.getframerate()
    assert list(document) == ["format", "folder", "made", "kept", "refused", "failed", "files"]
    assert (document["format"], document["made"]) == ("voiceguide.batch/1", 3)
    assert document["files"][1] == {
        "file": "upper-back-counting-sine-steady.wav",
        "captions": ["upper-back-counting-sine-steady.vtt"],
        "outcome": "made",
        "reason": "",
        "routine": "upper-back",
        "voice": "counting:sine",
        "pace": "steady",
        "duration_s": pytest.approx(length_s, abs=0.001),
        "size_bytes": made.stat().st_size,
        "notes": ["Cat-cow: 2 repetitions as asked; its usual dose is 8 to 10."],
        "worker": "",
    }


def test_mistakes_are_listed_before_anything_is_done(manifest: Write, tmp_path: Path) -> None:
    path = manifest(SMALL.replace("upper-back", "uper-back"))
    line = complaint(run("batch", path), 2)
    assert f"{path}:10: sessions.1.routines: no routine is called 'uper-back': did you mean" in line
    assert "cannot be read" in complaint(run("batch", tmp_path / "none.toml"), 2)
    assert "write tcp://HOST:PORT" in complaint(run("batch", path, "--scheduler", "here"), 2)
    assert not (tmp_path / "catalogue").exists()


def test_a_clip_store_that_cannot_be_used_is_no_mistake_of_the_manifest(manifest: Write, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    result = run("batch", manifest(SMALL), "--cache-dir", tmp_path / "cache")
    said = f"voiceguide: the clip store {tmp_path / 'cache'} is a file: name a folder with --cache-dir"
    assert complaint(result, 1) == said
