"""Measurements of exported files with tools that are not ours."""

from __future__ import annotations

import functools
import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

RATE_HZ = 24_000


def decoded(program: str, path: Path) -> NDArray[np.float64]:
    """Return mono samples in [-1, 1], decoded by ffmpeg or mpg123."""
    if program.endswith("mpg123"):
        command = [program, "-q", "-s", "-m", str(path)]
    else:
        command = [program, "-v", "error", "-i", str(path), "-f", "s16le", "-ac", "1", "-"]
    raw = subprocess.run(command, check=True, capture_output=True, timeout=120).stdout
    return np.frombuffer(raw, "<i2").astype(np.float64) / 32768


def probed(ffprobe: str, path: Path) -> dict[str, Any]:
    """Return the format, streams and chapters that ffprobe reads."""
    command = [ffprobe, "-v", "error", "-of", "json", "-show_format", "-show_streams", "-show_chapters", str(path)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)
    return found


def loudness(ffmpeg: str, path: Path) -> tuple[float, float]:
    """Return the integrated loudness in LUFS and the true peak in dBTP, by ffmpeg's ebur128."""
    summary = _ebur128(ffmpeg, path)
    integrated = re.search(r"I:\s+(-?[\d.]+) LUFS", summary)
    peak = re.search(r"Peak:\s+(-?[\d.]+) dBFS", summary)
    assert integrated
    assert peak
    return float(integrated[1]), float(peak[1])


def loudness_range(ffmpeg: str, path: Path) -> float:
    """Return the loudness range in LU (EBU Tech 3342), by ffmpeg's ebur128."""
    found = re.search(r"LRA:\s+([\d.]+) LU", _ebur128(ffmpeg, path))
    assert found
    return float(found[1])


def _ebur128(ffmpeg: str, path: Path) -> str:
    return _ebur128_of(ffmpeg, path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=8)
def _ebur128_of(ffmpeg: str, path: Path, _modified_ns: int) -> str:
    """Return the summary of ebur128, measured once for each state of a file, since that takes seconds."""
    command = [ffmpeg, "-hide_banner", "-nostats", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"]
    report = subprocess.run(command, check=True, capture_output=True, timeout=120, text=True).stderr
    return report[report.rindex("Summary:") :]


def millisecond_levels_db(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the RMS of each millisecond in dBFS."""
    step = RATE_HZ // 1000
    rows = samples[: len(samples) // step * step].reshape(-1, step)
    return np.asarray(20 * np.log10(np.sqrt((rows**2).mean(axis=1)) + 1e-9))
