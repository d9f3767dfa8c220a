"""Which of several values for a setting is used, and which source is named for it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from voiceguide.config import resolve
from voiceguide.errors import DataError, RequestError, UnknownNameError
from voiceguide.model.pacing import Pacing
from voiceguide.model.player_settings import PlayerSettings
from voiceguide.model.voice_choice import VoiceOfLanguage

if TYPE_CHECKING:
    from pathlib import Path

FILE = """
[defaults]
voice = "hibari:heart"
words = "brief"
hold_s = 25
breath = "4:6"

[profiles.evening]
pace = "gentle"
hold_s = 30
voice = "pyttsx3:en-gb"
length_s = "12m"
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(FILE, encoding="utf-8")
    monkeypatch.setenv("VOICEGUIDE_CONFIG", str(path))
    return path


@pytest.mark.usefixtures("config")
def test_options_beat_environment_beats_profile_beats_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = resolve({})
    assert (plain.pacing.hold_s, plain.pacing.words, plain.voice, plain.pacing.pace) == (
        25,
        "brief",
        "hibari:heart",
        "steady",
    )
    assert plain.pacing.breath
    assert plain.pacing.breath.out_s == 6
    evening = resolve({}, "evening")
    assert (evening.pacing.hold_s, evening.pacing.words, evening.voice) == (30, "brief", "pyttsx3:en-gb")
    assert (evening.pacing.pace, evening.pacing.switch_s, evening.pacing.length_s) == ("gentle", 13.0, 720)
    monkeypatch.setenv("VOICEGUIDE_VOICE", "hibari:emma")
    assert resolve({}, "evening").voice == "hibari:emma"
    asked = resolve({"voice": "piper:x.onnx", "hold_s": 40, "pace": "brisk"}, "evening")
    assert (asked.voice, asked.pacing.hold_s, asked.pacing.switch_s) == ("piper:x.onnx", 40, 6.0)


