"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import time
import wave
from typing import IO, TYPE_CHECKING

import pytest

from voiceguide.errors import ExportError, RequestError, UnknownNameError
from voiceguide.export import exporter as exporter_module
from voiceguide.export.wav import WavExporter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from voiceguide import session


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".m4b", ".opus", ".flac"])
@pytest.mark.parametrize("moment", [0, 1, 3])
def test_a_full_disk_leaves_nothing(
    upper_back: session.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, moment: int
) -> None:
    original = exporter_module.exporter_for

    def full_after(path: Path, bit_rate_kbps: int | None = None) -> exporter_module.Exporter:
        exporter = original(path, bit_rate_kbps)
        write = exporter.write

        def filling(source: object, file: IO[bytes], metadata: object, progress: Callable[[int], None]) -> None:
            calls = 0

            def fail(frames: int) -> None:
                nonlocal calls
                calls += 1
                if calls > moment:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                progress(frames)

            write(source, file, metadata, fail)  # type: ignore[arg-type]

        exporter.write = filling  # type: ignore[method-assign]
        return exporter

    monkeypatch.setattr(exporter_module, "exporter_for", full_after)
    with pytest.raises(ExportError, match="the disk is full"):
        upper_back.export(tmp_path / f"x{suffix}")
    assert leftovers(tmp_path) == []


def test_a_real_full_disk(upper_back: session.Session, tmp_path: Path) -> None:
    """The session is exported to a tmpfs that is too small for it."""
    if (
        os.geteuid() != 0
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "x", tmp_path], check=False).returncode
    ):
        pytest.skip("no tmpfs can be mounted here")
    try:
        with pytest.raises(ExportError, match="the disk is full"):
            upper_back.export(tmp_path / "x.mp3")
        assert leftovers(tmp_path) == []
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_what_does_not_read_back_is_not_kept(
    upper_back: session.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = WavExporter.write

    def torn(self: WavExporter, source: object, file: IO[bytes], *rest: object) -> None:
        write(self, source, file, *rest)  # type: ignore[arg-type]
        file.truncate(5000)

    monkeypatch.setattr(WavExporter, "write", torn)
    with pytest.raises(ExportError, match="does not read back"):
        upper_back.export(tmp_path / "x.wav")
    assert leftovers(tmp_path) == []


def test_a_file_that_is_there_is_kept_unless_forced(upper_back: session.Session, tmp_path: Path) -> None:
    path = tmp_path / "mine.wav"
    path.write_text("precious")
    with pytest.raises(RequestError, match="force=True"):
        upper_back.export(path)
    assert path.read_text() == "precious"
    upper_back.export(path, force=True)
    with wave.open(str(path)) as file:
        assert file.getnframes() == upper_back.timeline.length
    assert leftovers(tmp_path) == ["mine.wav"]


def test_the_file_gets_the_permissions_of_any_new_file(upper_back: session.Session, tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        upper_back.export(tmp_path / "x.wav")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x.wav").stat().st_mode) == 0o640


def test_names_that_cannot_be_meant(upper_back: session.Session, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"no audio format is called '\.ogg': there is \.flac, \.m4a"):
        upper_back.export(tmp_path / "x.ogg")
    with pytest.raises(UnknownNameError):
        upper_back.export(tmp_path / "noname")
    with pytest.raises(ExportError, match="there is no folder"):
        upper_back.export(tmp_path / "no" / "x.mp3")
    (tmp_path / "dir.mp3").mkdir()
    with pytest.raises(RequestError, match="is a folder"):
        upper_back.export(tmp_path / "dir.mp3")


_SLOW_EXPORT = """
import sys, time
from voiceguide.cli.main import main
from voiceguide.export.mp3.exporter import Mp3Exporter
write = Mp3Exporter.write
def slow(self, source, file, about, progress):
    def wait(frames):
        print("encoding", flush=True)
        time.sleep(0.3)
    write(self, source, file, about, wait)
Mp3Exporter.write = slow
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_leaves_nothing(
    upper_back: session.Session, clip_cache: Path, tmp_path: Path, number: signal.Signals, exit_code: int
) -> None:
    assert upper_back.timeline
    target = tmp_path / "x.mp3"
    command = [sys.executable, "-c", _SLOW_EXPORT, "export", "upper-back", "-o", str(target)]
    command += ["--cache-dir", str(clip_cache)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "encoding\n"
        assert any(name.endswith(".part") for name in leftovers(tmp_path))
        process.send_signal(number)
        process.wait(20)
        complaint = process.stderr.read()
    assert process.returncode == exit_code
    assert "Traceback" not in complaint
    time.sleep(0.05)
    assert leftovers(tmp_path) == []
