"""Configuration: reads `config.toml` with its defaults and profiles, and decides which value wins.

Options beat the environment, the environment beats the profile, the profile beats the defaults, and those beat the
built-in values.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any, Final

from msgspec import Struct
from pydantic import Field, create_model, field_validator

from voiceguide.errors import RequestError, UnknownNameError
from voiceguide.files.places import beside, config_path, expanded
from voiceguide.library.toml_file import read_model
from voiceguide.model.base import Identifier, Language, Model
from voiceguide.model.choices import DEFAULT_PACE
from voiceguide.model.keeping import Keeping, size_text
from voiceguide.model.pacing import Pacing
from voiceguide.model.player_settings import PlayerSettings
from voiceguide.model.pronounce import Pronounce
from voiceguide.model.stretch import Breath
from voiceguide.model.voice_choice import VoiceOfLanguage, WantedVoice
from voiceguide.planning.presets import PRESETS, pacing_with, parse_breath, parse_length, parse_variation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from pydantic import BaseModel

ENVIRONMENT: Final = {
    "voice": "VOICEGUIDE_VOICE",
    "language": "VOICEGUIDE_LANGUAGE",
    "cache_dir": "VOICEGUIDE_CACHE_DIR",
}
VOICE_FILE_SUFFIX: Final = ".onnx"
"""Suffix of voices that are files."""
_NOT_CONFIGURED: Final = {"only", "skip"}
"""Settings that make sense for one session only."""


class Readable(Model):
    """Reads breaths, lengths and variations as they are written on the command line."""

    @field_validator("breath", mode="before", check_fields=False)
    @classmethod
    def _breath(cls, value: object) -> object:
        return or_mistake(parse_breath, value)

    @field_validator("length_s", mode="before", check_fields=False)
    @classmethod
    def _length(cls, value: object) -> object:
        return or_mistake(parse_length, value)

    @field_validator("variation", mode="before", check_fields=False)
    @classmethod
    def _variation(cls, value: object) -> object:
        return or_mistake(parse_variation, value)


def or_mistake(parse: Callable[[str], object], value: object) -> object:
    """Parse `value` if it is a text. Raises ValueError, as validators do, if that fails."""
    if not isinstance(value, str):
        return value
    try:
        return parse(value)
    except RequestError as error:
        raise ValueError(str(error)) from error


def optional_knobs(left_out: Iterable[str] = ()) -> dict[str, Any]:
    """The fields of Pacing, each optional, for a model that changes a preset."""
    return {name: _optional(field) for name, field in Pacing.model_fields.items() if name not in left_out}


def _optional(field: Any) -> Any:  # noqa: ANN401 -- a type of pydantic
    kind = field.annotation
    return (Annotated[kind, *field.metadata] | None, None) if field.metadata else (kind | None, None)


Settings = create_model(
    "Settings",
    __base__=Readable,
    voice=(str | None, None),
    language=(Language | None, None),
    cache_dir=(str | None, None),
    **optional_knobs(_NOT_CONFIGURED),
)
"""Every setting of Pacing, the voice, the language and the cache folder, each optional."""


class ConfigFile(Model):
    """`config.toml`."""

    defaults: Settings = Settings()
    player: PlayerSettings = PlayerSettings()
    cache: Keeping = Keeping()
    pronounce: Pronounce = {}  # noqa: RUF012 -- pydantic copies it
    """Words and how to pronounce them: `"tai chi" = "tie chee"`."""
    voices: Annotated[dict[Language, str], Field(max_length=100)] = {}  # noqa: RUF012 -- the same
    """A voice for each language, by its two letters. It takes precedence over `voice`, which speaks one language."""
    profiles: Annotated[dict[Identifier, Settings], Field(max_length=100)] = {}  # noqa: RUF012 -- pydantic copies it


class Choice(Struct, frozen=True):
    """The value of a setting, and its source."""

    name: str
    value: Any
    source: str


class Resolved(Struct, frozen=True):
    """The settings that result from all sources together."""

    pacing: Pacing
    voice: WantedVoice
    language: str | None
    """Language of the words, in two letters; None means the routine's own."""
    cache_dir: str | None
    cache_limit_bytes: int | None
    """Size to which unused clips are limited; None means no limit."""
    playing: PlayerSettings
    pronounce: Mapping[str, str]
    """The user's words and how to pronounce them."""
    choices: tuple[Choice, ...]


