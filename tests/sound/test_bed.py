"""Beds go round without a seam, and step aside for the voice, as measured in the file that is written."""

from __future__ import annotations

import json
import os
import subprocess
import wave
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceguide import session
from voiceguide.errors import RequestError
from voiceguide.model.pcm import to_pcm16
from voiceguide.model.timeline import Chapter, Cue, Timeline
from voiceguide.sound.ambience import AMBIENCES, BED_RATE_HZ, GRID_S
from voiceguide.sound.bed import BUILT_IN, Bed, measured, open_bed
from voiceguide.sound.bedded import FADE_IN_S, FADE_OUT_S, BeddedSource
from voiceguide.sound.mixer import Mixer
from voiceguide.sound.resampling import upsampled
from voiceguide.units import SoundFrame

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from voiceguide.sound.source import AudioSource

TRAPEZIUS = ("upper-trapezius",)


@pytest.fixture(scope="module")
def beds() -> dict[str, Bed]:
    found = {name: open_bed(name) for name in BUILT_IN}
    return {name: bed for name, bed in found.items() if bed}


@pytest.fixture(scope="module")
def rainy(clip_cache: Path) -> session.Session:
    pacing = session.paced("steady", only=TRAPEZIUS, bed="rain", bed_level_db=-14.0)
    return session.plan("upper-back", pacing=pacing, voice="hibari:heart", cache_dir=clip_cache)


def rendered(source: AudioSource, start: int, frames: int) -> NDArray[np.float32]:
    out = np.full((frames, 2), 9.0, np.float32)
    source.render(start, out)
    return out


def level_db(samples: NDArray[np.floating[Any]]) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-20))


# Loops.


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_bed_goes_round_without_a_seam(name: str, beds: Mapping[str, Bed]) -> None:
    loop = beds[name].samples.astype(np.float64)
    assert loop.shape[1] == 2
    around = np.concatenate([loop[-BED_RATE_HZ:], loop[:BED_RATE_HZ]])
    curvature = np.abs(np.diff(around, n=2, axis=0)).max(axis=1)
    seam = curvature[BED_RATE_HZ - 4 : BED_RATE_HZ + 3].max()
    assert seam <= curvature.max()
    assert seam <= 4 * np.median(np.abs(np.diff(loop, n=2, axis=0)).max(axis=1)) + 2
    assert np.abs(loop.mean(axis=0)).max() < 1.0  # of 32,768


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_bed_is_two_sides_of_one_room(name: str, beds: Mapping[str, Bed]) -> None:
    left, right = beds[name].samples.T.astype(np.float64)
    assert abs(np.corrcoef(left, right)[0, 1]) < 0.8
    assert abs(level_db(left) - level_db(right)) < 1.5
    assert np.array_equal(to_pcm16(AMBIENCES[name]().samples), beds[name].samples)  # the same every time


def test_loudness_is_that_of_a_known_tone() -> None:
    """BS.1770-5: a 997 Hz sine at full scale on one of two channels reads -3.01 LUFS."""
    seconds = np.arange(6 * BED_RATE_HZ) / BED_RATE_HZ
    sine = np.sin(2 * np.pi * 997 * seconds) * 0.1
    bed = measured(to_pcm16(np.stack([sine, np.zeros_like(sine)], axis=1).astype(np.float32)))
    assert bed.loudest_lufs == pytest.approx(-23.01, abs=0.1)
    assert bed.loudest_moment_lufs == pytest.approx(-23.01, abs=0.1)
    assert bed.peak_dbfs == pytest.approx(-20.0, abs=0.01)


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_pieces_begin_and_end_on_the_grid(name: str, beds: Mapping[str, Bed]) -> None:
    assert beds[name].tape.in_units(round(GRID_S * BED_RATE_HZ)) is not None


# A file of the listener's.


def wav(path: Path, samples: NDArray[np.float64], rate_hz: int = 44_100) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture
def hum(tmp_path: Path) -> Path:
    seconds = np.arange(10 * 44_100) / 44_100
    return wav(tmp_path / "hum.wav", 0.3 * np.sin(2 * np.pi * 261.6 * seconds))


def test_a_file_is_looped_without_a_seam(hum: Path) -> None:
    bed = open_bed(str(hum))
    assert bed
    loop = bed.samples.astype(np.float64) / 32768
    assert 7.5 * BED_RATE_HZ - len(loop) == pytest.approx(576, abs=776)  # a quarter of it is crossfaded
    assert len(loop) % round(GRID_S * BED_RATE_HZ) == 0
    # The seam has no step that a sine of twice the height, once halved, would not have.
    steepest = 0.3 * 2 * np.pi * 261.6 / BED_RATE_HZ
    assert np.abs(np.diff(np.concatenate([loop[-100:], loop[:100]]), axis=0)).max() <= steepest
    assert [part.shape for _, part in bed.parts(len(loop) - 5, len(loop) + 20)] == [(5, 2), (20, 2)]


