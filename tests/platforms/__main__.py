"""Installs the wheel in empty environments, on each Python there is, at both ends of the dependency ranges.

`scripts/platforms [--python 3.12 ...]` prints the tables of `docs/platforms.md`, and ends with 1 if anything failed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.platforms.environments import End, Environment, FailedError, interpreter, own_interpreter, requirements
from tests.platforms.smoke import EXTRAS, missing_for, smoke

VERSIONS: Final = ("3.11", "3.12", "3.13")


@dataclass(slots=True)
class Combination:
    """One Python at one end of the ranges, and its results."""

    version: str
    end: End
    results: dict[str, str] = field(default_factory=dict)
    """Results by extra; "" is voiceguide alone."""
    versions: dict[str, str] = field(default_factory=dict)
    """Versions of the packages."""

    @property
    def title(self) -> str:
        """The name of the combination in the tables."""
        return f"{self.version} {self.end}"


def tried(combination: Combination, folder: Path, python: Path, wheel: Path) -> None:
    """Try a combination, and fill in its results."""
    environment: Environment | None = None
    for extra, smoked in {"": smoke, **EXTRAS}.items():
        if missing := missing_for(extra):
            combination.results[extra] = f"skipped: {missing}"
            continue
        try:
            environment = environment or Environment(folder, python, combination.end)
            environment.install(f"{wheel}[{extra}]" if extra else wheel, compiler=extra == "simpleaudio")
            smoked(environment)
            combination.results[extra] = "ok"
        except (AssertionError, FailedError) as error:
            combination.results[extra] = "FAILED"
            say(f"Python {combination.title}, {extra or 'voiceguide'}: {error}")
    if environment:
        combination.versions = environment.versions()


def say(text: str) -> None:
    """Report progress to stderr; the tables go to stdout."""
    sys.stderr.write(f"{text}\n")


def row(*cells: str) -> str:
    """Return one line of a table."""
    return f"| {' | '.join(cells)} |\n"


def tables(combinations: list[Combination]) -> str:
    """Return the tables of what works, and with which versions."""
    text = row("Python", "versions", "voiceguide", *EXTRAS) + row(*["---"] * (3 + len(EXTRAS)))
    for one in combinations:
        text += row(one.versions.get("python", one.version), one.end, *one.results.values())
    text += "\n" + row("package", *(one.title for one in combinations)) + row(*["---"] * (1 + len(combinations)))
    names = sorted({requirement.name.lower() for those in requirements().values() for requirement in those})
    for name in names:
        found = [one.versions.get(name, "-") for one in combinations]
        if set(found) != {"-"}:
            text += row(name, *found)
    return text


def main() -> int:
    """Try all combinations, print the tables, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", choices=VERSIONS, help="only this one; may be repeated")
    asked = parser.parse_args().python or VERSIONS
    combinations = []
    with tempfile.TemporaryDirectory(prefix="voiceguide-platforms-") as name:
        folder = Path(name)
        wheels = {
            end: Environment(folder / f"build {end}", own_interpreter(), end).build_wheel(folder / end) for end in End
        }
        for version in asked:
            python = interpreter(version)
            if python is None:
                say(f"Python {version}: skipped, this machine has none")
                continue
            for end in End:
                combination = Combination(version, end)
                say(f"Python {combination.title} ...")
                tried(combination, folder / combination.title, python, wheels[end])
                combinations.append(combination)
    sys.stdout.write(tables(combinations))
    return int(any("FAILED" in one.results.values() for one in combinations))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except FailedError as error:
        sys.exit(f"the wheel cannot be built: {error}")
