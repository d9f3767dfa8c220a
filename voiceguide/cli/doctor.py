"""`voiceguide doctor`: what works on this machine."""

from __future__ import annotations

import typer

from voiceguide.cli.console import line
from voiceguide.cli.shared_options import CacheDir
from voiceguide.cli.wording import in_options


def doctor(
    cache_dir: CacheDir = None,
) -> None:
    from voiceguide.config import resolve
    from voiceguide.doctor import examine

    broken = False
    for finding in examine(resolve({"cache_dir": cache_dir}).cache_dir):
        mark = "ok     " if finding.works else "BROKEN " if finding.needed else "missing"
        line(in_options(f"{mark}  {finding.what}: {finding.detail}"))
        if not finding.works:
            line(in_options(f"         to mend it: {finding.fix}"))
        broken |= finding.needed and not finding.works
    if broken:
        raise typer.Exit(1)
