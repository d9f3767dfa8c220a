"""`voiceguide voices`: the voices on this machine, and `voiceguide voices get`, which fetches another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from voiceguide.cli.console import confirmed, document, line, note, progress, table
from voiceguide.cli.shared_options import AsJson

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiceguide.speech.catalogue import FetchableVoice

app = typer.Typer(rich_markup_mode=None)

Language = Annotated[
    str | None, typer.Option(metavar="CODE", help="List only voices of this language, the best first: en, de, es, ...")
]


@app.callback(invoke_without_command=True)
def voices(
    context: typer.Context,
    *,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    if context.invoked_subcommand is not None:
        return
    from voiceguide.speech.voices import DEFAULT_VOICE, available_voices, no_voice

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
    if language and not rows:
        note(str(no_voice(language)))


@app.command(help="Fetch a voice from the internet, checked against its checksum. Without a name: list what there is.")
def get(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[VOICE]", help="ENGINE:NAME, as `hibari:emma`; `piper` lists piper's catalogue."),
    ] = None,
    *,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="List only those that speak it: en, de, es, ...")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Fetch it without asking.")] = False,
) -> None:
    from voiceguide.speech.catalogue import known_voices, piper_catalogue_address, piper_voices, voice_to_fetch

    if name is None:
        _list(known_voices(), language)
        note("`voiceguide voices get piper` fetches the catalogue of piper's voices, in forty languages, and lists it")
        return
    if name == "piper" or name.startswith("piper:"):
        note(f"fetching piper's catalogue (about 0.3 MB): {piper_catalogue_address()}")
    if name == "piper":
        _list(piper_voices(), language)
    else:
        _get(voice_to_fetch(name), ask=not yes)


def _list(found: Iterable[FetchableVoice], language: str | None) -> None:
    rows = [
        (voice.spec, voice.language, _size(voice), voice.licence or "each its own", voice.description)
        for voice in found
        if language is None or voice.speaks(language)
    ]
    table([("VOICE", "LANGUAGE", "SIZE", "LICENCE", ""), *rows])


def _get(voice: FetchableVoice, *, ask: bool) -> None:
    from voiceguide.errors import VoiceguideError
    from voiceguide.speech.catalogue import fetch

    if not voice.is_here:
        note(f"{voice.spec}: {voice.language}, {voice.description}; licence: {voice.licence}")
        for file in voice.files:
            note(f"{file.size_bytes / 1e6:.1f} MB from {file.address} to {file.path}")
        if ask and not confirmed(
            "Fetch it?", f"nothing was fetched: say --yes to fetch {voice.spec} without being asked"
        ):
            message = "nothing was fetched"
            raise VoiceguideError(message)
        with progress("fetching") as advance:
            fetch(voice, advance)
    line(f"{voice.spec} is on this machine: {voice.files[0].path}")
    if voice.needs:
        note(f"to speak it needs its engine: {voice.needs}")


def _size(voice: FetchableVoice) -> str:
    return "here" if voice.is_here else f"{voice.size_bytes / 1e6:.1f} MB"
