"""Reading a manifest: the files that it asks for, and every mistake in it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from voiceguide import session
from voiceguide.batch.catalogue import read_catalogue
from voiceguide.batch.job import Job
from voiceguide.batch.manifest import MAX_JOBS, Manifest
from voiceguide.batch.speaking import unspoken
from voiceguide.errors import DataError, RequestError
from voiceguide.library import schema
from voiceguide.library.new import new_routine
from voiceguide.model.pacing import Pacing

if TYPE_CHECKING:
    from tests.batch.conftest import Counted, Write

DOCUMENT = (Path(__file__).parents[2] / "docs" / "batch.md").read_text(encoding="utf-8")


def mistakes(path: Path) -> list[tuple[int | None, str, str]]:
    with pytest.raises(DataError) as caught:
        read_catalogue(path)
    return [(mistake.line, mistake.field, mistake.message) for mistake in caught.value.mistakes]


def names(path: Path) -> list[str]:
    return [order.job.name for order in read_catalogue(path).orders]


@pytest.mark.usefixtures("counted")
def test_routines_with_words_of_their_own_are_spoken_each_in_its_way(manifest: Write, tmp_path: Path) -> None:
    for name, sound in (("one", "zhoozh"), ("two", "joodge"), ("three", "zhoozh")):
        path = new_routine(name, tmp_path)
        path.write_text(f'{path.read_text("utf-8")}\n[pronounce]\nmat = "{sound}"\n', encoding="utf-8")
    paths = [str(tmp_path / f"{name}.toml") for name in ("one", "two", "three")]
    orders = read_catalogue(
        manifest(f"[[sessions]]\nroutines = {json.dumps(paths)}\nvoices = ['counting:sine']\n")
    ).orders
    assert len({order.digest for order in orders}) == 3
    missing = unspoken(orders, tmp_path / "clips")
    assert sorted(voice.words for voice in missing) == [(("mat", "joodge"),), (("mat", "zhoozh"),)]
    spoken = {voice.narrator(tmp_path / "clips").spelt("You need a mat.") for voice in missing}
    assert spoken == {"You need a joodge.", "You need a zhoozh."}
    again = Job.model_validate(orders[0].job.as_data())
    assert again.routine.pronounce == {"mat": "zhoozh"}


def test_lists_multiply_and_entries_go_before_defaults(manifest: Write) -> None:
    path = manifest(
        """
        [defaults]
        paces = ["gentle", "brisk"]
        words = "brief"
        breath = "4:6"
        [[sessions]]
        routines = ["hips", "morning"]
        formats = ["mp3", "m4b"]
        [[sessions]]
        routines = ["hips"]
        paces = ["steady"]
        lengths = ["12m", "13:30", 900]
        words = "full"
        name = "{title} - {length} - {words}"
        formats = [".OPUS"]
        bitrate = 48
        """
    )
    assert names(path) == [
        "hips-hibari-heart-gentle.mp3",
        "hips-hibari-heart-gentle.m4b",
        "hips-hibari-heart-brisk.mp3",
        "hips-hibari-heart-brisk.m4b",
        "morning-hibari-heart-gentle.mp3",
        "morning-hibari-heart-gentle.m4b",
        "morning-hibari-heart-brisk.mp3",
        "morning-hibari-heart-brisk.m4b",
        "Hips - 12m - full.opus",
        "Hips - 13m30s - full.opus",
        "Hips - 15m - full.opus",
    ]
    jobs = [order.job for order in read_catalogue(path).orders]
    assert jobs[0].pacing.words == "brief"
    assert jobs[0].pacing.breath == jobs[-1].pacing.breath
    assert (jobs[-1].pacing.length_s, jobs[-1].bit_rate_kbps, jobs[0].bit_rate_kbps) == (900.0, 48, None)
    assert jobs[2].pacing == session.paced("brisk", words="brief", breath=jobs[0].pacing.breath)


def test_captions_of_several_formats_are_made_once(manifest: Write) -> None:
    text = '[[sessions]]\nroutines = ["hips"]\nformats = ["mp3", "m4b"]\ncaptions = ["vtt", "txt"]\n'
    orders = read_catalogue(manifest(text)).orders
    assert [order.job.captions for order in orders] == [("vtt", "txt"), ()]
    orders = read_catalogue(manifest(text + 'name = "{format} {routine}"\n')).orders
    assert [order.job.captions for order in orders] == [("vtt", "txt"), ("vtt", "txt")]


def test_the_users_configuration_and_voice_change_nothing(
    manifest: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = manifest('[[sessions]]\nroutines = ["hips"]\n')
    before = read_catalogue(path).orders[0]
    (tmp_path / "config.toml").write_text('[defaults]\nwords = "minimal"\n')
    monkeypatch.setenv("VOICEGUIDE_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("VOICEGUIDE_VOICE", "pyttsx3:")
    assert read_catalogue(path).orders[0] == before


def test_every_mistake_is_in_one_report(manifest: Write) -> None:
    path = manifest(
        """
        [defaults]
        hold_s = -1
        [[sessions]]
        routines = []
        paces = ["slow"]
        holds = 3
        [[sessions]]
        routines = ["hips"]
        name = "a/b"
        lengths = ["soon"]
        breath = "4"
        """
    )
    assert {(line, field) for line, field, _ in mistakes(path)} == {
        (3, "defaults.hold_s"),
        (5, "sessions.1.routines"),
        (6, "sessions.1.paces.1"),
        (7, "sessions.1.holds"),
        (10, "sessions.2.name"),
        (11, "sessions.2.lengths.1"),
        (12, "sessions.2.breath"),
    }


def test_every_name_that_is_not_there_is_in_one_report(manifest: Write, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('id = "own"\ntitle = ""\n')
    path = manifest(
        """
        [defaults]
        voices = ["espeek:x", "hibari:heart"]
        captions = ["vtr"]
        [[sessions]]
        routines = ["hipps", "own.toml", "none.toml", "hips"]
        formats = ["ogg", "flac", "x/../../y.mp3"]
        bitrate = 64
        only = ["cat-cow"]
        [[sessions]]
        words = "full"
        [[sessions]]
        routines = ["hips"]
        lengths = ["1s"]
        name = "???"
        [[sessions]]
        routines = ["hips"]
        name = "???"
        """
    )
    found = mistakes(path)
    expected = [
        (3, "defaults.voices", "no speech engine is called 'espeek'"),
        (4, "defaults.captions", "no caption format is called 'vtr'"),
        (6, "sessions.1.routines", "did you mean hips?"),
        (6, "sessions.1.routines", "none.toml cannot be read"),
        (7, "sessions.1.formats", "no audio format is called 'ogg'"),
        (7, "sessions.1.formats", "no audio format is called 'x/../../y.mp3'"),
        (8, "sessions.1.bitrate", ".flac cannot be written at 64 kbit/s"),
        (9, "sessions.1.only", "no stretch in hips is called 'cat-cow'"),
        (10, "sessions.2.routines", "which routines?"),
        (14, "sessions.3.lengths", "at least 30"),
        (18, "sessions.4.name", "'???' leaves no character"),
    ]
    for line, field, message in expected:
        assert [m for at, name, m in found if (at, name) == (line, field) and message in m], (line, field, found)
    own = [field for _, field, _ in found if field in {"title", "description", "items"}]
    assert sorted(own) == ["description", "items", "title"]
    assert len(found) == len(expected) + len(own)


def test_two_files_of_one_name_are_a_mistake(manifest: Write) -> None:
    path = manifest('[[sessions]]\nroutines = ["hips"]\nname = "Hips"\n[[sessions]]\nroutines = ["*"]\nname = "hips"\n')
    [(line, field, message)] = mistakes(path)
    assert (line, field) == (3, "sessions.1.name")
    assert message.startswith("14 files would be called 'Hips.mp3'")
    path = manifest('[[sessions]]\nroutines = ["hips"]\nlengths = ["12m", "13m"]\n')
    assert "{length}" in mistakes(path)[0][2]
    # Captions are files too.
    path = manifest(
        '[[sessions]]\nroutines = ["hips"]\ncaptions = ["txt"]\nname = "x"\n'
        '[[sessions]]\nroutines = ["morning"]\ncaptions = ["txt"]\nname = "x"\nformats = ["wav"]\n'
    )
    assert "'x.txt'" in mistakes(path)[0][2]


def test_a_text_that_nobody_can_speak_is_found_before_work(manifest: Write, tmp_path: Path) -> None:
    own = new_routine("mine", tmp_path)
    own.write_text(own.read_text("utf-8").replace("This is the end.", "Это конец."), encoding="utf-8")
    [(line, field, message)] = mistakes(
        manifest('[[sessions]]\nroutines = ["mine.toml"]\npaces = ["steady", "brisk"]\n')
    )
    assert (line, field) == (2, "sessions.1.routines")
    assert "Cyrillic" in message


def test_what_is_too_much_is_refused_before_it_is_multiplied_out(manifest: Write) -> None:
    lengths = [f"{minutes}m" for minutes in range(10, 60)]
    text = "[[sessions]]\n" + f"routines = {json.dumps(['hips'] * 200)}\n" + f"lengths = {json.dumps(lengths)}\n"
    text += f"voices = {json.dumps([f'hibari:{n}' for n in range(100)])}\n"
    [(line, field, message)] = mistakes(manifest(text * 2))
    assert (line, field) == (2, "sessions.1.routines")
    assert f"more than {MAX_JOBS:,} files" in message
    [(_, field, _)] = mistakes(manifest('[[sessions]]\nroutines = ["hips"]\n' * 501))
    assert field == "sessions"


def test_files_that_are_no_manifest(tmp_path: Path, manifest: Write) -> None:
    with pytest.raises(RequestError, match="cannot be read"):
        read_catalogue(tmp_path / "none.toml")
    assert mistakes(manifest("[[sessions\n"))[0][2].startswith("not valid TOML")
    assert mistakes(manifest(""))[0][1] == "sessions"


def test_a_job_goes_through_json_unharmed(manifest: Write) -> None:
    path = manifest('[[sessions]]\nroutines = ["*"]\nbreath = "4:6"\nlengths = ["15m"]\ncaptions = ["srt"]\n')
    for order in read_catalogue(path).orders:
        assert Job.model_validate(json.loads(json.dumps(order.job.as_data()))) == order.job


def test_a_digest_tells_every_difference_apart_but_the_name(manifest: Write) -> None:
    text = '[[sessions]]\nroutines = ["hips"]\n'
    [plain] = read_catalogue(manifest(text)).orders
    [renamed] = read_catalogue(manifest(text + 'name = "x"\n')).orders
    assert renamed.digest == plain.digest
    changes = (
        'formats = ["wav"]',
        "bitrate = 80",
        'captions = ["vtt"]',
        "hold_s = 20",
        'tones = "off"',
        'paces = ["brisk"]',
        'skip = ["march"]',
    )
    changed = [read_catalogue(manifest(f"{text}{line}\n")).orders[0] for line in changes]
    others = [plain.job.digest({"engine": "another"}), plain.job.model_copy(update={"version": "0"}).digest({})]
    assert len({plain.digest, *others, *(order.digest for order in changed)}) == 1 + len(others) + len(changes)


@pytest.mark.parametrize("more", ["", 'lengths = ["24m", "26m"]\n', 'words = "minimal"\ncountdown = 3\n'])
def test_what_is_to_be_spoken_is_known_beforehand(manifest: Write, counted: Counted, tmp_path: Path, more: str) -> None:
    path = manifest(f'[[sessions]]\nroutines = ["hips"]\nvoices = ["counting:sine"]\nname = "{{length}}x"\n{more}')
    orders = read_catalogue(path).orders
    for order in orders:
        session.plan(order.job.routine, pacing=order.job.pacing, voice=order.job.voice, cache_dir=tmp_path)
    spoken = {text for _, text in counted.texts()}
    with session.narrator_for("counting:sine", Pacing().speech_rate, tmp_path) as narrator:
        foreseen = set(narrator.keys({text for order in orders for text in order.texts}).values())
    assert spoken
    assert len(spoken) == len(foreseen)
    assert {path.stem for path in tmp_path.glob("*/*.clip")} == foreseen


def test_the_example_of_the_documentation_is_a_manifest(manifest: Write, tmp_path: Path) -> None:
    [example] = re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)
    (tmp_path / "own").mkdir()
    new_routine("evening", tmp_path / "own")
    found = names(manifest(example))
    assert len(found) == 13 * 2 * 2 + 2 * 2
    assert "evening 12m.mp3" in found


def test_the_schema_is_current_and_accepts_what_the_program_does() -> None:
    written = json.loads((schema.FOLDER / "batch.schema.json").read_text(encoding="utf-8"))
    assert written == schema.schema_of(Manifest), "run: .venv/bin/python -m voiceguide.batch.manifest"
    validator = jsonschema.Draft202012Validator(written)
    validator.validate(
        {"defaults": {"breath": "4:6", "hold_s": 20}, "sessions": [{"routines": ["*"], "lengths": ["10m", 720]}]}
    )
    wrongs: list[dict[str, object]] = [
        {"sessions": []},
        {"sessions": [{"routine": "hips"}]},
        {"sessions": [{"lengths": [[]]}]},
    ]
    for wrong in wrongs:
        with pytest.raises(jsonschema.ValidationError):
            validator.validate(wrong)