def test_every_value_says_where_it_came_from(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEGUIDE_CACHE_DIR", "somewhere")
    found = {choice.name: (choice.value, choice.source) for choice in resolve({"countdown": 3}, "evening").choices}
    assert found["words"] == ("brief", f"defaults in {config}")
    assert found["hold_s"] == (30, f"profile evening in {config}")
    assert found["cache_dir"] == ("somewhere", "environment")
    assert found["countdown"] == (3, "option")
    assert found["switch_s"] == (13.0, "pace gentle")
    assert found["breath"] == ("4:0:6:0", f"defaults in {config}")
    assert found["rounds"] == (None, "built in")
    assert found["player.wake_s"] == (0.3, "built in")
    assert set(found) == {
        "voice",
        "language",
        "cache_dir",
        "cache.limit",
        *Pacing.model_fields,
        *(f"player.{name}" for name in PlayerSettings.model_fields),
    }


def test_the_player_has_a_table_of_its_own(config: Path) -> None:
    config.write_text('[player]\nwake_s = 1.5\nkeep_alive = false\nprevious = "chapter"\n')
    resolved = resolve({})
    assert (resolved.playing.wake_s, resolved.playing.keep_alive, resolved.playing.previous) == (1.5, False, "chapter")
    sources = {choice.name: choice.source for choice in resolved.choices}
    assert sources["player.wake_s"] == f"player in {config}"
    config.write_text("[player]\nwake_s = 99\n")
    with pytest.raises(DataError, match=r"config.toml:2: player.wake_s"):
        resolve({})


@pytest.mark.parametrize(
    ("written", "limit_bytes", "shown"),
    [
        ("500 MB", 500_000_000, "500 MB"),
        ("2GB", 2_000_000_000, "2 GB"),
        ("1.5 gib", 1_610_612_736, "1.611 GB"),
        ("0 B", 0, "0 B"),
        ("none", None, "none"),
    ],
)
def test_the_clips_have_a_limit(config: Path, written: str, limit_bytes: int | None, shown: str) -> None:
    config.write_text(f'[cache]\nlimit = "{written}"\n')
    resolved = resolve({})
    assert resolved.cache_limit_bytes == limit_bytes
    [choice] = [choice for choice in resolved.choices if choice.name == "cache.limit"]
    assert (choice.value, choice.source) == (shown, f"cache in {config}")
    config.write_text("")
    assert resolve({}).cache_limit_bytes == 500_000_000


@pytest.mark.parametrize("written", ["500", '"500"', '"-1 MB"', '"1e9 MB"', '"much"', '"500 MB please"', "true", '""'])
def test_a_limit_that_is_no_size_is_refused_with_how_to_write_it(config: Path, written: str) -> None:
    config.write_text(f"[cache]\nlimit = {written}\n")
    with pytest.raises(DataError, match=r'config.toml:2: cache.limit: write a size with its unit, as in "500 MB"'):
        resolve({})


def test_without_a_file_everything_is_built_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    resolved = resolve({})
    today = dt.datetime.now().astimezone().date().toordinal()
    assert resolved.pacing == Pacing(variation=today)
    assert {choice.source for choice in resolved.choices if choice.name != "variation"} == {"built in"}
    assert next(choice for choice in resolved.choices if choice.name == "variation").source == "built in: today"


def test_mistakes_are_listed_with_their_lines(config: Path) -> None:
    config.write_text(FILE.replace("hold_s = 25", "hold_s = -1").replace('"4:6"', '"4"').replace("words", "wrods"))
    with pytest.raises(DataError) as caught:
        resolve({})
    found = {(mistake.line, mistake.field) for mistake in caught.value.mistakes}
    assert found == {(5, "defaults.hold_s"), (6, "defaults.breath"), (4, "defaults.wrods")}


def test_a_mistake_in_a_profile_has_its_line(config: Path) -> None:
    config.write_text(FILE + '\n[profiles.bad]\nwords = "none"\nhold_s = -1\n[profiles.worse.breath]\nin_s = 0\n')
    with pytest.raises(DataError) as caught:
        resolve({})
    first = FILE.count("\n") + 2
    assert {(mistake.line, mistake.field) for mistake in caught.value.mistakes} == {
        (first + 1, "profiles.bad.words"),
        (first + 2, "profiles.bad.hold_s"),
        (first + 4, "profiles.worse.breath.in_s"),
        (first + 3, "profiles.worse.breath.out_s"),
    }


def test_names_that_are_not_there(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownNameError, match="did you mean evening"):
        resolve({}, "evenin")
    monkeypatch.setenv("VOICEGUIDE_CONFIG", str(config) + ".missing")
    with pytest.raises(RequestError, match="cannot be read"):
        resolve({})


def test_words_of_the_users_own_and_where_they_came_from(config: Path) -> None:
    config.write_text('[pronounce]\n"tai chi" = "ty jee"\nROM = "romm"\n', encoding="utf-8")
    resolved = resolve({})
    assert resolved.pronounce == {"tai chi": "ty jee", "ROM": "romm"}
    found = {choice.name: (choice.value, choice.source) for choice in resolved.choices}
    assert found["pronounce.tai chi"] == ("ty jee", f"pronounce in {config}")


@pytest.mark.parametrize(
    ("line", "field", "why"),
    [
        ('"tai chi" = "[x](/y/)"', "pronounce.tai chi", "write how it sounds with letters alone"),
        ('mat = "3 mats"', "pronounce.mat", "write how it sounds with letters alone"),
        ('mat = ""', "pronounce.mat", "it is empty"),
        ("mat = 3", "pronounce.mat", "write text here, in quotes"),
        (f'mat = "{"m" * 101}"', "pronounce.mat", "longer than 100 characters"),
        ('"-mat" = "matt"', "pronounce.-mat", "begins and ends with a letter or a digit"),
        ('"ma\\u202et" = "matt"', "pronounce.ma\u202et", "begins and ends with a letter or a digit"),
        (f'{"m" * 61} = "matt"', f"pronounce.{'m' * 61}", "longer than 60 characters"),
    ],
)
def test_mistakes_in_words_have_line_and_field(config: Path, line: str, field: str, why: str) -> None:
    config.write_text(f'[defaults]\nhold_s = 20\n[pronounce]\n"psoas" = "so as"\n{line}\n', encoding="utf-8")
    with pytest.raises(DataError) as caught:
        resolve({})
    [mistake] = caught.value.mistakes
    assert (mistake.field, why in mistake.message) == (field, True), mistake
    assert mistake.line == 5
    assert str(caught.value).isprintable()


def test_the_language_and_a_voice_for_each(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text(
        FILE + '[profiles.abend]\nlanguage = "de"\n[voices]\nde = "pico:de-DE"\nes = "piper:es.onnx"\n',
        encoding="utf-8",
    )
    # A routine may name its own language, so the voice is not chosen yet.
    by_language = resolve({})
    assert by_language.language is None
    assert isinstance(by_language.voice, VoiceOfLanguage)
    assert [by_language.voice.of(language) for language in ("en", "de")] == ["hibari:heart", "pico:de-DE"]
    [shown] = [choice for choice in resolve({"voice": "pico:de-DE"}, "abend").choices if choice.name == "voice"]
    assert shown.source == "option"
    german = resolve({}, "abend")
    assert (german.language, german.voice) == ("de", "pico:de-DE")
    assert resolve({"voice": "pyttsx3:de"}, "abend").voice == "pyttsx3:de"
    spanish = resolve({"language": "es"}, "abend")
    # The file of a voice is relative to the folder of the configuration.
    assert (spanish.language, spanish.voice) == ("es", f"piper:{config.parent / 'es.onnx'}")
    monkeypatch.setenv("VOICEGUIDE_LANGUAGE", "es")
    assert resolve({}, "abend").language == "es"
    config.write_text('[defaults]\nlanguage = "german"\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"config\.toml:2: defaults\.language"):
        resolve({})
