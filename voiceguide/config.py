"""Configuration: `config.toml` with defaults and named profiles, and which value wins.

Options beat the environment, the environment beats the profile, the profile beats the defaults, those
beat what is built in.
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
from voiceguide.planning.presets import PRESETS, paced, parse_breath, parse_length, parse_variation

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
"""Of voices that are named by a file."""
_NOT_CONFIGURED: Final = {"only", "skip"}
"""Which stretches are done is asked of one session, not of all."""


class Readable(Model):
    """Breaths and lengths as they are written on the command line."""

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
    """`value` parsed where it is a text; ValueError, as validators raise it, where it cannot be."""
    if not isinstance(value, str):
        return value
    try:
        return parse(value)
    except RequestError as error:
        raise ValueError(str(error)) from error


def optional_knobs(left_out: Iterable[str] = ()) -> dict[str, Any]:
    """The fields of Pacing, each optional, for a model of what is changed of a preset."""
    return {name: _optional(field) for name, field in Pacing.model_fields.items() if name not in left_out}


def _optional(field: Any) -> Any:  # noqa: ANN401 -- pydantic's own
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
"""Every knob of Pacing, the voice, the language and the cache folder, each optional."""


class ConfigFile(Model):
    """`config.toml`."""

    defaults: Settings = Settings()
    player: PlayerSettings = PlayerSettings()
    cache: Keeping = Keeping()
    pronounce: Pronounce = {}  # noqa: RUF012 -- pydantic copies it
    """Words with how they sound: `"tai chi" = "tie chee"`."""
    voices: Annotated[dict[Language, str], Field(max_length=100)] = {}  # noqa: RUF012 -- the same
    """A voice for each language, by its two letters: it counts before `voice`, which speaks one of them."""
    profiles: Annotated[dict[Identifier, Settings], Field(max_length=100)] = {}  # noqa: RUF012 -- pydantic copies it


class Choice(Struct, frozen=True):
    """A value, and where it came from."""

    name: str
    value: Any
    source: str


class Resolved(Struct, frozen=True):
    """What all sources together come to."""

    pacing: Pacing
    voice: str | None
    language: str | None
    """Of the words, in two letters; None for the routine's own."""
    cache_dir: str | None
    cache_limit_bytes: int | None
    """What the clips may take once no session uses them; None for any number."""
    playing: PlayerSettings
    pronounce: Mapping[str, str]
    """Words of the user's with how they sound."""
    choices: tuple[Choice, ...]


def resolve(options: Mapping[str, object], profile: str | None = None) -> Resolved:
    """Decide every value.

    `options` are what the user has given on the command line, by the names of Pacing's knobs, `voice` and
    `cache_dir`; None where nothing was given. Raises UnknownNameError for a profile that is not there, and
    DataError with every mistake of the file.
    """
    path = config_path()
    named = "VOICEGUIDE_CONFIG" in os.environ
    is_there = path is not None and (named or os.path.lexists(path))
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
    if "voice" in won and won["voice"].source != "option" and language in file.voices:
        won.pop("voice")
    if "voice" not in won and (own := _paths_beside(path, {"voice": file.voices.get(language or "en")})["voice"]):
        won["voice"] = Choice("voice", own, f"voices.{language or 'en'} in {path}")
    pace = str(won["pace"].value) if "pace" in won else DEFAULT_PACE
    knobs = {name: choice.value for name, choice in won.items() if name not in {"pace", *ENVIRONMENT}}
    if str(knobs.get("bed", "")).startswith("~"):
        knobs["bed"] = str(expanded(knobs["bed"]))
    pacing = paced(pace, **knobs)
    return Resolved(
        pacing=pacing,
        voice=won["voice"].value if "voice" in won else None,
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


def _no_such_profile(
    name: str, known: Iterable[str], path: Path | None, *, is_there: bool
) -> UnknownNameError | RequestError:
    """A RequestError that says where the profile could be written."""
    if known := tuple(known):
        return UnknownNameError(f"profile in {path}", name, known)
    if path is None:
        return RequestError(
            f"there is no profile {name!r}: profiles stand in a config.toml, and this user has no home folder for it; "
            "name one with VOICEGUIDE_CONFIG"
        )
    what = "which has none" if is_there else "which is not there yet"
    return RequestError(f"there is no profile {name!r}: profiles stand in {path}, {what}")


def _paths_beside(path: Path | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` of the file at `path`, where paths are meant from the folder that holds it."""
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
    from voiceguide.sound.bed import BUILT_IN, NO_BED  # loads numpy, which whoever has set a bed needs anyway

    return bed in {NO_BED, *BUILT_IN}


def given(settings: BaseModel) -> dict[str, Any]:
    """What was written of a model, and not left to its defaults."""
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
