"""`scripts/mutants [ROOM ...]`: changes one small thing of a module after the other, and tells which no test notices.

Results are kept in `.mutants/`: a stopped run can be continued, and a run after an edit tries only the mutants that the
edit concerns. Ends with 1 if fewer than 90 % of a room's mutants are noticed, or a survivor is missing from
docs/mutants.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TextIO

from tests.mutants.mutations import Mutant, mutants_of
from tests.mutants.rooms import ROOMS, ROOT, file_of
from tests.mutants.trials import CannotPassError, Trials

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mutants.rooms import Room

RESULTS: Final = ROOT / ".mutants"
LEAST_KILLED: Final = 0.9
_SHARED: Final = ("tests/conftest.py", "tests/strategies.py")


@dataclass(slots=True)
class Outcome:
    """The outcome of one room."""

    mutants: int = 0
    survivors: list[Mutant] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def share(self) -> float:
        """The share of the mutants that were killed."""
        return 1 - len(self.survivors) / max(1, self.mutants)


class Kept:
    """Results of earlier runs, one per line: digests of the changed module, the tests and the change; killed or not."""

    def __init__(self, name: str, tests: str, *, survivors: bool) -> None:
        self._path = RESULTS / f"{name.replace('/', '-')}.jsonl"
        self._tests = tests
        self._survivors = survivors
        self._known: dict[str, bool] = {}
        self._noticed: set[str] = set()
        self.read()

    def read(self) -> None:
        """Read the results that are kept: another process may have added to them."""
        if self._path.exists():
            for line in self._path.read_text(encoding="utf-8").splitlines():
                source, tests, change, killed = json.loads(line)
                if tests == self._tests:
                    self._known[source] = killed
                if killed and self._survivors:
                    self._noticed.add(change)

    def get(self, mutant: Mutant) -> bool | None:
        """Return whether a mutant was killed; None if it was not tried."""
        return self._known.get(_digest(mutant.source), True if _digest(mutant.name) in self._noticed else None)

    def put(self, mutant: Mutant, *, killed: bool) -> None:
        """Keep the result of a mutant."""
        RESULTS.mkdir(exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            line = [_digest(mutant.source), self._tests, _digest(mutant.name), killed]
            file.write(json.dumps(line) + "\n")


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _tests_digest(room: Room) -> str:
    files = [*_SHARED, *(test.split("::")[0] for test in room.tests if test.startswith("tests/"))]
    return _digest("".join((ROOT / name).read_text(encoding="utf-8") for name in files) + " ".join(room.tests))


def tried(name: str, room: Room, jobs: int, *, survivors: bool) -> Outcome:
    """Try the mutants of a room that were not tried yet; return the outcome of all."""
    outcome = Outcome()
    begun = time.monotonic()
    kept = Kept(name, _tests_digest(room), survivors=survivors)
    for module in room.modules:
        path = file_of(module)
        mutants = list(mutants_of(path.read_text(encoding="utf-8")))
        new = [mutant for mutant in mutants if kept.get(mutant) is None]
        if new:
            _try_apart(module, path, room, new, kept, jobs)
            kept.read()
        outcome.mutants += len(mutants)
        outcome.survivors += [mutant for mutant in mutants if not kept.get(mutant)]
    outcome.seconds = time.monotonic() - begun
    return outcome


def _try_apart(module: str, path: Path, room: Room, mutants: list[Mutant], kept: Kept, jobs: int) -> None:
    """Try mutants in a process of their own, so that no module tried before leaves a trace."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            by_source = {mutant.source: mutant for mutant in mutants}
            for number, trial in enumerate(Trials(module, path, room.tests, RESULTS).tried(by_source, jobs), 1):
                kept.put(by_source[trial.source], killed=trial.killed)
                if number % 50 == 0:
                    say(f"{module}: {number} of {len(mutants)}")
            code = 0
        except CannotPassError as error:
            say(str(error))
        except Exception:  # noqa: BLE001 -- this process ends without telling otherwise
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    if os.waitpid(pid, 0)[1]:
        raise SystemExit(1)


def say(text: str, stream: TextIO = sys.stderr) -> None:
    """Write a line: the table goes to stdout, progress to stderr."""
    stream.write(f"{text}\n")
    stream.flush()


def main() -> int:
    """Try the named rooms, or all of them, and print a table and the survivors."""
    parser = argparse.ArgumentParser(prog="scripts/mutants", description=__doc__.split("\n\n")[0])
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=f"one of {', '.join(ROOMS)}; all of them if none")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants that are tried at once")
    parser.add_argument(
        "--survivors", action="store_true", help="after a change, try only what no test had noticed before it"
    )
    arguments = parser.parse_args()
    if unknown := set(arguments.rooms) - set(ROOMS):
        parser.error(f"no such room: {', '.join(sorted(unknown))}")
    named = (ROOT / "docs" / "mutants.md").read_text(encoding="utf-8")
    good = True
    say(f"{'room':20} mutants killed survived  share    time", sys.stdout)
    for name in arguments.rooms or ROOMS:
        outcome = tried(name, ROOMS[name], arguments.jobs, survivors=arguments.survivors)
        killed = outcome.mutants - len(outcome.survivors)
        say(
            f"{name:20} {outcome.mutants:7} {killed:6} {len(outcome.survivors):8} {outcome.share:6.1%} "
            f"{outcome.seconds:5.0f} s",
            sys.stdout,
        )
        unnamed = [mutant.name for mutant in outcome.survivors if mutant.name not in named]
        for line in sorted(unnamed):
            say(f"    not in docs/mutants.md: {line}", sys.stdout)
        good = good and outcome.share >= LEAST_KILLED and not unnamed
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
