"""Options that several commands have, each written once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voiceguide.cli.paths import path

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
CacheDir = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Keep spoken clips in this folder instead of the usual one.", parser=path),
]
KeepAlive = Annotated[
    bool | None, typer.Option("--keep-alive/--no-keep-alive", help="Keep a headset awake through silence.")
]
Language = Annotated[
    str | None, typer.Option(metavar="CODE", help="Language of the words, in two letters: en, de, es, or your own.")
]
Profile = Annotated[str | None, typer.Option(metavar="NAME", help="Use a profile of the configuration file.")]
RoutineName = Annotated[str, typer.Argument(metavar="ROUTINE", help="An id from `voiceguide list`, or a .toml file.")]
SpeechRate = Annotated[float | None, typer.Option(metavar="X", help="Speed of the voice; 1.0 is its natural speed.")]
Voice = Annotated[
    str | None, typer.Option(metavar="ENGINE:NAME", help="Speak with this voice: see `voiceguide voices`.")
]
