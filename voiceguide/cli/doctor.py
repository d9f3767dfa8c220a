"""`voiceguide doctor`: what works here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voiceguide.cli.console import line
from voiceguide.cli.paths import path


def doctor(
    cache_dir: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The clip store, if not the usual one.", parser=path)
    ] = None,
) -> None:
    from voiceguide.config import resolve
    from voiceguide.doctor import examine

    broken = False
    for finding in examine(resolve({"cache_dir": cache_dir}).cache_dir):
        mark = "ok     " if finding.works else "BROKEN " if finding.needed else "missing"
        line(f"{mark}  {finding.what}: {finding.detail}")
        if not finding.works:
            line(f"         to mend it: {finding.fix}")
        broken |= finding.needed and not finding.works
    if broken:
        raise typer.Exit(1)
