"""`voiceguide say`: one sentence, to hear a voice, to keep it, or to see how it is said."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voiceguide.cli.console import line, note
from voiceguide.cli.paths import path
from voiceguide.cli.shared_options import CacheDir, Language, SpeechRate, Voice
from voiceguide.errors import RequestError, VoiceguideError


def say(  # noqa: PLR0913 -- an option each
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Text to say.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write an audio file instead of playing the text.", parser=path
        ),
    ] = None,
    phonemes: Annotated[
        bool, typer.Option("--phonemes", help="Print what the voice would say on one line, and make no sound.")
    ] = False,
    language: Language = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Say it with every voice of the language, one after the other.")
    ] = False,
    voice: Voice = None,
    speech_rate: SpeechRate = None,
    cache_dir: CacheDir = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    from voiceguide import session
    from voiceguide.config import resolve

    if phonemes and output:
        raise RequestError("--phonemes makes no sound: leave out --output")
    if compare and (phonemes or output or voice):
        raise RequestError("--compare plays every voice: leave out --phonemes, --output and --voice")
    wanted = resolve({"voice": voice, "language": language, "speech_rate": speech_rate, "cache_dir": cache_dir})
    if phonemes:
        said = session.phonemes(text, voice=wanted.voice, pronounce=wanted.pronounce, language=wanted.language or "en")
        line(said.sounds or said.spelt)
        if said.sounds is None:
            note(f"{said.engine} cannot show its phonemes here: this is the text as the voice receives it")
        return
    if output:
        session.check_target(output, force=force)
    store = session.open_store(wanted.cache_dir, wanted.cache_limit_bytes)
    if compare:
        spoken = session.compared(
            text,
            language=wanted.language or "en",
            speech_rate=wanted.pacing.speech_rate,
            cache_dir=store,
            pronounce=wanted.pronounce,
        )
        for spec, clip_or_error in spoken:
            if isinstance(clip_or_error, VoiceguideError):
                note(f"{spec} is left out: {clip_or_error}")
            else:
                line(spec)
                session.play_clip(clip_or_error)
        return
    clip = session.say(
        text,
        voice=wanted.voice,
        speech_rate=wanted.pacing.speech_rate,
        cache_dir=store,
        pronounce=wanted.pronounce,
        language=wanted.language or "en",
    )
    if output is None:
        session.play_clip(clip)
        return
    session.export_clip(clip, text, output, language=wanted.language or "en", force=force)
    line(f"{output}: {clip.spoken_frames / clip.rate_hz:.2f} s")
