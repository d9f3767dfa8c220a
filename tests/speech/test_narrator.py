"""The narrator speaks a text once, judges it, tries again, and remembers it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.speech.fakes import ToneEngine
from voiceguide.errors import SpeechError, StoreError, UnspeakableError
from voiceguide.language.rules import rules_for
from voiceguide.model.voice_choice import VoiceOfLanguage
from voiceguide.speech.engine import Take
from voiceguide.speech.hibari import HibariEngine
from voiceguide.speech.narrator import Narrator
from voiceguide.speech.opening import narrator_for
from voiceguide.speech.store import ClipStore
from voiceguide.units import to_frames

if TYPE_CHECKING:
    from pathlib import Path

CARRIER = rules_for("en").carrier

TEXTS = ["Hold.", "Slowly lift the head.", "In.", "Halfway."]


class MoodyEngine(ToneEngine):
    """Gets the first `wrong` takes of a text wrong."""

    def __init__(self, wrong: int, *, carrier_fails: bool = False) -> None:
        super().__init__()
        self.wrong = wrong
        self.carrier_fails = carrier_fails

    def _speak(self, text: str, take: int) -> Take:
        good = super()._speak(text, take)
        if text.startswith(CARRIER):
            if self.carrier_fails:
                return Take(good.samples * 0, good.rate_hz)
            first = super()._speak(CARRIER, 0).samples
            second = super()._speak(text.removeprefix(CARRIER), 0).samples
            return Take(np.concatenate([first, second]), good.rate_hz)
        return Take(good.samples * 0, good.rate_hz) if take < self.wrong else good


def test_a_text_is_spoken_once_and_then_remembered(tmp_path: Path) -> None:
    engine = ToneEngine()
    told: list[tuple[int, int]] = []
    first = Narrator(engine, ClipStore(tmp_path)).speak(
        [*TEXTS, "Hold."], lambda done, total: told.append((done, total))
    )
    assert set(first) == set(TEXTS)
    assert sorted(text for text, _ in engine.spoken) == sorted(TEXTS)
    assert told == [(number, 4) for number in range(1, 5)]
    again = ToneEngine()
    second = Narrator(again, ClipStore(tmp_path)).speak(TEXTS, lambda *_: pytest.fail("nothing had to be spoken"))
    assert again.spoken == []
    for text in TEXTS:
        assert np.array_equal(first[text].samples, second[text].samples)
        assert first[text].spoken_frames == pytest.approx(engine.frames_for(text), abs=48)


def test_what_fails_is_spoken_again(tmp_path: Path) -> None:
    engine = MoodyEngine(wrong=1)
    clips = Narrator(engine, ClipStore(tmp_path)).speak(["Hold."])
    assert engine.spoken == [("Hold.", 0), ("Hold.", 1)]
    assert clips["Hold."].spoken_frames == pytest.approx(engine.frames_for("Hold."), abs=48)


def test_then_a_carrier_phrase_is_tried_and_cut_off(tmp_path: Path) -> None:
    engine = MoodyEngine(wrong=9)
    clips = Narrator(engine, ClipStore(tmp_path)).speak(["Hold."])
    assert clips["Hold."].spoken_frames == pytest.approx(engine.frames_for("Hold."), abs=to_frames(0.01))


class UnclearEngine(MoodyEngine):
    carried_words = 2

    def __init__(self, *, carrier_fails: bool) -> None:
        super().__init__(0, carrier_fails=carrier_fails)
        self.asked: list[str] = []

    def synthesize(self, text: str, take: int = 0) -> Take:
        self.asked.append(text)
        return super().synthesize(text, take)


@pytest.mark.parametrize(
    ("text", "carrier_fails", "asked"),
    [
        ("Breathe in.", False, [CARRIER + "Breathe in."]),
        ("Breathe in.", True, [CARRIER + "Breathe in.", "Breathe in."]),
        ("Breathe in now.", False, ["Breathe in now."]),
    ],
)
def test_a_short_text_of_an_unclear_engine_is_carried_first(
    text: str, asked: list[str], tmp_path: Path, *, carrier_fails: bool
) -> None:
    engine = UnclearEngine(carrier_fails=carrier_fails)
    clip = Narrator(engine, ClipStore(tmp_path)).speak([text])[text]
    assert engine.asked == asked
    assert clip.spoken_frames == pytest.approx(engine.frames_for(text), abs=to_frames(0.01))


def test_then_it_is_reported_and_nothing_is_kept(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match=r"tone:sine does not say 'Hold\.' right: it is silent"):
        Narrator(MoodyEngine(wrong=9, carrier_fails=True), ClipStore(tmp_path)).speak(["Hold."])
    assert ClipStore(tmp_path).info().clips == 0


def test_what_was_spoken_before_a_failure_is_kept(tmp_path: Path) -> None:
    class Late(ToneEngine):
        """Speaks two texts at once; the longest, which is begun first, fails when all others are done."""

        parallel = 2

        def _speak(self, text: str, take: int) -> Take:
            if len(text) > 30:
                time.sleep(0.5)
                message = "out of breath"
                raise SpeechError(message)
            return super()._speak(text, take)

    with pytest.raises(SpeechError, match="out of breath"):
        Narrator(Late(), ClipStore(tmp_path)).speak([*TEXTS, "This one is longer than all of the others."])
    assert ClipStore(tmp_path).info().clips == len(TEXTS)


def test_texts_are_checked_before_any_is_spoken(tmp_path: Path) -> None:
    engine = ToneEngine()
    with pytest.raises(UnspeakableError, match="Cyrillic"):
        Narrator(engine, ClipStore(tmp_path)).speak(["Hold.", "дыши"])
    assert engine.spoken == []


def test_a_store_that_cannot_be_used_is_told_before_the_engine_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    engine = ToneEngine()
    with pytest.raises(StoreError):
        Narrator(engine, ClipStore(tmp_path / "file")).speak(TEXTS)
    assert engine.spoken == []


def test_damaged_clips_are_spoken_again(tmp_path: Path) -> None:
    store = ClipStore(tmp_path)
    Narrator(ToneEngine(), store).speak(TEXTS)
    [damaged, *_] = sorted(tmp_path.glob("*/*.clip"))
    damaged.write_bytes(damaged.read_bytes()[:-9])
    engine = ToneEngine()
    Narrator(engine, store).speak(TEXTS)
    assert len(engine.spoken) == 1
    assert store.info().damaged == 0


def test_the_key_changes_with_engine_voice_rate_and_text_but_not_with_its_spelling(tmp_path: Path) -> None:
    store = ClipStore(tmp_path)
    keys = {
        Narrator(engine, store).keys(["Hold 30 seconds."])["Hold 30 seconds."]
        for engine in (ToneEngine(), ToneEngine(speech_rate=0.8), HibariEngine(), HibariEngine(speech_rate=0.8))
    }
    assert len(keys) == 4
    spellings = Narrator(ToneEngine(), store).keys(["Hold 30s.", "Hold 30 seconds.", "Hold 31s."])
    assert spellings["Hold 30s."] == spellings["Hold 30 seconds."] != spellings["Hold 31s."]


def test_the_key_changes_with_every_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def key() -> str:
        return Narrator(ToneEngine(), ClipStore(tmp_path)).keys(["In."])["In."]

    keys = {key()}
    for name in ("NORMALISER_VERSION", "CONDITIONING_VERSION", "SESSION_RATE_HZ"):
        with monkeypatch.context() as patch:
            patch.setattr(f"voiceguide.speech.narrator.{name}", 99)
            keys.add(key())
    assert len(keys) == 4


def test_the_real_voice_gets_a_carried_word_right(tmp_path: Path) -> None:
    """With the real engine, what is left after the carrier phrase and its pause is about the word alone."""

    class Stubborn(HibariEngine):
        def _speak(self, text: str, take: int) -> Take:
            result = super()._speak(text, take)
            return result if text.startswith(CARRIER) else Take(result.samples * 0, result.rate_hz)

    with Stubborn("heart", 0.9) as stubborn, HibariEngine("heart", 0.9) as usual:
        carried = Narrator(stubborn, ClipStore(tmp_path / "a")).speak(["Three."])["Three."]
        plain = Narrator(usual, ClipStore(tmp_path / "b")).speak(["Three."])["Three."]
    assert carried.spoken_frames == pytest.approx(plain.spoken_frames, rel=0.5)


@pytest.mark.parametrize(("language", "spec"), [("en", "hibari:heart"), ("de", "pico:de-DE")])
def test_the_voice_that_is_named_for_the_language_speaks(tmp_path: Path, language: str, spec: str) -> None:
    """Users need not name the language of a routine that names its own."""
    voices = VoiceOfLanguage({"de": "pico:de-DE"}, otherwise="hibari:heart")
    with narrator_for(voices, 0.8, tmp_path, language=language) as narrator:
        assert f"{narrator.engine.name}:{narrator.engine.voice}" == spec
