"""The mixer: arithmetic first, then the real session in blocks of every size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sound.measure import block_powers
from voiceguide.model.clip import Clip
from voiceguide.model.pcm import to_pcm16
from voiceguide.model.script import Role, ToneName
from voiceguide.model.timeline import Chapter, Cue, Timeline
from voiceguide.sound import mixer as mixer_module
from voiceguide.sound.mixer import Mixer
from voiceguide.sound.source import ClipSource
from voiceguide.units import SoundFrame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from voiceguide import session

RATE_HZ = 24_000


UNIT = 1 / 8


def clip(units: list[int], onset: int = 0, end: int | None = None) -> Clip:
    samples = np.array(units, np.float32) * np.float32(UNIT)
    return Clip(to_pcm16(samples), RATE_HZ, onset, len(samples) if end is None else end, block_powers(samples, RATE_HZ))


def timeline(length: int, *cues: Cue[SoundFrame]) -> Timeline[SoundFrame]:
    return Timeline(
        "r", "R", "en", RATE_HZ, SoundFrame(length), cues, (), (Chapter("One", SoundFrame(0), SoundFrame(length)),)
    )


def word(text: str, start: int, frames: int) -> Cue[SoundFrame]:
    return Cue(Role.SETUP, text, SoundFrame(start), SoundFrame(start + frames), 0)


def rendered(source: Mixer, start: int, length: int) -> NDArray[np.float32]:
    out = np.full(length, 9.0, np.float32)
    source.render(start, out)
    return out


@pytest.fixture
def unity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixer_module, "trim_db", lambda *_: 0.0)


@pytest.mark.usefixtures("unity")
def test_clips_lie_with_their_onset_on_the_cue_and_add_up() -> None:
    clips = {"a": clip([1, 1, 1, 1], onset=1, end=3), "b": clip([2, 2, 2], onset=0, end=2)}
    mixed = Mixer(timeline(12, word("a", 3, 2), word("b", 5, 2)), clips)
    assert (rendered(mixed, 0, 12) / UNIT).tolist() == [0, 0, 1, 1, 1, 3, 2, 2, 0, 0, 0, 0]


@pytest.mark.usefixtures("unity")
def test_beyond_the_end_there_is_silence() -> None:
    mixed = Mixer(timeline(6, word("a", 4, 2)), {"a": clip([1, 1, 1, 1], end=2)})
    assert (rendered(mixed, 3, 6) / UNIT).tolist() == [0, 1, 1, 0, 0, 0]
    assert rendered(mixed, 100, 3).tolist() == [0, 0, 0]


@pytest.mark.usefixtures("unity")
def test_silences_are_where_no_sample_lies() -> None:
    clips = {"a": clip([1, 1, 1, 1], onset=1, end=3)}
    mixed = Mixer(timeline(30, word("a", 3, 2), word("a", 9, 2), word("a", 20, 2)), clips)
    assert list(mixed.pauses(3)) == [(12, 19), (23, 30)]
    assert list(mixed.pauses(2)) == [(0, 2), (6, 8), (12, 19), (23, 30)]


@given(st.data())
def test_any_blocks_from_anywhere_give_the_same_frames(upper_back: session.Session, data: st.DataObject) -> None:
    source = upper_back.source
    start = data.draw(st.integers(0, source.length - 1))
    length = data.draw(st.integers(1, 200_000))
    block = data.draw(st.sampled_from([1, 64, 65, 1000, 8193, 50_000]))
    length = min(length, 600 * block)
    whole = np.empty(length, np.float32)
    source.render(start, whole)
    pieces = np.empty(length, np.float32)
    for at in range(0, length, block):
        source.render(start + at, pieces[at : at + block])
    assert np.array_equal(whole, pieces)


def test_the_same_plan_gives_the_same_frames(upper_back: session.Session) -> None:
    first = np.empty(upper_back.timeline.length, np.float32)
    second = np.empty_like(first)
    Mixer(upper_back.timeline.at_sound_rate(1), upper_back.clips).render(0, first)
    upper_back.source.render(0, second)
    assert np.array_equal(first, second)


def test_silences_of_the_real_session_are_digital_silence(upper_back: session.Session) -> None:
    spans = list(upper_back.source.pauses(RATE_HZ // 2))
    assert len(spans) > 40
    for start, end in spans:
        out = np.empty(end - start, np.float32)
        upper_back.source.render(start, out)
        assert not out.any()


def test_a_breath_tone_steps_back_under_its_word(upper_back: session.Session) -> None:
    """It lies 20 dB below the voice where they meet, measured as RMS over the word."""
    timeline = upper_back.timeline.at_sound_rate(1)
    tones = [c for c in timeline.cues if c.tone is ToneName.INHALE and c.repetition == 1]
    alone = [c for c in timeline.cues if c.tone is ToneName.INHALE and c.repetition == 5]
    [spoken] = [c for c in timeline.speech() if c.role is Role.INHALE and c.repetition == 1]
    source = upper_back.source
    assert isinstance(source, Mixer)
    index = source._cues.index(tones[0])
    under = source._rendered_tone(index)[: spoken.end - tones[0].start]
    free = source._rendered_tone(source._cues.index(alone[0]))[: spoken.end - tones[0].start]
    voice = upper_back.clips[spoken.text].samples
    level = 20 * np.log10(np.sqrt(np.mean(voice**2)) / np.sqrt(np.mean(under**2)))
    assert level >= 20
    assert 20 * np.log10(np.sqrt(np.mean(free**2)) / np.sqrt(np.mean(under**2))) > 8


def test_a_clip_is_a_source() -> None:
    source = ClipSource(clip([1, 2, 3]))
    out = np.empty(4, np.float32)
    source.render(1, out)
    assert (out / UNIT).tolist() == [2, 3, 0, 0]
