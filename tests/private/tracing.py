"""The effects of a process, seen by strace: the sockets that it makes, and the files that it touches."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

PATIENCE_S: Final = 180.0
_CHANGING: Final = "creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mknod,mknodat"
_CALLS: Final = f"trace=%network,open,openat,chmod,fchmodat,{_CHANGING}"
_LINE: Final = re.compile(r"^(?:\d+ +)?(?P<call>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)")
_WRITING: Final = re.compile(r"O_WRONLY|O_RDWR|O_CREAT")
_PATH: Final = re.compile(r'(?:AT_FDCWD|\d+)?(?:<(?P<folder>[^>]*)>, )?"(?P<name>(?:[^"\\]|\\.)*)"')


@dataclass
class Trace:
    """What strace saw of a process and of all that it started."""

    exit_code: int
    stdout: str
    stderr: str
    sockets: set[str] = field(default_factory=set)
    """Socket families, such as AF_UNIX."""
    addresses: list[str] = field(default_factory=list)
    """Addresses that it connected or sent to, except paths."""
    opened: set[Path] = field(default_factory=set)
    """Files that it has opened to read them."""
    touched: set[Path] = field(default_factory=set)
    """Files and folders that it has made, opened for writing, renamed or linked."""


@dataclass(frozen=True)
class House:
    """A home, a folder for temporary files and one to work in, which nobody else uses."""

    root: Path
    strace: str

    def __post_init__(self) -> None:
        for folder in (self.home, self.temporary, self.work):
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def temporary(self) -> Path:
        return self.root / "tmp"

    @property
    def work(self) -> Path:
        return self.root / "work"

    def environment(self, **more: str) -> dict[str, str]:
        """Return an environment without variables of a developer or a CI: in a CI onnxruntime itself sends nothing."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "VOICEGUIDE_CACHE_DIR": str(self.work / "clips"),
            **more,
        }

    def start(self, *command: object, **more: str) -> Running:
        """Start a program under strace, which stops it for the calls in `_CALLS` only."""
        log = self.root / f"{len(list(self.root.glob('*.strace')))}.strace"
        log.touch()
        process = subprocess.Popen(
            [
                self.strace,
                "-f",
                "--seccomp-bpf",
                "-qq",
                "-y",
                "-s",
                "4096",
                "-o",
                str(log),
                "-e",
                _CALLS,
                *map(str, command),
            ],
            cwd=self.work,
            env=self.environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        return Running(process, log, self.work)

    def run(self, *command: object, **more: str) -> Trace:
        return self.start(*command, **more).ended()

    def voiceguide(self, *arguments: object, **more: str) -> Trace:
        return self.run(sys.executable, "-m", "voiceguide", *arguments, **more)

    def left(self) -> set[str]:
        """Return the paths, from the root, of all that is in the home and among the temporary files."""
        return {str(path.relative_to(self.root)) for top in (self.home, self.temporary) for path in top.rglob("*")}


@dataclass(frozen=True)
class Running:
    process: subprocess.Popen[str]
    log: Path
    work: Path
    began_s: float = field(default_factory=time.monotonic)

    def interrupt(self) -> None:
        """Interrupt the process group, as Ctrl-C does; strace goes on until its program has gone."""
        os.killpg(self.process.pid, signal.SIGINT)

    def ended(self) -> Trace:
        try:
            stdout, stderr = self.process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise
        trace = Trace(self.process.returncode, stdout, stderr)
        for line in joined(self.log.read_text("utf-8", "replace").splitlines()):
            _note(line, trace, self.work)
        return trace


def joined(lines: Sequence[str]) -> list[str]:
    """Join the lines of calls that another thread interrupted."""
    begun: dict[str, str] = {}
    found = []
    for line in lines:
        thread, _, rest = line.partition(" ")
        if "<unfinished ...>" in rest:
            begun[thread] = rest.partition("<unfinished ...>")[0].strip()
        elif match := re.match(r"<\.\.\. \w+ resumed>(.*)", rest.strip()):
            found.append(f"{thread} {begun.pop(thread, '')}{match[1]}")
        else:
            found.append(line)
    return found


def _note(line: str, trace: Trace, work: Path) -> None:
    match = _LINE.match(line)
    if not match:
        return
    call, arguments = match["call"], match["arguments"]
    if call in {"socket", "socketpair"}:
        trace.sockets.add(arguments.split(",")[0])
    elif "sa_family=" in arguments and "sa_family=AF_UNIX" not in arguments:
        trace.addresses.append(arguments)
    if int(match["result"]) < 0 or call.startswith(("send", "recv", "connect", "bind", "get", "set", "accept")):
        return
    names = [_resolved(found, work) for found in _PATH.finditer(arguments)]
    if call in {"open", "openat"} and not _WRITING.search(arguments):
        trace.opened.update(names)
    elif "socket" not in call:
        trace.touched.update(names)


def _resolved(found: re.Match[str], work: Path) -> Path:
    name = found["name"].encode("latin-1", "replace").decode("unicode_escape")
    return Path(os.path.normpath(Path(found["folder"] or work) / name))
