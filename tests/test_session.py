"""What planning and exporting do once, because twice would only take longer."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from voiceguide import session
from voiceguide.export.about import About
from voiceguide.speech.store import ClipStore

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from voiceguide.model.clip import Clip


def test_a_clip_is_read_once_though_fitting_to_a_length_needs_it_too(
    clip_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pacing = session.Pacing(length_s=180.0, only=("upper-trapezius",))
    session.plan("upper-back", pacing=pacing, voice="hibari:heart", cache_dir=clip_cache)
    read: Counter[str] = Counter()
    get = ClipStore.get

    def counted(store: ClipStore, key: str) -> Clip | None:
        read[key] += 1
        return get(store, key)

    monkeypatch.setattr(ClipStore, "get", counted)
    planned = session.plan("upper-back", pacing=pacing, voice="hibari:heart", cache_dir=clip_cache)
    assert len(read) >= len({cue.text for cue in planned.timeline.speech()})
    assert set(read.values()) == {1}


def test_a_cover_is_drawn_when_it_is_asked_for_and_once() -> None:
    drawn: list[bytes] = []

    def draw() -> bytes:
        drawn.append(b"png")
        return b"png"

    about = About("T", "A", "B", "C", "en", (), draw=draw)
    assert not drawn
    assert about.cover == about.cover == b"png"
    assert len(drawn) == 1
    assert About("T", "A", "B", "C", "en", ()).cover == b""
