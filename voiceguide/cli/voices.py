"""`voiceguide voices`: who can speak here."""

from __future__ import annotations

from typing import Annotated

import typer

from voiceguide.cli.console import document, table


def voices(
    *,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="Only those that speak it, the best first: en, de, es, ...")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    from voiceguide.speech.voices import DEFAULT_VOICE, available_voices

    found = available_voices(language)
    if as_json:
        listed = [
            {
                "voice": voice.spec,
                "engine": voice.engine,
                "name": voice.name,
                "language": voice.language,
                "description": voice.description,
                "default": voice.spec == DEFAULT_VOICE,
            }
            for voice in found
        ]
        document(listed)
        return
    rows = [(voice.spec, voice.language, voice.description) for voice in found]
    table([("VOICE", "LANGUAGE", ""), *rows])