@pytest.mark.parametrize("suffix", ["mp3", "ogg", "m4a"])
def test_whatever_the_decoder_reads(tmp_path: Path, suffix: str, tool: Callable[[str], str]) -> None:
    # Long enough for the seconds of the crossfade not to matter, and low enough that no codec cuts it off.
    noise = np.random.default_rng(6).standard_normal(20 * 44_100)
    sound = np.convolve(noise, np.full(8, 0.05), mode="same")
    hiss, path = wav(tmp_path / "hiss.wav", sound.clip(-0.5, 0.5)), tmp_path / f"hiss.{suffix}"
    command = [tool("ffmpeg"), "-nostdin", "-v", "error", "-i", str(hiss), "-b:a", "192k", str(path)]
    subprocess.run(command, check=True, timeout=60)
    known, found = open_bed(str(hiss)), open_bed(str(path))
    assert known
    assert found
    assert found.loudest_lufs == pytest.approx(known.loudest_lufs, abs=0.5)


def test_a_file_whose_name_is_not_utf_8_can_be_a_bed_and_be_written_down(hum: Path, clip_cache: Path) -> None:
    name = os.fsdecode(os.fsencode(hum.parent) + b"/r\xfccken.wav")
    hum.rename(name)
    planned = session.plan("upper-back", pacing=session.paced(bed=name), cache_dir=clip_cache)
    address = f"file://{hum.parent}/r%FCcken.wav"
    assert planned.pacing.bed == json.loads(json.dumps(planned.document()))["pacing"]["bed"] == address
    bed = planned.bed()
    again = open_bed(address)
    assert bed is not None
    assert again is not None
    assert np.array_equal(bed.samples, again.samples)
    with pytest.raises(RequestError, match=r"there is no bed 'file:///.*/r%FC\.wav'"):
        session.plan("upper-back", pacing=session.paced(bed=name.replace("cken", "")), cache_dir=clip_cache)


