"""The options that plan, export and play share, written once.

`with_pacing` gives a command every option of `_options` as if they stood in its own signature, and hands
it what they come to as one `Request`.
"""

from __future__ import annotations

import functools
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, get_type_hints

import typer
from msgspec import Struct

from voiceguide.cli.paths import path
from voiceguide.model.choices import Level, Pace, Side, Tones, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from voiceguide.model.pacing import Pacing
    from voiceguide.model.player_settings import PlayerSettings
    from voiceguide.speech.store import ClipStore


_OPTIONS: Final = {
    "hold_s": "--hold",
    "repetitions": "--reps",
    "transition_s": "--transition",
    "length_s": "--length",
    "bed_level_db": "--bed-level",
    "breath_cues": "--no-breath",
    "wake_s": "--wake",
}
"""Those whose name is not that of the setting."""


def option(setting: str) -> str:
    """The option that gives a setting of Pacing or PlayerSettings."""
    return _OPTIONS.get(setting) or f"--{setting.replace('_', '-')}"


def read(parse: Callable[[str], float], text: str | None) -> float | str | None:
    """The number that was written behind an option; the text itself where it cannot be read.

    It is refused then together with every other mistake.
    """
    from voiceguide.errors import RequestError

    try:
        return None if text is None else parse(text)
    except RequestError:
        return text


class Request(Struct, frozen=True):
    """What the shared options come to."""

    pacing: Pacing
    voice: str | None
    language: str | None
    """Of the words; None for the routine's own."""
    cache_dir: ClipStore
    """The store of clips, with its limit."""
    playing: PlayerSettings
    """From the configuration; it has no options among these."""
    pronounce: Mapping[str, str]
    """Words with how they sound, from there, too."""
    chosen: frozenset[str]
    """The shared options that were given on the command line, by the names of Pacing's knobs."""


def _options(  # noqa: PLR0913 -- these are the options of contracts.md
    *,
    pace: Annotated[
        Pace | None, typer.Option(help="The preset that the other options start from; steady if none is given.")
    ] = None,
    hold: Annotated[str | None, typer.Option(metavar="S", help="Seconds of every hold; 5m and 1:30 too.")] = None,
    reps: Annotated[int | None, typer.Option(metavar="N", help="Repetitions of movements with the breath.")] = None,
    rounds: Annotated[int | None, typer.Option(metavar="N", help="Rounds of every hold.")] = None,
    breath: Annotated[
        str | None, typer.Option(metavar="IN:OUT", help="Seconds in and out, or IN:HOLD:OUT:HOLD.")
    ] = None,
    transition: Annotated[str | None, typer.Option(metavar="S", help="Seconds for every change of position.")] = None,
    length: Annotated[
        str | None, typer.Option(metavar="10m", help="Exactly this long in all: 10m, 9:30, 1h, 600s.")
    ] = None,
    words: Annotated[Words | None, typer.Option(help="How much is said.")] = None,
    level: Annotated[
        Level | None, typer.Option(help="The way to do each stretch; usual offers the easier one once.")
    ] = None,
    variation: Annotated[
        str | None, typer.Option(metavar="N|today|off", help="Which wordings: the day's, unless you say so.")
    ] = None,
    speech_rate: Annotated[float | None, typer.Option(metavar="X", help="Speed of the voice, 1.0 is its own.")] = None,
    countdown: Annotated[
        int | None, typer.Option(metavar="N", help="Count down the last N seconds of every hold.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="ID", help="Do only this stretch; may be repeated.")] = None,
    skip: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Leave this stretch out; may be repeated.")
    ] = None,
    first_side: Annotated[Side | None, typer.Option(help="The side that every stretch begins with.")] = None,
    tones: Annotated[Tones | None, typer.Option(help="Breath tones; full is 10 LU under the voice, soft 16.")] = None,
    bed: Annotated[
        str | None, typer.Option(metavar="rain|drone|waves|none|FILE", help="What lies under the voice, in stereo.")
    ] = None,
    bed_level: Annotated[
        str | None, typer.Option(metavar="DB", help="How far below the session the bed lies; usually -20.")
    ] = None,
    sleep: Annotated[
        bool | None, typer.Option("--sleep/--no-sleep", help="End in sleep: no end chime, nothing said after the rest.")
    ] = None,
    no_breath: Annotated[
        bool, typer.Option("--no-breath", help="No breath words and tones; repetitions are counted.")
    ] = False,
    profile: Annotated[str | None, typer.Option(metavar="NAME", help="A profile of the configuration file.")] = None,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="Of the words, in two letters: en, de, es, or your own.")
    ] = None,
    voice: Annotated[str | None, typer.Option(metavar="ENGINE:NAME", help="See `voiceguide voices`.")] = None,
    cache_dir: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where spoken clips are kept.", parser=path)
    ] = None,
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
