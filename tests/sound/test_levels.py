"""Loudness, limiter, tones and ducking, compared with their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.sound.measure import active_lufs, block_powers, oversampled, true_peak_dbtp
from voiceguide.model.script import CHIME_S, ToneName
from voiceguide.sound.ducking import Ducking, GainCurve
from voiceguide.sound.levels import CLIP_LUFS, TONE_LEVELS
from voiceguide.sound.limiter import limiting_gains
from voiceguide.sound.loudness import integrated_lufs, lufs
from voiceguide.sound.spectrum import spectrum_of
from voiceguide.sound.tones import breath_tone, chime
from voiceguide.units import to_db, to_frames

RATE_HZ = 24_000


def sine(
    frequency_hz: float, seconds: float, amplitude: float, rate_hz: int = RATE_HZ, phase: float = 0.0
) -> np.ndarray:
    samples = amplitude * np.sin(2 * np.pi * frequency_hz * np.arange(round(seconds * rate_hz)) / rate_hz + phase)
    return samples.astype(np.float32)


@pytest.mark.parametrize("rate_hz", [24_000, 48_000])
def test_a_full_scale_sine_of_997_hz_reads_minus_3_01(rate_hz: int) -> None:
    """The calibration of BS.1770-5: 997 Hz, 0 dBFS, one channel: -3.01 LKFS."""
    whole_blocks = block_powers(sine(997, 20, 1.0, rate_hz), rate_hz)[3:-3]
    assert integrated_lufs([whole_blocks]) == pytest.approx(-3.01, abs=0.04)


@pytest.mark.parametrize(("frequency_hz", "relative_lu"), [(100, -1.83), (1000, 0.0), (4000, 3.28)])
def test_the_k_curve_falls_below_and_rises_above(frequency_hz: float, relative_lu: float) -> None:
    level = integrated_lufs([block_powers(sine(frequency_hz, 5, 0.1), RATE_HZ)])
    reference = integrated_lufs([block_powers(sine(997, 5, 0.1), RATE_HZ)])
    assert level - reference == pytest.approx(relative_lu, abs=0.1)


def test_silence_and_what_is_too_quiet_are_gated_out() -> None:
    loud, quiet = (
        block_powers(sine(997, 10, 0.1), RATE_HZ),
        block_powers(sine(997, 30, 0.1 * 10 ** (-25 / 20)), RATE_HZ),
    )
    nothing = block_powers(np.zeros(RATE_HZ * 60, np.float32), RATE_HZ)
    alone = integrated_lufs([loud])
    assert integrated_lufs([loud, nothing]) == alone
    assert integrated_lufs([loud, quiet, nothing]) == pytest.approx(alone, abs=0.25)
    assert integrated_lufs([nothing]) == -math.inf
    assert integrated_lufs([]) == -math.inf


def test_the_level_of_a_short_word_does_not_depend_on_its_length() -> None:
    assert active_lufs(sine(997, 0.15, 0.1), RATE_HZ) == pytest.approx(active_lufs(sine(997, 3, 0.1), RATE_HZ), abs=0.3)


def test_true_peaks_between_the_samples_are_limited() -> None:
    """A sine at a quarter of the rate, 45 degrees off: its samples reach 0.707 of its peaks."""
    hidden = sine(RATE_HZ / 4, 0.5, 1.0, phase=math.pi / 4)
    hidden *= np.hanning(len(hidden)).astype(np.float32)
    assert to_db(float(np.abs(hidden).max())) == pytest.approx(-3.01, abs=0.05)
    doubled = spectrum_of(hidden).doubled()
    assert limiting_gains(doubled, -0.1, RATE_HZ, gain=1.0) is not None
    assert limiting_gains(doubled, 0.1, RATE_HZ, gain=1.0) is None


def limited(samples: np.ndarray, ceiling_dbtp: float) -> np.ndarray:
    gains = limiting_gains(spectrum_of(samples).doubled(), ceiling_dbtp, RATE_HZ, gain=1.0)
    return samples if gains is None else samples * gains


def test_the_limiter_leaves_no_true_peak_above_its_ceiling_and_what_is_below_alone() -> None:
    rng = np.random.default_rng(7)
    noise = (rng.standard_normal(RATE_HZ * 2) * 0.2).astype(np.float32)
    for ceiling_dbtp in (-1.0, -2.5, -6.0):
        assert true_peak_dbtp(limited(noise, ceiling_dbtp)) <= ceiling_dbtp + 0.1
    calm = sine(440, 1, 0.3)
    assert limited(calm, -2.5) is calm
    burst = calm.copy()
    burst[12_000:12_010] = 0.99
    out = limited(burst, -2.5)
    reach = to_frames(0.02)
    assert np.array_equal(out[: 12_000 - reach], burst[: 12_000 - reach])
    assert np.array_equal(out[12_010 + reach :], burst[12_010 + reach :])


BREATH_TONE_LUFS, CHIME_LUFS = -26.0, -22.0


@pytest.mark.parametrize("ceiling_dbtp", [-2.5, -12.0])
def test_peaks_are_found_wherever_they_hide(ceiling_dbtp: float) -> None:
    """Compared with a plain FFT at sixteen times the rate, on noise up to the highest possible frequency."""
    noise = (np.random.default_rng(11).standard_normal(RATE_HZ) * 0.4).astype(np.float32)
    noise *= np.hanning(len(noise)).astype(np.float32)
    dense = oversampled(noise, 16)
    gains = limiting_gains(spectrum_of(noise).doubled(), ceiling_dbtp, RATE_HZ, gain=1.0)
    assert gains is not None
    over = np.flatnonzero(np.abs(dense) > 10 ** ((ceiling_dbtp + 0.2) / 20)) // 16
    assert len(over)
    assert (gains[over] < 1).all()


@pytest.mark.parametrize("name", TONE_LEVELS)
def test_breath_tones_are_twenty_below_the_voice_where_they_meet(name: str) -> None:
    levels = TONE_LEVELS[name]
    assert levels.breath_lufs + levels.duck_db <= CLIP_LUFS - 20.0
    assert levels.duck_db <= 0.0


@pytest.mark.parametrize("tone", [tone for tone in ToneName if tone in CHIME_S])
def test_chimes_ring_from_silence_to_silence(tone: ToneName) -> None:
    sound = chime(tone, CHIME_LUFS).samples
    assert len(sound) == to_frames(CHIME_S[tone])
    assert abs(sound[0]) < 1e-3
    assert np.abs(sound[-24:]).max() < 1e-3
    assert true_peak_dbtp(sound) < -6
    assert np.abs(np.diff(sound)).max() < 0.15


@pytest.mark.parametrize("tone", [tone for tone in ToneName if tone in CHIME_S])
@pytest.mark.parametrize("name", TONE_LEVELS)
def test_a_chime_is_low_and_slow_and_keeps_its_distance(tone: ToneName, name: str) -> None:
    """It has 440 to 523 Hz, rises in 40 to 60 ms, and is at most -24 LUFS in any 400 ms, as is the end chime."""
    levels = TONE_LEVELS[name]
    sound = chime(tone, levels.chime_lufs).samples.astype(np.float64)
    assert lufs(block_powers(sound.astype(np.float32), RATE_HZ).max()) == pytest.approx(levels.chime_lufs, abs=0.05)
    assert levels.chime_lufs <= -24.0
    first = sound[: to_frames(0.2)]
    spectrum = np.abs(np.fft.rfft(first * np.hanning(len(first)), 1 << 16))
    assert 435.0 <= spectrum.argmax() * RATE_HZ / (1 << 16) <= 528.0
    # The height of each cycle of the wave, until the first note is at its highest.
    turn = round(RATE_HZ / 440)
    heights = np.array([np.abs(first[at : at + turn]).max() for at in range(0, len(first) - turn, 12)])
    top_s = (heights.argmax() * 12 + turn) / RATE_HZ
    tenth_s = (np.argmax(heights > 0.1 * heights.max()) * 12 + turn) / RATE_HZ
    assert 0.04 <= top_s <= 0.065
    assert top_s - tenth_s >= 0.035


def test_tones_lie_well_under_the_voice() -> None:
    """In a session at -19 LUFS the voice is at about -17, breath tones are at -27, soft ones at -33, chimes at -24."""
    full, soft = TONE_LEVELS["full"], TONE_LEVELS["soft"]
    assert -28.0 <= full.breath_lufs <= -27.0
    assert -34.0 <= soft.breath_lufs <= -32.0
    assert -25.0 <= full.chime_lufs <= -24.0
    assert soft.chime_lufs <= full.chime_lufs - 5.0
    assert CLIP_LUFS - full.breath_lufs >= 9.5
    assert TONE_LEVELS["off"] == soft


def test_chimes_are_distinct() -> None:
    sounds = [chime(tone, CHIME_LUFS).samples for tone in CHIME_S]
    for index, one in enumerate(sounds):
        for other in sounds[index + 1 :]:
            shared = min(len(one), len(other))
            likeness = np.corrcoef(one[:shared], other[:shared])[0, 1]
            assert abs(likeness) < 0.9


@pytest.mark.parametrize("seconds", [1.0, 4.0, 5.0, 9.5])
@pytest.mark.parametrize("tone", [ToneName.INHALE, ToneName.EXHALE])
def test_a_breath_tone_glides_an_octave_and_is_silent_at_the_turns(tone: ToneName, seconds: float) -> None:
    sound = breath_tone(tone, to_frames(seconds), BREATH_TONE_LUFS).samples.astype(np.float64)
    assert len(sound) == to_frames(seconds)
    assert np.abs(sound[[0, -1]]).max() < 1e-4
    assert abs(sound.mean()) < 1e-4
    assert lufs(block_powers(sound.astype(np.float32), RATE_HZ).max()) == pytest.approx(BREATH_TONE_LUFS, abs=0.1)
    window = 2400
    pitches = []
    for start in range(window, len(sound) - 2 * window, window):
        spectrum = np.abs(np.fft.rfft(sound[start : start + window] * np.hanning(window), 1 << 16))
        low, high = int(180 / RATE_HZ * (1 << 16)), int(480 / RATE_HZ * (1 << 16))
        pitches.append((low + spectrum[low:high].argmax()) * RATE_HZ / (1 << 16))
    steps = np.diff(pitches)
    assert (steps > 0).all() if tone is ToneName.INHALE else (steps < 0).all()


def test_ducking_is_down_before_the_word_and_does_not_rise_in_short_gaps() -> None:
    duck = Ducking(depth_db=-20.0, fade_s=0.25, before_s=0.4, hold_s=0.5, release_s=1.2, least_gap_s=3.0)
    words = [(to_frames(5.0), to_frames(6.0)), (to_frames(8.5), to_frames(9.0))]
    gains = 20 * np.log10(duck.curve(words, RATE_HZ).gains(0, to_frames(15.0)))

    def at(seconds: float) -> float:
        return float(gains[to_frames(seconds)])

    assert at(4.34) == pytest.approx(0.0, abs=0.01)
    assert at(4.6) == pytest.approx(-20.0, abs=0.1)
    assert gains[to_frames(4.6) : to_frames(9.5)].max() <= -19.9
    assert at(10.71) == pytest.approx(0.0, abs=0.01)
    assert np.array_equal(
        duck.curve(words, RATE_HZ).gains(0, 300_000)[100_000:], duck.curve(words, RATE_HZ).gains(100_000, 300_000)
    )
    assert (duck.curve([], RATE_HZ).gains(0, 10) == 1.0).all()


def test_a_chime_is_the_sum_of_fading_sines_that_its_notes_say() -> None:
    """A note is computed by its definition, and agrees to a tenth of a 16-bit step."""
    seconds = np.arange(to_frames(CHIME_S[ToneName.HALFWAY])) / RATE_HZ
    expected = np.zeros(len(seconds))
    for ratio, amplitude, share in ((1.0, 1.0, 1.0), (2.0, 0.45, 0.6), (3.01, 0.2, 0.35), (4.2, 0.08, 0.2)):
        expected += amplitude * np.exp(-seconds / (0.3 * share)) * np.sin(2 * np.pi * 523.25 * ratio * seconds)
    expected *= np.minimum(1.0, seconds / 0.055) * np.minimum(1.0, (seconds[-1] - seconds) / 0.15)
    sound = chime(ToneName.HALFWAY, -20.0).samples
    scale = float(sound @ expected) / float(expected @ expected)
    assert np.abs(sound - scale * expected).max() < 0.1 / 32768


@pytest.mark.parametrize("frames", [1, 7, 1000, 96_001])
def test_a_breath_tone_is_the_sum_of_its_harmonics(frames: int) -> None:
    progress = (np.arange(frames) + 0.5) / frames
    phase = 2 * np.pi * np.cumsum(220.0 * 2.0**progress) / RATE_HZ
    expected = sum(level * np.sin((index + 1) * phase) for index, level in enumerate((1.0, 0.6, 0.35, 0.2)))
    fade = min(0.5, 0.12 * RATE_HZ / frames)
    edge = np.minimum(1.0, np.minimum(progress, 1.0 - progress) / fade)
    expected = expected * (0.55 + 0.45 * np.sin(np.pi * progress)) * (0.5 - 0.5 * np.cos(np.pi * edge))
    sound = breath_tone(ToneName.INHALE, frames, -22.0).samples
    scale = float(sound @ expected) / float(expected @ expected)
    assert np.abs(sound - scale * expected).max() < 0.1 / 32768


@pytest.mark.parametrize("seconds", [0.3, 4.0])
def test_a_tone_knows_its_block_powers(seconds: float) -> None:
    tones = [breath_tone(ToneName.EXHALE, to_frames(seconds), -22.0), chime(ToneName.HALFWAY, -20.0)]
    for tone in tones:
        assert tone.block_powers == pytest.approx(block_powers(tone.samples, RATE_HZ), rel=1e-3, abs=1e-9)


def test_a_curve_knows_where_it_stays_at_a_level() -> None:
    curve = GainCurve.through(
        [(0, -60.0), (10, 0.0), (50, 0.0), (60, -9.0), (70, -9.0), (80, 0.0), (90, 0.0), (95, 0.0)]
    )
    assert curve.spans_at(0.0).tolist() == [[10, 50], [80, 90], [90, 95]]
    assert curve.spans_at(-9.0).tolist() == [[60, 70]]
    assert curve.spans_at(-3.0).tolist() == []