def test_in_its_pauses_a_session_is_its_bed_alone(rainy: session.Session) -> None:
    source = rainy.source
    assert source.background
    spans = list(source.pauses(BED_RATE_HZ // 2))
    assert sum(end - start for start, end in spans) > 0.2 * source.length
    for start, end in spans:
        whole, alone = rendered(source, start, end - start), rendered(source.background, start, end - start)
        assert np.array_equal(whole, alone)
        assert whole.any()
    tape, recording = source.background.tape, source.background.recording
    start, end = max(spans, key=lambda span: span[1] - span[0])
    assert end - start > 5000
    for at, first, last in tape.parts(start, start + 5000):
        there = rendered(recording, first, last - first)
        assert np.array_equal(rendered(source.background, at, last - first), there)
        assert np.array_equal(rendered(recording, first + tape.borders[-1], last - first), there)
    assert not rendered(source.background, source.length - 10, 100)[10:].any()


def test_what_cannot_be_a_bed_is_said_in_a_line(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("not a sound")
    silent = wav(tmp_path / "silent.wav", np.zeros(4 * 44_100))
    short = wav(tmp_path / "short.wav", np.full(44_100, 0.1))
    away = tmp_path / "away.m3u8"
    away.write_text("#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:9/segment.ts\n#EXT-X-ENDLIST\n")
    for path, reason in (
        (words, "cannot be read as sound"),
        (silent, "is silent"),
        (short, "is too short"),
        (away, "cannot be read as sound"),
        (tmp_path / "missing.mp3", "name a sound file, or one of rain, drone, waves, none"),
        (tmp_path, "there is no bed"),
    ):
        with pytest.raises(RequestError, match=reason):
            open_bed(str(path))
    # It is refused before a word is spoken.
    with pytest.raises(RequestError, match="there is no bed"):
        session.plan("upper-back", pacing=session.paced("steady", bed="rian"), voice="hibari:nobody")


# Under a voice.


def at(seconds: float) -> SoundFrame:
    return SoundFrame(round(seconds * BED_RATE_HZ))


def bedded(
    speech: list[tuple[float, float]], seconds: float, level_db: float, fades_from_s: float | None = None
) -> BeddedSource:
    """Return a bed of even noise under a silent voice."""
    rng = np.random.default_rng(4)
    bed = measured(to_pcm16((rng.standard_normal((BED_RATE_HZ * 7, 2)) * 0.1).astype(np.float32)))
    length = at(seconds)
    silent = Timeline("r", "R", "en", BED_RATE_HZ, length, (), (), (Chapter("One", at(0.0), length),))
    words = [(at(first), at(last)) for first, last in speech]
    fades_from = None if fades_from_s is None else at(fades_from_s)
    return BeddedSource(Mixer(silent, {}, gain_db=0.0), words, bed, level_db, fades_from)


def test_it_steps_aside_before_the_word_and_does_not_pump() -> None:
    source = bedded([(20.0, 21.0), (23.5, 24.0), (40.0, 41.0)], 60.0, -14.0)
    sound = rendered(source, 0, source.length)
    tenth = BED_RATE_HZ // 10
    levels = np.array([level_db(sound[at : at + tenth]) for at in range(0, len(sound), tenth)])
    rest = np.median(levels[100:180])
    assert np.abs(levels[60:190] - rest).max() < 0.5
    under = levels[200:210].mean()
    assert under <= rest - 6.0
    # Down 0.2 s before the word; still down in the gap of 2.5 s; up again in the long gap.
    assert np.abs(levels[199:240] - under).max() < 0.5
    assert levels[196:198].max() < rest - 0.2
    assert np.abs(levels[262:390] - rest).max() < 0.5
    # It fades in from nothing, and out to nothing.
    assert levels[0] < rest - 50
    assert levels[-1] < rest - 50
    assert np.abs(levels[round(FADE_IN_S * 10) + 1 : 190] - rest).max() < 0.5
    assert levels[-round(FADE_OUT_S * 10) - 2] == pytest.approx(rest, abs=0.5)


def test_where_a_session_ends_in_sleep_the_bed_fades_from_the_last_word_on() -> None:
    source = bedded([(10.0, 11.0)], 60.0, -14.0, fades_from_s=20.0)
    sound = rendered(source, 0, source.length)
    second = BED_RATE_HZ
    levels = np.array([level_db(sound[at * second : (at + 1) * second]) for at in range(60)])
    assert levels[14:19] == pytest.approx(levels[16], abs=0.5)
    steps = np.diff(levels[21:58])
    assert steps == pytest.approx(-1.5, abs=0.5)
    assert levels[59] < levels[16] - 55


@given(st.floats(-60.0, -6.0), st.integers(0, 3))
def test_however_loud_it_is_asked_for_the_voice_stays_twenty_above(level: float, words: int) -> None:
    speech = [(10.0 + 5 * number, 12.0 + 5 * number) for number in range(words)]
    source = bedded(speech, 30.0, level)
    for first, last in speech:
        part = rendered(source, round(first * BED_RATE_HZ), round((last - first) * BED_RATE_HZ))
        # White noise reads 3 dB more on the K curve than in power; the voice is at -17.4 + 3 LUFS.
        assert level_db(part) + 3.0 <= -14.4 - 20.0
    assert np.abs(rendered(source, 0, source.length)).max() <= 10 ** (-9 / 20) * 1.01


@given(st.data())
def test_any_blocks_from_anywhere_give_the_same_frames(rainy: session.Session, data: st.DataObject) -> None:
    source = rainy.source
    start = data.draw(st.integers(0, source.length - 1))
    length = data.draw(st.integers(1, 200_000))
    block = data.draw(st.sampled_from([64, 65, 1000, 8193, 50_000]))
    length = min(length, 300 * block)
    whole = rendered(source, start, length)
    parts = [rendered(source, at, min(block, start + length - at)) for at in range(start, start + length, block)]
    assert np.array_equal(whole, np.concatenate(parts))


def test_in_the_file_the_bed_is_twenty_below_every_word(rainy: session.Session, tmp_path: Path) -> None:
    """The voice alone is rendered beside the file; the file less the voice is the bed."""
    path = tmp_path / "rainy.wav"
    rainy.export(path)
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getframerate()) == (2, BED_RATE_HZ)
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    heard = pcm.astype(np.float32) / 32768
    timeline = rainy.timeline.at_sound_rate(2)
    voice = np.empty(timeline.length, np.float32)
    Mixer(timeline, {text: upsampled(clip, 2) for text, clip in rainy.clips.items()}).render(0, voice)
    bed = heard - voice[:, None]
    assert len(heard) == timeline.length
    for cue in timeline.speech():
        assert level_db(bed[cue.start : cue.end]) <= level_db(heard[cue.start : cue.end]) - 20.0, cue.text
    # Between words the bed can be heard.
    hold = next(span for span in timeline.spans if span.kind == "hold")
    quiet = slice(hold.start + round(8.5 * BED_RATE_HZ), hold.start + 14 * BED_RATE_HZ)
    assert -40 < level_db(bed[quiet]) < -28


def test_a_session_twice_as_fast_in_frames_is_the_same_session(upper_back: session.Session) -> None:
    twice = upper_back.timeline.at_sound_rate(2)
    assert twice.duration_s == upper_back.timeline.duration_s
    assert [cue.start for cue in twice.cues] == [2 * cue.start for cue in upper_back.timeline.cues]
    assert [(span.start, span.end) for span in twice.spans] == [
        (2 * span.start, 2 * span.end) for span in upper_back.timeline.spans
    ]


def test_a_clip_keeps_its_onset_and_its_level_at_another_rate(upper_back: session.Session) -> None:
    cue: Cue = next(upper_back.timeline.speech())
    clip = upper_back.clips[cue.text]
    twice = upsampled(clip, 2)
    assert (twice.rate_hz, twice.onset_frame, twice.end_frame) == (48_000, 2 * clip.onset_frame, 2 * clip.end_frame)
    assert level_db(twice.samples) == pytest.approx(level_db(clip.samples), abs=0.05)
    assert np.abs(twice.samples[::2][200:-200] - clip.samples[200:-200]).max() < 0.01
