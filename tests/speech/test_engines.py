"""Every engine keeps the contract, and its own promises besides."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from tests.speech.engine_contract import EngineContract, MakeEngine, seconds
from tests.speech.fakes import AMPLITUDE, RATE_HZ, SILENCE_FRAMES, ToneEngine
from tests.speech.piper_voices import FRAMES_PER_ID, save_piper_voice
from voiceguide.errors import RequestError, SpeechError, UnknownNameError
from voiceguide.model.segment import AudioSegment
from voiceguide.speech.conditioning import faults
from voiceguide.speech.hibari import HibariEngine
from voiceguide.speech.pico import PicoEngine
from voiceguide.speech.piper import PiperEngine
from voiceguide.speech.pyttsx3 import Pyttsx3Engine


class TestFake(EngineContract):
    deterministic = True

    @pytest.fixture(scope="class")
    @classmethod
    def make_engine(cls) -> MakeEngine:
        return lambda rate: ToneEngine(speech_rate=rate)

    def test_every_frame_is_known(self) -> None:
        with ToneEngine(speech_rate=0.8) as engine:
            samples = engine.synthesize("Hold.").samples
            tone = np.flatnonzero(np.abs(samples) > AMPLITUDE / 2)
            assert engine.frames_for("Hold.") == round((0.15 + 0.06 * 5) / 0.8 * RATE_HZ)
        assert len(samples) == engine.frames_for("Hold.") + 2 * SILENCE_FRAMES
        assert tone[0] == SILENCE_FRAMES
        assert engine.spoken == [("Hold.", 0)]

    @pytest.mark.parametrize("text", ["One.", "Hold, and breathe.", "Let your head hang heavy, and stay here."])
    def test_passes_as_speech(self, text: str) -> None:
        with ToneEngine(speech_rate=0.9) as engine:
            assert faults(engine.synthesize(text).samples, text, 0.9) == []

    def test_unknown_voice(self) -> None:
        with ToneEngine("sinus") as engine, pytest.raises(UnknownNameError, match="did you mean sine"):
            engine.load()


class TestHibari(EngineContract):
    deterministic = True

    @pytest.fixture(scope="class")
    @classmethod
    def make_engine(cls) -> MakeEngine:
        return lambda rate: HibariEngine(speech_rate=rate)

    def test_unknown_voice(self) -> None:
        with HibariEngine("hart") as engine, pytest.raises(UnknownNameError, match="did you mean heart"):
            engine.load()


class TestPyttsx3(EngineContract):
    @pytest.fixture(scope="class")
    @classmethod
    def make_engine(cls) -> MakeEngine:
        return lambda rate: Pyttsx3Engine(speech_rate=rate)

    def test_unknown_voice_is_refused(self) -> None:
        name = Pyttsx3Engine.voices()[0].name
        for wrong in (f"{name}x-", "", "a\0b", "\ud800", "--voices", "$(touch x)"):
            with Pyttsx3Engine(f"no {wrong}") as engine, pytest.raises(UnknownNameError, match="pyttsx3 voice"):
                engine.load()

    def test_the_named_voice_speaks(self, text: str) -> None:
        voice = Pyttsx3Engine.voices()[-1]
        with Pyttsx3Engine(voice.name.upper()) as engine:
            assert len(engine.synthesize(text).samples)

    def test_the_default_voice_speaks_english(self, make_engine: MakeEngine, text: str) -> None:
        english = {voice.name for voice in Pyttsx3Engine.voices() if voice.language.lower().startswith("en")}
        assert Pyttsx3Engine("").fingerprint() == Pyttsx3Engine("default").fingerprint()
        if "en-us" in english:
            with make_engine(1.0) as default, Pyttsx3Engine("en-us") as named:
                assert seconds(default.synthesize(text)) == pytest.approx(seconds(named.synthesize(text)), abs=0.01)

    def test_first_long_text_is_whole(self, make_engine: MakeEngine, longer_text: str) -> None:
        with make_engine(1.0) as engine:
            first = engine.synthesize(longer_text * 3)
            assert seconds(engine.synthesize(longer_text * 3)) == pytest.approx(seconds(first), rel=0.02)

    def test_needs_no_ffmpeg(self, make_engine: MakeEngine, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "")
        monkeypatch.setattr(AudioSegment, "converter", "no-such-program")
        with make_engine(1.0) as engine:
            assert len(engine.synthesize(text).samples)

    def test_the_current_folder_is_not_imported_from(
        self, make_engine: MakeEngine, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("pyttsx3", "json"):
            (tmp_path / f"{name}.py").write_text("raise SystemExit('imported from the current folder')")
        monkeypatch.chdir(tmp_path)
        # A relative path, as in a checkout, would name this folder explicitly.
        monkeypatch.delenv("PYTHONPATH", raising=False)
        with make_engine(1.0) as engine:
            assert len(engine.synthesize(text).samples)


@pytest.fixture(scope="session")
def piper_voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_piper_voice(tmp_path_factory.mktemp("piper voice"))


class TestPiper(EngineContract):
    @pytest.fixture(scope="class")
    @classmethod
    def make_engine(cls, piper_voice: Path) -> MakeEngine:
        return lambda rate: PiperEngine(str(piper_voice), rate)

    def test_length_is_the_voice_s_own_over_the_rate(self, make_engine: MakeEngine, text: str) -> None:
        with make_engine(1.0) as natural, make_engine(0.8) as slow:
            frames = len(natural.synthesize(text).samples)
            assert frames % (FRAMES_PER_ID * 1.25) == 0
            assert len(slow.synthesize(text).samples) == pytest.approx(frames / 0.8, abs=1)

    def test_a_fresh_engine_repeats_what_the_last_one_said(self, make_engine: MakeEngine, text: str) -> None:
        said = []
        for _ in range(2):
            with make_engine(1.0) as engine:
                said.append([engine.synthesize(text).samples for _ in range(2)])
        np.testing.assert_array_equal(said[0], said[1])
        assert not np.array_equal(said[0][0], said[0][1])

    def test_silence_is_not_made_loud(self, engine: PiperEngine, text: str) -> None:
        assert np.abs(engine.synthesize(text).samples).max() == pytest.approx(0.25, abs=0.03)

    def test_fingerprint_follows_both_files(self, tmp_path: Path, piper_voice: Path) -> None:
        voice, config = tmp_path / "copy.onnx", tmp_path / "copy.onnx.json"
        voice.write_bytes(piper_voice.read_bytes())
        config.write_text(Path(f"{piper_voice}.json").read_text("utf-8"), "utf-8")
        original = PiperEngine(str(piper_voice)).fingerprint()
        assert PiperEngine(str(voice)).fingerprint() == original
        config.write_text(config.read_text("utf-8") + "\n", "utf-8")
        assert PiperEngine(str(voice)).fingerprint() != original
        config.write_text(Path(f"{piper_voice}.json").read_text("utf-8"), "utf-8")
        voice.write_bytes(voice.read_bytes() + b"\0")
        assert PiperEngine(str(voice)).fingerprint() != original

    def test_no_voice_named(self) -> None:
        with PiperEngine() as engine, pytest.raises(RequestError, match="needs the file of a voice: `voice='piper:"):
            engine.load()

    @pytest.mark.parametrize("missing", ["tone.onnx", "tone.onnx.json"])
    def test_missing_file(self, missing: str, tmp_path: Path) -> None:
        voice = save_piper_voice(tmp_path)
        (tmp_path / missing).unlink()
        with PiperEngine(str(voice)) as engine:
            with pytest.raises(RequestError, match=rf"no file .*{missing}: "):
                engine.fingerprint()
            with pytest.raises(RequestError, match=rf"no file .*{missing}: "):
                engine.synthesize("Hold.")

    @pytest.mark.parametrize(
        ("broken", "content"),
        [
            ("tone.onnx", b""),
            ("tone.onnx", b"<html>404</html>"),
            ("tone.onnx.json", b""),
            ("tone.onnx.json", b"[]"),
            ("tone.onnx.json", b"{}"),
            ("tone.onnx.json", b'{"audio": {"sample_rate": 22050}, "phoneme_type": "runes"}'),
            ("tone.onnx.json", b"\xff\xfe\x00"),
        ],
    )
    def test_broken_file(self, broken: str, content: bytes, tmp_path: Path) -> None:
        voice = save_piper_voice(tmp_path)
        (tmp_path / broken).write_bytes(content)
        with PiperEngine(str(voice)) as engine, pytest.raises(RequestError, match=r"tone\.onnx is not a piper voice"):
            engine.load()

    def test_chinese_voice_opens_no_network(self, tmp_path: Path) -> None:
        voice = save_piper_voice(tmp_path)
        config = Path(f"{voice}.json")
        config.write_text(config.read_text("utf-8").replace('"espeak",', '"pinyin",'), "utf-8")
        with PiperEngine(str(voice)) as engine, pytest.raises(RequestError, match="is a Chinese voice and needs"):
            engine.load()

    def test_package_missing(self, piper_voice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "piper", None)
        with PiperEngine(str(piper_voice)) as engine, pytest.raises(SpeechError, match=r"voiceguide\[piper\].*GPL"):
            engine.load()


class TestPico(EngineContract):
    deterministic = True

    @pytest.fixture(scope="class")
    @classmethod
    def make_engine(cls) -> MakeEngine:
        return lambda rate: PicoEngine(speech_rate=rate)

    def test_unknown_voice(self) -> None:
        with PicoEngine("de-AT") as engine, pytest.raises(UnknownNameError, match="did you mean de-DE"):
            engine.load()

    def test_every_voice_speaks_its_language_and_no_two_alike(self) -> None:
        heard = {}
        for voice in PicoEngine.voices():
            with PicoEngine(voice.name) as engine:
                assert voice.speaks(str(engine.language()))
                heard[voice.name] = engine.synthesize("Hallo, hola, salut, ciao, hello.").samples.tobytes()
        assert len(set(heard.values())) == len(heard) == 6
