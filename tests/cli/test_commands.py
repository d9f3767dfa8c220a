"""The program as a user sees it: run as a process, with its output and its exit code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import wave
from pathlib import Path
from typing import TYPE_CHECKING

from tests.speech.piper_voices import save_piper_voice
from voiceguide import __version__
from voiceguide.cli.main import COMMANDS
from voiceguide.units import clock

if TYPE_CHECKING:
    from voiceguide import session


def run(*arguments: object, **surroundings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from voiceguide.cli.main import run; run()", *(str(a) for a in arguments)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ | surroundings,
        stdin=subprocess.DEVNULL,
    )


def complaint(result: subprocess.CompletedProcess[str], exit_code: int) -> str:
    """Check that a run failed with `exit_code` and one line on stderr, and return that line."""
    assert result.returncode == exit_code, result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    [line] = result.stderr.splitlines()
    assert line.startswith("voiceguide: ")
    return line


def test_the_plan_is_the_contract(upper_back: session.Session, clip_cache: Path) -> None:
    result = run("plan", "upper-back", "--json", "--variation", "off", "--cache-dir", clip_cache)
    assert result.returncode == 0
    assert result.stderr == ""
    document = json.loads(result.stdout)
    assert document == json.loads(json.dumps(upper_back.document()))
    assert list(document) == [
        "format",
        "routine",
        "title",
        "language",
        "voice",
        "sample_rate_hz",
        "duration_s",
        "pacing",
        "chapters",
        "cues",
        "spans",
        "notes",
    ]
    assert document["format"] == "voiceguide.timeline/1"
    assert document["voice"] == "hibari:heart"
    assert set(document["chapters"][0]) == {"title", "start_s", "end_s", "stretch"}
    assert set(document["cues"][0]) == {
        "kind",
        "role",
        "text",
        "start_s",
        "end_s",
        "stretch",
        "side",
        "repetition",
        "chapter",
    }
    assert set(document["spans"][0]) == {"kind", "start_s", "end_s", "stretch", "side", "repetition"}
    stretches = [chapter["stretch"] for chapter in document["chapters"] if chapter["stretch"]]
    assert stretches == ["cat-cow", "thoracic-extension", "upper-trapezius", "thread-the-needle"]


def test_the_plan_as_a_table(clip_cache: Path) -> None:
    result = run("plan", "upper-back", "--hold", "45", "--only", "upper-trapezius", "--cache-dir", clip_cache)
    assert result.returncode == 0
    assert "== Upper trapezius" in result.stdout
    assert "note: Upper trapezius: 45 s hold as asked; its usual dose is 20 to 30." in result.stderr


def test_export_says_what_it_made(upper_back: session.Session, clip_cache: Path, tmp_path: Path) -> None:
    target = tmp_path / "session.wav"
    result = run("export", "upper-back", "-o", target, "--variation", "off", "--cache-dir", clip_cache)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{target}: {clock(upper_back.timeline.duration_s)}, 6 chapters")
    with wave.open(str(target)) as file:
        assert file.getnframes() == upper_back.timeline.length


def test_say_keeps_a_sentence(tmp_path: Path, clip_cache: Path) -> None:
    target = tmp_path / "say.wav"
    result = run("say", "Hold for 30s.", "-o", target, "--cache-dir", clip_cache)
    assert result.returncode == 0
    with wave.open(str(target)) as file:
        assert 0.7 < file.getnframes() / file.getframerate() < 2.5


def test_list_show_voices_cache_and_doctor(clip_cache: Path) -> None:
    [listed] = [entry for entry in json.loads(run("list", "--json").stdout) if entry["id"] == "upper-back"]
    assert set(listed) == {"id", "title", "language", "minutes", "areas", "stretches"}
    assert listed["language"] == "en"
    assert "upper-back" in run("list").stdout
    assert "Thread the needle" in run("show", "upper-back").stdout
    assert "tilt the right ear toward the right shoulder" in run("show", "upper-trapezius").stdout
    voices = json.loads(run("voices", "--json").stdout)
    assert [voice["voice"] for voice in voices if voice["default"]] == ["hibari:heart"]
    assert "hibari:heart" in run("voices").stdout
    assert str(clip_cache) in run("cache", "info", "--cache-dir", clip_cache).stdout
    doctor = run("doctor", "--cache-dir", clip_cache)
    assert doctor.returncode == 0, doctor.stdout
    for line in ("voice engine hibari", "export .mp3", "export .wav", "clip store", "stretch data"):
        assert f"ok       {line}" in doctor.stdout


def test_list_says_what_an_own_routine_hides(tmp_path: Path) -> None:
    home = {"XDG_DATA_HOME": str(tmp_path)}
    assert run("list", **home).stderr == ""
    assert "upper-back is a shipped routine" in complaint(run("new", "upper-back", **home), 2)
    path = Path(run("new", "mine", **home).stdout.strip())
    path.rename(path.with_name("upper-back.toml"))
    result = run("list", **home)
    assert result.stderr == "note: upper-back is your own routine and hides the shipped one\n"
    assert [line.split()[:2] for line in result.stdout.splitlines() if "slow-needle" in line] == [
        ["upper-back", "Mine"]
    ]


def test_list_leaves_out_what_has_mistakes(tmp_path: Path) -> None:
    """A broken file of the user's does not keep the other routines out of the list."""
    home = {"XDG_DATA_HOME": str(tmp_path)}
    mine = Path(run("new", "mine", **home).stdout.strip())
    broken = mine.with_name("broken.toml")
    broken.write_text(mine.read_text().replace('id = "mine"', 'id = "Broken One"'))
    mine.with_name("torn.toml").write_text('id = "torn')
    for options in ([], ["--json"]):
        result = run("list", *options, **home)
        assert result.returncode == 0
        assert "mine" in result.stdout
        assert "upper-back" in result.stdout
        assert "broken" not in result.stdout
        first, second = result.stderr.splitlines()
        assert first == f"note: {broken} is left out: 1 mistake, which `voiceguide check` lists"
        assert second.startswith(f"note: {mine.with_name('torn.toml')} is left out: 1 mistake")


