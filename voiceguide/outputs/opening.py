"""Opens an output by name."""

from __future__ import annotations

from typing import Final

from voiceguide.errors import UnknownNameError
from voiceguide.outputs.auto import AutoOutput
from voiceguide.outputs.output import AudioOutput
from voiceguide.registry import Registry

DEFAULT_OUTPUT: Final = AutoOutput.name
_OUTPUTS: Final = Registry("voiceguide.outputs", "audio output", AudioOutput)  # type: ignore[type-abstract]


def output_names() -> list[str]:
    """The registered outputs, whether they work on this machine or not. `auto` is not among them: it chooses one."""
    return _OUTPUTS.names()


def open_output(name: str = DEFAULT_OUTPUT) -> AudioOutput:
    """The output called `name`. It opens no device yet. UnknownNameError if no output has that name."""
    if name == AutoOutput.name:
        return AutoOutput(open_output)
    output = _OUTPUTS.find(name)
    if output is None:
        raise UnknownNameError("audio output", name, [AutoOutput.name, *output_names()])
    return output()
