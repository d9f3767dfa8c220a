"""Running a batch: which files are made, kept and refused, and that a failure does not affect the others."""

from __future__ import annotations

import contextlib
import json
import wave
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import mutagen
import numpy as np
import pytest

from tests.batch.conftest import SMALL
from voiceguide.batch import job as job_module
from voiceguide.batch.folder import CONTROL, Folder, Record
from voiceguide.batch.outcome import Outcome
from voiceguide.batch.run import run
from voiceguide.errors import DataError, RequestError
from voiceguide.export.exporter import verify
from voiceguide.library.new import new_routine
from voiceguide.sound.source import Silence
from voiceguide.units import to_frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.batch.conftest import Counted, Write
    from voiceguide.batch.outcome import Report

pytestmark = pytest.mark.usefixtures("counted")

STEADY = "upper-back-counting-sine-steady.wav"
ONE = SMALL.replace('"gentle", "steady", "brisk"', '"steady"') + 'captions = ["vtt"]\n'

WRISTS = "Wrists under your shoulders, knees under your hips."


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


def outcomes(report: Report) -> list[str]:
    return [str(line.outcome) for line in report.lines]


def visible(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != CONTROL)


def remembered(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / CONTROL).iterdir())


def test_everything_is_made_and_then_kept(manifest: Write, cache: Path, tmp_path: Path) -> None:
    path = manifest(SMALL + 'captions = ["vtt", "txt"]\n')
    first = run(path, cache_dir=cache)
    folder = tmp_path / "catalogue"
    assert first.folder == folder
    assert outcomes(first) == ["made"] * 3
    assert [line.job.name for line in first.lines] == [
        f"upper-back-counting-sine-{pace}.wav" for pace in ("gentle", "steady", "brisk")
    ]
    assert len(visible(folder)) == 9
    assert remembered(folder) == ["journal.json", "lock"]
    before = {name: (folder / name).read_bytes() for name in visible(folder)}
    for line in first.lines:
        with wave.open(str(folder / line.job.name)) as file:
            assert file.getnframes() / file.getframerate() == line.duration_s
        assert line.size_bytes == len(before[line.job.name])
    stamps = {name: (folder / name).stat().st_mtime_ns for name in before}
    again = run(path, cache_dir=cache)
    assert outcomes(again) == ["kept"] * 3
    assert {name: (folder / name).stat().st_mtime_ns for name in before} == stamps
    assert [(line.size_bytes, line.duration_s) for line in again.lines] == [
        (line.size_bytes, line.duration_s) for line in first.lines
    ]


def test_what_several_sessions_say_is_spoken_once(manifest: Write, cache: Path, counted: Counted) -> None:
    text = SMALL.replace('"brisk"]', '"brisk"]\nformats = ["wav", "flac"]\nspeech_rate = 1.0')
    text += '[[sessions]]\nroutines = ["upper-back"]\nlengths = ["2m"]\nwords = "full"\nspeech_rate = 1.0\nname = "x"\n'
    report = run(manifest(text), jobs=4, cache_dir=cache)
    assert outcomes(report) == ["made"] * 7
    spoken = Counter(counted.texts())
    assert len(spoken) > 20
    assert set(spoken.values()) == {1}


def test_progress_is_told_and_comes_to_its_end(manifest: Write, cache: Path) -> None:
    told: dict[str, list[tuple[int, int]]] = {}

    @contextlib.contextmanager
    def stage(title: str) -> Iterator[Callable[[int, int], None]]:
        told[title] = []
        yield lambda done, total: told[title].append((done, total))

    run(manifest(SMALL), cache_dir=cache, stage=stage)
    assert list(told) == ["checking", "speaking", "exporting"]
    for steps in told.values():
        assert len(steps) >= 3
        assert steps == sorted(steps)
        assert steps[-1][0] == steps[-1][1] == steps[0][1]
    assert len(told["exporting"]) > 10


