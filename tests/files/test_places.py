"""The places of the user's files: `~`, users without a home, and paths relative to the file that names them."""

from __future__ import annotations

import importlib
import os
import pwd
from pathlib import Path
from typing import Annotated, get_args, get_origin, get_type_hints

import pytest
import typer

from voiceguide import session
from voiceguide.cli.main import COMMANDS
from voiceguide.cli.paths import path
from voiceguide.config import resolve
from voiceguide.errors import DataError, NoHomeError, RequestError
from voiceguide.files import places
from voiceguide.files.places import beside, config_path, entries, expanded, history_folder, routines_folder
from voiceguide.speech.piper import PiperEngine
from voiceguide.speech.store import default_directory

UNKNOWN_UID = 54_321


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(params=[None, "", "relative"])
def nobody(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the user unknown to the system and without a usable HOME; return the current folder."""
    if request.param is None:
        monkeypatch.delenv("HOME")
    else:
        monkeypatch.setenv("HOME", request.param)
    monkeypatch.chdir(home)
    monkeypatch.setattr(os, "getuid", lambda: UNKNOWN_UID)
    with pytest.raises(KeyError):
        pwd.getpwuid(os.getuid())
    return home


@pytest.mark.usefixtures("nobody")
def test_who_has_no_home_has_no_own_files_and_nothing_appears_beside_him(nobody: Path) -> None:
    assert (config_path(), routines_folder(), history_folder()) == (None, None, None)
    assert resolve({"variation": 0}).pacing == session.Pacing()
    assert session.load("upper-back").id == "upper-back"
    with pytest.raises(NoHomeError, match="no place for the history: this user has no home folder; set HOME"):
        session.history()
    with pytest.raises(NoHomeError, match="~/x: nobody knows where ~ is"):
        expanded("~/x")
    with pytest.raises(RequestError, match=r"no profile 'evening': .* name one with VOICEGUIDE_CONFIG"):
        resolve({}, "evening")
    assert list(nobody.iterdir()) == []


@pytest.mark.usefixtures("nobody")
def test_clips_have_a_place_where_one_is_named_and_need_none_to_be_heard(
    nobody: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voiceguide.speech.store.__file__", "/usr/lib/voiceguide/speech/store.py")  # not in a checkout
    with pytest.raises(NoHomeError, match=r"no place for spoken clips: .* with `cache_dir=.*`, or set HOME"):
        default_directory()
    with pytest.raises(NoHomeError):
        session.plan("upper-back", voice="hibari:heart")
    with session.narrator_for("hibari:heart", 0.9, must_keep=False) as narrator:
        assert narrator.stored(["Hold."]) == {}
        assert narrator.speak(["Hold."])["Hold."].spoken_frames > 0
    assert session.open_store(nobody / "clips").directory == nobody / "clips"


def test_a_home_that_is_no_path_is_looked_up(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "")
    assert expanded("~/x") == Path(pwd.getpwuid(os.getuid()).pw_dir) / "x"
    assert home.is_dir()


def test_what_a_shell_would_have_expanded(home: Path) -> None:
    assert expanded("~") == home
    assert expanded("~/x/y.toml") == home / "x/y.toml"
    assert expanded("~//x") == home / "x"
    assert expanded("./~/x") == expanded(expanded("./~/x")) == Path.cwd() / "~/x"  # a folder whose name is `~`
    assert expanded("~root/x") == Path(pwd.getpwnam("root").pw_dir) / "x"
    for other in ("~nobody-of-that-name/x", "a/~/b", "x~", "/~", "~\0/x", "~\ud800"):
        assert expanded(other) == Path(other)
    assert beside(Path("/etc/voiceguide/config.toml"), "clips") == Path("/etc/voiceguide/clips")
    assert beside(Path("/etc/config.toml"), "~/clips") == home / "clips"
    assert beside(Path("/etc/config.toml"), "/clips") == Path("/clips")


def test_every_option_and_argument_that_is_a_path_knows_the_home(home: Path) -> None:
    """All commands are searched, so that new ones are tested too."""
    found = 0
    for place in COMMANDS.values():
        command = getattr(importlib.import_module(f"voiceguide.cli.{place.module}"), place.attribute)
        commands = (
            [one.callback for one in command.registered_commands] if isinstance(command, typer.Typer) else [command]
        )
        for each in commands:
            for name, hint in get_type_hints(each, include_extras=True).items():
                if get_origin(hint) is Annotated and Path in flattened(get_args(hint)[0]):
                    found += 1
                    assert get_args(hint)[1].parser is path, (each, name)
    assert found >= 14
    assert path("~/x") == home / "x"
    with pytest.raises(typer.BadParameter):
        path("")


def flattened(hint: object) -> set[object]:
    return {hint} | {part for each in get_args(hint) for part in flattened(each)}


def test_the_environment_knows_the_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "mine.toml").write_text('[defaults]\nwords = "brief"\n', encoding="utf-8")
    monkeypatch.setenv("VOICEGUIDE_CONFIG", "~/mine.toml")
    monkeypatch.setenv("VOICEGUIDE_CACHE_DIR", "~/clips")
    monkeypatch.setenv("VOICEGUIDE_VOICE", "piper:~/x.onnx")
    resolved = resolve({})
    assert (resolved.pacing.words, resolved.cache_dir) == ("brief", str(home / "clips"))
    assert default_directory() == home / "clips"
    with pytest.raises(RequestError, match=f"there is no file {home}/x.onnx: "):
        session.narrator_for(resolved.voice, 0.9).fingerprint  # noqa: B018 -- a property


def test_options_that_name_a_file_or_something_else_know_the_home(home: Path) -> None:
    assert resolve({"bed": "~/rain.mp3"}).pacing.bed == str(home / "rain.mp3")
    assert resolve({"bed": "rain"}).pacing.bed == "rain"
    assert resolve({"cache_dir": Path("clips")}).cache_dir == "clips"
    (home / "Mine.TOML").write_text(
        'id = "mine"\ntitle = "Mine"\ndescription = "Own."\n[[items]]\nstretch = "cat-cow"\n', encoding="utf-8"
    )
    assert session.load("~/Mine.TOML").id == "mine"
    with pytest.raises(RequestError, match=f"{home}/other.toml cannot be read"):
        session.load("~/other.toml")


def test_paths_in_a_file_are_meant_from_where_it_lies(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = home / "settings"
    folder.mkdir()
    monkeypatch.chdir(folder.parent)
    monkeypatch.setenv("VOICEGUIDE_CONFIG", "settings/config.toml")
    (folder / "config.toml").write_text(
        '[defaults]\ncache_dir = "clips"\nbed = "../music/rain.mp3"\nvoice = "piper:voices/x.onnx"\n'
        '[profiles.a]\ncache_dir = "/var/clips"\nbed = "rain"\nvoice = "hibari:heart"\n'
        '[profiles.b]\ncache_dir = "~/clips"\nbed = "~/rain.mp3"\nvoice = "piper:~/x.ONNX"\n'
        '[profiles.c]\nbed = "none"\nvoice = "pyttsx3:gmw/en"\n',
        encoding="utf-8",
    )

    def found(profile: str | None) -> tuple[object, ...]:
        resolved = resolve({}, profile)
        return resolved.cache_dir, resolved.pacing.bed, resolved.voice

    assert found(None) == (f"{folder}/clips", f"{folder}/../music/rain.mp3", f"piper:{folder}/voices/x.onnx")
    assert found("a") == ("/var/clips", "rain", "hibari:heart")
    assert found("b") == (f"{home}/clips", f"{home}/rain.mp3", f"piper:{home}/x.ONNX")
    assert found("c") == (f"{folder}/clips", "none", "pyttsx3:gmw/en")
    assert str(folder / "clips") in {choice.value for choice in resolve({}).choices}
    # A path on the command line is relative to the current folder.
    assert resolve({"cache_dir": "clips", "bed": "rain.mp3", "voice": "piper:x.onnx"}).cache_dir == "clips"


def test_a_voice_of_piper_is_found_in_the_home(home: Path) -> None:
    (home / "x.onnx").write_bytes(b"x")
    (home / "x.onnx.json").write_text("{}")
    assert PiperEngine("~/x.onnx").fingerprint()["model"] == PiperEngine(str(home / "x.onnx")).fingerprint()["model"]


def test_a_profile_that_is_missing_says_where_it_would_be(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = home / ".config/voiceguide/config.toml"
    with pytest.raises(RequestError, match=f"profiles are written in {place}, which does not exist yet"):
        resolve({}, "evening")
    monkeypatch.setenv("VOICEGUIDE_CONFIG", str(home / "own.toml"))
    (home / "own.toml").write_text("[defaults]\n")
    with pytest.raises(RequestError, match=f"profiles are written in {home}/own.toml, which has none"):
        resolve({}, "evening")
    (home / "own.toml").write_text("[profiles.morning]\n")
    with pytest.raises(RequestError, match=f"no profile in {home}/own.toml is called 'evening': there is morning"):
        resolve({}, "evening")
    (home / "own.toml").write_text("[profiles.Evening]\n")
    with pytest.raises(DataError):
        resolve({}, "Evening")


def test_folders_below_what_is_no_folder_are_empty(tmp_path: Path) -> None:
    assert entries(Path(os.devnull) / "x/y") == []
    assert entries(tmp_path / "missing") == []
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotADirectoryError):
        entries(tmp_path / "file")
    assert places.known(tmp_path, "files") == tmp_path
