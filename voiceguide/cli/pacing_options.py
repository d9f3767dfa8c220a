"""The options that plan, export and play share, written once.

`with_pacing` adds every parameter of `_options` to the signature of a command, and passes the command their values as
one `Request`.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer
from msgspec import Struct

from voiceguide.cli.console import note
from voiceguide.cli.shared_options import CacheDir, Language, Profile, SpeechRate, Voice
from voiceguide.model.choices import Level, Pace, Side, Tones, Words
from voiceguide.model.voice_choice import VoiceOfLanguage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from voiceguide.model.pacing import Pacing
    from voiceguide.model.player_settings import PlayerSettings
    from voiceguide.model.voice_choice import WantedVoice
    from voiceguide.session import Session
    from voiceguide.speech.store import ClipStore


def read(parse: Callable[[str], float], text: str | None) -> float | str | None:
    """Parse the number that was written for an option.

    A text that cannot be parsed is returned as it is: validation then refuses it together with every other mistake.
    """
    from voiceguide.errors import RequestError

    try:
        return None if text is None else parse(text)
    except RequestError:
        return text


class Request(Struct, frozen=True):
    """The settings of a session: the shared options together with the configuration."""

    pacing: Pacing
    voice: WantedVoice
    language: str | None
    """Language of the words; None means the routine's own."""
    cache_dir: ClipStore
    """The clip store, with its size limit."""
    playing: PlayerSettings
    """From the configuration: none of the shared options changes it."""
    pronounce: Mapping[str, str]
    """Words and how to pronounce them, from the configuration."""
    chosen: frozenset[str]
    """The shared options that were given on the command line, by their names in Pacing."""


def _options(  # noqa: PLR0913 -- these are the options of contracts.md
    *,
    pace: Annotated[Pace | None, typer.Option(help="Preset that the other options change; steady by default.")] = None,
    hold: Annotated[str | None, typer.Option(metavar="S", help="Length of every hold: 40, 5m or 1:30.")] = None,
    reps: Annotated[
        int | None, typer.Option(metavar="N", help="Repetitions of every movement with the breath.")
    ] = None,
    rounds: Annotated[int | None, typer.Option(metavar="N", help="Rounds of every hold.")] = None,
    breath: Annotated[
        str | None, typer.Option(metavar="IN:OUT", help="Seconds to breathe in and out, or IN:HOLD:OUT:HOLD.")
    ] = None,
    transition: Annotated[str | None, typer.Option(metavar="S", help="Time for every change of position.")] = None,
    length: Annotated[
        str | None, typer.Option(metavar="10m", help="Exact total length: 10m, 9:30, 1h or 600s.")
    ] = None,
    words: Annotated[Words | None, typer.Option(help="How much the voice says.")] = None,
    level: Annotated[
        Level | None, typer.Option(help="How hard each stretch is; usual mentions the easier way once.")
    ] = None,
    variation: Annotated[
        str | None, typer.Option(metavar="N|today|off", help="Which of several wordings to use; today's by default.")
    ] = None,
    speech_rate: SpeechRate = None,
    countdown: Annotated[
        int | None, typer.Option(metavar="N", help="Count down the last N seconds of every hold.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Do only this stretch; may be given several times.")
    ] = None,
    skip: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Leave this stretch out; may be given several times.")
    ] = None,
    first_side: Annotated[Side | None, typer.Option(help="Side that every stretch begins with.")] = None,
    tones: Annotated[
        Tones | None, typer.Option(help="Breath tones: full lies 10 LU under the voice, soft 16 LU.")
    ] = None,
    bed: Annotated[
        str | None,
        typer.Option(metavar="rain|drone|waves|none|FILE", help="Background sound under the voice, in stereo."),
    ] = None,
    bed_level: Annotated[
        str | None, typer.Option(metavar="DB", help="Level of the background below the session; -20 by default.")
    ] = None,
    sleep: Annotated[
        bool | None,
        typer.Option("--sleep/--no-sleep", help="End in sleep: say nothing after the last rest, and play no chime."),
    ] = None,
    no_breath: Annotated[
        bool, typer.Option("--no-breath", help="Leave out breath words and tones; count repetitions instead.")
    ] = False,
    profile: Profile = None,
    language: Language = None,
    voice: Voice = None,
    cache_dir: CacheDir = None,
) -> Request:
    from voiceguide.config import resolve
    from voiceguide.planning.presets import parse_breath, parse_length, parse_level_db, parse_seconds, parse_variation
    from voiceguide.session import open_store

    options: dict[str, object] = {
        "pace": pace,
        "hold_s": read(parse_seconds, hold),
        "repetitions": reps,
        "rounds": rounds,
        "breath": parse_breath(breath) if breath else None,
        "transition_s": read(parse_seconds, transition),
        "length_s": parse_length(length) if length else None,
        "words": words,
        "level": level,
        "variation": parse_variation(variation) if variation else None,
        "speech_rate": speech_rate,
        "countdown": countdown,
        "only": tuple(only) if only else None,
        "skip": tuple(skip) if skip else None,
        "first_side": first_side,
        "tones": tones,
        "bed": bed,
        "bed_level_db": read(parse_level_db, bed_level),
        "sleep": sleep,
        "breath_cues": False if no_breath else None,
        "voice": voice,
        "language": language,
        "cache_dir": cache_dir,
    }
    resolved = resolve(options, profile)
    chosen = frozenset(name for name, value in {**options, "profile": profile}.items() if value is not None)
    store = open_store(resolved.cache_dir, resolved.cache_limit_bytes)
    return Request(
        resolved.pacing, resolved.voice, resolved.language, store, resolved.playing, resolved.pronounce, chosen
    )


def note_chosen_voice(planned: Session, request: Request) -> None:
    """Name the voice that was chosen for a language in which nobody has asked for one."""
    language = planned.timeline.language
    wanted = request.voice.of(language) if isinstance(request.voice, VoiceOfLanguage) else request.voice
    if language != "en" and not wanted:
        note(f"spoken by {planned.voice}, the best voice for {language!r} on this machine")


def with_pacing(command: Callable[..., None]) -> Callable[..., None]:
    """Replace the parameter `request` of a command by the shared options."""
    shared = inspect.signature(_options).parameters
    own = inspect.signature(command).parameters

    @functools.wraps(command)
    def wrapped(**values: Any) -> None:  # noqa: ANN401 -- whatever typer parsed
        options = {name: values.pop(name) for name in shared}
        command(**values, request=_options(**options))

    hints = get_type_hints(_options, include_extras=True) | get_type_hints(command, include_extras=True)
    names = [*(name for name in own if name != "request"), *shared]
    wrapped.__annotations__ = {name: hints[name] for name in names}
    defaults = {**shared, **own}
    wrapped.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [defaults[name].replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[name]) for name in names]
    )
    return wrapped
