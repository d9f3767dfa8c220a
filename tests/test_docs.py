"""The documents agree with the program, and nothing that they should list is missing."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.main import get_command

from voiceguide.cli.main import program
from voiceguide.errors import UnspeakableError
from voiceguide.library.loader import Library
from voiceguide.model.pronounce import PronounceFile
from voiceguide.model.script import Role, SpanKind
from voiceguide.speech.normalise import check_speakable, normalise

if TYPE_CHECKING:
    from typing import Any

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_command_and_option_is_in_the_readme_and_has_help() -> None:
    root: Any = get_command(program([]))
    for name, command in root.commands.items():
        assert f"`{name}`" in README, f"document the command {name} in README.md"
        assert command.help, f"give {name} a docstring"
    options = [option for parameter in root.commands["plan"].params for option in parameter.opts]
    for option in options:
        if option not in {"--json", "--help", "--voice", "--cache-dir", "-h", "routine"}:
            assert option in README, f"document the option {option} in README.md"


def test_the_python_example_of_the_readme_runs(tmp_path: Path, clip_cache: Path) -> None:
    [example] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    result = subprocess.run(
        [sys.executable, "-c", example],
        cwd=tmp_path,
        env={"VOICEGUIDE_CACHE_DIR": str(clip_cache), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "Thread the needle" in result.stdout
    assert (tmp_path / "upper-back-gentle.mp3").stat().st_size > 1_000_000


def test_the_timeline_document_names_every_role_and_kind() -> None:
    text = (ROOT / "docs" / "timeline.md").read_text(encoding="utf-8")
    for value in (*Role, *SpanKind):
        assert value in text


def test_every_number_of_the_document_is_spoken_and_its_words_are_valid() -> None:
    text = (ROOT / "docs" / "speech.md").read_text(encoding="utf-8")
    table = text.partition("## Numbers")[2].partition("What is ambiguous")[0]
    written = [
        example for row in table.splitlines()[4:] if row for example in re.findall("`([^`]+)`", row.split("|")[2])
    ]
    assert len(written) > 60
    for example in written:
        check_speakable(normalise(example), frozenset({"LATIN"}))
    [example] = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert PronounceFile.model_validate(tomllib.loads(example)).pronounce["4K"] == "four kay"
    for refused in ("30 m", "2m from the wall", "1,5", "at 7:30", "10 - 5", "4K", "B12"):
        with pytest.raises(UnspeakableError):
            check_speakable(normalise(refused), None)


def test_every_source_that_data_cites_is_listed() -> None:
    sources = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    library = Library()
    for name in library.stretch_ids():
        provenance = library.stretch(name).provenance
        assert provenance
        assert provenance.source in sources


def test_the_readme_is_short_enough_to_be_read_and_names_no_path_of_a_machine() -> None:
    assert len(README.split()) < 2400
    for path in ROOT.glob("*.md"):
        assert not re.search(r"/(work|home|root|tmp)/", path.read_text(encoding="utf-8")), path