@pytest.mark.parametrize("harm", ["cut by a byte", "cut in half", "cut to a byte", "emptied", "removed", "captions"])
def test_what_a_fault_has_torn_is_made_again(manifest: Write, cache: Path, tmp_path: Path, harm: str) -> None:
    path = manifest(ONE)
    run(path, cache_dir=cache)
    target = tmp_path / "catalogue" / STEADY
    whole, captions = target.read_bytes(), target.with_suffix(".vtt").read_bytes()
    match harm:
        case "cut by a byte":
            target.write_bytes(whole[:-1])
        case "cut in half":
            target.write_bytes(whole[: len(whole) // 2])
        case "cut to a byte":
            target.write_bytes(whole[:1])
        case "emptied":
            target.write_bytes(b"")
        case "removed":
            target.unlink()
        case "captions":
            target.with_suffix(".vtt").write_bytes(captions[: len(captions) * 2 // 3])
    assert outcomes(run(path, cache_dir=cache)) == ["made"]
    assert target.read_bytes() == whole
    assert target.with_suffix(".vtt").read_bytes() == captions
    assert outcomes(run(path, cache_dir=cache)) == ["kept"]


def test_a_file_of_the_right_size_that_does_not_read_is_torn(manifest: Write, cache: Path, tmp_path: Path) -> None:
    """The first block is zeros, as if it had never been written."""
    path = manifest(ONE.replace('["wav"]', '["wav", "mp3", "m4b", "opus", "flac"]'))
    run(path, cache_dir=cache)
    folder = tmp_path / "catalogue"
    for name in [name for name in visible(folder) if not name.endswith(".vtt")]:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(bytes(4096) + data[4096:])
    assert outcomes(run(path, cache_dir=cache)) == ["made"] * 5


def retagged(target: Path) -> None:
    """Change the tags, as a player does that stores its ratings in the file."""
    file = mutagen.File(target, easy=True)
    if file.tags is None:
        file.add_tags()
    file["title"] = "Mine"
    file.save()


def own_take(target: Path) -> None:
    with wave.open(str(target), "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        file.writeframes(np.full(24_000 * 30, 1000, "<i2").tobytes())


def longer_take(target: Path) -> None:
    with wave.open(str(target), "wb") as file:
        file.setparams((1, 2, 44_100, 0, "NONE", ""))
        file.writeframes(np.full(44_100 * 200, 1000, "<i2").tobytes())


def trimmed(target: Path) -> None:
    with wave.open(str(target)) as file:
        rate_hz, data = file.getframerate(), file.readframes(file.getnframes() // 2)
    with wave.open(str(target), "wb") as file:
        file.setparams((1, 2, rate_hz, 0, "NONE", ""))
        file.writeframes(data)


def one_sample(target: Path) -> None:
    data = target.read_bytes()
    target.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


def a_note(target: Path) -> None:
    target.write_text("mine")


def a_link(target: Path) -> None:
    target.rename(target.parent.parent / "moved.wav")
    target.symlink_to(target.parent.parent / "moved.wav")


def a_folder(target: Path) -> None:
    target.unlink()
    target.mkdir()


def captions_mended(target: Path) -> None:
    captions = target.with_suffix(".vtt")
    captions.write_text(captions.read_text("utf-8").upper())


def captions_shortened(target: Path) -> None:
    captions = target.with_suffix(".vtt")
    captions.write_text(captions.read_text("utf-8").rstrip()[:-12] + "!")


CHANGES = (
    one_sample,
    own_take,
    longer_take,
    trimmed,
    a_note,
    a_link,
    a_folder,
    captions_mended,
    captions_shortened,
)


@pytest.mark.parametrize("change", CHANGES)
def test_what_the_user_has_changed_since_is_kept_and_said(
    manifest: Write, cache: Path, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    path = manifest(ONE)
    run(path, cache_dir=cache)
    folder = tmp_path / "catalogue"
    change(folder / STEADY)
    before = {name: (folder / name).read_bytes() for name in visible(folder) if (folder / name).is_file()}
    for text in (ONE, ONE.replace("repetitions = 2", "repetitions = 3")):
        report = run(manifest(text), cache_dir=cache)
        assert outcomes(report) == ["refused"]
        [reason] = report.failures
        assert reason.startswith(f"{STEADY}: ")
        assert "changed since it was made: `force=True` replaces it" in reason
        assert all(
            (folder / name).read_bytes() == before[name]
            for name in (STEADY, STEADY.replace(".wav", ".vtt"))
            if name in before
        )
    if change is a_folder:
        return
    assert outcomes(run(manifest(ONE), cache_dir=cache, force=True)) == ["made"]
    assert not (folder / STEADY).is_symlink()
    assert outcomes(run(path, cache_dir=cache)) == ["kept"]


@pytest.mark.parametrize("suffix", ["mp3", "m4b", "opus", "flac"])
def test_a_tag_that_a_player_has_set_is_the_users(manifest: Write, cache: Path, tmp_path: Path, suffix: str) -> None:
    path = manifest(SMALL.replace('"wav"', f'"{suffix}"').replace(', "steady", "brisk"', ""))
    run(path, cache_dir=cache)
    [target] = (tmp_path / "catalogue").glob(f"*.{suffix}")
    retagged(target)
    tagged = target.read_bytes()
    assert outcomes(run(path, cache_dir=cache)) == ["refused"]
    assert target.read_bytes() == tagged


def test_what_is_changed_while_the_batch_runs_is_kept(
    manifest: Write, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = manifest(SMALL)
    run(path, cache_dir=cache)
    make = job_module.make

    def and_the_user(job: job_module.Job, folder: Path, **rest: object) -> job_module.Made:
        if job.name == STEADY:
            (tmp_path / "catalogue" / STEADY).write_text("precious")
        return make(job, folder, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr("voiceguide.batch.local.make", and_the_user)
    report = run(manifest(SMALL.replace("repetitions = 2", "repetitions = 3")), cache_dir=cache)
    assert outcomes(report) == ["made", "refused", "made"]
    assert "has been changed since it was made: `force=True` replaces it" in report.failures[0]
    assert (tmp_path / "catalogue" / STEADY).read_text() == "precious"


def test_a_batch_that_was_killed_before_it_replaced_its_own_file_goes_on(
    manifest: Write, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal already lists the new file while the old one still has the name: it is not taken for the user's."""
    run(manifest(ONE), cache_dir=cache)
    changed = manifest(ONE.replace("repetitions = 2", "repetitions = 3"))

    class PulledError(BaseException):
        pass

    write = Folder._write

    def pulled(self: Folder, journal: dict[str, Record]) -> None:
        write(self, journal)
        raise PulledError

    for _ in range(2):
        with monkeypatch.context() as patched:
            patched.setattr(Folder, "_write", pulled)
            with pytest.raises(PulledError):
                run(changed, cache_dir=cache, jobs=1)
    assert outcomes(run(changed, cache_dir=cache)) == ["made"]
    assert outcomes(run(changed, cache_dir=cache)) == ["kept"]


def test_what_is_asked_for_differently_is_made_again(manifest: Write, cache: Path) -> None:
    run(manifest(SMALL), cache_dir=cache)
    changed = SMALL + '[[sessions]]\nroutines = ["upper-back"]\nname = "one more"\n'
    assert outcomes(run(manifest(changed), cache_dir=cache)) == ["kept", "kept", "kept", "made"]
    changed = changed.replace("repetitions = 2", "repetitions = 3")
    assert outcomes(run(manifest(changed), cache_dir=cache)) == ["made"] * 4


def test_another_version_makes_its_own(manifest: Write, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = manifest(SMALL)
    run(path, cache_dir=cache)
    monkeypatch.setattr("voiceguide.batch.catalogue.Job", Older)
    assert outcomes(run(path, cache_dir=cache)) == ["made"] * 3


class Older(job_module.Job):
    version: str = "0.0.1"


def test_what_is_not_ours_is_refused_and_replaced_only_by_force(manifest: Write, cache: Path, tmp_path: Path) -> None:
    path, folder = manifest(SMALL + 'captions = ["txt"]\n'), tmp_path / "catalogue"
    folder.mkdir()
    (tmp_path / "elsewhere").write_text("precious")
    (folder / STEADY).write_text("precious")
    (folder / STEADY.replace("steady.wav", "gentle.txt")).symlink_to(tmp_path / "elsewhere")
    (folder / STEADY.replace("steady", "brisk")).symlink_to(tmp_path / "nowhere")
    report = run(path, cache_dir=cache)
    assert outcomes(report) == ["refused"] * 3
    assert all("`force=True` replaces it" in failure for failure in report.failures)
    assert (folder / STEADY).read_text() == "precious"
    assert outcomes(run(path, cache_dir=cache, force=True)) == ["made"] * 3
    assert (tmp_path / "elsewhere").read_text() == "precious"
    assert not (tmp_path / "nowhere").exists()
    assert not any(path.is_symlink() for path in folder.iterdir())
    assert outcomes(run(path, cache_dir=cache)) == ["kept"] * 3


def test_a_file_that_comes_to_be_there_meanwhile_is_kept(
    manifest: Write, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = job_module.make

    def and_somebody_else(job: job_module.Job, folder: Path, **rest: object) -> job_module.Made:
        if job.name == STEADY:
            (tmp_path / "catalogue" / STEADY).write_text("precious")
        return make(job, folder, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr("voiceguide.batch.local.make", and_somebody_else)
    assert outcomes(run(manifest(SMALL), cache_dir=cache)) == ["made", "refused", "made"]
    assert (tmp_path / "catalogue" / STEADY).read_text() == "precious"


def test_one_that_fails_does_not_stop_the_others(
    manifest: Write, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = job_module.make

    def failing(job: job_module.Job, folder: Path, **rest: object) -> job_module.Made:
        if job.name == STEADY:
            make(job, folder, **rest)  # type: ignore[arg-type]
            raise ZeroDivisionError("oops")
        return make(job, folder, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr("voiceguide.batch.local.make", failing)
    path = manifest(SMALL + '[[sessions]]\nroutines = ["upper-back"]\nlengths = ["10h"]\nname = "long"\n')
    report = run(path, cache_dir=cache)
    assert outcomes(report) == ["made", "failed", "made", "failed"]
    assert report.failures[0] == f"{STEADY}: this is a fault of voiceguide: ZeroDivisionError: oops"
    assert report.failures[1].startswith("long.wav: 600:00 cannot be reached")
    assert STEADY not in visible(tmp_path / "catalogue")
    monkeypatch.undo()


def test_a_text_that_comes_out_wrong_fails_the_sessions_that_say_it(
    manifest: Write, cache: Path, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNSPEAKABLE", WRISTS)
    other = '[[sessions]]\nroutines = ["desk-break"]\nonly = ["shoulder-rolls"]\npaces = ["brisk"]\n'
    path = manifest(SMALL.replace('words = "brief"', 'words = "full"') + other)
    report = run(path, cache_dir=cache)
    assert outcomes(report) == ["failed"] * 3 + ["made"]
    assert all("counting:sine does not get 'Wrists under" in failure for failure in report.failures)
    # Everything else has been spoken already, so the next run speaks only this text.
    before = len(counted.texts())
    monkeypatch.delenv("UNSPEAKABLE")
    assert outcomes(run(path, cache_dir=cache)) == ["made"] * 3 + ["kept"]
    assert [text for _, text in counted.texts()[before:]] == [WRISTS] * 3


def test_a_voice_that_cannot_speak_is_found_before_work(manifest: Write, cache: Path, tmp_path: Path) -> None:
    path = manifest(SMALL.replace('"counting:sine"', '"counting:sine", "counting:cosine", "hibari:nobody"'))
    with pytest.raises(DataError) as caught:
        run(path, cache_dir=cache)
    assert [(mistake.line, mistake.field) for mistake in caught.value.mistakes] == [(3, "defaults.voices")] * 2
    assert "did you mean sine?" in str(caught.value)
    assert not (tmp_path / "catalogue").exists()


def test_a_folder_that_cannot_be_used_is_reported_with_the_other_mistakes(manifest: Write, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / CONTROL).symlink_to(tmp_path)
    path = manifest(SMALL.replace("upper-back", "uper-back"))
    for folder, complaint in (
        (tmp_path / "file", "is a file"),
        (tmp_path / "no" / "where", "there is no folder"),
        (tmp_path / "linked", "holds a link"),
    ):
        with pytest.raises(DataError, match=complaint) as caught:
            run(path, folder)
        assert "did you mean upper-back" in str(caught.value)


def test_a_journal_that_is_damaged_is_not_guessed_at(manifest: Write, cache: Path, tmp_path: Path) -> None:
    path = manifest(SMALL)
    run(path, cache_dir=cache)
    journal = tmp_path / "catalogue" / CONTROL / "journal.json"
    sound = json.loads(journal.read_text())
    for text in ("", "[]", "{", '{"format": 1}', json.dumps(sound | {"files": {"x": {"job": "y"}}}), "[" * 100_000):
        journal.write_text(text)
        with pytest.raises(RequestError, match=r"journal\.json is damaged: remove it"):
            run(path, cache_dir=cache)
    journal.unlink()
    assert outcomes(run(path, cache_dir=cache)) == ["refused"] * 3


def test_what_a_killed_run_left_is_removed_and_nothing_else(manifest: Write, cache: Path, tmp_path: Path) -> None:
    folder = tmp_path / "catalogue"
    staging = folder / CONTROL / "staging" / "0"
    staging.mkdir(parents=True)
    (staging / f".{STEADY}.abc.part").write_bytes(b"half")
    (folder / CONTROL / ".journal.json.abc.part").write_bytes(b"half")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "precious").write_text("x")
    (folder / CONTROL / "link").symlink_to(tmp_path / "outside")
    (folder / "mine.part").write_text("mine")
    assert outcomes(run(manifest(SMALL), cache_dir=cache)) == ["made"] * 3
    assert remembered(folder) == ["journal.json", "lock"]
    assert (folder / "mine.part").read_text() == "mine"
    assert (tmp_path / "outside" / "precious").exists()


def test_requests_that_contradict_themselves(manifest: Write) -> None:
    with pytest.raises(RequestError, match=r"`jobs=\.\.\.` is for this machine"):
        run(manifest(SMALL), jobs=2, scheduler="tcp://127.0.0.1:1")
    with pytest.raises(RequestError, match="write tcp://HOST:PORT"):
        run(manifest(SMALL), scheduler="localhost")


def test_the_real_voice_in_every_format(manifest: Write, clip_cache: Path, tmp_path: Path) -> None:
    path = manifest(
        """
        [[sessions]]
        routines = ["upper-back"]
        only = ["upper-trapezius"]
        words = "brief"
        hold_s = 20
        rounds = 1
        formats = ["mp3", "m4b", "opus", "flac", "wav"]
        captions = ["lrc"]
        """
    )
    report = run(path, tmp_path / "out", jobs=2, cache_dir=clip_cache)
    assert outcomes(report) == ["made"] * 5
    for line in report.lines:
        assert line.duration_s
        verify(report.folder / line.job.name, Silence(24_000, 1, to_frames(line.duration_s)))
    assert report.count(Outcome.MADE) == 5
    assert len(visible(report.folder)) == 6
    assert outcomes(run(path, tmp_path / "out", cache_dir=clip_cache)) == ["kept"] * 5


def test_routines_of_the_users_own_are_found_beside_the_manifest(
    manifest: Write, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_routine("mine", tmp_path)
    path = manifest('[[sessions]]\nroutines = ["mine.toml"]\nvoices = ["counting:sine"]\nformats = ["wav"]\n')
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    report = run(Path("../catalogue.toml"), cache_dir=cache)
    assert path.exists()
    assert outcomes(report) == ["made"]
    assert visible(tmp_path / "catalogue") == ["mine-counting-sine-steady.wav"]


def test_a_bed_is_a_file_beside_the_manifest_and_known_by_what_is_in_it(
    manifest: Write, cache: Path, tmp_path: Path
) -> None:
    def hum(path: Path, pitch_hz: float) -> None:
        samples = 8000 * np.sin(2 * np.pi * pitch_hz / 48_000 * np.arange(4 * 48_000))
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(48_000)
            file.writeframes(samples.astype("<i2").tobytes())

    text = SMALL.replace("words =", 'bed = "beds/hum.wav"\nwords =') + '[[sessions]]\nroutines = ["upper-back"]\n'
    path = manifest(text + 'bed = "none"\nname = "dry"\n')
    (tmp_path / "beds").mkdir()
    with pytest.raises(DataError, match=r"toml:7: defaults\.bed: there is no bed '.*/beds/hum\.wav'"):
        run(path, cache_dir=cache)
    hum(tmp_path / "beds" / "hum.wav", 200)
    report = run(path, cache_dir=cache)
    assert outcomes(report) == ["made"] * 4
    with wave.open(str(report.folder / STEADY)) as file, wave.open(str(report.folder / "dry.wav")) as dry:
        assert (file.getframerate(), file.getnchannels()) == (48_000, 2)
        assert (dry.getframerate(), dry.getnchannels()) == (24_000, 1)
        assert report.lines[1].duration_s == report.lines[3].duration_s == dry.getnframes() / 24_000
    (tmp_path / "moved").mkdir()
    for name in ("catalogue.toml", "catalogue", "beds"):
        (tmp_path / name).rename(tmp_path / "moved" / name)
    path = tmp_path / "moved" / "catalogue.toml"
    assert outcomes(run(path, cache_dir=cache)) == ["kept"] * 4
    hum(tmp_path / "moved" / "beds" / "hum.wav", 300)
    assert outcomes(run(path, cache_dir=cache)) == ["made"] * 3 + ["kept"]
