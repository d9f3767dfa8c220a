"""The three paces, and how people write changes to single knobs."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final, Unpack

from pydantic import ValidationError

from voiceguide.errors import RequestError, SettingError, UnknownNameError
from voiceguide.model.choices import DEFAULT_PACE
from voiceguide.model.complaints import complaint
from voiceguide.model.pacing import Pacing
from voiceguide.model.stretch import Breath

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from voiceguide.model.pacing import PacingChanges

PRESETS: Final[Mapping[str, Pacing]] = {
    "steady": Pacing(),
    # Changes of position take 1.6 times as long, the switch of sides 13 s (docs/sources.md).
    "gentle": Pacing(
        pace="gentle",
        speech_rate=0.75,
        sentence_gap_s=0.9,
        same_posture_s=4.8,
        switch_s=13.0,
        change_s=16.0,
        floor_s=24.0,
        walk_s=10.0,
        settle_scale=1.3,
        enter_s=5.0,
        leave_s=5.0,
        round_rest_s=12.0,
    ),
    # Fewer pauses and quicker words. The ways to the floor and up again keep the time that they take.
    "brisk": Pacing(
        pace="brisk",
        speech_rate=1.0,
        sentence_gap_s=0.5,
        same_posture_s=2.0,
        switch_s=6.0,
        settle_scale=0.7,
        enter_s=3.0,
        leave_s=3.0,
        round_rest_s=5.0,
    ),
}
_CLOCK: Final = re.compile(r"(?:(\d{1,3}):([0-5]\d)|(\d{1,4})):([0-5]\d(?:\.\d+)?)")
_NUMBER: Final = re.compile(r"\d{1,9}(?:[.,]\d{1,9})?|[.,]\d{1,9}")
_LEVEL: Final = re.compile(r"[+-]?(\d{1,3}(?:[.,]\d{1,9})?)\s*(?:dB)?", re.IGNORECASE)
_LENGTH: Final = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?:in)?)?(?:(\d+(?:\.\d+)?)s)?")
_MOST_DIGITS: Final = 7
_PLAIN_BREATH, _FULL_BREATH = 2, 4


def paced(pace: str = DEFAULT_PACE, **changes: Unpack[PacingChanges]) -> Pacing:
    """The preset `pace` with single settings changed; None leaves a setting as the preset has it.

    Raises SettingError with every setting that is out of its range.
    """
    return pacing_with({**changes, "pace": pace})


def pacing_with(changes: Mapping[str, object]) -> Pacing:
    """The preset of `changes["pace"]`, by default the usual one, with the other changes; errors as for `paced`.

    The changes are as they were read from a file or the command line.
    """
    given = {name: value for name, value in changes.items() if value is not None}
    pace = str(given.get("pace", DEFAULT_PACE))
    if pace not in PRESETS:
        raise UnknownNameError("pace", pace, PRESETS)
    try:
        return Pacing.model_validate({**PRESETS[pace].model_dump(), **given})
    except ValidationError as error:
        raise SettingError(faults_of(error, Pacing)) from error


def faults_of(error: ValidationError, model: type[BaseModel]) -> list[tuple[str, str]]:
    """What SettingError is made from: the name of each setting of `model`, its value and what was expected."""
    return [
        (".".join(str(part) for part in details["loc"]), f"{details['input']!r}: {complaint(details, model)}")
        for details in error.errors()
    ]


def parse_length(text: str) -> float:
    """The seconds of a length such as `10m`, `9:30`, `1:05:00`, `1h5m` or `90s`. Raises RequestError for others."""
    if clock := _CLOCK.fullmatch(text.strip()):
        return 3600.0 * int(clock[1] or 0) + 60.0 * int(clock[2] or clock[3]) + float(clock[4])
    parts = _LENGTH.fullmatch(text.strip().lower())
    if not parts or not any(parts.groups()):
        message = f"{text!r} is not a length: write 10m, 9:30, 1h5m or 600s"
        raise RequestError(message)
    hours, minutes, seconds = (float(part or 0) for part in parts.groups())
    return 3600.0 * hours + 60.0 * minutes + seconds


def parse_seconds(text: str) -> float:
    """The seconds of a time such as `90`, `90s`, `1:30` or `1.5m`. Raises RequestError for others."""
    if _NUMBER.fullmatch(text.strip()):
        return float(text.strip().replace(",", "."))
    try:
        return parse_length(text)
    except RequestError as error:
        message = f"{text!r} is not a time: write 90 for seconds, 90s, 1:30 or 2m"
        raise RequestError(message) from error


def parse_level_db(text: str) -> float:
    """The decibels of a level below: `-20`, `-20dB` and `20` are the same. Raises RequestError for others."""
    written = _LEVEL.fullmatch(text.strip().replace("\N{MINUS SIGN}", "-"))
    if not written:
        message = f"{text!r} is not a level: write -20, or 20, for 20 dB below"
        raise RequestError(message)
    return -float(written[1].replace(",", "."))


def parse_variation(text: str) -> int:
    """The variation: a number, `today` for the number of the day, or `off` (0) to always choose the first wording.

    Raises RequestError for anything else.
    """
    match text.strip().lower():
        case "today":
            return dt.datetime.now().astimezone().date().toordinal()
        case "off":
            return 0
        case written if written.isdecimal() and len(written) <= _MOST_DIGITS:
            return int(written)
    message = f"{text!r} is not a variation: write a number, today or off"
    raise RequestError(message)


def parse_breath(text: str) -> Breath:
    """A breath written as `IN:OUT` or `IN:HOLD:OUT:HOLD`, in seconds. Raises RequestError for anything else."""
    expected = "a breath is IN:OUT or IN:HOLD:OUT:HOLD in seconds, as in 4:6 or 4:4:4:4"
    try:
        parts = [float(part) for part in text.split(":")]
    except ValueError as error:
        message = f"{text!r} is not a breath: {expected}"
        raise RequestError(message) from error
    if len(parts) == _PLAIN_BREATH:
        parts = [parts[0], 0.0, parts[1], 0.0]
    if len(parts) != _FULL_BREATH:
        message = f"{text!r} is not a breath: {expected}"
        raise RequestError(message)
    try:
        return Breath(in_s=parts[0], hold_in_s=parts[1], out_s=parts[2], hold_out_s=parts[3])
    except ValidationError as error:
        message = f"{text!r} cannot be breathed: in 1-20 s, out 1-30 s, pauses up to 20 s"
        raise RequestError(message) from error
