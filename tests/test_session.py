"""Planning and exporting do some work only once, because doing it twice would only take longer."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from voiceguide import session
from voiceguide.errors import UnspeakableError
from voiceguide.export.description import session_metadata
from voiceguide.export.metadata import Metadata
from voiceguide.model.script import CHIME_S
from voiceguide.sound.bed import open_bed
from voiceguide.sound.tones import chime
from voiceguide.speech.hibari import HibariEngine
from voiceguide.speech.store import ClipStore

if TYPE_CHECKING:
    from pathlib import Path

    from voiceguide.model.clip import Clip
    from voiceguide.sound.bed import Bed
    from voiceguide.speech.engine import Take


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


def test_a_shipped_text_that_the_voice_cannot_read_is_no_mistake_of_the_users(
    clip_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HibariEngine, "scripts", frozenset({"CYRILLIC"}))
    with pytest.raises(UnspeakableError, match=r"^'[^']+' cannot be spoken: .* Latin script"):
        session.plan("upper-back", cache_dir=clip_cache)


def test_the_timeline_shows_what_was_written_and_the_voice_says_how_it_sounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    speak = HibariEngine._speak

    def listening(engine: HibariEngine, text: str, take: int) -> Take:
        said.append(text)
        return speak(engine, text, take)

    monkeypatch.setattr(HibariEngine, "_speak", listening)
    path = tmp_path / "mine.toml"
    path.write_text(
        'id = "mine"\ntitle = "Tai chi, 3x30s"\ndescription = "x"\n[[items]]\nstretch = "chin-tuck"\nrepetitions = 5\n'
        '[[close]]\nsay = "Rest in jooj."\n[pronounce]\njooj = "zhoozh"\n',
        encoding="utf-8",
    )
    planned = session.plan(str(path), cache_dir=tmp_path / "clips", pronounce={"jooj": "joodge", "mat": "matt"})
    shown = [cue.text for cue in planned.timeline.speech()]
    assert planned.timeline.title == "Tai chi, 3x30s"
    assert any(text.startswith("Tai chi, 3x30s") for text in shown)
    assert "Rest in jooj." in shown
    assert "Rest in zhoozh." in said
    assert any(text.startswith("Tie chee, 3 times 30 seconds") for text in said)
    said.clear()
    # If a word gets another pronunciation, only the texts that contain it are spoken again.
    path.write_text(path.read_text("utf-8").replace("zhoozh", "joozh"), encoding="utf-8")
    again = session.plan(str(path), cache_dir=tmp_path / "clips", pronounce={"mat": "matt"})
    assert said == ["Rest in joozh."]
    assert [cue.text for cue in again.timeline.speech()] == shown


@pytest.mark.parametrize("bed", ["none", "drone"])
def test_what_sounds_in_every_plan_is_made_beside_it_and_not_for_a_plan_alone(
    clip_cache: Path, monkeypatch: pytest.MonkeyPatch, bed: str
) -> None:
    opened: list[str] = []

    def opening(name: str) -> Bed | None:
        opened.append(name)
        return open_bed(name)

    monkeypatch.setattr(session, "open_bed", opening)
    pacing = session.Pacing(only=("upper-trapezius",), bed=bed)
    chime.cache_clear()

    alone = session.plan("upper-back", pacing=pacing, cache_dir=clip_cache, prepare_sound=False)
    assert (opened, chime.cache_info().misses) == ([], 0)
    assert alone.source.length
    assert opened == [bed]
    opened.clear()
    chime.cache_clear()

    planned = session.plan("upper-back", pacing=pacing, cache_dir=clip_cache)
    wanted = [] if bed == "none" else [bed]
    give_up_s = time.monotonic() + 30
    while (opened, chime.cache_info().currsize) != (wanted, len(CHIME_S)):
        assert time.monotonic() < give_up_s
        time.sleep(0.01)
    made = chime.cache_info().misses
    assert planned.source.length
    assert chime.cache_info().misses == made
    assert opened == [bed]


def test_a_cover_is_drawn_when_it_is_asked_for_and_once() -> None:
    drawn: list[bytes] = []

    def draw() -> bytes:
        drawn.append(b"png")
        return b"png"

    about = Metadata("T", "A", "B", "C", "en", (), draw=draw)
    assert not drawn
    assert about.cover == about.cover == b"png"
    assert len(drawn) == 1
    assert Metadata("T", "A", "B", "C", "en", ()).cover == b""


def comment_of(planned: session.Session) -> str:
    return session_metadata(
        planned.timeline, planned.routine, planned.pacing, planned.phrasebook, planned.voice
    ).comment


def test_the_comment_of_a_file_is_plain_words_and_names_no_folder(upper_back: session.Session) -> None:
    assert comment_of(upper_back).endswith("come from. Pace: steady, full words. Voice: hibari:heart.")
    described = upper_back.routine.model_copy(update={"description": "for a run"})
    pacing = session.paced("gentle", hold_s=20.0, bed="/home/me/music/rain.ogg")
    other = replace(upper_back, routine=described, pacing=pacing, voice="piper:/home/me/voices/de.onnx")
    assert comment_of(other) == (
        "for a run. Pace: gentle, full words, holds of 20 s, sound from a file under the voice. Voice: piper:de.onnx."
    )
