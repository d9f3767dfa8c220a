"""After kill -9 at any moment of an export there is a whole file or none, and the next run cleans up the rest."""

from __future__ import annotations

import shutil
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.faults.harness import Ending, Program, files_in, gone, left_behind, storm
from voiceguide.speech.store import ClipStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SESSION = ("upper-back", "--only", "cat-cow")
CAPTIONS = ("--captions", "vtt,srt")
EVERY_FORMAT = ("mp3", "m4b", "m4a", "opus", "flac", "wav")


class ExportLoop:
    """Kills one export over and over, with an empty or a full clip cache, and checks what is left each time."""

    def __init__(self, folder: Path, suffix: str, *, cold: bool, voice: str = "hibari:heart") -> None:
        self.program = Program(folder / "home", folder / "cache")
        self.target = folder / "out" / f"session.{suffix}"
        self.cold = cold
        self.arguments = ("export", *SESSION, *CAPTIONS, "-o", self.target, "--voice", voice)
        self.target.parent.mkdir()
        whole = self.program.run(*self.arguments)
        assert whole.exit_code == 0, whole.stderr
        self.files = files_in(self.target.parent)
        self.clips = files_in(self.program.cache)
        # espeak's output depends on what it has said before: its clips are valid, but not always identical.
        self.same_clips = not voice.startswith("pyttsx3")

    def prepare(self) -> None:
        shutil.rmtree(self.target.parent)
        self.target.parent.mkdir()
        if self.cold:
            shutil.rmtree(self.program.cache)

    def judge(self, ending: Ending) -> str:
        left = files_in(self.target.parent)
        for name, data in left.items():
            if not name.startswith("."):
                assert not self.same_clips or data == self.files[name], f"{name} is torn"
        self._judge_cache()
        stage = "everything was there" if ending.exit_code == 0 else self._stage(set(left))

        again = self.program.run(*self.arguments, "--force")
        assert again.exit_code == 0, again.stderr
        made = files_in(self.target.parent)
        assert made.keys() == self.files.keys()
        assert not self.same_clips or made == self.files
        assert left_behind(self.target.parent, self.program.cache) == []
        assert gone(lambda: left_behind(self.program.temporary)) == []
        self._judge_cache()
        return stage

    def _judge_cache(self) -> None:
        for name, data in files_in(self.program.cache).items():
            if name.endswith(".clip"):
                assert not self.same_clips or data == self.clips[name], f"the clip {name} is torn"
        assert ClipStore(self.program.cache).info().damaged == 0

    def _stage(self, left: set[str]) -> str:
        if left >= set(self.files):
            return "everything was there"
        if self.target.name in left:
            return "captions were being written"
        return "the file was being written" if left else "the file had not been begun"

    def run(self, kills: int, seed: int) -> Counter[str]:
        command = self.program.command(*self.arguments)
        environment = self.program.environment()
        return storm(command, environment=environment, kills=kills, seed=seed, prepare=self.prepare, judge=self.judge)


def told(stages: Counter[str]) -> str:
    found = "; ".join(f"{count} when {stage}" for stage, count in sorted(stages.items(), key=lambda item: -item[1]))
    return f"{stages.total()} kills of an export: 0 torn files, 0 left behind ({found})"


@pytest.mark.parametrize(("suffix", "cold"), [("mp3", True), ("m4b", False)])
def test_a_few_kills(tmp_path: Path, count: Callable[[str], None], suffix: str, *, cold: bool) -> None:
    stages = ExportLoop(tmp_path, suffix, cold=cold).run(4, seed=1)
    assert stages.total() == 4
    count(told(stages))


@pytest.mark.long
def test_two_hundred_kills_and_more(tmp_path: Path, count: Callable[[str], None]) -> None:
    stages: Counter[str] = Counter()
    for seed, suffix in enumerate(EVERY_FORMAT):
        for cold, kills in ((True, 14), (False, 22)):
            folder = tmp_path / f"{suffix}-{cold}"
            folder.mkdir()
            stages += ExportLoop(folder, suffix, cold=cold).run(kills, seed)
    folder = tmp_path / "pyttsx3"
    folder.mkdir()
    stages += ExportLoop(folder, "mp3", cold=True, voice="pyttsx3:en-us").run(24, seed=99)
    assert stages.total() == 240
    assert min(stages[stage] for stage in ("the file had not been begun", "the file was being written")) > 0
    count(told(stages))