def resolve(options: Mapping[str, object], profile: str | None = None) -> Resolved:
    """Decide the value of every setting.

    `options` holds the values of the command line by their names in Pacing, and `voice`, `language` and `cache_dir`;
    None means that an option was not given. Raises RequestError for an unknown profile, and DataError with every
    mistake of the file.
    """
    path = config_path()
    is_named = "VOICEGUIDE_CONFIG" in os.environ
    is_there = path is not None and (is_named or os.path.lexists(path))
    file = read_model(path, ConfigFile) if path and is_there else ConfigFile()
    if profile is not None and profile not in file.profiles:
        raise _no_such_profile(profile, file.profiles, path, is_there=is_there)
    layers: list[tuple[str, Mapping[str, Any]]] = [
        ("built in: today", {"variation": parse_variation("today")}),
        (f"defaults in {path}", _paths_beside(path, given(file.defaults))),
        (f"profile {profile} in {path}", _paths_beside(path, given(file.profiles[profile])) if profile else {}),
        (
            "environment",
            {name: os.environ[variable] for name, variable in ENVIRONMENT.items() if os.environ.get(variable)},
        ),
        ("option", {name: value for name, value in options.items() if value is not None}),
    ]
    won: dict[str, Choice] = {}
    for source, values in layers:
        won |= {name: Choice(name, value, source) for name, value in values.items()}
    language = str(won["language"].value) if "language" in won else None
    voices = {code: _paths_beside(path, {"voice": voice})["voice"] for code, voice in file.voices.items()}
    voice = _wanted_voice(won.get("voice"), language, voices)
    if (named := voices.get(language or "en")) and not _is_option(won.get("voice")):
        won["voice"] = Choice("voice", named, f"voices.{language or 'en'} in {path}")
    knobs = {name: choice.value for name, choice in won.items() if name not in ENVIRONMENT}
    if str(knobs.get("bed", "")).startswith("~"):
        knobs["bed"] = str(expanded(knobs["bed"]))
    pacing = pacing_with(knobs)
    return Resolved(
        pacing=pacing,
        voice=voice,
        language=language,
        cache_dir=str(expanded(won["cache_dir"].value)) if "cache_dir" in won else None,
        cache_limit_bytes=file.cache.limit,
        playing=file.player,
        pronounce=file.pronounce,
        choices=(
            *_all_choices(pacing, won),
            _limit_choice(file.cache, path),
            *_player_choices(file.player, path),
            *(Choice(f"pronounce.{word}", sound, f"pronounce in {path}") for word, sound in file.pronounce.items()),
        ),
    )


def _wanted_voice(chosen: Choice | None, language: str | None, voices: Mapping[str, str]) -> WantedVoice:
    """The voice of the option, or else the one of `voices` for the language, or else the usual one."""
    usual = None if chosen is None else str(chosen.value)
    if not voices or _is_option(chosen):
        return usual
    by_language = VoiceOfLanguage(voices, usual)
    return by_language if language is None else by_language.of(language)


def _is_option(choice: Choice | None) -> bool:
    return choice is not None and choice.source == "option"


def _no_such_profile(
    name: str, known: Iterable[str], path: Path | None, *, is_there: bool
) -> UnknownNameError | RequestError:
    """An error that says where the profile could be written."""
    if known := tuple(known):
        return UnknownNameError(f"profile in {path}", name, known)
    if path is None:
        return RequestError(
            f"there is no profile {name!r}: profiles are written in a config.toml, and this user has no home folder; "
            "name one with VOICEGUIDE_CONFIG"
        )
    what = "which has none" if is_there else "which does not exist yet"
    return RequestError(f"there is no profile {name!r}: profiles are written in {path}, {what}")


def _paths_beside(path: Path | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """The `values` of the file at `path`, with paths made absolute: they are relative to its folder."""
    moved = dict(values)
    if path is None:
        return moved
    if cache_dir := moved.get("cache_dir"):
        moved["cache_dir"] = str(beside(path, cache_dir))
    if (bed := moved.get("bed")) and not _is_built_in(bed):
        moved["bed"] = str(beside(path, bed))
    if voice := moved.get("voice"):
        engine, _, name = voice.partition(":")
        if name.lower().endswith(VOICE_FILE_SUFFIX):
            moved["voice"] = f"{engine}:{beside(path, name)}"
    return moved


def _is_built_in(bed: str) -> bool:
    from voiceguide.sound.bed import BUILT_IN, NO_BED  # loads numpy, which a bed needs anyway

    return bed in {NO_BED, *BUILT_IN}


def given(settings: BaseModel) -> dict[str, Any]:
    """The fields of a model that were set, without those left to their defaults."""
    return {name: getattr(settings, name) for name in settings.model_fields_set}


def _player_choices(playing: PlayerSettings, path: object) -> Iterator[Choice]:
    for name in PlayerSettings.model_fields:
        source = f"player in {path}" if name in playing.model_fields_set else "built in"
        yield Choice(f"player.{name}", getattr(playing, name), source)


def _limit_choice(keeping: Keeping, path: object) -> Choice:
    source = f"cache in {path}" if keeping.model_fields_set else "built in"
    return Choice("cache.limit", size_text(keeping.limit), source)


def _all_choices(pacing: Pacing, won: Mapping[str, Choice]) -> Iterator[Choice]:
    for name in ("voice", "language", "cache_dir"):
        yield won.get(name) or Choice(name, None, "built in")
    plain = PRESETS[DEFAULT_PACE]
    for name in Pacing.model_fields:
        value = getattr(pacing, name)
        source = "built in" if value == getattr(plain, name) else f"pace {pacing.pace}"
        if isinstance(value, Breath):
            value = f"{value.in_s:g}:{value.hold_in_s:g}:{value.out_s:g}:{value.hold_out_s:g}"
        yield Choice(name, value, won[name].source if name in won else source)
