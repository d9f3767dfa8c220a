"""Runs tests against mutants, each in a process of its own, forked from one that has imported what all of them need."""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import os
import resource
import signal
import sys
import time
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from typing import TYPE_CHECKING, Final

import grimp
import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from types import CodeType

_MEMORY_BYTES: Final = 3 << 30
"""More than any test needs; it stops an endless loop that fills memory."""
_LIMIT_FACTOR, _LIMIT_S = 10, 5
"""A mutant may take ten times the CPU time of the unchanged module plus five seconds, and four times that to finish."""
_ERROR: Final = 3


class CannotPassError(Exception):
    """The tests of a room fail without any change."""


@dataclass(frozen=True)
class Trial:
    """A mutant's text, and whether the tests noticed."""

    source: str
    killed: bool


class Trials:
    """Runs the tests of a module's room in a process for each mutant; bytecode is kept in the folder `kept`."""

    def __init__(self, module: str, path: Path, tests: Sequence[str], kept: Path) -> None:
        self._module = module
        self._path = path
        self._tests = list(tests)
        # Each process imports the tests anew, so they are compiled once, whatever the environment says.
        sys.dont_write_bytecode = False
        sys.pycache_prefix = str(kept / "pycache")
        _import_what_stays(module, self._tests)
        # pytest collects garbage twice as it ends: it need not look at what was imported here.
        gc.collect()
        gc.freeze()
        started = _children_cpu_s()
        pid = self._begun(None, cpu_s=3600)
        if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
            message = f"the tests {' '.join(tests)} fail as it is: run them with pytest first"
            raise CannotPassError(message)
        self.clean_s = _children_cpu_s() - started
        """CPU time of the tests with the unchanged module."""

    def tried(self, sources: Iterable[str], jobs: int) -> Iterator[Trial]:
        """Try the mutants, `jobs` at a time, and yield the result of each as it is done."""
        limit_s = round(_LIMIT_FACTOR * self.clean_s + _LIMIT_S)
        running: dict[int, tuple[str, float]] = {}
        waiting = iter(sources)
        while True:
            while len(running) < jobs and (source := next(waiting, None)) is not None:
                running[self._begun(source, limit_s)] = source, time.monotonic()
            if not running:
                return
            time.sleep(0.005)
            for pid, (source, since) in list(running.items()):
                done, status = os.waitpid(pid, os.WNOHANG)
                if not done and time.monotonic() - since < 4 * limit_s:
                    continue
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)
                if not done:
                    os.waitpid(pid, 0)
                del running[pid]
                yield Trial(source, killed=not done or status != 0)

    def _begun(self, source: str | None, cpu_s: int) -> int:
        pid = os.fork()
        if pid:
            return pid
        code = _ERROR
        try:
            os.setpgid(0, 0)
            resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
            quiet = os.open(os.devnull, os.O_RDWR)
            for descriptor in range(3):
                os.dup2(quiet, descriptor)
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
            if source is not None:
                sys.meta_path.insert(0, _Finder(self._module, self._path, source))
            code = pytest.main(["-x", "-q", "--no-header", *_OPTIONS, *self._tests], plugins=[_NoShrinking()])
        finally:
            os._exit(code)


_OPTIONS: Final = (
    "-p",
    "no:cacheprovider",
    "-p",
    "no:unraisableexception",
    "--tb=no",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
)


class _NoShrinking:
    """Stops Hypothesis at the first example that fails: the smallest one is of no use here."""

    def pytest_sessionstart(self) -> None:
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile("mutants", hypothesis.settings(), phases=phases)
        hypothesis.settings.load_profile("mutants")


class _Finder:
    """Supplies the mutant when the module is imported."""

    def __init__(self, module: str, path: Path, source: str) -> None:
        self._module = module
        self._loader = _Loader(module, str(path), source)

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        if name != self._module:
            return None
        return importlib.util.spec_from_file_location(name, self._loader.path, loader=self._loader)


class _Loader(SourceFileLoader):
    def __init__(self, module: str, path: str, source: str) -> None:
        super().__init__(module, path)
        self._source = source

    def get_code(self, _fullname: str) -> CodeType:
        return compile(self._source, self.path, "exec", dont_inherit=True)


def _import_what_stays(module: str, tests: list[str]) -> None:
    """Import what the tests import, then unload the module and everything that imports it."""
    with open(os.devnull, "w", encoding="utf-8") as quiet, contextlib.redirect_stdout(quiet):  # noqa: PTH123 -- a device
        pytest.main(["--collect-only", "-q", *_OPTIONS, *tests])
    graph = grimp.build_graph("voiceguide", cache_dir=None)
    for name in {module, *graph.find_downstream_modules(module), *_tests_loaded(tests)}:
        loaded = sys.modules.pop(name, None)
        parent, _, child = name.rpartition(".")
        if loaded is not None and parent in sys.modules:
            with contextlib.suppress(AttributeError):
                delattr(sys.modules[parent], child)


def _tests_loaded(tests: list[str]) -> list[str]:
    """Return the loaded test modules, except those of this package."""
    files = {os.path.realpath(test) for test in tests}
    return [
        name
        for name, loaded in sys.modules.items()
        if (name.split(".")[0] in {"tests", "conftest"} and not f"{name}.".startswith(f"{__package__}."))
        or getattr(loaded, "__file__", None) in files
    ]


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
