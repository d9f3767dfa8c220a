"""The gate and the conditioning: on synthetic sounds, which are exact, and on the real voice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.sound.measure import active_lufs, true_peak_dbtp
from voiceguide.sound.levels import CEILING_DBTP, CLIP_LUFS
from voiceguide.speech.conditioning import conditioned, extent, faults, level_for, session_rate, syllables
from voiceguide.speech.engine import Take
from voiceguide.units import SESSION_RATE_HZ, to_frames

if TYPE_CHECKING:
    from voiceguide import session


def burst(lead_s: float, seconds: float, tail_s: float, amplitude: float = 0.2) -> np.ndarray:
    sound = amplitude * np.sin(2 * np.pi * 440 * np.arange(to_frames(seconds)) / SESSION_RATE_HZ)
    return np.concatenate([np.zeros(to_frames(lead_s)), sound, np.zeros(to_frames(tail_s))]).astype(np.float32)


def test_the_extent_is_where_the_sound_is_to_the_millisecond() -> None:
    onset, end = extent(burst(0.25, 0.6, 0.4))
    assert onset == pytest.approx(to_frames(0.25), abs=24)
    assert end == pytest.approx(to_frames(0.85), abs=24)


def test_a_clip_keeps_its_onset_its_length_and_no_more_than_a_breath_around_them() -> None:
    clip = conditioned(burst(0.25, 0.6, 0.4))
    assert clip.spoken_frames == pytest.approx(to_frames(0.6), abs=48)
    assert clip.onset_frame <= to_frames(0.006)
    assert len(clip.samples) - clip.end_frame <= to_frames(0.04)
    assert extent(clip.samples)[0] == pytest.approx(clip.onset_frame, abs=24)
    assert clip.samples[0] == pytest.approx(0.0, abs=1e-4)
    assert clip.samples[-1] == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize("amplitude", [0.02, 0.2, 0.9])
@pytest.mark.parametrize(("seconds", "lift_db"), [(2.0, 0.0), (1.65, 0.85), (0.4, 1.7)])
def test_whatever_level_comes_in_the_same_goes_out(amplitude: float, seconds: float, lift_db: float) -> None:
    clip = conditioned(burst(0.2, seconds, 0.2, amplitude))
    assert active_lufs(clip.samples[clip.onset_frame : clip.end_frame], SESSION_RATE_HZ) == pytest.approx(
        CLIP_LUFS + lift_db, abs=0.2
    )


def test_another_rate_is_resampled_without_changing_length_or_pitch() -> None:
    rate_hz = 22_050
    tone = (0.3 * np.sin(2 * np.pi * 1000 * np.arange(rate_hz) / rate_hz)).astype(np.float32) + np.float32(0.05)
    samples = session_rate(Take(tone, rate_hz))
    assert len(samples) == pytest.approx(SESSION_RATE_HZ, abs=2)
    spectrum = np.abs(np.fft.rfft(samples))
    assert spectrum.argmax() == pytest.approx(1000, abs=1)
    assert abs(samples.mean()) < 1e-3


@pytest.mark.parametrize(
    ("samples", "text", "fault"),
    [
        (np.zeros(SESSION_RATE_HZ, np.float32), "Hold.", "silent"),
        (burst(0.2, 0.6, 0.2, 1e-4), "Hold.", "silent"),
        (np.clip(burst(0.2, 0.6, 0.2, 1.4), -1, 1), "Hold.", "clipped"),
        (burst(0.2, 0.05, 0.2), "Slowly come back to sitting tall.", "too short"),
        (burst(0.2, 4.0, 0.2), "Three.", "too long"),
        (np.concatenate([burst(0.2, 0.4, 0.2), burst(0.3, 0.1, 0.2)]), "Three.", "falls apart"),
    ],
)
def test_the_gate_names_what_is_wrong(samples: np.ndarray, text: str, fault: str) -> None:
    assert any(fault in found for found in faults(samples, text, 1.0))


def test_the_gate_lets_a_fit_take_pass() -> None:
    assert faults(burst(0.3, 0.4, 0.4), "Hold.", 1.0) == []
    assert syllables("Breathe out") == 3
    assert syllables("10") == 4


def test_every_clip_of_the_real_session_is_alike_in_level_and_keeps_the_ceiling(upper_back: session.Session) -> None:
    levels = {}
    for text, clip in upper_back.clips.items():
        level_lufs = active_lufs(clip.samples[clip.onset_frame : clip.end_frame], SESSION_RATE_HZ)
        levels[text] = level_lufs - level_for(clip.spoken_frames / SESSION_RATE_HZ)
        assert true_peak_dbtp(clip.samples) <= CEILING_DBTP + 0.1, text
        onset, end = extent(clip.samples)
        assert onset == pytest.approx(clip.onset_frame, abs=48), text
        assert end == pytest.approx(clip.end_frame, abs=240), text
    assert max(levels.values()) - min(levels.values()) < 1.0
