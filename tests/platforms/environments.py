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
    """A program failed that should have succeeded; holds its command and its complaint."""


def project() -> dict[str, Any]:
    """Return the contents of `pyproject.toml`."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def requirements() -> dict[str, list[Requirement]]:
    """Return what users may install: the direct dependencies under "", those of each extra under its name."""
    metadata = project()["project"]
    named = {"": metadata["dependencies"]} | metadata["optional-dependencies"]
    return {name: [Requirement(line) for line in lines] for name, lines in named.items() if name not in _FOR_TESTS}


def lowest(requirement: Requirement) -> str:
    """Return the version where the range of a requirement begins. Raises ValueError if it has no beginning."""
    bounds = [specifier.version for specifier in requirement.specifier if specifier.operator in {">=", "=="}]
    if len(bounds) != 1:
        message = f"give {requirement.name} a lowest version in pyproject.toml: name>=1.2"
        raise ValueError(message)
    return bounds[0]


def pins(allowed: Iterable[Requirement]) -> list[str]:
    """Return the lines of a pip constraints file: each at its lowest version, on the platforms where it is required."""
    return [f"{one.name}=={lowest(one)}" + (f"; {one.marker}" if one.marker else "") for one in allowed]


def interpreter(version: str) -> Path | None:
    """Find a Python of this version, such as "3.12", on PATH or in pyenv, that can make environments, or None."""
    for candidate in _candidates(version):
        # pyenv puts a name on PATH for every version that it has, even if the version is switched off.
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
    """A fresh environment of `python` in `folder`, an empty home, and a folder to work in.

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
        """All variables that the environment's programs see."""
        return {"HOME": str(self._home), "PATH": str(self._bin)}

    def install(self, *what: str | Path, compiler: bool = False) -> None:
        """Run `pip install` at this end of the ranges. A compiler is found only if `compiler` is true."""
        self._pip("install", *what, path=os.environ["PATH"] if compiler else str(self._bin))

    def build_wheel(self, folder: Path) -> Path:
        """Build the project's wheel with the lowest or the newest build tools; return its path."""
        self.install(*(Requirement(line).name for line in project()["build-system"]["requires"]))
        self._pip("wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", folder, ROOT, path=str(self._bin))
        [wheel] = folder.glob("*.whl")
        return wheel

    def program(self, name: str) -> Path:
        """Return the path of an installed program."""
        return self._bin / name

    def run(self, name: str, *arguments: object) -> str:
        """Run a program of the environment, and return its stdout. Raises FailedError."""
        return _run([self.program(name), *arguments], self.work, self.variables, _RUN_S)

    def versions(self) -> dict[str, str]:
        """Return the version of every installed package, by its name in small letters, and of python."""
        listed = json.loads(self._pip("list", "--format=json", path=str(self._bin)))
        python = self.run("python", "-c", "import platform; print(platform.python_version())").strip()
        return {one["name"].lower(): one["version"] for one in listed} | {"python": python}

    def _pip(self, command: str, *arguments: str | Path, path: str) -> str:
        # pip keeps the caller's home and settings: the machine decides where packages come from, and its cache saves
        # fetching them again for every environment.
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        limits = [] if command == "list" else ["--quiet", "--constraint", self._constraints]
        pip = [self.program("python"), "-m", "pip", "--disable-pip-version-check", command, *limits]
        return _run([*pip, *arguments], self.work, surroundings | {"PATH": path}, _INSTALL_S)


def own_interpreter() -> Path:
    """Return the interpreter that runs this program."""
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
