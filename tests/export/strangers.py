"""Programs that are not ours, which read the title and the chapters of a file."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.export.measure import probed

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent / "readers"
FETCHED = Path(sys.prefix) / "readers"
"""The folder of the readers that scripts/readers fetches."""
OLD_MUTAGENS = tuple((HERE / "mutagen.txt").read_text().split())

Chapters = list[tuple[float, str]]
"""The start of each chapter in seconds, and its title."""


def fetched(name: str) -> Path:
    """Return the path of a reader that scripts/readers fetches; if it is missing, skip the test, or fail it in CI."""
    path = FETCHED / name
    if not path.exists():
        message = f"{name} is not there: run scripts/readers"
        if os.environ.get("VOICEGUIDE_TEST_TOOLS") == "required":
            pytest.fail(message)
        pytest.skip(message)
    return path


def answer(*command: str | Path, **variables: str) -> str:
    """Return what a program prints; its exit code must be 0."""
    environment = {**os.environ, **variables}
    return subprocess.run(
        command, check=True, capture_output=True, timeout=60, text=True, encoding="utf-8", env=environment
    ).stdout


def by_ffprobe(tool: Callable[[str], str], path: Path) -> tuple[str, Chapters]:
    found = probed(tool("ffprobe"), path)
    tags = found["format"].get("tags") or {}
    tags |= found["streams"][0].get("tags") or {}
    title = next(text for name, text in tags.items() if name.lower() == "title")
    return title, [(float(mark["start_time"]), mark["tags"]["title"]) for mark in found["chapters"]]


def by_mpv(tool: Callable[[str], str], path: Path) -> tuple[str, Chapters]:
    [told] = mpv_says(tool, path)
    return told["title"], [(start_s, title) for start_s, title in told["chapters"]]


def mpv_says(tool: Callable[[str], str], path: Path, *options: str) -> list[dict[str, Any]]:
    """Return what readers/mpv_reads.lua prints, line by line."""
    command = [tool("mpv"), "--no-config", "--ao=null", "--vo=null", "--really-quiet", "--sub-auto=no"]
    command += ["--rebase-start-time=no"]  # otherwise mpv counts from where the sound of an MP3 begins
    command += ["--msg-level=mpv_reads=info", f"--script={HERE / 'mpv_reads.lua'}", *options, str(path)]
    lines = re.findall(r"^\[mpv_reads\] ({.*)$", answer(*command), re.MULTILINE)
    return [json.loads(line) for line in lines]


def by_mutagen(path: Path, version: str = "") -> tuple[str, Chapters]:
    """Return what mutagen reads, in the installed version or in an old one."""
    search = str(fetched(f"mutagen-{version}")) if version else ""
    told = json.loads(answer(sys.executable, HERE / "mutagen_reads.py", path, PYTHONPATH=search))
    assert version in {"", told["version"]}
    return told["title"], [(start_s, title) for start_s, title in told["chapters"]]


def by_node_id3(tool: Callable[[str], str], path: Path) -> tuple[str, Chapters]:
    told = node(tool, "id3.cjs", path)
    return told["title"], [(start_s, title) for start_s, title in told["chapters"]]


def node(tool: Callable[[str], str], script: str, path: Path) -> dict[str, Any]:
    """Return what a script in readers/ prints, run by node."""
    told: dict[str, Any] = json.loads(answer(tool("node"), HERE / script, path, NODE_PATH=str(fetched("node_modules"))))
    return told


def by_metaflac(tool: Callable[[str], str], path: Path) -> tuple[str, Chapters]:
    lines = answer(tool("metaflac"), "--export-tags-to=-", "--no-utf8-convert", path).splitlines()
    comments = {name.lower(): text for name, _, text in (line.partition("=") for line in lines)}
    marks = sorted(name for name in comments if re.fullmatch(r"chapter\d+", name))
    return comments["title"], [(_seconds(comments[mark]), comments[f"{mark}name"]) for mark in marks]


def _seconds(clock: str) -> float:
    hours, minutes, seconds = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
