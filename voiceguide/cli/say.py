"""`voiceguide say`: one sentence, to hear a voice or to keep it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voiceguide.cli.console import line
from voiceguide.cli.paths import path


def say(
    text: Annotated[str, typer.Argument(help="What to say.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="A .wav or .mp3 file to write it to.", parser=path),
    ] = None,
    voice: Annotated[str | None, typer.Option(metavar="ENGINE:NAME", help="See `voiceguide voices`.")] = None,
    speech_rate: Annotated[float | None, typer.Option(metavar="X", help="Speed of the voice, 1.0 is its own.")] = None,
    cache_dir: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where spoken clips are kept.", parser=path)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
) -> None:
    from voiceguide import session
    from voiceguide.config import resolve

    wanted = resolve({"voice": voice, "speech_rate": speech_rate, "cache_dir": cache_dir})
    if output:
        session.check_target(output, force=force)
    store = session.open_store(wanted.cache_dir, wanted.cache_limit_bytes)
    clip = session.say(text, voice=wanted.voice, speech_rate=wanted.pacing.speech_rate, cache_dir=store)
    if output is None:
        session.play_clip(clip)
        return
    session.export_clip(clip, text, output, force=force)
    line(f"{output}: {clip.spoken_frames / clip.rate_hz:.2f} s")
