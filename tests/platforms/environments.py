"""Empty environments outside the checkout, with the lowest or the newest versions that `pyproject.toml` allows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from packaging.requirements import Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT: Final = Path(__file__).parents[2]
_FOR_TESTS: Final = frozenset({"test", "fuzz", "mutants"})
"""Extras that no user installs."""
_INSTALL_S: Final = 900
_RUN_S: Final = 180


class End(StrEnum):
    """An end of the dependency ranges."""

    LOWEST = "lowest"
    NEWEST = "newest"


class FailedError(Exception):
    """A program that should have succeeded: its command and what it complained of."""


def project() -> dict[str, Any]:
    """`pyproject.toml`."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def requirements() -> dict[str, list[Requirement]]:
    """What users may install: the direct dependencies under "", those of each extra under its name."""
    metadata = project()["project"]
    named = {"": metadata["dependencies"]} | metadata["optional-dependencies"]
    return {name: [Requirement(line) for line in lines] for name, lines in named.items() if name not in _FOR_TESTS}


def lowest(requirement: Requirement) -> str:
    """The version where its range begins. Raises ValueError if it begins nowhere."""
    bounds = [specifier.version for specifier in requirement.specifier if specifier.operator in {">=", "=="}]
    if len(bounds) != 1:
        message = f"give {requirement.name} a lowest version in pyproject.toml: name>=1.2"
        raise ValueError(message)
    return bounds[0]


def pins(allowed: Iterable[Requirement]) -> list[str]:
    """Each at its lowest version, on the platforms where it is required: lines of a constraints file of pip's."""
    return [f"{one.name}=={lowest(one)}" + (f"; {one.marker}" if one.marker else "") for one in allowed]


def interpreter(version: str) -> Path | None:
    """A Python of this version, such as "3.12", that can make environments: on PATH, or one of pyenv's. Or None."""
    for candidate in _candidates(version):
        # pyenv puts a name on PATH for each version it has, also for those that are switched off.
        if _answers(candidate, "-c", "import ensurepip, venv") is not None:
            return candidate
    return None


def _candidates(version: str) -> Iterator[Path]:
    name = f"python{version}"
    if found := shutil.which(name):
        yield Path(found)
    if (pyenv := shutil.which("pyenv")) and (root := _answers(Path(pyenv), "root")):
        yield from sorted(Path(root, "versions").glob(f"{version}*/bin/{name}"))


def _answers(program: Path, *arguments: str) -> str | None:
    result = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    return result.stdout.strip() if result.returncode == 0 else None


class Environment:
    """A fresh environment of `python` in `folder`, a home with nothing in it, and a folder to work in.

    Its programs see no variable of ours and no other program: neither a compiler, nor ffmpeg, nor the checkout.
    """

    def __init__(self, folder: Path, python: Path, end: End) -> None:
        self.work = folder / "work"
        self.end = end
        self._home = folder / "home"
        self._bin = folder / "venv" / "bin"
        self._constraints = folder / "constraints.txt"
        self.work.mkdir(parents=True)
        self._home.mkdir()
        everything = [Requirement(line) for line in project()["build-system"]["requires"]]
        everything += [one for those in requirements().values() for one in those]
        self._constraints.write_text("\n".join(pins(everything)) if end is End.LOWEST else "", encoding="utf-8")
        _run([python, "-m", "venv", folder / "venv"], self.work, os.environ, _INSTALL_S)

    @property
    def variables(self) -> dict[str, str]:
        """All that its programs see."""
        return {"HOME": str(self._home), "PATH": str(self._bin)}

    def install(self, *what: str | Path, compiler: bool = False) -> None:
        """As `pip install`, at this end of the ranges. Without a `compiler` none is found."""
        self._pip("install", *what, path=os.environ["PATH"] if compiler else str(self._bin))

    def build_wheel(self, folder: Path) -> Path:
        """The project's wheel, built with the lowest or the newest build tools."""
        self.install(*(Requirement(line).name for line in project()["build-system"]["requires"]))
        self._pip("wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", folder, ROOT, path=str(self._bin))
        [wheel] = folder.glob("*.whl")
        return wheel

    def program(self, name: str) -> Path:
        """The path of an installed program."""
        return self._bin / name

    def run(self, name: str, *arguments: object) -> str:
        """What a program of the environment writes to stdout. Raises FailedError."""
        return _run([self.program(name), *arguments], self.work, self.variables, _RUN_S)

    def versions(self) -> dict[str, str]:
        """Of every package that is installed, by its name in small letters; and of python."""
        listed = json.loads(self._pip("list", "--format=json", path=str(self._bin)))
        python = self.run("python", "-c", "import platform; print(platform.python_version())").strip()
        return {one["name"].lower(): one["version"] for one in listed} | {"python": python}

    def _pip(self, command: str, *arguments: str | Path, path: str) -> str:
        # pip keeps the caller's home and settings: where packages come from is the machine's affair, and its cache
        # saves fetching them for every environment anew.
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        limits = [] if command == "list" else ["--quiet", "--constraint", self._constraints]
        pip = [self.program("python"), "-m", "pip", "--disable-pip-version-check", command, *limits]
        return _run([*pip, *arguments], self.work, surroundings | {"PATH": path}, _INSTALL_S)


def own_interpreter() -> Path:
    """The one that runs this program."""
    return Path(sys.executable)


def _run(command: list[Any], folder: Path, surroundings: Mapping[str, str], most_s: float) -> str:
    words = [str(part) for part in command]
    result = subprocess.run(
        words,
        cwd=folder,
        env=dict(surroundings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=most_s,
        check=False,
    )
    if result.returncode:
        complaint = result.stderr.strip() or result.stdout.strip()
        message = f"{' '.join(words)}: exit code {result.returncode}\n{complaint}"
        raise FailedError(message)
    return result.stdout
