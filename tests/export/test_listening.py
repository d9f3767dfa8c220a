"""Faults that a listener would notice, measured in the file: clicks, breath, countdowns, short words, pauses."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from msgspec.structs import replace

from tests.export.measure import RATE_HZ, decoded, loudness, loudness_range, millisecond_levels_db
from voiceguide import session
from voiceguide.export.exporter import export
from voiceguide.export.metadata import Metadata
from voiceguide.model.script import ToneName
from voiceguide.sound.mixer import Mixer

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

CREST = 14.0
"""The factor by which a sample's curvature may exceed that of the 10 ms around it. The onset of a consonant reaches 11,
a real click 20 and more."""
LEAST_CURVATURE = 1e-3
"""-60 dBFS: the noise of any room masks softer clicks."""
OPEN_ROLES = {"welcome", "safety", "announce", "setup", "next", "close"}


@pytest.fixture(scope="module")
def counted(clip_cache: Path) -> session.Session:
    pacing = session.paced("steady", only=("upper-trapezius",), countdown=5)
    return session.plan("upper-back", pacing=pacing, voice="hibari:heart", cache_dir=clip_cache)


@pytest.fixture(scope="module")
def counted_sound(
    counted: session.Session, tmp_path_factory: pytest.TempPathFactory, tool: Callable[[str], str]
) -> NDArray[np.float64]:
    path = tmp_path_factory.mktemp("counted") / "counted.mp3"
    counted.export(path)
    return decoded(tool("ffmpeg"), path)


def clicks(sound: NDArray[np.float64]) -> list[float]:
    """Return the times, in seconds, of samples whose curvature stands out from that around them."""
    curvature = np.abs(np.diff(sound, n=2))
    reach = RATE_HZ // 200
    squares = np.concatenate([[0.0], np.cumsum(curvature**2)])
    at = np.arange(len(curvature))
    low, high = np.maximum(0, at - reach), np.minimum(len(curvature), at + reach + 1)
    # The sample itself and its neighbours are left out, since a click is three samples of curvature.
    near_low, near_high = np.maximum(0, at - 2), np.minimum(len(curvature), at + 3)
    around = squares[high] - squares[low] - (squares[near_high] - squares[near_low])
    usual = np.sqrt(np.maximum(around, 0.0) / np.maximum(1, high - low - (near_high - near_low)))
    found = np.flatnonzero((curvature > CREST * usual) & (curvature > LEAST_CURVATURE))
    return [float(at) / RATE_HZ for at in found]


def test_nothing_clicks(upper_back: session.Session, upper_back_wav: Path, tool: Callable[[str], str]) -> None:
    sound = decoded(tool("ffmpeg"), upper_back_wav)
    assert clicks(sound) == []
    assert abs(sound.mean()) < 1e-4
    # A step of a hundredth of the full range would be found, in silence and under a breath tone.
    tone = next(cue for cue in upper_back.timeline.cues if cue.tone is ToneName.EXHALE)
    ends = [0, *(cue.end for cue in upper_back.timeline.cues)]
    starts = [*(cue.start for cue in upper_back.timeline.cues), upper_back.timeline.length]
    silence = max(zip(ends, starts, strict=True), key=lambda gap: gap[1] - gap[0])
    for frame in (sum(silence) // 2, (tone.start + tone.end) // 2):
        at_s = frame / RATE_HZ
        spoiled = sound.copy()
        spoiled[round(at_s * RATE_HZ) :] += 0.02
        assert [found for found in clicks(spoiled) if abs(found - at_s) < 0.001], at_s


def pitch_hz(part: NDArray[np.float64]) -> float:
    """Return the fundamental between 180 and 480 Hz."""
    points = 1 << 16
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), points))
    low, high = int(180 / RATE_HZ * points), int(480 / RATE_HZ * points)
    return float((low + spectrum[low:high].argmax()) * RATE_HZ / points)


def test_breath_tones_rise_and_fall_over_their_phase(
    upper_back: session.Session, upper_back_mp3: Path, tool: Callable[[str], str]
) -> None:
    sound = decoded(tool("ffmpeg"), upper_back_mp3)
    document = upper_back.document()
    words = [(cue["start_s"], cue["end_s"]) for cue in document["cues"] if cue["kind"] == "speech"]
    measured = 0
    for cue in document["cues"]:
        if cue["text"] not in {"[rising tone]", "[falling tone]"}:
            continue
        if any(start < cue["end_s"] + 0.1 and cue["start_s"] - 0.1 < end for start, end in words):
            continue  # a word's own pitch would be measured
        phase = [span for span in document["spans"] if abs(span["start_s"] - cue["start_s"]) < 0.001]
        assert any(abs(span["end_s"] - cue["end_s"]) < 0.001 for span in phase)
        window = RATE_HZ // 5
        first, last = round(cue["start_s"] * RATE_HZ), round(cue["end_s"] * RATE_HZ)
        pitches = np.array(
            [pitch_hz(sound[at : at + window]) for at in range(first + window, last - 2 * window, window)]
        )
        steps = np.diff(pitches)
        assert (steps > 0).all() if cue["text"] == "[rising tone]" else (steps < 0).all()
        measured += 1
    assert measured >= 6


def onset_s(sound: NDArray[np.float64], around_s: float) -> float:
    """Return when sound begins, searched from a fifth of a second before `around_s` on."""
    first = round((around_s - 0.2) * RATE_HZ)
    levels = millisecond_levels_db(sound[first : first + round(0.6 * RATE_HZ)])
    return first / RATE_HZ + float(np.argmax(levels > levels.max() - 40)) / 1000


def test_a_countdown_is_even_to_the_ear(counted: session.Session, counted_sound: NDArray[np.float64]) -> None:
    document = counted.document()
    holds = [span for span in document["spans"] if span["kind"] == "hold"]
    assert len(holds) == 2
    for hold in holds:
        counts = [
            cue
            for cue in document["cues"]
            if cue["role"] == "count" and hold["start_s"] < cue["start_s"] < hold["end_s"]
        ]
        assert [cue["text"] for cue in counts] == ["Five.", "Four.", "Three.", "Two.", "One."]
        onsets = [onset_s(counted_sound, cue["start_s"]) for cue in counts]
        assert np.diff(onsets) == pytest.approx(1.0, abs=0.012)
        assert hold["end_s"] - onsets[-1] == pytest.approx(1.0, abs=0.012)


def test_a_single_word_begins_and_ends_clean(counted: session.Session, counted_sound: NDArray[np.float64]) -> None:
    """Nothing sounds right before or after it, and there is no second burst: engines do this with short texts."""
    words = [cue for cue in counted.document()["cues"] if cue["role"] == "count"]
    assert len(words) == 10
    for cue in words:
        first = round((cue["start_s"] - 0.15) * RATE_HZ)
        end = round((cue["end_s"] + 0.25) * RATE_HZ)
        levels = millisecond_levels_db(counted_sound[first:end])
        loudest = levels.max()
        spoken_ms = round((cue["end_s"] - cue["start_s"]) * 1000)
        assert levels[:135].max() < loudest - 40, cue["text"]
        assert levels[150 + spoken_ms + 60 :].max() < loudest - 45, cue["text"]
        assert 150 <= spoken_ms <= 800, cue["text"]


def test_sentences_have_a_pause_between_them(upper_back: session.Session) -> None:
    speech = [cue for cue in upper_back.document()["cues"] if cue["kind"] == "speech"]
    gaps = [
        after["start_s"] - before["end_s"]
        for before, after in itertools.pairwise(speech)
        if before["role"] in OPEN_ROLES and after["role"] in OPEN_ROLES
    ]
    assert len(gaps) > 15
    assert min(gaps) >= upper_back.pacing.sentence_gap_s - 0.001


@pytest.mark.parametrize("routine", ["upper-back", "hips"])
def test_the_voice_is_as_even_as_a_broadcast(
    routine: str, clip_cache: Path, tmp_path: Path, tool: Callable[[str], str]
) -> None:
    planned = session.plan(routine, voice="hibari:heart", cache_dir=clip_cache)
    voice = Mixer(replace(planned.timeline.at_sound_rate(1), cues=tuple(planned.timeline.speech())), planned.clips)
    export(voice, tmp_path / "voice.wav", Metadata("T", "A", "B", "C", "en", ()))
    assert loudness_range(tool("ffmpeg"), tmp_path / "voice.wav") < 8.5


@pytest.mark.parametrize(
    "routine", ["upper-back", "hips", "lower-back", "neck-shoulders", "seated", "wind-down", "in-bed"]
)
def test_a_routine_is_as_loud_as_any_and_its_tones_lie_no_further_down_than_they_should(
    routine: str, clip_cache: Path, tmp_path: Path, tool: Callable[[str], str]
) -> None:
    """The loudness range is the distance from the voice to the breath tones: 10 LU, or 16 if they are soft.

    Ticks and the tone of the way back are short: in a routine with many of them it is 14.
    """
    planned = session.plan(routine, voice="hibari:heart", cache_dir=clip_cache)
    planned.export(tmp_path / "session.wav")
    most_lu = 15.0 if planned.pacing.tones == "full" else 18.0
    assert loudness_range(tool("ffmpeg"), tmp_path / "session.wav") < most_lu
    lufs, peak_dbtp = loudness(tool("ffmpeg"), tmp_path / "session.wav")
    assert lufs == pytest.approx(-19.0, abs=0.5)
    assert peak_dbtp <= -1.0


def test_the_same_plan_is_the_same_sound_in_every_process(tmp_path: Path) -> None:
    """Each of two processes speaks the session anew."""
    made = []
    for number in range(2):
        path = tmp_path / f"{number}.wav"
        command = [
            str(Path(sys.executable).with_name("voiceguide")),
            "export",
            "upper-back",
            "--only",
            "upper-trapezius",
        ]
        command += ["--bed", "waves", "-o", str(path), "--cache-dir", str(tmp_path / f"cache-{number}")]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        made.append(path.read_bytes())
    assert made[0] == made[1]
