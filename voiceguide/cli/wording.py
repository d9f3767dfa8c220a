"""Translates messages from the terms of the Python API into those of the command line.

The rooms below know no command line. Where a message of theirs names an argument or a function of the Python API, it
does so in backticks, as Python writes it: `hold_s=40`, `force=True`, `voices('de')`. Here they become options and
commands: --hold 40, --force, `voiceguide voices --language de`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPTIONS: Final = {
    "hold_s": "--hold",
    "repetitions": "--reps",
    "transition_s": "--transition",
    "length_s": "--length",
    "bed_level_db": "--bed-level",
    "breath_cues": "--no-breath",
    "wake_s": "--wake",
    "folder": "--output",
}
"""The options that are not called like their argument."""
_COMMANDS: Final = {
    "check": "voiceguide check",
    "new_phrases": "voiceguide new --phrases",
    "new_routine": "voiceguide new",
    "piper_voices": "voiceguide voices get piper",
    "play": "voiceguide play",
    "prune": "voiceguide cache prune",
    "voice_to_fetch": "voiceguide voices get",
    "voices": "voiceguide voices --language",
}
"""The commands that functions stand for; the argument of the function, where it has one, comes behind it."""
_LEFT_OPEN: Final = {"play": "ROUTINE"}
"""What stands for an argument of the function that the reader is to choose (`...`)."""
_NAMED: Final = re.compile(r"`(?P<argument>[a-z_]+)=(?P<value>[^`]+)`|`(?P<function>[a-z_]+)\((?P<of>[^`]*)\)`")


def option(setting: str) -> str:
    """The option for an argument of the Python API, such as a setting of Pacing or PlayerSettings."""
    return _OPTIONS.get(setting) or f"--{setting.replace('_', '-')}"


def in_options(message: str) -> str:
    """`message` with the arguments and functions that it names called by their options and commands."""
    return _NAMED.sub(_translated, message)


def _translated(named: re.Match[str]) -> str:
    try:
        if named["argument"]:
            return " ".join(_options(option(named["argument"]), ast.literal_eval(named["value"])))
        command = _COMMANDS[named["function"]]
        value = ast.literal_eval(named["of"]) if named["of"] else ""
        value = _LEFT_OPEN[named["function"]] if value is ... else value
    except (KeyError, SyntaxError, ValueError):
        return named[0]
    return f"`{command} {value}`" if value else f"`{command.removesuffix(' --language')}`"


def _options(name: str, value: object) -> Iterator[str]:
    """An option as it is typed: once for each of several values, alone for a flag or a value left open (`...`)."""
    if isinstance(value, tuple):
        for each in value:
            yield f"{name} {each}"
    elif isinstance(value, bool) or value is ...:
        yield name
    else:
        yield f"{name} {value}"