def test_the_cache_says_its_limit_and_keeps_it(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[cache]\nlimit = "90 kB"\n')
    surroundings = {"VOICEGUIDE_CONFIG": str(config), "VOICEGUIDE_CACHE_DIR": str(tmp_path / "c")}
    for text in ("Hold.", "Release.", "Rest here for a moment."):
        assert run("say", text, "-o", tmp_path / "a.wav", "--force", **surroundings).returncode == 0
    info = run("cache", "info", **surroundings).stdout
    assert info.endswith(" MB (limit 90 kB)\n")
    taken = sum(path.stat().st_size for path in (tmp_path / "c").rglob("*.clip"))
    assert 0 < taken <= 90_000
    assert "cache.limit" in run("config", "show", **surroundings).stdout
    config.write_text('[cache]\nlimit = "none"\n')
    assert run("cache", "info", **surroundings).stdout.endswith(" MB (no limit)\n")


def test_cache_prune_and_clear(tmp_path: Path) -> None:
    assert run("say", "Hold.", "-o", tmp_path / "a.wav", "--cache-dir", tmp_path / "c").returncode == 0
    assert run("cache", "prune", "--cache-dir", tmp_path / "c").stdout == "0 removed\n"
    assert run("cache", "clear", "--cache-dir", tmp_path / "c").stdout == "1 removed\n"


def test_help_answers_for_every_command_without_loading_numpy_or_onnxruntime() -> None:
    probe = (
        "import sys; from voiceguide.cli.main import main; code = main(sys.argv[1:]);"
        "heavy = {'logging', 'numpy', 'onnxruntime', 'pydub', 'hibari'} & set(sys.modules);"
        "sys.exit(f'{heavy}' if heavy else code)"
    )
    alone: list[list[str]] = [[], ["config"], ["cache"], ["--help"], ["--version"]]
    for arguments in (*alone, *([command, "--help"] for command in COMMANDS)):
        result = subprocess.run(
            [sys.executable, "-c", probe, *arguments], capture_output=True, text=True, timeout=60, check=False
        )
        assert result.returncode == 0, (arguments, result.stderr)
        assert result.stdout
        assert result.stderr == ""
    assert run("--version").stdout == f"voiceguide {__version__}\n"
    assert all(command in run().stdout for command in COMMANDS)


def test_requests_that_are_wrong(tmp_path: Path) -> None:
    assert "did you mean upper-back or lower-back?" in complaint(run("plan", "uper-back"), 2)
    assert "there is .flac, .m4a, .m4b, .mp3, .opus, .wav" in complaint(
        run("export", "upper-back", "-o", tmp_path / "x.ogg"), 2
    )
    assert "no speech engine is called 'espeek'" in complaint(run("plan", "upper-back", "--voice", "espeek:x"), 2)
    assert "called 'hart': did you mean heart?" in complaint(
        run("say", "Hi.", "-o", tmp_path / "x.wav", "--voice", "hibari:hart", "--cache-dir", tmp_path), 2
    )
    assert "'4' is not a breath" in complaint(run("plan", "upper-back", "--breath", "4"), 2)
    assert "--hold 9999.0: it must be at most 600" in complaint(run("plan", "upper-back", "--hold", "9999"), 2)
    assert "No such option" in complaint(run("plan", "upper-back", "--holt", "3"), 2)
    assert "No such command" in complaint(run("pln"), 2)
    for rate in ("0", "-1", "nan", "9"):
        assert "--speech-rate" in complaint(run("say", "Hi.", "-o", tmp_path / "x.wav", "--speech-rate", rate), 2)
    assert "the text is empty" in complaint(run("say", "", "-o", tmp_path / "x.wav"), 2)
    assert "Cyrillic" in complaint(run("say", "дыши", "-o", tmp_path / "x.wav"), 2)
    broken = tmp_path / "broken.toml"
    broken.write_text("id = \n")
    assert f"{broken}:1: not valid TOML" in complaint(run("plan", broken), 2)
    foreign = tmp_path / "foreign.toml"
    head = 'id = "foreign"\ntitle = "Foreign"\ndescription = "Of another script."\n'
    foreign.write_text(f'{head}[[items]]\nstretch = "cat-cow"\n[[close]]\nsay = "Дыши."\n')
    for asked in (["plan"], ["play", "--output", "null"], ["export", "-o", tmp_path / "x.wav"]):
        assert f"{foreign}:7: close.1.say: 'Дыши.' cannot be spoken" in complaint(run(*asked, foreign), 2)
    assert list(tmp_path.glob("*.wav")) == []


def test_options_are_called_as_they_are_typed(tmp_path: Path) -> None:
    result = run("plan", "upper-back", "--reps", "0", "--transition", "-1", "--length", "3s", "--bed-level", "3")
    assert result.returncode == 2
    named = [line.split()[1] for line in result.stderr.splitlines()]
    assert sorted(named) == ["--bed-level", "--length", "--reps", "--transition"]
    assert "--wake 99.0: it must be at most 5" in complaint(run("play", "upper-back", "--wake", "99"), 2)
    resumed = run("play", "--resume", "--hold", "45", "--no-breath", XDG_DATA_HOME=str(tmp_path))
    assert "leave out --hold, --no-breath, or" in complaint(resumed, 2)


def test_every_mistake_of_a_file_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('id = "Not An Id"\ntitle = ""\n[[items]]\nstretch = "cat-cow"\nholds = 3\n')
    result = run("plan", path)
    assert result.returncode == 2
    fields = [line.split(": ")[2] for line in result.stderr.splitlines()]
    assert fields == ["id", "title", "description", "items.1.holds"]


def test_what_cannot_be_done(tmp_path: Path) -> None:
    assert "there is no folder" in complaint(run("export", "upper-back", "-o", tmp_path / "no" / "x.mp3"), 1)
    (tmp_path / "file").write_text("x")
    assert "is a file: name a folder with --cache-dir" in complaint(
        run("plan", "upper-back", "--cache-dir", tmp_path / "file"), 1
    )
    (tmp_path / "there.mp3").write_text("mine")
    assert "--force" in complaint(run("export", "upper-back", "-o", tmp_path / "there.mp3"), 2)
    assert (tmp_path / "there.mp3").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "there.mp3"]


