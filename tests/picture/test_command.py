"""`voiceguide plan --picture`."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from PIL import Image

from tests.cli.test_commands import complaint, run
from voiceguide.units import clock

if TYPE_CHECKING:
    from pathlib import Path

    from voiceguide import session


def test_plan_draws_a_picture(upper_back: session.Session, clip_cache: Path, tmp_path: Path) -> None:
    target = tmp_path / "plan.png"
    result = run("plan", "upper-back", "--variation", "off", "--picture", target, "--cache-dir", clip_cache)
    assert (result.returncode, result.stderr) == (0, "")
    timeline = upper_back.timeline
    assert result.stdout == f"{target}: {clock(timeline.duration_s)}, {len(timeline.chapters)} chapters\n"
    with Image.open(target) as image:
        assert image.width == 1200
    assert "--force replaces it" in complaint(run("plan", "upper-back", "--picture", target), 2)
    assert run("plan", "upper-back", "--picture", target, "--force", "--cache-dir", clip_cache).returncode == 0


def test_json_and_a_picture_at_once(clip_cache: Path, tmp_path: Path) -> None:
    target = tmp_path / "plan.svg"
    result = run("plan", "upper-back", "--json", "--picture", target, "--cache-dir", clip_cache)
    assert result.returncode == 0
    titles = [chapter["title"] for chapter in json.loads(result.stdout)["chapters"]]
    words = "".join(ET.fromstring(target.read_bytes()).itertext())  # noqa: S314 -- our own
    assert all(title in words for title in titles)


def test_requests_that_are_wrong(tmp_path: Path) -> None:
    # All of them fail before anything is spoken: no cache folder is named, and none is needed.
    assert "no picture format is called '.gif'" in complaint(
        run("plan", "upper-back", "--picture", tmp_path / "x.gif"), 2
    )
    assert "there is no folder" in complaint(run("plan", "upper-back", "--picture", tmp_path / "no" / "x.svg"), 1)
    assert "--picture FILE" in complaint(run("plan", "upper-back", "--force"), 2)
