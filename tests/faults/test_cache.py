"""Damaged clips are noticed and made again, never heard; and several processes may use the cache at once."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from tests.faults.harness import PATIENCE_S, Program, files_in, left_behind, started
from voiceguide.speech.store import ClipStore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    Damage = Callable[[bytes, Sequence[bytes], np.random.Generator], bytes]

SESSION: Final = ("upper-back", "--only", "cat-cow")


def flipped(data: bytes, _others: Sequence[bytes], generator: np.random.Generator) -> bytes:
    damaged = bytearray(data)
    damaged[generator.integers(len(data))] ^= 1 << int(generator.integers(8))
    return bytes(damaged)


def truncated(data: bytes, _others: Sequence[bytes], generator: np.random.Generator) -> bytes:
    return data[: generator.integers(1, len(data))]


def empty(_data: bytes, _others: Sequence[bytes], _generator: np.random.Generator) -> bytes:
    return b""


def swapped(data: bytes, others: Sequence[bytes], generator: np.random.Generator) -> bytes:
    others = [other for other in others if other != data]
    return others[generator.integers(len(others))]


def zeroed(data: bytes, _others: Sequence[bytes], generator: np.random.Generator) -> bytes:
    """Replace 512 bytes by zeros, like a block that was not written before a power cut."""
    start = int(generator.integers(max(1, len(data) - 512)))
    damaged = data[:start] + bytes(512) + data[start + 512 :]
    return damaged if damaged != data else b"\0" + data[1:]


def joined(data: bytes, others: Sequence[bytes], _generator: np.random.Generator) -> bytes:
    """Return the header of the clip with the sound of another."""
    other = next(other for other in others if other != data)
    return data[: data.index(b"\n")] + other[other.index(b"\n") :]


DAMAGES: Final[Mapping[str, Damage]] = {
    damage.__name__: damage for damage in (flipped, truncated, empty, swapped, zeroed, joined)
}


@pytest.fixture
def cold(tmp_path: Path, program: Program) -> Program:
    """Return a program with its own copy of the cache, which a test may damage."""
    own = Program(tmp_path / "own", tmp_path / "clips")
    shutil.copytree(program.cache, own.cache)
    return own


@pytest.mark.parametrize("damage", DAMAGES)
def test_no_damage_goes_unnoticed(cold: Program, count: Callable[[str], None], damage: str) -> None:
    """Every clip is damaged three times, and its digest shows it each time."""
    store = ClipStore(cold.cache)
    paths = sorted(cold.cache.rglob("*.clip"))
    whole = [path.read_bytes() for path in paths]
    generator = np.random.default_rng(7)
    noticed = 0
    for _ in range(3):
        for path, data in zip(paths, whole, strict=True):
            path.write_bytes(DAMAGES[damage](data, whole, generator))
            assert store.get(path.stem) is None
            assert not path.exists()
            noticed += 1
    count(f"{noticed} clips {damage}: {noticed} noticed")


def test_a_session_from_a_ruined_cache_is_the_same(cold: Program, tmp_path: Path, count: Callable[[str], None]) -> None:
    whole = tmp_path / "whole.wav"
    assert cold.run("export", *SESSION, "-o", whole).exit_code == 0
    clips = files_in(cold.cache)
    generator = np.random.default_rng(8)
    for number, (name, data) in enumerate(sorted(clips.items())):
        damage = list(DAMAGES.values())[number % len(DAMAGES)]
        (cold.cache / name).write_bytes(damage(data, list(clips.values()), generator))
    assert ClipStore(cold.cache).info().damaged == len(clips)
    again = tmp_path / "again.wav"
    ending = cold.run("export", *SESSION, "-o", again)
    assert (ending.exit_code, ending.stderr.count("fault")) == (0, 0), ending
    assert again.read_bytes() == whole.read_bytes()
    made = {name: data for name, data in files_in(cold.cache).items() if data == clips[name]}
    assert 10 < len(made) < len(clips)  # the session does not need all of them
    info = ClipStore(cold.cache).info()
    assert info.damaged == len(clips) - len(made)
    assert ClipStore(cold.cache).prune(30) == info.damaged
    count(f"{len(clips)} clips damaged in {len(DAMAGES)} ways: 0 heard, {len(made)} made again")


def test_things_in_the_place_of_clips(cold: Program, tmp_path: Path) -> None:
    """A folder in the place of a clip is reported in one line and never removed; a dangling link counts as no clip."""
    clip = next(cold.cache.rglob("*.clip"))
    clip.unlink()
    clip.mkdir()
    for command in (("info",), ("prune",), ("clear",)):
        ending = cold.run("cache", *command)
        assert (ending.exit_code, ending.stderr.count("\n")) == (1, 1), ending
        assert f"cannot be used: Is a directory: remove {clip}" in ending.stderr
    assert clip.is_dir()
    clip.rmdir()
    clip.symlink_to(tmp_path / "nowhere")
    assert ClipStore(cold.cache).get(clip.stem) is None


@pytest.mark.parametrize("command", [("prune", "--days", "0"), ("clear",)])
def test_two_exporters_and_a_cleaner_at_once(
    cold: Program, tmp_path: Path, count: Callable[[str], None], command: Sequence[str]
) -> None:
    """The cache is cleaned over and over while two processes export, and both files are right."""
    whole = tmp_path / "whole.flac"
    assert cold.run("export", *SESSION, "-o", whole).exit_code == 0
    shutil.rmtree(cold.cache)
    out = tmp_path / "out"
    out.mkdir()
    exporters = [
        started(cold.command("export", *SESSION, "-o", out / f"{number}.flac"), cold.environment())
        for number in range(2)
    ]
    cleanings = removed = 0
    while any(process.poll() is None for process in exporters):
        ending = cold.run("cache", *command)
        assert ending.exit_code == 0, ending
        removed += int(ending.stdout.split()[0])
        cleanings += 1
    for process in exporters:
        _, stderr = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, stderr
    assert files_in(out) == {f"{number}.flac": whole.read_bytes() for number in range(2)}
    assert left_behind(out, cold.cache) == []
    assert ClipStore(cold.cache).info().damaged == 0
    count(f"two exporters and {cleanings} times cache {command[0]} ({removed} clips removed): 0 files torn")