def test_a_missing_engine_says_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "piper").mkdir()
    (tmp_path / "piper" / "__init__.py").write_text("raise ImportError('no piper here')\n")
    voice = save_piper_voice(tmp_path)
    result = run(
        "say",
        "Hi.",
        "-o",
        tmp_path / "x.wav",
        "--voice",
        f"piper:{voice}",
        "--cache-dir",
        tmp_path,
        PYTHONPATH=str(tmp_path),
    )
    assert "voiceguide[piper]" in complaint(result, 1)


def test_a_fault_of_ours_is_a_line_too_and_debug_shows_more(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import voiceguide.library.loader as l\ndef bad(*a): raise ZeroDivisionError('oops')\nl.Library.routine = bad\n"
    )
    assert "this is a fault of voiceguide: ZeroDivisionError: oops" in complaint(
        run("plan", "upper-back", PYTHONPATH=str(tmp_path)), 1
    )
    assert "Traceback" in run("--debug", "plan", "upper-back", PYTHONPATH=str(tmp_path)).stderr


def test_a_reader_that_leaves_is_no_error(clip_cache: Path) -> None:
    program = f"{sys.executable} -c 'from voiceguide.cli.main import run; run()'"
    command = f"{program} plan upper-back --cache-dir {clip_cache} | head -1"
    result = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert result.stdout.startswith("START")
    assert result.stderr == ""


