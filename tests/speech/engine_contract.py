"""The promises of every speech engine. Inherit them, and define `make_engine`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import numpy as np
import pytest

from voiceguide.errors import SpeechError
from voiceguide.speech.engine import SpeechEngine, Take

MakeEngine = Callable[[float], SpeechEngine]


def seconds(take: Take) -> float:
    return len(take.samples) / take.rate_hz


def loudness_db(take: Take) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(take.samples, dtype=np.float64)))))


class EngineContract:
    deterministic: ClassVar[bool] = False
    """Whether a text gives the same samples every time, whatever else is spoken before it or beside it."""
    length_tolerance: ClassVar[float] = 0.05
    """The share by which the lengths of two takes may differ if the engine is not deterministic."""
    level_tolerance_db: ClassVar[float] = 2.0

    @pytest.fixture(scope="class")
    @classmethod
    def make_engine(cls) -> MakeEngine:
        """A function from a speech rate to an engine, with a voice that speaks `text`; the test closes the engine."""
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, make_engine: MakeEngine) -> Iterator[SpeechEngine]:
        """An engine that the tests of a class share, because loading takes time. They leave it open."""
        with make_engine(1.0) as engine:
            yield engine

    @pytest.fixture(scope="class")
    @classmethod
    def text(cls) -> str:
        return "Hold, and breathe."

    @pytest.fixture(scope="class")
    @classmethod
    def longer_text(cls, text: str) -> str:
        return f"{text} Now come onto your hands and knees, and let your back be long."

    def assert_alike(self, one: Take, other: Take) -> None:
        assert one.rate_hz == other.rate_hz
        if self.deterministic:
            np.testing.assert_allclose(one.samples, other.samples, atol=1e-4)
        else:
            assert seconds(one) == pytest.approx(seconds(other), rel=self.length_tolerance)
            assert loudness_db(one) == pytest.approx(loudness_db(other), abs=self.level_tolerance_db)

    def test_take_is_sound(self, engine: SpeechEngine, text: str) -> None:
        take = engine.synthesize(text)
        assert take.samples.ndim == 1
        assert take.samples.dtype == np.float32
        assert np.isfinite(take.samples).all()
        assert np.abs(take.samples).max() <= 1.0
        assert loudness_db(take) > -50.0
        assert 8_000 <= take.rate_hz <= 48_000
        assert 0.02 * len(text) < seconds(take) < 0.2 * len(text) + 1.0

    def test_same_text_and_take_sound_the_same(self, engine: SpeechEngine, text: str, longer_text: str) -> None:
        one = engine.synthesize(text, 0)
        engine.synthesize(longer_text)
        self.assert_alike(engine.synthesize(text, 0), one)

    def test_another_take_is_sound_as_well(self, engine: SpeechEngine, text: str) -> None:
        assert loudness_db(engine.synthesize(text, 1)) > -50.0

    def test_take_belongs_to_the_caller(self, engine: SpeechEngine, text: str) -> None:
        take = engine.synthesize(text)
        kept = take.samples.copy()
        engine.synthesize(text)
        np.testing.assert_array_equal(take.samples, kept)

    def test_longer_text_is_longer(self, engine: SpeechEngine, text: str, longer_text: str) -> None:
        assert seconds(engine.synthesize(longer_text)) > 1.5 * seconds(engine.synthesize(text))

    def test_slower_speech_is_longer(self, engine: SpeechEngine, make_engine: MakeEngine, longer_text: str) -> None:
        with make_engine(0.7) as slow:
            ratio = seconds(slow.synthesize(longer_text)) / seconds(engine.synthesize(longer_text))
        assert 1.15 < ratio < 1.6

    def test_two_threads_at_once(self, engine: SpeechEngine, text: str, longer_text: str) -> None:
        texts = [text, longer_text] * 3
        one_by_one = [engine.synthesize(text) for text in texts]
        with ThreadPoolExecutor(2) as pool:
            at_once = list(pool.map(engine.synthesize, texts))
        for one, other in zip(one_by_one, at_once, strict=True):
            self.assert_alike(one, other)

    def test_phonemes_are_one_line_and_tell_texts_apart(
        self, engine: SpeechEngine, text: str, longer_text: str
    ) -> None:
        """An engine that cannot tell its phonemes gives None."""
        before = engine.synthesize(text)
        told = engine.phonemes(text)
        assert told == engine.phonemes(text)
        self.assert_alike(engine.synthesize(text), before)
        if told is not None:
            assert told.isprintable()
            assert told.strip() == told != ""
            longer = engine.phonemes(longer_text)
            assert longer is not None
            assert len(longer) > len(told)

    def test_fingerprint_loads_nothing(self, make_engine: MakeEngine) -> None:
        with make_engine(1.0) as engine:
            fingerprint = engine.fingerprint()
            assert not engine._loaded
        assert isinstance(fingerprint, Mapping)
        assert fingerprint["engine"] == engine.name
        assert all(isinstance(part, str) for item in fingerprint.items() for part in item)

    def test_fingerprint_tells_rates_apart(self, engine: SpeechEngine, make_engine: MakeEngine) -> None:
        with make_engine(1.0) as same, make_engine(0.7) as slow:
            assert same.fingerprint() == engine.fingerprint()
            assert slow.fingerprint() != engine.fingerprint()

    def test_voices_can_be_named(self, engine: SpeechEngine) -> None:
        voices = type(engine).voices()
        for voice in voices:
            assert voice.engine == engine.name
            assert voice.name
            assert voice.spec == f"{engine.name}:{voice.name}"
        assert len({voice.spec.lower() for voice in voices}) == len(voices)

    def test_nothing_after_close(self, make_engine: MakeEngine, text: str) -> None:
        with make_engine(1.0) as engine:
            assert len(engine.synthesize(text).samples)
        engine.close()
        with pytest.raises(SpeechError, match="closed"):
            engine.synthesize(text)
        with pytest.raises(SpeechError, match="closed"):
            engine.phonemes(text)
        with pytest.raises(SpeechError, match="closed"):
            engine.load()

    def test_close_before_use(self, make_engine: MakeEngine, text: str) -> None:
        engine = make_engine(1.0)
        engine.close()
        engine.close()
        with pytest.raises(SpeechError, match="closed"):
            engine.synthesize(text)
