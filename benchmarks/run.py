"""Measures voiceguide against what it cannot beat, against what people use, and at one size against another.

`python -m benchmarks.run [--quick] [--json FILE]` prints Markdown tables. Processes that are compared take turns,
and a ratio is that of two of the same round: what slows the machine down slows both. But LAME alone is one thread
and an export is several: where other programs take a core, only the export feels it. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.against import limit_rows, peer_rows
from benchmarks.bedded import bed_rows
from benchmarks.bench import FULL, QUICK, Bench
from benchmarks.growth import growth_rows
from benchmarks.starts import fitting_row, start_rows
from benchmarks.synthesis import synthesis_rows
from benchmarks.table import table

if TYPE_CHECKING:
    from collections.abc import Sequence

_LIVE_NEEDS: Final = ("pulseaudio", "parec", "pacat")


def live_table(bench: Bench) -> str:
    """Return the output of `benchmarks.live`, or why it cannot run."""
    missing = [name for name in _LIVE_NEEDS if not shutil.which(name)]
    if missing:
        return f"Time to the first sound is not measured: there is no {' and no '.join(missing)} here."
    rounds, seconds = str(bench.scale.live_rounds), str(bench.scale.live_s)
    return bench.python("-m", "benchmarks.live", "--rounds", rounds, "--seconds", seconds).output.strip()


def machine() -> dict[str, Any]:
    """Describe the machine and the versions of the packages."""
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{package: version(package) for package in ("voiceguide", "lameenc", "hibari-tts", "numpy", "pydub")},
    }


def _cpu_model() -> str:
    about = Path("/proc/cpuinfo")
    if about.is_file():
        for line in about.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one run each and short sessions: does it work at all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="every single run, as JSON")
    options = parser.parse_args(arguments)
    here = machine()
    with tempfile.TemporaryDirectory(prefix="voiceguide-benchmarks-") as folder:
        bench = Bench(Path(folder), QUICK if options.quick else FULL)
        rows = limit_rows(bench)
        peers, missing = peer_rows(bench)
        rows += [
            *peers,
            *synthesis_rows(bench),
            *growth_rows(bench),
            *bed_rows(bench),
            *start_rows(bench),
            fitting_row(bench),
        ]
        live = live_table(bench)
    here["load_after"] = round(os.getloadavg()[0], 1)
    print("{cpu}, {cores} cores, {system}, Python {python}.".format_map(here))
    print("Load average {load_before} before and {load_after} after, this run included.".format_map(here))
    print("Medians; a ratio is that of two processes of the same round.")
    if options.quick:
        print("A quick run, one of each: it shows that the benchmark works, and is held to no goal.")
    print("\n".join(["", table(rows, judged=not options.quick), *missing, "", live]))
    if options.json:
        document = {"machine": here, "quick": options.quick, "rows": [row.plain() for row in rows], "live": live}
        options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