def test_say_shows_what_the_voice_will_say_on_one_line_and_makes_no_sound(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[pronounce]\njooj = "zhoozh"\n', encoding="utf-8")
    here = {"VOICEGUIDE_CONFIG": str(config), "VOICEGUIDE_CACHE_DIR": str(tmp_path / "clips")}
    said = {
        text: run("say", text, "--phonemes", **here)
        for text in ("Hold 3x30s. In tai chi.", "Hold 3 times 30 seconds. In tie chee.", "a jooj", "a zhoozh")
    }
    assert all((result.returncode, result.stderr) == (0, "") for result in said.values())
    first, second, third, fourth = (result.stdout for result in said.values())
    assert first == second == "hˈOld θɹˈi tˈImz θˈɜɹTi sˈɛkəndz. ɪn tˈI ʧˈi.\n"  # noqa: RUF001 -- phonemes
    assert third == fourth
    assert not (tmp_path / "clips").exists()
    espeak = run("say", "Bow forward.", "--phonemes", "--voice", "pyttsx3:en-us", **here)
    assert (espeak.returncode, espeak.stdout.count("\n")) == (0, 1)
    assert espeak.stdout.startswith("bˈaʊ ")  # noqa: RUF001 -- phonemes


def test_what_say_cannot_show(tmp_path: Path) -> None:
    assert "what '4K' means is not clear; write it" in complaint(run("say", "In 4K.", "--phonemes"), 2)
    target = tmp_path / "x.wav"
    assert "leave out --output" in complaint(run("say", "Hold.", "--phonemes", "-o", target), 2)
    assert not target.exists()


def test_the_voice_that_was_chosen_for_a_language_is_named(tmp_path: Path) -> None:
    options = ("--language", "de", "--only", "cat-cow", "--cache-dir", tmp_path / "clips")
    chosen = run("plan", "upper-back", *options)
    assert re.fullmatch(r"note: spoken by (pico|pyttsx3):.+, the best voice for 'de' on this machine\n", chosen.stderr)
    config = tmp_path / "config.toml"
    config.write_text('[voices]\nen = "hibari:heart"\n', encoding="utf-8")
    own = tmp_path / "own.toml"
    own.write_text('id = "own"\ntitle = "X"\ndescription = "Y."\nlanguage = "de"\n[[items]]\nstretch = "cat-cow"\n')
    found = run("plan", own, "--cache-dir", tmp_path / "clips", VOICEGUIDE_CONFIG=str(config))
    assert "the best voice for 'de' on this machine" in found.stderr
    asked = run("plan", "upper-back", *options, "--voice", "pyttsx3:de")
    assert "spoken by" not in asked.stderr
