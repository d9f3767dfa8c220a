"""The mixer, compared sample by sample with sums that are written out."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.sound.measure import block_powers
from voiceguide.model.clip import Clip
from voiceguide.model.pcm import to_pcm16
from voiceguide.model.script import CHIME_S, Role, ToneName
from voiceguide.model.timeline import Chapter, Cue, Timeline
from voiceguide.sound import mixer as mixer_module
from voiceguide.sound.ducking import breath_under_speech
from voiceguide.sound.levels import FULL, SOFT, ToneLevels
from voiceguide.sound.loudness import integrated_lufs
from voiceguide.sound.mixer import Mixer, session_lufs, trim_db
from voiceguide.sound.tones import breath_tone, chime
from voiceguide.units import SoundFrame

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voiceguide.sound.tones import Tone


RATE_HZ = 24_000


UNIT = 1 / 128
"""Sums of whole units are exact in 16 bits and in floats."""


def clip(*units: int, onset: int = 0) -> Clip:
    samples = np.array(units, np.float32) * np.float32(UNIT)
    return Clip(to_pcm16(samples), RATE_HZ, onset, len(samples), block_powers(samples, RATE_HZ))


def noise(seconds: float, loud: float, rate_hz: int = RATE_HZ) -> Clip:
    samples = (np.random.default_rng(3).standard_normal(round(seconds * rate_hz)) * loud).astype(np.float32)
    return Clip(to_pcm16(samples), rate_hz, 0, len(samples), block_powers(samples, rate_hz))


def session(length: int, *cues: Cue[SoundFrame], rate_hz: int = RATE_HZ) -> Timeline[SoundFrame]:
    ordered = tuple(sorted(cues, key=lambda cue: (cue.start, cue.end)))
    return Timeline(
        "r", "R", "en", rate_hz, SoundFrame(length), ordered, (), (Chapter("One", SoundFrame(0), SoundFrame(length)),)
    )


def word(text: str, start: int, frames: int) -> Cue[SoundFrame]:
    return Cue(Role.SETUP, text, SoundFrame(start), SoundFrame(start + frames), 0)


def breath(tone: ToneName, start: int, end: int) -> Cue[SoundFrame]:
    return Cue(Role.INHALE, "[tone]", SoundFrame(start), SoundFrame(end), 0, tone=tone)


def bell(tone: ToneName, start: int, rate_hz: int = RATE_HZ) -> Cue[SoundFrame]:
    return Cue(
        Role.CHIME, "[chime]", SoundFrame(start), SoundFrame(start + round(CHIME_S[tone] * rate_hz)), 0, tone=tone
    )


def heard(mixed: Mixer, start: int, frames: int) -> list[float]:
    out = np.full(frames, 9.0, np.float32)
    mixed.render(start, out)
    return [float(value) for value in out]


# Clips begin before their words and end after them; one is so long that its neighbours begin and end inside it.
CLIPS = {"a": clip(1, 2, 4, 8, onset=2), "b": clip(16, 32, onset=1), "long": clip(*[64] * 15, onset=9)}
WORDS = (word("a", 2, 2), word("b", 6, 1), word("b", 9, 1), word("long", 16, 6), word("b", 26, 1), word("b", 28, 1))


def summed(cues: tuple[Cue[SoundFrame], ...], clips: Mapping[str, Clip], length: int) -> list[float]:
    total = [0.0] * length
    for cue in cues:
        begin = cue.start - clips[cue.text].onset_frame
        for index, value in enumerate(clips[cue.text].samples.tolist()):
            total[begin + index] += value
    return total


def test_every_word_is_heard_where_it_belongs_from_whatever_frame_one_listens() -> None:
    # The clip of the last word fades out after the end of the session.
    words, clips = (*WORDS, word("fading", 29, 1)), {**CLIPS, "fading": clip(1, 2, 4, 8, 16, onset=1)}
    mixed = Mixer(session(30, *words), clips, gain_db=0.0)
    whole = summed(words, clips, 33)[:30]
    assert [value / UNIT for value in whole[:10]] == [1, 2, 4, 8, 0, 16, 32, 64, 80, 96]
    for start, end in itertools.combinations(range(31), 2):
        assert heard(mixed, start, end - start) == whole[start:end], (start, end)
    for start in range(20, 36):
        assert heard(mixed, start, 20) == [*whole[start:], *[0.0] * 20][:20]


def test_the_gain_of_a_session_is_on_everything_that_sounds() -> None:
    mixed = Mixer(session(30, *WORDS), CLIPS, gain_db=-20.0)
    assert mixed.gain_db == -20.0
    assert heard(mixed, 0, 30) == pytest.approx([0.1 * value for value in summed(WORDS, CLIPS, 30)], rel=1e-6)


def test_a_mixer_without_a_gain_measures_it() -> None:
    clips = {"a": noise(3.0, 0.2)}
    timeline = session(100_000, word("a", 0, 72_000))
    mixed = Mixer(timeline, clips)
    assert mixed.gain_db == trim_db(timeline, clips, FULL) != 0.0
    assert heard(mixed, 0, 10) == pytest.approx(
        (clips["a"].samples[:10] * 10 ** (mixed.gain_db / 20)).tolist(), rel=1e-5
    )
    softer = Mixer(session(100_000, word("a", 0, 72_000), bell(ToneName.END, 0)), clips, SOFT)
    assert softer.gain_db == trim_db(softer._timeline, clips, SOFT)
    assert softer.gain_db != trim_db(softer._timeline, clips, FULL)


def test_what_a_source_says_of_itself() -> None:
    mixed = Mixer(session(30, *WORDS, rate_hz=48_000), CLIPS, gain_db=0.0)
    assert (mixed.rate_hz, mixed.channels, mixed.length, mixed.background) == (48_000, 1, 30, None)
    assert heard(Mixer(session(5), {}, gain_db=0.0), 0, 5) == [0.0] * 5


@pytest.mark.parametrize("least", range(1, 12))
def test_a_pause_is_where_nothing_sounds_and_is_as_long_as_was_asked(least: int) -> None:
    words = (word("a", 4, 2), word("long", 18, 2), word("b", 21, 1), word("b", 33, 1))
    sounding = {at for at, value in enumerate(summed(words, CLIPS, 45)) if value}
    silent = [at for at in range(46) if at not in sounding]
    spans = [(0, 2), (6, 9), (24, 32), (34, 45)]
    assert [at for start, end in spans for at in range(start, end)] == silent[:-1]
    mixed = Mixer(session(45, *words), CLIPS, gain_db=0.0)
    assert list(mixed.pauses(least)) == [span for span in spans if span[1] - span[0] >= least]


def test_a_tone_is_no_pause() -> None:
    cues = (breath(ToneName.INHALE, 100, 300), bell(ToneName.HALFWAY, 500), word("a", 40_000, 2))
    struck = 500 + round(CHIME_S[ToneName.HALFWAY] * RATE_HZ)
    mixed = Mixer(session(50_000, *cues), CLIPS, gain_db=0.0)
    assert list(mixed.pauses(50)) == [(0, 100), (300, 500), (struck, 39_998), (40_002, 50_000)]


def test_there_is_no_pause_behind_a_word_that_ends_the_session() -> None:
    assert list(Mixer(session(6, word("a", 4, 2)), CLIPS, gain_db=0.0).pauses(1)) == [(0, 2)]


@pytest.mark.parametrize("rate_hz", [24_000, 48_000])
@pytest.mark.parametrize("levels", [FULL, SOFT])
def test_chimes_and_breath_tones_sound_at_their_levels(rate_hz: int, levels: ToneLevels) -> None:
    rising, struck = breath(ToneName.INHALE, 100, 1100), bell(ToneName.HALFWAY, 2000, rate_hz)
    mixed = Mixer(session(struck.end, rising, struck, rate_hz=rate_hz), {}, levels, gain_db=0.0)
    out = np.array(heard(mixed, 0, struck.end), np.float32)
    assert not out[:100].any()
    assert np.array_equal(out[100:1100], breath_tone(ToneName.INHALE, 1000, levels.breath_lufs, rate_hz).samples)
    assert not out[1100:2000].any()
    assert np.array_equal(out[2000:], chime(ToneName.HALFWAY, levels.chime_lufs, rate_hz).samples)


SPAN = (20_000, 40_000)
"""First frame and end of a breath tone."""


@pytest.mark.parametrize(
    "words",
    [
        [],
        [(10_000, 12_000)],  # over before the tone begins
        [(3_000, 4_000), (17_000, 19_000)],  # the tone begins while its gain is still rising
        [(15_000, 22_000)],
        [(20_000, 22_000)],
        [(25_000, 26_000), (33_000, 34_000)],
        [(15_000, 22_000), (24_000, 25_000), (36_000, 37_000), (40_000, 41_000), (60_000, 61_000)],
        [(39_999, 41_000)],
        [(40_000, 41_000)],
        [(41_000, 42_000), (50_000, 51_000)],  # the tone falls for a word that comes after it
    ],
)
@pytest.mark.parametrize("tone", [ToneName.INHALE, ToneName.EXHALE])
def test_a_breath_tone_steps_back_for_every_word_near_it(words: list[tuple[int, int]], tone: ToneName) -> None:
    cues = [Cue(Role.SETUP, f"{end - start}", SoundFrame(start), SoundFrame(end), 0) for start, end in words]
    clips = {cue.text: clip(*[0] * (cue.end - cue.start)) for cue in cues}
    start, end = SPAN
    mixed = Mixer(session(70_000, breath(tone, start, end), *cues), clips, gain_db=0.0)
    gains = breath_under_speech(FULL.duck_db).curve(words, RATE_HZ).gains(start, end)
    expected = breath_tone(tone, end - start, FULL.breath_lufs).samples * gains
    assert np.array_equal(np.array(heard(mixed, start, end - start), np.float32), expected)


def test_tones_and_chimes_fade_where_the_session_ends_in_sleep_and_the_voice_does_not() -> None:
    cues = (word("w", 30_000, 2000), breath(ToneName.INHALE, 40_000, 50_000), bell(ToneName.HOLD_END, 50_000))
    length = cues[-1].end + 1000
    clips = {"w": clip(*[64] * 2000)}
    awake = Mixer(session(length, *cues), clips, gain_db=0.0)
    asleep = Mixer(session(length, *cues), clips, gain_db=0.0, tones_fade_from=SoundFrame(45_000))
    before, after = (np.array(heard(mixed, 0, length)) for mixed in (awake, asleep))
    assert np.array_equal(before[:45_000], after[:45_000])
    share = np.clip((np.arange(length) - 45_000) / (length - 45_000), 0.0, 1.0)
    assert after == pytest.approx(before * 10 ** (-3.0 * share), rel=1e-4, abs=1e-9)
    # Words in the fade are as loud as ever.
    late = Mixer(session(length, *cues), clips, gain_db=0.0, tones_fade_from=SoundFrame(0))
    assert heard(late, 30_000, 2000) == [0.5] * 2000


def test_a_chime_is_the_same_from_whatever_frame_one_listens() -> None:
    struck = bell(ToneName.HOLD_END, 1000)
    length = struck.end + 500
    for fades_from in (None, SoundFrame(2000)):
        mixed = Mixer(session(length, struck), {}, gain_db=0.0, tones_fade_from=fades_from)
        whole = heard(mixed, 0, length)
        for start, end in ((0, 1001), (1500, 1600), (5000, struck.end + 200), (struck.end - 1, length)):
            assert heard(mixed, start, end - start) == whole[start:end], (start, end)


def test_at_another_rate_a_breath_tone_steps_back_for_as_many_seconds() -> None:
    cues = [Cue(Role.SETUP, "w", SoundFrame(30_000), SoundFrame(32_000), 0)]
    clips = {"w": clip(*[0] * 2000)}
    mixed = Mixer(session(70_000, breath(ToneName.INHALE, *SPAN), *cues, rate_hz=48_000), clips, gain_db=0.0)
    gains = breath_under_speech(FULL.duck_db).curve([(30_000, 32_000)], 48_000).gains(*SPAN)
    expected = breath_tone(ToneName.INHALE, 20_000, FULL.breath_lufs, 48_000).samples * gains
    assert np.array_equal(np.array(heard(mixed, *SPAN), np.float32)[:20_000], expected)


def test_a_tone_that_is_over_is_not_made_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ToneName] = []

    def noted(tone: ToneName, *asked: Any) -> Tone:  # noqa: ANN401 -- of breath_tone
        made.append(tone)
        return breath_tone(tone, *asked)

    monkeypatch.setattr(mixer_module, "breath_tone", noted)
    cues = (breath(ToneName.INHALE, 0, 1000), breath(ToneName.EXHALE, 1000, 9000))
    mixed = Mixer(session(20_000, *cues), {}, gain_db=0.0)
    heard(mixed, 1000, 4000)
    assert made == [ToneName.EXHALE]
    heard(mixed, 5000, 4000)
    assert len(made) == 1, "and kept from block to block"
    heard(mixed, 999, 1)
    assert len(made) == 2


def test_the_loudness_of_a_session_is_that_of_all_its_sounds_as_often_as_they_come() -> None:
    for rate_hz, levels in itertools.product((24_000, 48_000), (FULL, SOFT)):
        clips = {"loud": noise(1.0, 0.2, rate_hz), "soft": noise(2.0, 0.02, rate_hz)}
        spoken = [word(text, at * rate_hz, len(clips[text].pcm)) for text, at in (("loud", 0), ("soft", 3))]
        again = [word("soft", at * rate_hz, 2 * rate_hz) for at in (6, 9, 12)]
        tones = [
            breath(ToneName.INHALE, 16 * rate_hz, 20 * rate_hz),
            breath(ToneName.INHALE, 20 * rate_hz, 24 * rate_hz),
            breath(ToneName.EXHALE, 24 * rate_hz, 30 * rate_hz),
            bell(ToneName.START, 31 * rate_hz, rate_hz),
            bell(ToneName.END, 34 * rate_hz, rate_hz),
        ]
        timeline = session(40 * rate_hz, *spoken, *again, *tones, rate_hz=rate_hz)
        powers = [
            clips["loud"].block_powers,
            *[clips["soft"].block_powers] * 4,
            *[breath_tone(ToneName.INHALE, 4 * rate_hz, levels.breath_lufs, rate_hz).block_powers] * 2,
            breath_tone(ToneName.EXHALE, 6 * rate_hz, levels.breath_lufs, rate_hz).block_powers,
            chime(ToneName.START, levels.chime_lufs, rate_hz).block_powers,
            chime(ToneName.END, levels.chime_lufs, rate_hz).block_powers,
        ]
        assert session_lufs(timeline, clips, levels) == pytest.approx(integrated_lufs(powers), abs=1e-9)


@pytest.mark.parametrize(("level_lufs", "trim"), [(-15.0, -4.0), (-19.5, 0.5), (-19.9, 0.8), (-30.0, 0.8)])
def test_a_session_is_turned_down_as_far_as_it_needs_and_up_by_no_more_than_its_peaks_bear(
    level_lufs: float, trim: float
) -> None:
    """0.8 dB: the clips peak at -2.5 dBTP and the MP3 encoder adds up to 1 dB, so -0.7 is what is left to -1.

    Raised further, the loudest syllables would crackle in some players.
    """
    made = noise(4.0, 0.1)
    timeline = session(100_000, word("a", 0, 96_000))
    gain = 10 ** ((level_lufs - session_lufs(timeline, {"a": made}, FULL)) / 20)
    samples = made.samples * np.float32(gain)
    clips = {"a": Clip(to_pcm16(samples), RATE_HZ, 0, len(samples), made.block_powers * gain**2)}
    assert trim_db(timeline, clips, FULL) == pytest.approx(trim, abs=1e-6)


def test_a_session_without_a_sound_keeps_its_gain() -> None:
    assert trim_db(session(100), {}, FULL) == 0.0
